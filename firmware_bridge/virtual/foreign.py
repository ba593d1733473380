"""The boards sold by others of one bus of the settings, as virtual devices: what they show, and their misbehaviour."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast, get_args

from config.settings import Board, Settings
from firmware_bridge.firmware.font import segments
from firmware_bridge.panels.ascii import fill
from firmware_bridge.panels.reading import ascii_question, ascii_row, modbus_row
from firmware_bridge.panels.shown import Row
from firmware_bridge.profile import Profile
from firmware_bridge.profile_check import profile_of
from firmware_bridge.virtual.rtu import AsciiUnit, Mode, Unit, VirtualBus

BUS_MODES = ("none", "unplugged", "echo")
BOARD_MODES = (*get_args(Mode), "reset", "dead")


def boards_on(settings: Settings, bus: str) -> list[tuple[Board, Profile]]:
    """The boards of a bus with their profiles. Raises SettingsError when one is not right."""
    return [(board, profile_of(board)) for board in settings.boards if board.bus == bus]


class ForeignWall:
    """Virtual boards at `port`."""

    def __init__(self, boards: list[tuple[Board, Profile]], port: Path, seed: int = 1) -> None:
        self._boards = {board.id: (board, profile) for board, profile in boards}
        self._units: dict[int, Unit] = {}
        ascii_unit: AsciiUnit | None = None
        for board, profile in self._boards.values():
            rows = board.rows if board.kind == "main" else 1
            for at in range(rows if profile.unit_step else 1):
                self._units[(board.unit or 0) + at * profile.unit_step] = Unit()
            if profile.message is not None:
                ascii_unit = _ascii_unit(profile)
        self.bus = VirtualBus(port, dict(self._units), ascii_unit, seed)

    def start(self) -> None:
        self.bus.start()

    def stop(self) -> None:
        self.bus.stop()

    def shown(self, name: str) -> dict[str, Any]:
        """As the cabinet tells it: `{id, kind, power, counter, text}` or `{…, rows: [{number, counter}]}`."""
        board, profile = self._boards[name]
        count = board.rows if board.kind == "main" else 1
        with self.bus.lock:
            rows = [self._row(board, profile, at) for at in range(count)]
            power = self.bus.ascii_unit is not None or (board.unit or 0) in self.bus.units
        out: dict[str, Any] = {"id": board.id, "kind": board.kind, "power": power}
        if board.kind == "counter":
            return out | {"counter": board.counter, "text": rows[0]["text"], "segments": segments(rows[0]["text"])[0]}
        return out | {
            "rows": [
                {
                    "number": row["text"],
                    "counter": row["counter"],
                    "segments": segments(row["text"].rjust(4)[-4:] + " " + row["counter"].rjust(2)[-2:])[0],
                }
                for row in rows
            ]
        }

    def _row(self, board: Board, profile: Profile, at: int) -> dict[str, str]:
        unit = (board.unit or 0) + at * profile.unit_step
        if self.bus.ascii_unit is not None:
            return _heard(self.bus.ascii_unit, profile, unit, at + 1)
        held = self.bus.units.get(unit) or Unit()
        return modbus_row(profile, held.registers, held.coils, board.address, at)

    def harm(self, mode: str, value: float | None = None, unit: int | None = None) -> None:
        """Break or mend the boards (or one `unit`). Raises ValueError for an unknown mode."""
        if mode not in BOARD_MODES:
            raise ValueError(f"{', '.join(BOARD_MODES)}, not {mode!r}")
        with self.bus.lock:
            for number, each in self._units.items():
                if unit in (None, number):
                    self._harm_unit(number, each, mode, value)
            if self.bus.ascii_unit is not None:
                if mode in ("reset", "dead"):
                    self.bus.ascii_unit.frames.clear()
                self.bus.ascii_unit.mode = cast(
                    Mode, "silent" if mode == "dead" else "none" if mode == "reset" else mode
                )
                self.bus.ascii_unit.value = value or 0.0

    def _harm_unit(self, number: int, unit: Unit, mode: str, value: float | None) -> None:
        if mode in ("reset", "dead"):
            unit.reset()
        if mode == "dead":
            self.bus.units.pop(number, None)
            return
        self.bus.units[number] = unit
        unit.mode = cast(Mode, "none" if mode == "reset" else mode)
        unit.value = value or 0.0

    def harm_bus(self, mode: str) -> None:
        """Unplug the adapter, or let it hear itself."""
        if mode not in BUS_MODES:
            raise ValueError(f"{', '.join(BUS_MODES)}, not {mode!r}")
        self.bus.echo = mode == "echo"
        self.bus.plug(mode != "unplugged")


def _ascii_unit(profile: Profile) -> AsciiUnit:
    message = profile.message
    assert message is not None
    ack, nak = (fill(message, text, Row(), 1, 0, 1, 0) if text else b"" for text in (message.ack, message.nak))
    unit = AsciiUnit(ack=ack, nak=nak)

    def tell(frame: bytes) -> bytes | None:
        """The answer to the profile's question, from what the board shows."""
        asked = ascii_question(profile, frame)
        if asked is None:
            return None
        shown = _last(unit, profile, *asked) or Row()
        return fill(message, message.answer, shown, asked[0], 0, asked[1], 0)

    unit.tell = tell
    return unit


def _last(unit: AsciiUnit, profile: Profile, number: int, at: int) -> Row | None:
    """What the last message for this unit and row says."""
    for frame in reversed(unit.frames):
        found = ascii_row(profile, frame)
        if found is not None and found[:2] == (number, at):
            return found[2]
    return None


def _heard(unit: AsciiUnit, profile: Profile, number: int, at: int) -> dict[str, str]:
    """What the last message for this unit and row left on the board."""
    row = _last(unit, profile, number, at) or Row()
    text = row.text if row.state == "number" else ("-" if row.state == "dashes" else " ") * profile.digits
    return {"text": text, "counter": "" if row.counter is None else str(row.counter)}
