"""The real kiosk process, its own voice into files: what is said, silence at once, rest and waking."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import config
from demo.control import Control

SITE = Path(config.__file__).parent / "sites" / "six-counters.toml"


def until(check: Callable[[], Any], seconds: float = 30.0) -> Any:
    deadline = time.monotonic() + seconds
    while not (found := check()):
        assert time.monotonic() < deadline, f"not within {seconds} s"
        time.sleep(0.05)
    return found


class Kiosk:
    """A kiosk without a hub and without a glass."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(dir="/tmp", prefix="km"))
        env = {key: value for key, value in os.environ.items() if not key.startswith(("MOTCUA_", "SDL_"))}
        env |= {
            "SDL_VIDEODRIVER": "dummy",
            "MOTCUA_PATHS__RUNTIME": str(self.folder),
            "MOTCUA_HUB__SOCKET": str(self.folder / "none.sock"),
            "MOTCUA_SCANNER__SOURCE": "none",
            "MOTCUA_KIOSK__SPEAKER": f"file:{self.folder}/sound",
            "MOTCUA_KIOSK__ATTRACT_S": "3",
        }
        run = [sys.executable, "-m", "config.cli", "kiosk", "run", "--config", str(SITE), "--virtual", str(self.folder)]
        with (self.folder / "log").open("wb") as log:
            self.process = subprocess.Popen(run, env=env, stdout=log, stderr=log)
        self._control = Control(self.folder / "control" / "kiosk.sock")
        until(lambda: self._control.there() or self.process.poll() is not None)
        assert self.process.poll() is None, (self.folder / "log").read_text("utf-8")

    def do(self, do: str, **args: Any) -> dict[str, Any]:
        result: dict[str, Any] = self._control.ask(do, **args)
        return result

    def spoken(self) -> list[dict[str, Any]]:
        path = self.folder / "sound" / "spoken.jsonl"
        return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []

    def sounding(self) -> bool:
        """A sentence has been begun and not ended: its clip is there, its line is not."""
        return len(list((self.folder / "sound").glob("*.wav"))) > len(self.spoken())

    def close(self) -> None:
        self.process.terminate()
        assert self.process.wait(20) == 0
        shutil.rmtree(self.folder)


@pytest.fixture(scope="module")
def kiosk() -> Iterator[Kiosk]:
    made = Kiosk()
    try:
        yield made
    finally:
        made.close()


def test_a_screen_is_read_out_and_done_is_silence_at_once(kiosk: Kiosk) -> None:
    kiosk.do("tap", id="modes")
    assert kiosk.do("tap", id="speak")["modes"]["speak"]
    until(lambda: any(row["text"].startswith("Ông bà muốn") for row in kiosk.spoken()))
    kiosk.do("tap", id="modes:close")
    assert kiosk.do("tap", id="go:help")["name"] == "help"
    until(lambda: any(row["text"] == "Cần giúp đỡ." and not row["cut"] for row in kiosk.spoken()))
    until(kiosk.sounding)
    before = len(kiosk.spoken())
    after = kiosk.do("tap", id="done")
    assert not after["modes"]["speak"] and after["name"] == "home"
    last = until(lambda: len(kiosk.spoken()) > before and kiosk.spoken()[-1])
    assert last["cut"]  # a sentence that was begun is not spoken to its end
    assert all(Path(row["file"]).read_bytes().startswith(b"RIFF") for row in kiosk.spoken())


def test_it_rests_and_a_touch_wakes_it_without_pressing_what_lies_below(kiosk: Kiosk) -> None:
    until(lambda: kiosk.do("screen")["name"] == "attract")
    kiosk.do("tap", x=200, y=500)  # where home has its largest tile
    assert kiosk.do("screen")["name"] == "home"
    until(lambda: kiosk.do("screen")["name"] == "attract")
    assert kiosk.do("tap", id="go:help")["name"] == "help"
    kiosk.do("tap", id="done")
