"""A throw-away certificate authority for one commune: made at set-up, never shipped, never for two sites.

EC P-256, keys readable by their owner alone. The name in a certificate (CN, and the same in SAN) is the device's id:
broker and look-up both take it as the only proof of who speaks.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_NAME = re.compile(r"^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$")
_DAY = timedelta(days=1)
AUTHORITY_YEARS, LEAF_DAYS = 10, 365
RENEW_BEFORE = 30 * _DAY


@dataclass(frozen=True)
class _Authority:
    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _write(path: Path, data: bytes, mode: int) -> None:
    # Made with the right mode from the start: a key must not be readable even for a moment.
    path.unlink(missing_ok=True)
    path.touch(mode)
    path.write_bytes(data)


def _save(folder: Path, stem: str, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> None:
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )  # fmt: skip
    _write(folder / f"{stem}.key", pem, 0o600)
    _write(folder / f"{stem}.crt", certificate.public_bytes(serialization.Encoding.PEM), 0o644)


def _load(folder: Path, stem: str) -> _Authority:
    certificate = x509.load_pem_x509_certificate((folder / f"{stem}.crt").read_bytes())
    key = serialization.load_pem_private_key((folder / f"{stem}.key").read_bytes(), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise ValueError(f"{folder / stem}.key is not an elliptic-curve key")
    return _Authority(certificate, key)


def _fresh(path: Path, now: datetime) -> bool:
    if not path.is_file():
        return False
    certificate = x509.load_pem_x509_certificate(path.read_bytes())
    return certificate.not_valid_before_utc <= now < certificate.not_valid_after_utc - RENEW_BEFORE


def _make_authority(folder: Path, stem: str, title: str, now: datetime) -> _Authority:
    key = ec.generate_private_key(ec.SECP256R1())
    usage = x509.KeyUsage(
        digital_signature=True, key_cert_sign=True, crl_sign=True, content_commitment=False, key_encipherment=False,
        data_encipherment=False, key_agreement=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    certificate = (
        x509.CertificateBuilder()
        .subject_name(_name(title)).issuer_name(_name(title)).public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _DAY).not_valid_after(now + timedelta(days=365 * AUTHORITY_YEARS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    _save(folder, stem, certificate, key)
    return _Authority(certificate, key)


def issue(
    authority: _Authority,
    name: str,
    *,
    now: datetime,
    server_for: Sequence[str] = (),
    days: float = LEAF_DAYS,
) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    """A certificate for `name`: of a device, or, with `server_for` (host names and addresses), of a server."""
    key = ec.generate_private_key(ec.SECP256R1())
    alternatives: list[x509.GeneralName] = []
    for host in server_for or (name,):
        try:
            alternatives.append(x509.IPAddress(ipaddress.ip_address(host)))
        except ValueError:
            alternatives.append(x509.DNSName(host))
    purpose = ExtendedKeyUsageOID.SERVER_AUTH if server_for else ExtendedKeyUsageOID.CLIENT_AUTH
    certificate = (
        x509.CertificateBuilder()
        .subject_name(_name(name)).issuer_name(authority.certificate.subject).public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _DAY).not_valid_after(now + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key()), critical=False)
        .sign(authority.key, hashes.SHA256())
    )  # fmt: skip
    return certificate, key


def make_pki(out: Path, devices: Iterable[str], now: datetime, hosts: Iterable[str] = ()) -> list[str]:
    """Make what is missing or soon to end in `out`; what is there and good stays. Gives the names that were made.

    `ca`, `broker` and `https` (servers, for 127.0.0.1, ::1, localhost and `hosts`), `server` (the ingest's client
    certificate), one for each device, and `foreign`: the first device's name from another authority, for tests.
    Raises `ValueError` for a device name that could not stand in a topic.
    """
    names = list(dict.fromkeys(devices))
    for name in names:
        if not _NAME.match(name) or name in ("ca", "broker", "https", "server", "foreign", "foreign-ca"):
            raise ValueError(f"{name!r} cannot be a device's name; allowed: 1 to 32 of a-z, 0-9 and -, e.g. edge-01")
    out.mkdir(parents=True, exist_ok=True, mode=0o700)
    made: list[str] = []
    if _fresh(out / "ca.crt", now) and (out / "ca.key").is_file():
        authority = _load(out, "ca")
    else:
        authority = _make_authority(out, "ca", "Một Cửa Edge – CA dùng thử", now)
        made.append("ca")
        for stale in out.glob("*.crt"):
            if stale.name != "ca.crt":
                stale.unlink()
    places = ["localhost", "127.0.0.1", "::1", *hosts]
    for stem, server_for in [("broker", places), ("https", places), ("server", []), *((each, []) for each in names)]:
        if not _fresh(out / f"{stem}.crt", now):
            _save(out, stem, *issue(authority, stem, now=now, server_for=server_for))
            made.append(stem)
    if names and not _fresh(out / "foreign.crt", now):
        stranger = _make_authority(out, "foreign-ca", "Một Cửa Edge – CA lạ để thử", now)
        _save(out, "foreign", *issue(stranger, names[0], now=now))
        made.append("foreign")
    return made
