"""The broker's configuration, from two templates: Mosquitto for one commune, mutual TLS, default deny."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from string import Template

_HERE = Path(__file__).parent


@dataclass(frozen=True)
class BrokerFiles:
    """Where the two files were written."""

    config: Path
    acl: Path


def write_broker_files(
    out: Path,
    pki: Path,
    *,
    province: str,
    commune: str,
    host: str = "127.0.0.1",
    port: int = 8883,
    user: str = "mosquitto",
    server: str = "server",
    connections: int = 200,
) -> BrokerFiles:
    """Write `out` and, beside it, its access list (`.acl`). `pki` is a folder made by `motcua server pki`.

    `user`: whom Mosquitto becomes when it is started as root; that user must be able to read the files. Raises
    `FileNotFoundError` naming the first missing certificate.
    """
    files = {"ca": pki / "ca.crt", "cert": pki / "broker.crt", "key": pki / "broker.key"}
    for path in files.values():
        if not path.is_file():
            raise FileNotFoundError(f"{path} is missing; make it with: motcua server pki --out {pki}")
    acl = out.with_suffix(".acl")
    out.parent.mkdir(parents=True, exist_ok=True)
    if os.geteuid() == 0 and user != "root":
        # Started as root it becomes `user`, who cannot read root's keys: that user gets copies of its own.
        files = {name: Path(shutil.copy(path, out.parent / f"broker-{path.name}")) for name, path in files.items()}
        _hand_over(list(files.values()), user)
    values = {name: str(path.resolve()) for name, path in files.items()} | {
        "host": host, "port": str(port), "user": user, "acl": str(acl.resolve()), "connections": str(connections),
        "province": province, "commune": commune, "server": server,
    }  # fmt: skip
    for target, template in ((out, "mosquitto.conf.template"), (acl, "mosquitto.acl.template")):
        text = (_HERE / template).read_text(encoding="utf-8")
        target.write_text(Template(text).substitute(values), encoding="utf-8")
    # Mosquitto warns about an access list that others may read, and is right.
    acl.chmod(0o600)
    if os.geteuid() == 0 and user != "root":
        _hand_over([acl], user)
    return BrokerFiles(out, acl)


def _hand_over(paths: list[Path], user: str) -> None:
    for path in paths:
        path.chmod(0o600)
        try:
            shutil.chown(path, user)
        except LookupError as error:
            raise FileNotFoundError(f"there is no user {user!r} on this machine; name one with --user") from error
