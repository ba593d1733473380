"""What a run of the demo is made of: a folder, free ports, throw-away tokens, a site.toml and a server.toml."""

from __future__ import annotations

import hashlib
import secrets
import socket
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tomli_w

from config.commands import SITES, site_names
from queue_display.hub.pins import make as make_pin

BUS_NAME = "usb-MotCua_Pico_VIRTUAL-if00"
PORTS = range(20000, 32000)
LINKS = {each: f"https://{each}.example.vn/xa-mau" for each in ("zalo", "feedback", "portal")}
ACCOUNT = {"bin": "999999", "account": "0000000001", "holder": "UBND XA MAU", "bank": "Ngân hàng Mẫu"}
"""No bank has this BIN: a phone that scans it in earnest finds nobody to pay."""


def free_ports(count: int) -> list[int]:
    """Different TCP ports nobody listens on now.

    From below the kernel's ephemeral range: one from within may be taken by anybody's outgoing connection between now
    and the moment the part that is told to listen on it does so.
    """
    found: set[int] = set()
    while len(found) < count:
        port = PORTS.start + secrets.randbelow(len(PORTS))
        if _binds(port):
            found.add(port)
    return list(found)


def _binds(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


@dataclass(frozen=True)
class Site:
    """Paths, ports and tokens of one run."""

    folder: Path
    name: str
    hub_port: int
    broker_port: int
    server_port: int
    admin_port: int
    printer_port: int
    tokens: dict[str, str]
    device: str

    @property
    def config(self) -> Path:
        return self.folder / "site.toml"

    @property
    def server_config(self) -> Path:
        return self.folder / "server.toml"

    @property
    def pki(self) -> Path:
        return self.folder / "pki"

    @property
    def hub_socket(self) -> Path:
        return self.folder / "hub.sock"

    @property
    def ledger(self) -> Path:
        return self.folder / "state" / "ledger.db"

    @property
    def camera(self) -> Path:
        return self.folder / "camera"

    @property
    def server_database(self) -> Path:
        return self.folder / "server" / "server.db"

    def control(self, name: str) -> Path:
        """The control socket of cabinet, bridge or kiosk."""
        return self.folder / "control" / f"{name}.sock"

    def log(self, name: str) -> Path:
        return self.folder / "log" / f"{name}.log"

    @property
    def hub_url(self) -> str:
        return f"http://127.0.0.1:{self.hub_port}"

    @property
    def hub_address(self) -> str:
        return f"unix:{self.hub_socket}"

    @property
    def admin_url(self) -> str:
        return f"http://127.0.0.1:{self.admin_port}"


class UnknownSite(ValueError):
    """There is no ready site of that name; the text lists those there are."""


def make_site(
    folder: Path,
    name: str = "six-counters",
    *,
    uplink: bool = True,
    panel: str = "1280x800",
    wires: bool = True,
    hours: bool = False,
    voice: bool = True,
    staff_pin: str = "",
) -> Site:
    """Choose ports and tokens and write both settings files into `folder`. Raises `UnknownSite`.

    Without `wires` the site has a printer and a kiosk, but no serial bus and nothing that hangs on one. Without
    `hours` the desk is open around the clock: who tries the product at night must get a number. A `staff_pin` opens the
    kiosk's staff screen; with it come an invented account and links, so that nothing a kiosk can show is missing.
    """
    if name not in site_names():
        raise UnknownSite(f"{name!r}; có/there are: {', '.join(site_names())}")
    raw: dict[str, Any] = tomllib.loads((SITES / f"{name}.toml").read_text(encoding="utf-8"))
    device = raw["site"]["device"]
    tokens = {role: secrets.token_urlsafe(32) for role in ("clerk", "reception", "supervisor", "display", "technician")}
    hub, broker, device_https, admin, printer = free_ports(5)
    site = Site(
        folder=folder, name=name, hub_port=hub, broker_port=broker, server_port=device_https, admin_port=admin,
        printer_port=printer, tokens=tokens, device=device,
    )  # fmt: skip
    for each in ("state", "camera", "sound", "paper", "control", "log", "server", "dev"):
        (folder / each).mkdir(parents=True, exist_ok=True)
    raw["clock"] = {"trust": "assume"}
    raw.setdefault("hours", {})["enforce"] = hours
    raw["paths"] = {"runtime": str(folder), "state": str(folder / "state"), "voice": str(folder / "voice")}
    raw["hub"] = {
        "socket": str(site.hub_socket),
        "ledger": str(site.ledger),
        "listen": f"127.0.0.1:{site.hub_port}",
        "tokens": [
            {"sha256": hashlib.sha256(token.encode()).hexdigest(), "role": role, "device": f"demo-{role}"}
            for role, token in tokens.items()
        ],
    }
    if not wires:
        for part in ("buses", "boards", "buttons", "keypads"):
            raw.pop(part, None)
    if wires and raw.get("buses"):
        # No ready site has a text line, and the room should show one.
        line = {"id": "text-line", "kind": "matrix", "bus": raw["buses"][0].get("id", "main"), "address": 14}
        raw["boards"] = [*raw.get("boards", []), {**line, "width": 128, "height": 16}]
    for index, bus in enumerate(raw.get("buses", [])):
        name = BUS_NAME if index == 0 else BUS_NAME.replace("-if00", f"_{bus['id']}-if00")
        bus["port"] = str(folder / "dev" / "serial" / "by-id" / name)
    raw["printer"] = {"kind": "network", "host": "127.0.0.1", "port": site.printer_port, "width_dots": 576}
    raw["speaker"] = {"backend": "file", "folder": str(folder / "sound"), "accent": "north", "repeat": 1}
    if not voice:
        raw["speaker"]["backend"] = "none"
    pki = site.pki
    own = {"ca": str(pki / "ca.crt"), "cert": str(pki / f"{device}.crt"), "key": str(pki / f"{device}.key")}
    raw["uplink"] = {"enabled": uplink, "brokers": [f"127.0.0.1:{site.broker_port}"], **own}
    raw["lookup"] = {"base_url": f"https://127.0.0.1:{site.server_port}", **own}
    raw["kiosk"] = {"panel": panel, "diagonal_in": 10.1 if panel in ("1024x600", "1280x800") else 15.6}
    if voice:
        raw["kiosk"]["speaker"] = f"file:{folder / 'sound' / 'kiosk'}"
    if staff_pin:
        raw["kiosk"] |= {"staff_pin": make_pin(staff_pin), "links": LINKS}
        raw["payment"] = ACCOUNT
    raw["scanner"] = {"source": f"folder:{site.camera}"}
    server = {
        "server": {
            "name": raw["site"]["name"],
            "place": raw["site"]["place"],
            "database": str(site.server_database),
            "listen": f"127.0.0.1:{site.server_port}",
            "admin_listen": f"127.0.0.1:{site.admin_port}",
            "ca": str(pki / "ca.crt"),
            "cert": str(pki / "https.crt"),
            "key": str(pki / "https.key"),
        },
        "ingest": {
            "broker": f"127.0.0.1:{site.broker_port}",
            "client": "server",
            "ca": str(pki / "ca.crt"),
            "cert": str(pki / "server.crt"),
            "key": str(pki / "server.key"),
        },
    }
    site.config.write_text(tomli_w.dumps(raw), encoding="utf-8")
    site.server_config.write_text(tomli_w.dumps(server), encoding="utf-8")
    site.config.chmod(0o600)
    return site
