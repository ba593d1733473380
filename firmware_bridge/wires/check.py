"""`motcua wires test`: every board walked through, and what is wrong said in words. One check for each bus protocol.

A check yields findings. It asks a person only through `eyes` (Vietnamese question, English question → yes, no, or None
when nobody is there to look); what the bus itself can tell is never asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any, Literal, Protocol

from config.settings import Bus, Settings
from firmware_bridge.firmware.displays import ALL

EVERY_SEGMENT, ROW_AFTER_ROW, LAMPS, BUZZER, OFF = 1, 2, 3, 4, 0
KIND_OF = {"counter": 0, "main": 1, "matrix": 2}
SEGMENTS = "ABCDEFG"
WALK_S = 20.0

Eyes = Callable[[str, str], bool | None]


class Ask(Protocol):
    """A deed of the bridge's wires desk (wires/desk.py). Raises ControlError."""

    def __call__(self, do: str, **arguments: Any) -> Any: ...


@dataclass(frozen=True)
class Finding:
    """One result. `where`: bus and board as the settings name them."""

    level: Literal["ok", "warn", "fail"]
    where: str
    vi: str
    en: str

    def as_json(self) -> dict[str, str]:
        return asdict(self)


Check = Callable[[Settings, Bus, Ask, Eyes], Iterator[Finding]]


def own(settings: Settings, bus: Bus, ask: Ask, eyes: Eyes) -> Iterator[Finding]:
    """Boards with our firmware: each answers, each display takes every segment, lamps and buzzer as people see them."""
    state = next(each for each in ask("buses") if each["bus"] == bus.id)
    for node in state["wanted"]:
        where = f"{bus.id}/{node}"
        told = state["nodes"][str(node)]
        if not told["up"]:
            if told["uid"] and not told["fits"]:
                how = f"motcua wires flash --bus {bus.id} --node {node}"
                vi = f"Bo mạch {told['uid']} chạy bản {told['firmware']} khác từ điển: {how}."
                yield Finding("fail", where, vi, f"Board {told['uid']} runs {told['firmware']}, other words: {how}.")
            else:
                vi = f"Bo mạch ở địa chỉ {node} không trả lời: xem nguồn, dây, địa chỉ (motcua wires scan)."
                en = f"The board at address {node} does not answer: power, cable, address (motcua wires scan)."
                yield Finding("fail", where, vi, en)
            continue
        trip = told["round_trip_ms"]
        vi = f"Bo mạch {told['uid']} trả lời, bản {told['firmware']}, khứ hồi {trip} ms."
        en = f"Board {told['uid']} answers, firmware {told['firmware']}, {trip} ms there and back."
        yield Finding("ok", where, vi, en)
        try:
            yield from _displays(settings, bus, node, ask, eyes)
            yield from _lights(settings, bus, node, ask, eyes)
        finally:
            ask("test", bus=bus.id, node=node, pattern=OFF, seconds=0)


