"""The real window on a real X display, touched from outside the process."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

import config
from demo.control import Control

SITE = Path(config.__file__).parent / "sites" / "six-counters.toml"


def _until(check: Any, seconds: float = 20.0) -> Any:
    deadline = time.monotonic() + seconds
    while not (found := check()):
        assert time.monotonic() < deadline, f"not within {seconds} s"
        time.sleep(0.05)
    return found


class Window:
    """Xvfb, a kiosk without a hub, and a mouse."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(dir="/tmp", prefix="kw"))
        read, write = os.pipe()
        command = ["Xvfb", "-displayfd", str(write), "-screen", "0", "1280x800x24", "-nolisten", "tcp"]
        self.display_process = subprocess.Popen(command, pass_fds=[write], stderr=subprocess.DEVNULL)
        os.close(write)
        with os.fdopen(read) as answer:
            self.display = f":{answer.readline().strip()}"
        self.env = {key: value for key, value in os.environ.items() if not key.startswith(("MOTCUA_", "SDL_"))}
        self.env |= {"DISPLAY": self.display, "MOTCUA_PATHS__RUNTIME": str(self.folder)}
        self.env |= {"MOTCUA_HUB__SOCKET": str(self.folder / "none.sock"), "MOTCUA_SCANNER__SOURCE": "none"}
        self.env.pop("WAYLAND_DISPLAY", None)
        run = [sys.executable, "-m", "config.cli", "kiosk", "run", "--config", str(SITE), "--virtual", str(self.folder)]
        with (self.folder / "log").open("wb") as log:
            self.kiosk = subprocess.Popen(run, env=self.env, stdout=log, stderr=log)
        self._control = Control(self.folder / "control" / "kiosk.sock")
        _until(self._control.there)

    def do(self, do: str, **args: Any) -> dict[str, Any]:
        result: dict[str, Any] = self._control.ask(do, **args)
        return result

    def mouse(self, *words: str) -> None:
        subprocess.run(["xdotool", *words], env=self.env, check=True)

    def point(self, target: str) -> tuple[int, int]:
        rect = next(each["rect"] for each in self.do("screen")["targets"] if each["id"] == target)
        return rect[0] + rect[2] // 2, rect[1] + rect[3] // 2

    def click(self, target: str) -> None:
        x, y = self.point(target)
        self.mouse("mousemove", str(x), str(y), "click", "1")

    def close(self) -> int:
        self.kiosk.send_signal(signal.SIGTERM)
        status = self.kiosk.wait(15)
        self.display_process.terminate()
        self.display_process.wait(10)
        shutil.rmtree(self.folder)
        return status


@pytest.fixture
def window() -> Iterator[Window]:
    made = Window()
    try:
        yield made
    finally:
        made.close()


def test_a_mouse_on_a_real_display_walks_through_the_screens(window: Window) -> None:
    assert window.do("screen")["name"] == "home"
    window.click("go:popular")
    _until(lambda: window.do("screen")["name"] == "popular")
    window.click("go:search")
    _until(lambda: window.do("screen")["name"] == "search")
    for letter in "khai":
        window.click(f"key:{letter}")
    _until(lambda: any(each["id"].startswith("procedure:") for each in window.do("screen")["targets"]))
    window.click("modes")
    _until(lambda: any(each["id"] == "large" for each in window.do("screen")["targets"]))
    window.click("large")
    _until(lambda: window.do("screen")["large"])
    window.click("modes:close")
    _until(lambda: all(each["id"] != "modes:close" for each in window.do("screen")["targets"]))
    window.click("done")
    _until(lambda: window.do("screen")["name"] == "home")


def test_a_control_answers_at_touch_down_and_acts_only_at_release_inside(window: Window) -> None:
    before = window.folder / "before.png"
    held = window.folder / "held.png"
    window.do("screenshot", path=str(before))
    x, y = window.point("go:rate")
    window.mouse("mousemove", str(x), str(y), "mousedown", "1")

    left, top, wide, high = next(each["rect"] for each in window.do("screen")["targets"] if each["id"] == "go:rate")

    def changed() -> bool:
        window.do("screenshot", path=str(held))
        with Image.open(before) as one, Image.open(held) as other:
            box = (left, top, left + wide, top + high)
            return one.convert("RGB").crop(box).tobytes() != other.convert("RGB").crop(box).tobytes()

    _until(changed)
    assert window.do("screen")["name"] == "home"
    window.mouse("mousemove", "5", "5", "mouseup", "1")
    _until(lambda: not changed())
    assert window.do("screen")["name"] == "home"
