"""A new firmware over the bus: whatever happens in the middle, a working one runs afterwards."""

from __future__ import annotations

import builtins
import os
import random
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from firmware_bridge import contract, image
from firmware_bridge.firmware import boot, update

sys.modules.setdefault("boot", boot)  # on a chip boot.py lies beside everything else

from firmware_bridge.firmware.slots import Slots  # noqa: E402 it imports `boot`

WORDS = contract.words()


def packed(name: str, firmware: int = 3) -> image.Image:
    """A small image whose one file says what it is called."""
    content = {"board_main.py": f"NAME = {name!r}\n".encode(), "firmware_bridge/deep/x.py": b"x = 1\n" * 900}
    return image.pack("unix", content, firmware)


CHIPS: list[Chip] = []


@pytest.fixture(autouse=True)
def nothing_left_open() -> Iterator[None]:
    yield
    while CHIPS:
        CHIPS.pop().slots._close()


class Chip:
    """The board's side of an update on a flash that is a folder."""

    def __init__(self, root: Path, version: int = 2) -> None:
        self.root = str(root)
        self.slot = boot.choose(self.root)
        self.slots = Slots(self.root, self.slot)
        self.said: list[tuple[int, int]] = []
        self.now = 0
        CHIPS.append(self)
        self.update = update.Update(self.slots, 1, version, lambda *said: self.said.append(said), 60_000, 0)

    def begin(self, one: image.Image, force: int = 0, kind: int = 1) -> tuple[int, int]:
        self.update.begin(
            {"size": len(one.data), "digest": one.digest, "kind": kind, "firmware": one.firmware, "force": force}
        )
        return self.said[-1]

    def take(self, one: image.Image, start: int = 0, stop: int | None = None) -> None:
        for at in range(start, len(one.data) if stop is None else stop, 44):
            self.update.chunk({"at": at, "data": one.data[at : at + 44]})

    def run(self, milliseconds: int, quiet: bool = True) -> None:
        for _ in range(milliseconds):
            self.now += 1
            self.update.step(quiet, self.now)

    def load(self, one: image.Image) -> tuple[int, int]:
        self.begin(one)
        self.take(one)
        self.update.finish()
        self.run(400)
        return self.said[-1]

    def name(self) -> str | None:
        """What the firmware that would run now is called; None for the workshop's."""
        if self.slot == boot.FACTORY:
            return None
        found: dict[str, Any] = {}
        exec((Path(self.root) / self.slot / "board_main.py").read_text(encoding="utf-8"), found)
        assert len((Path(self.root) / self.slot / "firmware_bridge/deep/x.py").read_bytes()) == 5400
        return str(found["NAME"])


def test_a_new_firmware_is_tried_confirmed_and_stays(tmp_path: Path) -> None:
    chip = Chip(tmp_path)
    assert chip.load(packed("new"))[0] == update.COMPLETE and chip.update.restart
    chip = Chip(tmp_path)
    assert chip.name() == "new" and chip.slots.trial and chip.slots.number() == 129
    chip.update.confirm()
    assert chip.said == [(update.CONFIRMED, 0)]
    for _ in range(5):
        chip = Chip(tmp_path)
        assert chip.name() == "new" and not chip.slots.trial
    assert chip.load(packed("newer"))[0] == update.COMPLETE  # into the other slot
    chip = Chip(tmp_path)
    assert (chip.name(), chip.slot) == ("newer", "b")


def test_not_confirmed_in_time_means_the_old_one_again(tmp_path: Path) -> None:
    Chip(tmp_path).load(packed("old"))
    Chip(tmp_path).update.confirm()
    Chip(tmp_path).load(packed("mute"))
    chip = Chip(tmp_path)
    assert chip.name() == "mute"
    chip.run(59_000)
    assert not chip.update.restart
    chip.run(1_100)
    assert chip.update.restart
    assert Chip(tmp_path).name() == "old"


def test_one_that_does_not_come_up_has_three_tries(tmp_path: Path) -> None:
    Chip(tmp_path).load(packed("crash"))
    assert [Chip(tmp_path).name() for _ in range(5)] == ["crash", "crash", "crash", None, None]


def test_a_confirmed_one_that_crashes_again_and_again_gives_way(tmp_path: Path) -> None:
    Chip(tmp_path).load(packed("moody"))
    Chip(tmp_path).update.confirm()
    for crash in range(boot.CRASHES):
        assert Chip(tmp_path).name() == "moody", crash
        boot.crashed(str(tmp_path), "a", "RuntimeError")
    assert Chip(tmp_path).name() is None


def test_a_minute_of_work_forgives_earlier_crashes(tmp_path: Path) -> None:
    Chip(tmp_path).load(packed("moody"))
    Chip(tmp_path).update.confirm()
    for _ in range(3):
        for _ in range(boot.CRASHES - 1):
            boot.crashed(str(tmp_path), "a", "RuntimeError")
        chip = Chip(tmp_path)
        assert chip.name() == "moody"
        chip.run(60_100)


def test_it_waits_for_presses_before_it_starts_anew(tmp_path: Path) -> None:
    chip = Chip(tmp_path)
    one = packed("new")
    chip.begin(one)
    chip.take(one)
    chip.update.finish()
    chip.run(5_000, quiet=False)
    assert chip.said[-1][0] == update.COMPLETE and not chip.update.restart
    chip.run(10, quiet=True)
    assert chip.update.restart


