"""The throw-away authority and the broker's configuration."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from commune_server.broker import write_broker_files
from commune_server.peer import name_in
from commune_server.pki import make_pki

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def load(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())


def test_keys_are_for_their_owner_and_certificates_say_who_and_what_for(tmp_path: Path) -> None:
    out = tmp_path / "pki"
    make_pki(out, ["edge-01"], NOW, ["10.0.0.5", "may-chu.xa"])
    for key in out.glob("*.key"):
        assert key.stat().st_mode & 0o777 == 0o600, key
    authority, device, broker = (load(out / f"{name}.crt") for name in ("ca", "edge-01", "broker"))
    for leaf in (device, broker):
        leaf.verify_directly_issued_by(authority)
        key = leaf.public_key()
        assert isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name == "secp256r1"
    names = device.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["edge-01"]
    hosts = broker.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert set(hosts.get_values_for_type(x509.DNSName)) == {"localhost", "may-chu.xa"}
    assert "10.0.0.5" in [str(each) for each in hosts.get_values_for_type(x509.IPAddress)]
    with pytest.raises(ValueError):
        load(out / "foreign.crt").verify_directly_issued_by(authority)


def test_what_is_good_stays_and_what_ends_is_renewed(tmp_path: Path) -> None:
    assert make_pki(tmp_path, ["edge-01"], NOW) == ["ca", "broker", "https", "server", "edge-01", "foreign"]
    held = (tmp_path / "edge-01.crt").read_bytes()
    assert make_pki(tmp_path, ["edge-01", "edge-02"], NOW) == ["edge-02"]
    assert (tmp_path / "edge-01.crt").read_bytes() == held
    renewed = make_pki(tmp_path, ["edge-01"], NOW + timedelta(days=340))
    assert "edge-01" in renewed and "ca" not in renewed


@pytest.mark.parametrize("name", ["", "a.b", "../x", "Edge", "server", "ca", "a" * 33, "máy"])
def test_a_name_that_cannot_stand_in_a_topic_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="device's name"):
        make_pki(tmp_path, [name], NOW)


def test_the_brokers_files_deny_by_default(tmp_path: Path) -> None:
    make_pki(tmp_path / "pki", ["edge-01"], NOW)
    files = write_broker_files(tmp_path / "m.conf", tmp_path / "pki", province="h38", commune="dong-thanh", port=1)
    text = files.config.read_text()
    for line in ("require_certificate true", "use_identity_as_username true", "use_username_as_clientid true",
                 "allow_anonymous false", "persistence false", "listener 1 127.0.0.1"):  # fmt: skip
        assert line in text.splitlines()
    acl = [line for line in files.acl.read_text().splitlines() if line and not line.startswith("#")]
    before_user = acl[: acl.index("user server")]
    assert all(line.startswith("pattern ") and "/%u/" in line for line in before_user), "devices: their own level only"
    with pytest.raises(FileNotFoundError, match="motcua server pki"):
        write_broker_files(tmp_path / "m.conf", tmp_path / "none", province="h38", commune="x")


def test_a_certificate_names_a_device_only_when_both_places_agree() -> None:
    subject = ((("commonName", "edge-01"),),)
    assert name_in({"subject": subject, "subjectAltName": (("DNS", "edge-01"),)}) == "edge-01"
    assert name_in({"subject": subject, "subjectAltName": (("DNS", "edge-02"),)}) is None
    assert name_in({"subject": subject}) is None
    assert name_in({"subject": (*subject, *subject), "subjectAltName": (("DNS", "edge-01"),)}) is None
    assert name_in(None) is None
