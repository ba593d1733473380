"""`motcua wires test` for boards sold by others: through the running bridge, or straight on the port when none runs."""

from __future__ import annotations

from collections.abc import Iterator

from config.load import SettingsError
from config.settings import Board, Bus, Settings
from firmware_bridge.boards_trial import Target, port_words, trial
from firmware_bridge.control import ControlError
from firmware_bridge.line import Asks, Line, Outcome
from firmware_bridge.panels.request import Judge
from firmware_bridge.port import LOST
from firmware_bridge.profile import Profile
from firmware_bridge.profile_check import disagreements, other_speed, profile_of
from firmware_bridge.wires.check import Ask, Eyes, Finding

HOLD_S = 60.0


class BridgeLine:
    """A line that the running bridge owns: questions go through it, its own content waits meanwhile."""

    def __init__(self, bus: Bus, ask: Ask, unit: int) -> None:
        self.baud, self.frame = bus.baud, bus.format
        self._bus, self._ask, self._unit = bus.id, ask, unit

    def exchange(self, frame: bytes, judge: Judge | None, timeout_s: float) -> Outcome:
        """As Line.exchange. Raises OSError when the bridge has no port, or is gone."""
        expects = None
        if judge is not None:
            expects = {"modbus": judge.modbus, "taken": judge.taken.hex(), "refused": judge.refused.hex()}
        try:
            self._ask("board_hold", bus=self._bus, unit=self._unit, seconds=HOLD_S)
            told = self._ask(
                "board_ask", bus=self._bus, frame=frame.hex(), timeout_ms=round(timeout_s * 1000), judge=expects
            )
        except ControlError as error:
            raise OSError(str(error)) from error
        told |= {"heard": bytes.fromhex(told["heard"]), "values": tuple(told["values"])}
        return Outcome(**told)

    def release(self) -> None:
        self._ask("board_hold", bus=self._bus, unit=self._unit, seconds=0.0)


def check(settings: Settings, bus: Bus, ask: Ask, eyes: Eyes) -> Iterator[Finding]:
    """Every board of this bus: patterns written, registers read back, a person asked for what cannot be read."""
    boards = [board for board in settings.boards if board.bus == bus.id]
    if not boards:
        yield Finding("warn", bus.id, "Không có bảng nào trên bus này.", "No board is on this bus.")
    through_bridge = "board_ask" in ask("others")
    line: Line | None = None
    try:
        if not through_bridge:
            line = Line(bus.port, bus.baud, bus.format, bus.gap_ms)
            line.open()
        for board in boards:
            yield from _board(settings, bus, board, line, ask, eyes)
    except LOST as error:
        vi, en = port_words(bus.port, error)
        yield Finding("fail", bus.id, f"Không dùng được cổng: {vi}.", f"The port cannot be used: {en}.")
    finally:
        if line is not None:
            line.close()


def _board(settings: Settings, bus: Bus, board: Board, line: Line | None, ask: Ask, eyes: Eyes) -> Iterator[Finding]:
    where = f"{bus.id}/{board.unit}/{board.id}"
    try:
        profile = profile_of(board)
    except SettingsError as error:
        for problem in error.problems:
            yield Finding("fail", where, str(problem), str(problem))
        return
    for key, text in disagreements(board, bus, profile, [service.letter for service in settings.services]):
        yield Finding("fail", where, f"{key}: {text}", f"{key}: {text}")
    if speed := other_speed(bus, profile):
        yield Finding(
            "warn",
            where,
            f"Bảng xuất xưởng ở {speed}, bus chạy {bus.baud} {bus.format}: đã đặt lại bảng chưa?",
            f"The board leaves the factory at {speed}, the bus runs {bus.baud} {bus.format}: was the board set?",
        )
    held = BridgeLine(bus, ask, board.unit or 0) if line is None else None
    try:
        for found in trial(_target(board, profile, held or line), _named(board, eyes)):
            do_vi = f" → {found.do_vi}" if found.do_vi else ""
            do_en = f" → {found.do_en}" if found.do_en else ""
            yield Finding(found.level, where, found.vi + do_vi, found.en + do_en)
    finally:
        if held is not None:
            held.release()


def _target(board: Board, profile: Profile, line: Asks | None) -> Target:
    assert line is not None
    count = board.rows if board.kind == "main" else 1
    return Target(line, profile, board.unit or 0, board.address, board.brightness, count)


def _named(board: Board, eyes: Eyes) -> Eyes:
    return lambda vi, en: eyes(f"{board.id}: {vi}", f"{board.id}: {en}")
