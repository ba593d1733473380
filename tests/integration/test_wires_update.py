"""A new firmware over the bus while people press: the old one runs on until the new one is known to work."""

from __future__ import annotations

import base64
import random
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from firmware_bridge import image
from firmware_bridge.control import ControlError, ask
from tests.fixtures.wires import Room, until

pytestmark = [pytest.mark.slow]


@pytest.fixture(scope="module")
def room() -> Iterator[Room]:
    with Room().start() as room:
        yield room.ready()


ENDS = ("done", "failed")


class Fingers:
    """Somebody presses all the while; `lifted` says how many presses the chip has taken."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._stop = threading.Event()
        self._presses = 0
        self.unsure = 0
        """Presses in the middle of a start: the chip may have taken them and could not say so."""
        self._thread = threading.Thread(target=self._press, daemon=True)

    def _press(self) -> None:
        while not self._stop.wait(0.3):
            try:
                self._presses += "press" in self._room.cabinet("press", button=0)
            except ControlError:
                self.unsure += 1

    def __enter__(self) -> Fingers:
        self._before = self._room.issued()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.lifted()

    def lifted(self) -> int:
        self._stop.set()
        self._thread.join()
        settle(self._room)
        return self._presses

    @property
    def tickets(self) -> int:
        return self._room.issued() - self._before


def settle(room: Room) -> None:
    until(lambda: all(chip["waiting"] == 0 for chip in room.cabinet("state")["chips"]))


def wires(room: Room, do: str, **arguments: Any) -> Any:
    return ask(room.folder / "wires.sock", do, 30, **arguments)


def chip(room: Room) -> dict[str, Any]:
    state: dict[str, Any] = room.cabinet("state")["chips"][0]
    return state


def flash(room: Room, one: image.Image, force: bool = True) -> dict[str, Any]:
    data = base64.b64encode(one.data).decode("ascii")
    answer: dict[str, Any] = wires(room, "flash", bus="main", node=1, image=data, force=force)
    return answer


def phase(room: Room) -> dict[str, Any]:
    answer: dict[str, Any] = wires(room, "flash_state", bus="main", node=1)
    return answer


def over(room: Room) -> dict[str, Any]:
    return until(lambda: (now := phase(room))["phase"] in ("done", "failed") and now, 120)


def works(room: Room) -> None:
    """The board is served and a press becomes a ticket."""
    until(lambda: room.links()[0]["nodes"]["1"]["up"])
    settle(room)
    before = room.issued()
    assert "press" in room.cabinet("press", button=0)
    settle(room)
    assert room.issued() == before + 1


def broken(text: bytes) -> image.Image:
    return image.pack("unix", {**image.files("unix"), "board_main.py": text})


def test_load_while_people_press_and_not_one_press_is_lost(room: Room) -> None:
    slot = chip(room)["slot"]
    with Fingers(room) as fingers:
        flash(room, image.pack("unix"))
        end = over(room)
        pressed = fingers.lifted()
    assert end["phase"] == "done", end
    assert chip(room)["slot"] not in (slot, slot + 128) and chip(room)["slot"] < 128
    print(f"{pressed} presses during the update")
    assert pressed >= 5
    assert pressed <= fingers.tickets <= pressed + fingers.unsure


def test_power_cut_at_random_moments_of_a_transfer(room: Room) -> None:
    seed = 2611
    chance = random.Random(seed)
    print(f"seed {seed}")
    slot = chip(room)["slot"]
    flash(room, image.pack("unix"))
    size = phase(room)["size"]
    cuts = 0
    while cuts < 4 and phase(room)["phase"] not in ENDS:  # a quick machine is through before the last of them
        mark = phase(room)["at"] + chance.randrange(2_000, 8_000)
        until(lambda mark=mark: phase(room)["at"] >= min(mark, size) or phase(room)["phase"] in ENDS, 60)
        room.cabinet("misbehave", device="board", mode="brownout")
        room.cabinet("misbehave", device="board", mode="none")
        cuts += 1
        works(room)
        runs = chip(room)["slot"]
        if phase(room)["phase"] == "sending":
            assert runs == slot
    assert cuts >= 1
    assert over(room)["phase"] == "done"  # it went on by itself each time
    assert chip(room)["slot"] != slot
    works(room)


def test_unplugged_in_the_middle_goes_on_by_itself(room: Room) -> None:
    flash(room, image.pack("unix"))
    until(lambda: phase(room)["at"] > 8_000, 60)
    room.cabinet("misbehave", device="bus", mode="unplugged")
    until(lambda: not room.links()[0]["open"])
    room.cabinet("misbehave", device="bus", mode="none")
    assert over_plugged(room)["phase"] == "done"
    works(room)


def over_plugged(room: Room) -> dict[str, Any]:
    def now() -> dict[str, Any] | None:
        try:
            state = phase(room)
        except ControlError:
            return None  # the cable is not back yet
        return state if state["phase"] in ("done", "failed") else None

    return until(now, 120)


def test_an_image_that_crashes_at_the_start_gives_way_to_the_old_one(room: Room) -> None:
    slot = chip(room)["slot"]
    flash(room, broken(b"def main(root, slot, config):\n    raise RuntimeError('bad luck')\n"))
    end = over(room)
    assert end["phase"] == "failed" and "bản cũ đã chạy lại" in end["vi"] and "the old one runs again" in end["en"], end
    assert chip(room)["slot"] == slot
    works(room)


def test_an_image_that_does_not_even_compile(room: Room) -> None:
    slot = chip(room)["slot"]
    flash(room, broken(b"def main(:\n"))
    assert over(room)["phase"] == "failed"
    assert chip(room)["slot"] == slot
    works(room)


def test_an_image_for_another_board_is_refused(room: Room) -> None:
    flash(room, image.pack("pico"))
    end = over(room)
    assert end["phase"] == "failed" and "loại bo mạch khác" in end["vi"]
    older = image.pack("unix", firmware=1)
    flash(room, older, force=False)
    end = over(room)
    assert end["phase"] == "failed" and "bản mới hơn" in end["vi"]
    works(room)


def test_loading_over_a_bad_wire(room: Room) -> None:
    room.cabinet("misbehave", device="bus", mode="corrupt", value=0.05)
    try:
        slot = chip(room)["slot"]
        began = time.monotonic()
        flash(room, image.pack("unix"))
        end = over(room)
        print(f"{end['size']} bytes over a wire that spoils one frame in twenty: {time.monotonic() - began:.0f} s")
        assert end["phase"] == "done" and chip(room)["slot"] != slot
    finally:
        room.cabinet("misbehave", device="bus", mode="none")
    works(room)