@pytest.mark.parametrize(
    ("one", "kind", "force", "answer"),
    [
        (packed("other"), 2, 0, update.OTHER_BOARD),
        (packed("older", 1), 1, 0, update.OLDER),
        (packed("older", 1), 1, 1, update.RECEIVING),
        (packed("same", 2), 1, 0, update.RECEIVING),
    ],
)
def test_what_may_come_in(tmp_path: Path, one: image.Image, kind: int, force: int, answer: int) -> None:
    assert Chip(tmp_path).begin(one, force, kind)[0] == answer


def test_nothing_is_taken_while_one_is_on_trial(tmp_path: Path) -> None:
    Chip(tmp_path).load(packed("new"))
    chip = Chip(tmp_path)
    assert chip.begin(packed("newer", 9))[0] == update.ON_TRIAL  # it would lie where the old one lies


def test_a_transfer_goes_on_where_it_was_cut(tmp_path: Path) -> None:
    one = packed("new")
    chip = Chip(tmp_path)
    chip.begin(one)
    chip.take(one, stop=44 * 20)
    chip.slots._close()
    chip = Chip(tmp_path)  # the power was away
    state, held = chip.begin(one)
    assert state == update.RECEIVING and 0 < held <= 44 * 20
    chip.update.chunk({"at": held + 1, "data": b"x"})
    assert chip.said[-1] == (update.OUT_OF_ORDER, held)
    chip.take(one, start=held)
    chip.update.finish()
    chip.run(400)
    assert Chip(tmp_path).name() == "new"
    # Another image does not go on with the first one's bytes.
    assert Chip(tmp_path).begin(packed("third", 4)) != (update.RECEIVING, held)


def test_a_flipped_bit_anywhere_is_found_out(tmp_path: Path) -> None:
    chance = random.Random(4)
    for _ in range(20):
        one = packed("new")
        harmed = bytearray(one.data)
        harmed[chance.randrange(len(harmed))] ^= 1 << chance.randrange(8)
        chip = Chip(tmp_path)
        chip.begin(one)
        chip.take(image.Image(bytes(harmed), one.kind, one.firmware, one.protocol, one.dictionary))
        chip.update.finish()
        chip.run(400)
        assert chip.said[-1][0] == update.NOT_WHOLE and not chip.update.restart
        assert Chip(tmp_path).name() is None


class PowerCut(BaseException):
    """Nothing after this happens."""


@pytest.fixture
def power(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, int]]:
    """Counts every touch of the flash; at `left` = 0 the power goes. Half of what was being written gets there."""
    state = {"left": -1, "touches": 0}

    def touch() -> bool:
        state["touches"] += 1
        state["left"] -= 1
        return state["left"] == 0

    def wrapped(real: Any) -> Any:
        def deed(*arguments: Any, **named: Any) -> Any:
            if touch():
                raise PowerCut
            return real(*arguments, **named)

        return deed

    real_open = builtins.open

    def opened(path: Any, mode: str = "r", **named: Any) -> Any:
        file = real_open(path, mode, **named)
        if "r" in mode:
            return file
        if touch():
            file.close()
            raise PowerCut
        real_write = file.write

        class Cut:
            def __enter__(self) -> Cut:
                return self

            def __exit__(self, *_: object) -> None:
                file.close()

            def write(self, data: Any) -> None:
                if touch():
                    real_write(data[: len(data) // 2])
                    file.flush()
                    raise PowerCut
                real_write(data)

            def flush(self) -> None:
                file.flush()

            def close(self) -> None:
                file.close()

        return Cut()

    monkeypatch.setattr(builtins, "open", opened)
    for name in ("remove", "rename", "mkdir", "rmdir"):
        monkeypatch.setattr(os, name, wrapped(getattr(os, name)))
    yield state
    state["left"] = -1


def whole_update(folder: Path) -> None:
    Chip(folder).load(packed("second", 4))
    Chip(folder).update.confirm()


@pytest.mark.slow
def test_power_cut_at_any_touch_of_the_flash_leaves_a_working_firmware(tmp_path: Path, power: dict[str, int]) -> None:
    """Every write, rename, remove of a whole update is cut once: before it, the old or the new one runs, whole."""
    folder = tmp_path / "counted"
    folder.mkdir()
    Chip(folder).load(packed("first"))
    Chip(folder).update.confirm()
    power["touches"] = 0
    whole_update(folder)
    touches = power["touches"]
    assert touches > 50
    ran = set()
    for cut in range(1, touches + 1):
        folder = tmp_path / f"cut{cut}"
        folder.mkdir()
        Chip(folder).load(packed("first"))
        Chip(folder).update.confirm()
        power["left"] = cut
        try:
            whole_update(folder)
        except PowerCut:
            CHIPS[-1].slots._close()
        power["left"] = -1
        ran.add(name := Chip(folder).name())
        assert name in ("first", "second"), f"cut {cut} of {touches}"
        # And it can be loaded all the same.
        chip = Chip(folder)
        if chip.slots.trial:
            chip.update.confirm()
        assert Chip(folder).load(packed("third", 5))[0] == update.COMPLETE, f"cut {cut} of {touches}"
        assert Chip(folder).name() == "third"
    assert ran == {"first", "second"}
    print(f"{touches} cuts")


def test_the_state_file_survives_nonsense(tmp_path: Path) -> None:
    Chip(tmp_path).load(packed("new"))
    Chip(tmp_path).update.confirm()
    for nonsense in ("", "a", "a - 0 0 1", "x y z q w", "é" * 30, "a b 99 99 99999"):
        (tmp_path / "slots").write_text(nonsense, encoding="utf-8")
        assert Chip(tmp_path).name() is None  # the workshop's, which can be loaded anew
