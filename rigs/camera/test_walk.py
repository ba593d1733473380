"""Paper to dossier through the product's own processes: picamera2 → child → vote → grammar → kiosk → commune server."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from scene import FOLDER, desk, hold, plug, say, unplug, until

import config
from commune_server.pki import make_pki
from queue_display.client import HubClient
from tests.fixtures import receipts
from tests.fixtures.commune import CommuneServer
from tests.fixtures.farend import DEVICE

SITE = Path(config.__file__).parent / "sites" / "six-counters.toml"
ASKED = FOLDER / "asked"


class Screen:
    """The control socket of a virtual kiosk."""

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(30)
        self._socket.connect(str(path))
        self._file = self._socket.makefile("rwb")

    def do(self, what: str, **args: Any) -> dict[str, Any]:
        self._file.write(json.dumps({"id": 1, "do": what, "args": args}).encode() + b"\n")
        self._file.flush()
        answer = json.loads(self._file.readline())
        assert answer["ok"], answer
        result: dict[str, Any] = answer["result"]
        return result

    def now(self) -> str:
        return str(self.do("screen")["name"])

    def close(self) -> None:
        self._file.close()
        self._socket.close()


class Room:
    """Hub, commune server and kiosk, each by its own command; the kiosk looks through the virtual camera."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(dir="/tmp", prefix="walk"))
        keys = self.folder / "pki"
        make_pki(keys, [DEVICE], datetime.now(UTC))
        # No broker is there: look-ups do not need one.
        self.server = CommuneServer(self.folder, keys, "127.0.0.1:1")
        self.server.start()
        self.env = os.environ | {
            "MOTCUA_PATHS__RUNTIME": str(self.folder),
            "MOTCUA_PATHS__STATE": str(self.folder),
            "MOTCUA_CLOCK__TRUST": "assume",
            "MOTCUA_HOURS__ENFORCE": "false",
            "MOTCUA_KIOSK__VIDEO": "dummy",
            "MOTCUA_SCANNER__SOURCE": "picamera2",
            "MOTCUA_LOOKUP__BASE_URL": f"https://127.0.0.1:{self.server.port}",
            "MOTCUA_LOOKUP__CA": str(keys / "ca.crt"),
            "MOTCUA_LOOKUP__CERT": str(keys / f"{DEVICE}.crt"),
            "MOTCUA_LOOKUP__KEY": str(keys / f"{DEVICE}.key"),
        }
        self.processes: list[subprocess.Popen[bytes]] = []
        self.hub = HubClient(f"unix:{self.folder / 'hub.sock'}", role="technician", device="rig")
        self.start("hub")
        until("the hub", (self.folder / "hub.sock").exists)
        self.kiosk = self.start("kiosk", "--virtual", str(self.folder))
        socket_path = self.folder / "control" / "kiosk.sock"
        until("the kiosk's socket", lambda: socket_path.exists() or self._fail_if_gone())
        self.screen = Screen(socket_path)
        until("the kiosk to see the hub", lambda: self.screen.do("screen")["hub"])

    def _fail_if_gone(self) -> None:
        assert self.kiosk.poll() is None, self.log()[-3000:]

    def start(self, name: str, *more: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "config.cli", name, "run", "--config", str(SITE), *more]
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes.append(subprocess.Popen(command, env=self.env, stdout=log, stderr=log))
        return self.processes[-1]

    def samples(self, status: str) -> list[dict[str, Any]]:
        command = [sys.executable, "-m", "config.cli", "server", "samples", "--config", str(self.server.config)]
        command += ["--json", "--n", "3", "--status", status]
        told = subprocess.run(command, capture_output=True, check=True).stdout
        found: list[dict[str, Any]] = json.loads(told)["samples"]
        return found

    def log(self) -> str:
        return (self.folder / "kiosk.log").read_text(encoding="utf-8")

    def child(self) -> int | None:
        """The scanner's process."""
        for each in Path("/proc").glob("[0-9]*/stat"):
            try:
                parent = int(each.read_text().rsplit(") ", 1)[1].split()[1])
                line = (each.parent / "cmdline").read_bytes()
            except (FileNotFoundError, ProcessLookupError):
                continue
            if parent == self.kiosk.pid and b"kiosk.scanner.child" in line:
                return int(each.parent.name)
        return None

    def scan(self) -> None:
        """Home, and from there to the screen that reads a paper."""
        until("the first screen", self._at_home)
        self.screen.do("tap", id="go:scan")

    def _at_home(self) -> bool:
        now = self.screen.now()
        if now not in ("home", "attract"):
            self.screen.do("tap", id="home")  # where it is asked whether anybody is there, that is answered first
        return now == "home"

    def trouble(self) -> str:
        """The code of what staff are told of the camera now, empty when it works."""
        codes = [str(each) for each in self.hub.get("/v1/health")["degraded"]]
        return next((each for each in codes if each.startswith(("camera", "scanner"))), "")

    def look(self) -> None:
        """To the screen that reads a paper, and wait for the camera to be on."""
        ASKED.unlink(missing_ok=True)
        self.scan()
        until("the camera is on", lambda: ASKED.exists() and not self.trouble())

    def close(self) -> None:
        self.screen.close()
        self.hub.close()
        for each in self.processes:
            each.terminate()
        for each in self.processes:
            each.wait(30)
        self.server.stop()
        shutil.rmtree(self.folder)


