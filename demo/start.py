"""`motcua demo`: every process of the waiting room by its own command, on virtual hardware."""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from demo.control import Control
from demo.processes import NotReady, Part, Supervisor
from demo.site import Site, make_site
from queue_display.client import HubClient, HubUnreachable
from queue_display.hub.pins import weakness

MOTCUA = [sys.executable, "-m", "config.cli"]
Say = Callable[[str, str], None]


@dataclass
class Room:
    """The virtual room while it runs."""

    site: Site
    supervisor: Supervisor
    headless: bool = True
    absent: dict[str, str] = field(default_factory=dict)
    """Part → sentence, for what this machine does not have."""

    @property
    def cabinet(self) -> Control:
        return Control(self.site.control("cabinet"))

    @property
    def bridge(self) -> Control:
        return Control(self.site.control("bridge"))

    @property
    def kiosk(self) -> Control:
        return Control(self.site.control("kiosk"))

    def part(self, name: str) -> Part | None:
        """A part by name; None when this run has none."""
        return self.supervisor.parts.get(name)


def mosquitto() -> str | None:
    """The broker's program; None where it is not installed. Debian keeps it out of an ordinary user's PATH."""
    return shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")


def _no_firmware() -> str | None:
    """Why there can be no button and no board on this machine; None where MicroPython starts."""
    from firmware_bridge.image import MicroPythonMissing, micropython

    try:
        micropython()
    except MicroPythonMissing as error:
        return f"{error.vi} / {error.en}"
    return None


def _listening(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=0.5):
            return True
    except OSError:
        return False


def hub_answers(address: str) -> bool:
    """Whether the hub's health route answers."""
    try:
        return bool(HubClient(address, role="technician", device="demo", timeout_s=2.0).get("/v1/health")["ok"])
    except HubUnreachable:
        return False


def _run(command: list[str], log: Path) -> bool:
    with log.open("ab") as out:
        return subprocess.run(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, check=False).returncode == 0


def parts_of(site: Site, headless: bool) -> dict[str, Part]:
    """Every part of the room in the order of dependency."""
    config = ["--config", str(site.config)]
    video = {"SDL_VIDEODRIVER": "dummy"} if headless else {}
    hub = site.hub_address

    def part(name: str, vi: str, en: str, command: list[str], ready: Callable[[], bool], **environ: str) -> Part:
        return Part(name, command, site.log(name), ready, vi, en, environ)

    listed = [
        part("broker", "Mosquitto: đường gửi sự kiện", "Mosquitto: the events' road",
             [mosquitto() or "mosquitto", "-c", str(site.folder / "broker" / "mosquitto.conf")],
             lambda: _listening(site.broker_port)),
        part("server", "Máy chủ xã", "commune server", [*MOTCUA, "server", "run", "--config", str(site.server_config)],
             lambda: _listening(site.server_port) and _listening(site.admin_port)),
        part("cabinet", "Tủ thiết bị ảo: nút, bảng, bàn phím, máy in", "virtual cabinet: button, boards, printer",
             [*MOTCUA, "bridge", "cabinet", "--runtime", str(site.folder), *config],
             Control(site.control("cabinet")).there),
        part("hub", "Sổ số thứ tự", "hub: the queue's truth", [*MOTCUA, "hub", "run", *config],
             lambda: hub_answers(hub)),
        part("bridge", "Cầu nối thiết bị", "bridge: the wires",
             [*MOTCUA, "bridge", "run", *config, "--hub", hub, "--virtual", str(site.folder)],
             Control(site.control("bridge")).there),
        part("kiosk", "Màn hình chạm", "kiosk: the touchscreen",
             [*MOTCUA, "kiosk", "run", "--virtual", *config, "--hub", hub],
             Control(site.control("kiosk")).there, **video),
    ]  # fmt: skip
    return {each.name: each for each in listed}


def runtime_folder(keep: Path | None) -> Path:
    """A short path: Unix sockets have room for a hundred characters."""
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
    return Path(tempfile.mkdtemp(prefix="motcua-", dir="/tmp"))


def start_room(folder: Path, say: Say, *, site_name: str = "six-counters", headless: bool, remove: bool = True) -> Room:
    """Set everything up and start it; `say(vi, en)` hears one line a part. Raises `NotReady`, `UnknownSite`.

    A program that this machine lacks (Mosquitto, espeak-ng, MicroPython) becomes a sentence in `Room.absent`; the
    rest of the room runs.
    """
    os.chmod(folder, 0o755)  # Mosquitto drops its privileges and must still reach its certificates
    supervisor = Supervisor(folder, remove)
    began = time.monotonic()
    try:
        missing = _no_firmware()
        pin = _new_pin()
        site = make_site(folder, site_name, wires=missing is None, staff_pin=pin)
        room = Room(site, supervisor, headless)
        if missing is not None:
            room.absent["firmware"] = missing
            say(f"– Nút, bảng đèn, bàn phím: {missing}", "  buttons, boards, key pads: no MicroPython on this machine")
        prepare_uplink(room)
        _prepare_voice(room, say)
        for name, part in parts_of(site, headless).items():
            if name in room.absent:
                say(f"– {part.title_vi}: {room.absent[name]}", f"  {part.title_en}: not on this machine")
                continue
            at = time.monotonic()
            supervisor.start(part, 60.0)
            say(f"✓ {part.title_vi} (pid {part.pid}, {time.monotonic() - at:.1f} s)", f"  {part.title_en}")
        say(
            f"Màn hình cán bộ của kiosk: chạm 5 lần vào dấu hiệu góc trái, mã PIN của lần chạy này là {pin}.",
            "  the kiosk's staff screen: touch the mark five times; the PIN is of this run alone",
        )
        say(f"Sẵn sàng sau {time.monotonic() - began:.1f} giây.", f"Ready after {time.monotonic() - began:.1f} s.")
        return room
    except BaseException:
        supervisor.stop_all()
        raise


def _new_pin() -> str:
    """Six digits of this run alone, none that may not be chosen."""
    while True:
        pin = f"{secrets.randbelow(1_000_000):06}"
        if weakness(pin) is None:
            return pin


def prepare_uplink(room: Room) -> None:
    """Certificates, and the broker's settings where there is a broker. Raises `NotReady`."""
    site, log = room.site, room.site.log("setup")
    pki = [*MOTCUA, "server", "pki", "--out", str(site.pki), "--device", site.device, "--device", "demo-admin"]
    if not _run(pki, log):
        raise NotReady(f"motcua server pki: {log.read_text(encoding='utf-8')[-800:]}")
    if mosquitto():
        (site.folder / "broker").mkdir(exist_ok=True)
        command = [
            *MOTCUA, "server", "mosquitto", "--out", str(site.folder / "broker" / "mosquitto.conf"),
            "--pki", str(site.pki), "--port", str(site.broker_port),
        ]  # fmt: skip
        if not _run(command, log):
            raise NotReady(f"motcua server mosquitto: {log.read_text(encoding='utf-8')[-800:]}")
    else:
        room.absent["broker"] = "chưa cài Mosquitto; sự kiện nằm chờ trong sổ / no Mosquitto: events wait in the ledger"


def _prepare_voice(room: Room, say: Say) -> None:
    site, log = room.site, room.site.log("setup")
    voice = [*MOTCUA, "voice", "make", "--accent", "north", "--config", str(site.config)]
    if not _run(voice, log):
        room.absent["voice"] = "chưa có espeak-ng: số hiện trên bảng, không có tiếng / no espeak-ng: calls are silent"
        say(f"– Giọng nói: {room.absent['voice']}", "")
