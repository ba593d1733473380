"""A trial of a board, as a technician meets it: what is wrong is told once, with the key that mends it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from firmware_bridge.boards_findings import Finding
from firmware_bridge.boards_trial import Target, trial
from firmware_bridge.line import Outcome
from firmware_bridge.modbus import framed
from firmware_bridge.panels.request import Judge
from firmware_bridge.profile import Profile
from firmware_bridge.profile_check import load_profile
from firmware_bridge.virtual.rtu import Unit

COUNTER = 'title = "x"\nprotocol = "modbus-rtu"\ntimeout_ms = 20\n'
PANEL = COUNTER + 'kind = "main"\nrows = 8\nlost = "blank"\nnumbering = "zero"\n'


class Wire:
    """A unit that answers at once; `there` are its registers, `refuses` the values it does not take."""

    baud, frame = 9600, "8N1"

    def __init__(
        self,
        there: set[int] | None = None,
        refuses: Callable[[int, int], bool] = lambda *_: False,
        unit: Unit | None = None,
    ) -> None:
        self.unit, self.there, self.refuses = unit or Unit(), there, refuses
        self.written: list[tuple[int, int]] = []

    def exchange(self, frame: bytes, judge: Judge | None, timeout_s: float) -> Outcome:
        assert judge is not None
        reply = judge(framed(self._answer(frame[:-2])))
        assert reply is not None
        return Outcome(reply.kind, reply.values, reply.exception)

    def _answer(self, body: bytes) -> bytes:
        function, address, word = body[1], int.from_bytes(body[2:4], "big"), int.from_bytes(body[4:6], "big")
        count = 1 if function in (5, 6) else word
        if self.there is not None and not set(range(address, address + count)) <= self.there:
            return bytes([body[0], function | 0x80, 2])
        values = [word] if function == 6 else []
        if function == 16:
            values = [int.from_bytes(body[at : at + 2], "big") for at in range(7, len(body), 2)]
        if any(self.refuses(address + at, value) for at, value in enumerate(values)):
            return bytes([body[0], function | 0x80, 3])
        self.written += [(address + at, value) for at, value in enumerate(values)]
        return self.unit.answer(body)


@pytest.fixture
def profile(tmp_path: Path) -> Callable[[str], Profile]:
    def load(text: str) -> Profile:
        path = tmp_path / "x.toml"
        path.write_text(text, encoding="utf-8")
        return load_profile(path)

    return load


def tried(wire: Wire, profile: Profile, sees: bool | None = None) -> Iterator[Finding]:
    return trial(Target(wire, profile, 3, count=profile.rows or 1), lambda *_: sees)


def said(wire: Wire, profile: Profile, sees: bool | None = None) -> str:
    return "\n".join(f"{found.en} {found.do_en}" for found in tried(wire, profile, sees))


BLINK = (
    '[[write]]\nwhat = "text"\nregister = 256\nencoding = "ascii"\nper_register = 2\n'
    '[[write]]\nwhat = "blink"\nlabel = "Blink"\nregister = 272\nmask = 1\ncalled = 1\nreadable = false\n'
)


def test_what_is_shown_after_a_call_is_written_and_an_unreadable_place_is_unverified(
    profile: Callable[[str], Profile],
) -> None:
    board = Wire()
    told = said(board, profile(COUNTER + 'numbering = "zero"\n' + BLINK))
    assert {value for at, value in board.written if at == 272} == {0, 1}
    assert "Blink: taken, but it cannot be read back: UNVERIFIED" in told
    assert "nobody has looked" in told and "A042, just called" in told
    assert "UNVERIFIED" not in said(Wire(), profile(COUNTER + 'numbering = "zero"\n' + BLINK), sees=True)


NUMBERS = (
    '[[write]]\nwhat = "letter"\nlabel = "Letter"\nregister = {0}\nencoding = "ascii"\nblank = 32\ndashes = 32\n'
    '[[write]]\nwhat = "number"\nlabel = "Number"\nregister = {1}\nencoding = "integer"\nblank = 65535\ndashes = 9999\n'
    '[[write]]\nwhat = "brightness"\nlabel = "Brightness"\nregister = {2}\nrange = [0, 15]\n'
)


@pytest.mark.parametrize(
    ("numbering", "first", "line"),
    [
        ("zero", 11, 'Write numbering = "one".'),
        ("one", 10, 'Write numbering = "zero".'),
        ("zero", 9, "raise every register, read_register, coil by 1"),
        ("40001", 40010, "raise every register, read_register, coil by 1"),
    ],
)
def test_registers_that_are_one_off_point_at_the_numbering(
    profile: Callable[[str], Profile], numbering: str, first: int, line: str
) -> None:
    """The board has 10, 11 and 19, and takes a letter only at 10: some writes are taken, some are refused."""
    board = Wire({10, 11, 19}, lambda at, value: at == 10 and not (value == 32 or 65 <= value <= 90))
    text = f'numbering = "{numbering}"\n' + NUMBERS.format(first, first + 1, first + 9)
    told = said(board, profile(COUNTER + text))
    assert "Some registers are not there" in told or "No register is there" in told
    assert line in told


def test_a_refused_value_alone_does_not_accuse_the_numbering(profile: Callable[[str], Profile]) -> None:
    board = Wire(refuses=lambda at, value: value == 9999)
    told = said(board, profile(COUNTER + 'numbering = "zero"\n' + NUMBERS.format(10, 11, 19)))
    assert "does not take this value or count (exception 3): 0x270F (9999), for dashes." in told
    assert 'lost = "blank"' in told and "most" not in told and "numbering" not in told


def test_one_wrong_key_on_a_panel_is_told_once_with_its_rows(profile: Callable[[str], Profile]) -> None:
    class Swapped(Unit):
        def answer(self, body: bytes) -> bytes:
            reply = super().answer(body)
            if body[1] != 3:
                return reply
            return reply[:3] + b"".join(reply[at : at + 2][::-1] for at in range(3, len(reply), 2))

    text = '[[write]]\nwhat = "number"\nlabel = "Number"\nregister = 0\nstride = 4\nencoding = "{0}"\nblank = 0xF\n'
    found = list(tried(Wire(unit=Swapped()), profile(PANEL + text.format("bcd"))))
    assert len(found) == 1 and found[0].en.startswith("Number, rows 1–8, for example: Register ")
    assert found[0].do_en == 'The two bytes are the other way round: byte_order = "low-first".'
    refused = list(tried(Wire(refuses=lambda at, value: True), profile(PANEL + text.format("integer"))))
    assert len(refused) == 1 and refused[0].en.startswith("Number, rows 1–8, for example: 0 = 0x0000 (Number)")


def test_a_read_that_is_not_known_names_the_read_function(profile: Callable[[str], Profile]) -> None:
    told = said(Wire(unit=Unit(functions=(4, 16))), profile(COUNTER + 'numbering = "zero"\n' + BLINK))
    assert "taken, but not readable with function 3" in told and "try read_function = 4" in told
    told = said(Wire(unit=Unit(functions=(3, 6))), profile(COUNTER + 'numbering = "zero"\n' + BLINK))
    assert "does not know this function, 16: try function = 6 (exception 1)" in told


def test_who_sees_something_else_is_told_the_keys_to_compare(profile: Callable[[str], Profile]) -> None:
    told = said(Wire(), profile(COUNTER + 'numbering = "zero"\n' + BLINK), sees=False)
    assert all(key in told for key in ("byte_order", "byte,", "leftmost", "word_order"))
