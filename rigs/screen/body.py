"""In the virtual machine: the kiosk on the kernel's own display and touch, under systemd with its unit's own rights.

The unit is the installed one but for `--virtual`, which opens the control socket: the socket says where things are and
what is on the screen, a finger on the kernel's touch panel does the rest. One line for each check; ends with 0 when all
held. What the glass shows is not compared: Mesa's software GL draws no triangle on an emulated processor (clearing the
screen works, and the same Mesa draws right on a real one); the pictures themselves are tested in tests/screens.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import traceback
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from finger import Panel

from queue_display.client import HubClient

CONTROL = Path("/run/motcua-kiosk/control/kiosk.sock")
DISPLAY = Path("/sys/kernel/debug/dri/0")
LETTERS = "qpzmalgtbyhnwoskxjevdirucf"
"""Every letter once, from one end of the keyboard to the other: a touch that lands beside its key shows at once."""
TOUCHES = 40
Answer = TypeVar("Answer")


def until(what: str, ask: Callable[[], Answer | None], seconds: float = 240.0, every: float = 0.1) -> Answer:
    """The first answer that is true. The limit is for something that hangs, not a measure."""
    end = time.monotonic() + seconds
    while True:
        answer = ask()
        if answer:
            return answer
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds:.0f} s: {what}")
        time.sleep(every)


class Room:
    def __init__(self) -> None:
        self.panel = Panel()
        self.hub = HubClient("unix:/run/motcua/hub.sock", role="technician", device="rig")
        until("the kiosk's control socket", CONTROL.exists)
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(60)
        self._socket.connect(str(CONTROL))
        self._file = self._socket.makefile("rwb")
        until("the kiosk to see the hub", lambda: self.do("screen")["hub"])

    def do(self, what: str, **args: Any) -> dict[str, Any]:
        """Ask the kiosk; nothing but looking is ever asked."""
        self._file.write(json.dumps({"id": 1, "do": what, "args": args}).encode() + b"\n")
        self._file.flush()
        answer = json.loads(self._file.readline())
        assert answer["ok"], answer
        result: dict[str, Any] = answer["result"]
        return result

    def now(self) -> str:
        return str(self.do("screen")["name"])

    def place(self, name: str) -> list[float] | None:
        """Where it lies; None while it is not there, or cannot be pressed."""
        return next((each["rect"] for each in self.do("screen")["targets"] if each["id"] == name), None)

    def middle(self, name: str) -> tuple[float, float]:
        """Where to touch it, as shares of the panel."""
        size = self.do("size")
        x, y, wide, high = until(f"{name} to touch", lambda: self.place(name), 60.0)
        return (x + wide / 2) / size["width"], (y + high / 2) / size["height"]

    def touch(self, name: str) -> None:
        """A finger on the panel, where the thing of that name lies."""
        self.panel.tap(*self.middle(name))

    def go(self, name: str, screen: str) -> None:
        """Touch it, and wait for the screen it leads to."""
        self.touch(name)
        until(screen, lambda: self.now() == screen, 60.0)

    def home(self) -> None:
        """Home, whatever stood there before: the screen of a kiosk nobody used may have come up."""
        if self.now() == "attract":
            self.panel.tap(0.5, 0.5)
        elif self.now() != "home":
            self.touch("home")
        until("home", lambda: self.now() == "home", 60.0)

    def typed(self) -> str:
        """What stands in the field, before its cursor; longer than its room, only the end of it after an ellipsis."""
        return next((each[:-1] for each in self.do("screen")["words"] if each.endswith("|")), "")

    def stands(self, text: str) -> bool:
        """Whether just that is typed, no key more or less."""
        return self.typed() in (text, "…" + text[-10:])

    def another(self, picture: str) -> bool:
        """Whether the display shows another picture than that one."""
        return self.shown() != picture

    def kiosk(self) -> int:
        """The process id of the kiosk."""
        told = subprocess.run(
            ["systemctl", "show", "-P", "MainPID", "motcua-kiosk.service"], capture_output=True, text=True, check=True
        )
        return int(told.stdout)

    def journal(self) -> str:
        command = ["journalctl", "--no-pager", "-o", "cat", "-u", "motcua-kiosk.service"]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    def panels_found(self) -> int:
        return self.journal().count("touch device /dev/input/event")

    def read(self) -> bool:
        """Whether the panel is both slept on by the kiosk and read by SDL, which finds devices in its own time."""
        held = Path(f"/proc/{self.kiosk()}/fd")
        return sum(str(each.readlink()).startswith("/dev/input/event") for each in held.iterdir()) >= 2

    def shown(self) -> str:
        """Which picture the display takes from memory now, and who made it."""
        state = (DISPLAY / "state").read_text()
        return " ".join(state.split("fb=", 1)[1].split()[:5])

    def numbers(self) -> list[str]:
        return sorted(ticket["number"] for ticket in self.hub.get("/v1/tickets")["tickets"])


def kiosk_starts_on_the_kernels_display(room: Room) -> None:
    until("the kiosk's screen", lambda: "screen 1280x800 on KMSDRM" in room.journal())
    assert "python" in until("a picture of the kiosk's on the display", room.shown)
    until("the touch panel is read", room.read)
    room.home()


def every_change_reaches_the_display(room: Room) -> None:
    room.home()
    before = room.shown()
    room.go("go:service", "service")
    until("another picture on the display", partial(room.another, before))
    room.home()


def forty_touches_are_forty_taps(room: Room) -> None:
    room.home()
    room.go("go:popular", "popular")
    room.go("go:search", "search")
    start = time.monotonic()
    text = room.typed()
    assert text == "", text
    for touch in range(TOUCHES):
        key = LETTERS[touch] if touch < len(LETTERS) else "backspace"
        after = text + key if key != "backspace" else text[:-1]
        room.touch(f"key:{key}")
        until(f"touch {touch + 1}, {key}: {after}", partial(room.stands, after), 60.0)
        text = after
    time.sleep(1.0)  # nothing comes afterwards
    assert room.stands(text), (room.typed(), text)
    spent = time.monotonic() - start
    sys.stdout.write(f"screen figure: {TOUCHES} of {TOUCHES} touches were one tap each, {spent:.0f} s\n")
    room.home()


def finger_to_display(room: Room) -> None:
    """From the kernel's touch to another picture of the kiosk's handed to the display: a figure, no limit."""
    room.home()
    x, y = room.middle("go:service")
    taken = []
    for _ in range(9):
        before = room.shown()
        began = room.panel.down(x, y)
        until("the pressed tile on the display", partial(room.another, before), 60.0, every=0.001)
        taken.append(time.monotonic() - began)
        room.panel.move(0.5, 0.0)  # off the tile: nothing is pressed
        room.panel.up()
        time.sleep(0.5)
        assert room.now() == "home"
    middle, worst = sorted(taken)[len(taken) // 2], max(taken)
    sys.stdout.write(f"screen figure: finger to display {middle * 1000:.0f} ms, {worst * 1000:.0f} ms at worst of 9\n")


def ticket_is_taken_by_touch(room: Room) -> None:
    assert room.numbers() == []
    room.home()
    room.go("go:service", "service")
    room.go("take:reception", "ticket")
    assert room.do("screen")["ticket"] == "A001"
    assert room.numbers() == ["A001"]
    room.home()


def touch_panel_pulled_and_plugged_again(room: Room) -> None:
    room.home()
    seen = room.panels_found()
    room.panel.pull()
    until("the loss is told", lambda: "touch device lost" in room.journal())
    room.panel = Panel()
    until("it is found again", lambda: room.panels_found() > seen)
    until("and read", room.read)
    room.go("go:service", "service")
    room.home()


def untouched_it_sleeps(room: Room) -> None:
    pid = room.kiosk()
    room.home()

    def spent() -> int:
        return sum(int(word) for word in Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1].split()[11:13])

    time.sleep(6.0)
    before, began = spent(), time.monotonic()
    time.sleep(20.0)
    share = (spent() - before) / os.sysconf("SC_CLK_TCK") / (time.monotonic() - began)
    resident = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS"))
    sys.stdout.write(f"screen figure: idle {share:.2%} of an emulated core, {' '.join(resident.split()[1:])}\n")


def first_touch_only_wakes_it(room: Room) -> None:
    room.home()
    x, y = room.middle("go:service")
    until("the screen of a kiosk nobody uses", lambda: room.now() == "attract")
    room.panel.tap(x, y)
    until("home", lambda: room.now() == "home", 60.0)
    time.sleep(1.0)
    assert room.now() == "home"  # what lies under the finger now was not there when it came
    room.go("go:service", "service")


CHECKS = [
    kiosk_starts_on_the_kernels_display,
    every_change_reaches_the_display,
    forty_touches_are_forty_taps,
    finger_to_display,
    ticket_is_taken_by_touch,
    touch_panel_pulled_and_plugged_again,
    untouched_it_sleeps,
    first_touch_only_wakes_it,
]


def active(service: str) -> bool:
    return subprocess.call(["systemctl", "--quiet", "is-active", service]) == 0


def main() -> int:
    for service in ("motcua-hub.service", "motcua-kiosk.service"):
        until(f"{service} up", partial(active, service), 600)
    room = Room()
    for check in CHECKS:
        start = time.monotonic()
        try:
            check(room)
        except Exception:  # noqa: BLE001  (whatever it was, it is this check's failure)
            sys.stdout.write(f"screen {check.__name__}: FAILED\n{traceback.format_exc()}\n{room.journal()[-4000:]}\n")
            return 1
        sys.stdout.write(f"screen {check.__name__}: ok ({time.monotonic() - start:.1f} s)\n")
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