def _displays(settings: Settings, bus: Bus, node: int, ask: Ask, eyes: Eyes) -> Iterator[Finding]:
    wired = [board for board in settings.boards if (board.bus, board.node) == (bus.id, node)]
    if not wired:
        return
    ask("test", bus=bus.id, node=node, pattern=EVERY_SEGMENT, seconds=WALK_S)
    held: dict[tuple[int, int], list[tuple[int, bytes]]] = {}
    for each in ask("shows", bus=bus.id, node=node):
        held.setdefault((each["kind"], each["slot"]), []).append((each["row"], bytes.fromhex(each["data"])))
    for board in wired:
        where = f"{bus.id}/{node}/{board.id}"
        rows = held.get((KIND_OF[board.kind], board.address))
        if rows is None:
            vi = f"Bảng {board.id} (vị trí {board.address}) không có trên bo mạch {node}: sửa wiring.json."
            en = f"Board {board.id} (place {board.address}) is not wired to {node}: mend wiring.json."
            yield Finding("fail", where, vi, en)
            continue
        dark = [place for row, data in rows for place in _dark(board.kind, row, data)] if board.kind != "matrix" else []
        if dark:
            vi = f"Bảng {board.id}: không sáng {', '.join(dark)}."
            yield Finding("fail", where, vi, f"Board {board.id}: dark: {', '.join(dark)}.")
            continue
        seen = eyes(
            f"Nhìn bảng {board.id}: mọi đoạn, mọi chấm đều sáng?", f"Look at {board.id}: is every segment and dot lit?"
        )
        if seen is False:
            vi = f"Bảng {board.id}: bo mạch gửi đủ mà mắt thấy thiếu: dây hoặc chip của bảng."
            en = f"Board {board.id}: all was sent, yet something is dark: the board's cable or chip."
            yield Finding("fail", where, vi, en)
        else:
            sure = (
                ("đủ, mắt thấy", "and seen")
                if seen
                else ("đủ trong bộ nhớ, chưa có người nhìn", "in memory; nobody looked")
            )
            yield Finding("ok", where, f"Bảng {board.id}: sáng {sure[0]}.", f"Board {board.id}: all lit {sure[1]}.")
    if len(wired) > 1 or any(board.kind == "main" for board in wired):
        ask("test", bus=bus.id, node=node, pattern=ROW_AFTER_ROW, seconds=WALK_S)
        seen = eyes(
            "Các dòng sáng lần lượt từ trên xuống, từng bảng một?", "Do rows light up one by one, top to bottom?"
        )
        if seen is False:
            vi = "Thứ tự dòng hoặc bảng sai: xem thứ tự dây trong chuỗi."
            yield Finding(
                "fail", f"{bus.id}/{node}", vi, "Rows or boards are in the wrong order: check the chain's cables."
            )
        elif seen:
            yield Finding("ok", f"{bus.id}/{node}", "Các dòng đúng thứ tự.", "The rows are in order.")


def _dark(kind: str, row: int, data: bytes) -> Iterator[str]:
    """Digits of a row that do not hold every segment, with those. The gap of a panel's row is dark by design."""
    for place, shape in enumerate(data):
        if kind == "main" and place == 4:
            continue
        missing = "".join(name for bit, name in enumerate(SEGMENTS) if not shape & 1 << bit & ALL)
        if missing:
            yield f"dòng/row {row + 1} số/digit {place + 1} ({missing})"


def _lights(settings: Settings, bus: Bus, node: int, ask: Ask, eyes: Eyes) -> Iterator[Finding]:
    questions = (
        (LAMPS, "Đèn các nút và đèn camera có sáng?", "Are the button lamps and the camera light on?", "đèn", "lamps"),
        (BUZZER, "Còi có kêu từng tiếng?", "Does the buzzer sound?", "còi", "buzzer"),
    )
    for pattern, vi, en, name, name_en in questions:
        ask("test", bus=bus.id, node=node, pattern=pattern, seconds=WALK_S)
        seen = eyes(vi, en)
        ask("test", bus=bus.id, node=node, pattern=OFF, seconds=0)
        where = f"{bus.id}/{node}"
        if seen is False:
            hint = f"Bo mạch {node}: {name} không chạy: xem dây và transistor."
            yield Finding("fail", where, hint, f"Board {node}: {name_en} does not work: check cable and transistor.")
        elif seen:
            yield Finding("ok", where, f"Bo mạch {node}: {name} chạy.", f"Board {node}: {name_en} works.")


def unknown(settings: Settings, bus: Bus, ask: Ask, eyes: Eyes) -> Iterator[Finding]:
    """A protocol that nobody registered a check for."""
    vi = f"Chưa có cách thử bus giao thức {bus.protocol}."
    yield Finding("warn", bus.id, vi, f"There is no check for protocol {bus.protocol}.")


def others(settings: Settings, bus: Bus, ask: Ask, eyes: Eyes) -> Iterator[Finding]:
    """Boards sold by others, by their profiles."""
    from firmware_bridge.wires.others import check

    return check(settings, bus, ask, eyes)


CHECKS: dict[str, Check] = {"motcua": own, "modbus-rtu": others, "ascii": others}
"""Bus protocol → its check."""
