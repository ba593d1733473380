"""A capture in words: every frame as the message it is, everything else as what was wrong with it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from firmware_bridge import contract
from firmware_bridge.dictionary import BadFields
from firmware_bridge.frame import FLAG_REPEAT, Decoder, Frame
from firmware_bridge.wires.tape import Direction, Piece

WORDS: dict[str, tuple[str, str]] = {
    "ack": ("đã nhận", "arrived"),
    "nak": ("từ chối: {reason:nak_reasons}", "refused: {reason:nak_reasons}"),
    "ping": ("còn đó không?", "are you there?"),
    "turn": ("tới lượt", "your turn / I have spoken"),
    "hello_ask": ("bo mạch nào đó?", "who are you?"),
    "hello": (
        "tôi là {uid} “{title}”, lần khởi động {boot} ({reset:reset_causes}), đã có {press} lần bấm, {key} phím",
        "I am {uid} '{title}', boot {boot} ({reset:reset_causes}), {press} presses and {key} keys so far",
    ),
    "scan_ask": ("tất cả lên tiếng", "everybody say hello"),
    "name": ("{uid} có địa chỉ {node}, tên “{title}”", "{uid} has address {node} and the name '{title}'"),
    "press": ("nút {button} được bấm, lần {press} của lần khởi động {boot}", "button {button}: press {boot}/{press}"),
    "key": (
        "bàn phím {pad}, phím {what:keys}, lần {key} của lần khởi động {boot}",
        "pad {pad}, {what:keys}: key {boot}/{key}",
    ),
    "stats": ("số đếm của bo mạch: hỏng {bad}, gửi lại {repeats}", "the board's counters: bad {bad}, resent {repeats}"),
    "hole": ("bảng {slot} không hiện được “{text}”", "display {slot} cannot show '{text}'"),
    "bitmap_missing": ("bảng chữ {slot} thiếu phần của bản {rev}", "matrix {slot} lacks parts of revision {rev}"),
    "line": (
        "đầu vào {what:input_kinds} {index}: {state:input_states}",
        "input {what:input_kinds} {index}: {state:input_states}",
    ),
    "shows": (
        "{kind:display_kinds} {slot} dòng {row} đang giữ {data}",
        "{kind:display_kinds} {slot} row {row}: {data}",
    ),
    "update_state": ("nạp bản mới: {state:update_states}, {at} byte", "update: {state:update_states}, {at} bytes"),
    "heartbeat": ("trung tâm còn chạy", "the hub is alive"),
    "committed": ("đã ghi tới lần bấm {boot}/{press}, phím {key}", "durable up to press {boot}/{press}, key {key}"),
    "refused": ("lần bấm {boot}/{press} không có phiếu", "no ticket for press {boot}/{press}"),
    "board": ("bảng {slot} hiện “{text}”", "display {slot} shows '{text}'"),
    "panel": ("bảng tổng {slot} hiện {rows}", "panel {slot} shows {rows}"),
    "bitmap": ("bảng chữ {slot}: một mảnh từ {offset}", "matrix {slot}: a piece at {offset}"),
    "bitmap_show": ("bảng chữ {slot} hiện bản {rev}, rộng {columns}", "matrix {slot} shows {rev}, {columns} columns"),
    "lamp": ("đèn {lamp} sáng {tenths} phần mười giây", "lamp {lamp} on for {tenths} tenths of a second"),
    "test": ("thử: {pattern:test_patterns}, {tenths} phần mười giây", "test: {pattern:test_patterns}, {tenths} tenths"),
    "shows_ask": ("các bảng đang giữ gì?", "what do your displays hold?"),
    "boot_floor": ("bộ đếm khởi động phải từ {boot}", "your boot counter must be {boot} or more"),
    "stats_ask": ("cho xem số đếm", "your counters, please"),
    "update_begin": ("sắp nạp bản mới, {size} byte", "a new firmware is coming, {size} bytes"),
    "update_chunk": ("mảnh từ byte {at}", "bytes from {at} on"),
    "update_finish": ("hết bản mới", "that was all of it"),
    "update_confirm": ("bản mới tốt, giữ lấy", "the new firmware works, keep it"),
    "update_abort": ("bỏ bản đang nạp", "forget the update"),
}


@dataclass(frozen=True)
class Said:
    """One frame, or one broken one (`name` is "garbage" and `values` says what was wrong)."""

    t: int
    d: Direction
    node: int
    name: str
    values: dict[str, Any] = field(default_factory=dict)
    sequence: int = 0
    session: int = 0
    repeat: bool = False

    def words(self) -> tuple[str, str]:
        """Vietnamese and English."""
        if self.name == "garbage":
            return f"khung hỏng ({self.values['why']})", f"broken frame ({self.values['why']})"
        vi, en = WORDS[self.name]
        shown = Shown(self.values)
        return vi.format_map(shown), en.format_map(shown)

    def as_json(self) -> dict[str, Any]:
        vi, en = self.words()
        values = {name: value.hex() if isinstance(value, bytes) else value for name, value in self.values.items()}
        return {
            "t": self.t, "d": self.d, "node": self.node, "name": self.name, "values": values,
            "sequence": self.sequence, "session": self.session, "repeat": self.repeat, "vi": vi, "en": en,
        }  # fmt: skip

    def line(self) -> str:
        arrow = "→" if self.d == ">" else "←"
        vi, en = self.words()
        again = " (nói lại / again)" if self.repeat else ""
        return f"{self.t / 1000:10.3f} {arrow} {self.node:2d} {self.name:<13} {vi} | {en}{again}"


class Shown(dict[str, Any]):
    """Values for the sentences: a code with `:table` becomes its meaning."""

    def __getitem__(self, name: str) -> Value:
        return Value(super().__getitem__(name))


class Value:
    def __init__(self, value: Any) -> None:
        self._value = value

    def __format__(self, table: str) -> str:
        value = self._value
        if table:
            return contract.meaning(table, value)
        if isinstance(value, bytes):
            return value.hex()
        if isinstance(value, tuple):
            return ", ".join(f"{number} → {counter}" for number, counter in value if number) or "—"
        return str(value)


def decode(pieces: Iterable[Piece]) -> Iterator[Said]:
    """Every frame of both directions, in the order in which they were complete."""
    decoders: dict[str, Decoder] = {"<": Decoder(), ">": Decoder()}
    for piece in pieces:
        decoder = decoders[piece.d]
        for at in range(len(piece.data)):
            before = _faults(decoder)
            for frame in decoder.feed(piece.data[at : at + 1]):
                yield said(piece, frame)
            for why, count in _faults(decoder).items():
                if count != before[why]:
                    yield Said(piece.t, piece.d, 0, "garbage", {"why": why})


def _faults(decoder: Decoder) -> dict[str, int]:
    return {
        "CRC": decoder.bad_crc,
        "COBS": decoder.bad_stuffing,
        "quá ngắn/too short": decoder.too_short,
        "quá dài/too long": decoder.too_long,
    }


def said(piece: Piece, frame: Frame) -> Said:
    """One whole frame."""
    words = contract.dictionary()
    repeat = bool(frame.flags & FLAG_REPEAT)
    try:
        name, values = words.decode(frame.kind, frame.payload)
    except BadFields as error:
        why = {"why": str(error), "kind": frame.kind}
        return Said(piece.t, piece.d, frame.node, "garbage", why, frame.sequence, frame.session, repeat)
    return Said(piece.t, piece.d, frame.node, name, values, frame.sequence, frame.session, repeat)