@pytest.fixture(scope="module")
def room() -> Iterator[Room]:
    for each in ("frozen", "autofocus", "padded"):
        say(each, on=False)
    plug()
    desk()
    made = Room()
    try:
        yield made
    finally:
        made.close()


@pytest.mark.parametrize(("kind", "status"), [("Code128", "come"), ("QRCode", "open")])
def test_a_receipt_before_the_camera_opens_its_dossier(room: Room, kind: str, status: str) -> None:
    known = room.samples(status)[0]
    text = known["code"] if kind == "Code128" else f"https://dvc.example.gov.vn/tra-cuu?MHS={known['code']}"
    hold(text, kind)
    room.scan()
    until("the dossier's screen", lambda: room.screen.now() == "status")
    shown = room.screen.do("screen")
    assert shown["group"] == status
    assert known["field"] in " ".join(shown["words"])
    assert known["code"] not in room.log() + room.server.text()


def test_other_papers_are_answered_in_words(room: Room) -> None:
    hold(receipts.CARD, "QRCode")
    room.scan()
    until("words about the card", lambda: "căn cước" in " ".join(room.screen.do("screen")["words"]))
    assert "NGUYỄN VĂN THỬ" not in room.log()


def test_a_camera_that_stops_is_told_and_reads_again(room: Room) -> None:
    known = room.samples("come")[1]
    desk()
    room.look()
    say("frozen")
    until("staff are told", lambda: room.trouble() == "camera_stalled")
    say("frozen", on=False)
    until("it works again", lambda: not room.trouble())
    hold(known["code"])  # seen from the camera's next opening on
    room.scan()
    until("the dossier's screen", lambda: room.screen.now() == "status")


def test_a_killed_child_is_replaced_and_finds_the_camera_free(room: Room) -> None:
    known = room.samples("come")[2]
    desk()
    room.look()
    before = until("the child", room.child)
    hold(known["code"])
    os.kill(before, signal.SIGKILL)
    until("another child", lambda: (now := room.child()) is not None and now != before)
    until("the dossier's screen", lambda: room.screen.now() == "status")


def test_without_a_camera_the_keys_are_offered_and_staff_know(room: Room) -> None:
    unplug()
    before = until("the child", room.child)
    os.kill(before, signal.SIGKILL)
    room.scan()
    until("staff are told", lambda: room.trouble() == "camera_missing")
    assert {"H", "0", "-"} <= set(until("the keys", lambda: room.screen.do("screen")["words"]))
    before = until("the child", room.child)
    plug()
    desk()
    os.kill(before, signal.SIGKILL)  # the virtual camera is found only by a process that never missed it
    room.look()
    room.screen.do("tap", id="home")
