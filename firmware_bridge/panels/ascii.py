"""From rows to the messages of a plain ASCII board, as its profile's templates say. Pure; golden-tested.

A template is text with names in braces: `{STX}{unit:02}{text:>4}{ETX}{checksum}{CR}`. `{from}` and `{to}` mark what
the checksum covers; without them it covers everything before `{checksum}`.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from firmware_bridge.modbus import crc16
from firmware_bridge.panels.request import Request
from firmware_bridge.panels.shown import Row, Rows, overall
from firmware_bridge.profile import Message, Profile

CONTROLS = {
    "NUL": 0, "SOH": 1, "STX": 2, "ETX": 3, "EOT": 4, "ENQ": 5, "ACK": 6, "BEL": 7, "BS": 8, "TAB": 9, "LF": 10,
    "FF": 12, "CR": 13, "SO": 14, "SI": 15, "DLE": 16, "XON": 17, "XOFF": 19, "NAK": 21, "SYN": 22, "ETB": 23,
    "CAN": 24, "ESC": 27, "FS": 28, "GS": 29, "RS": 30, "US": 31, "DEL": 127,
}  # fmt: skip
TEXTS = ("text", "letter", "number", "counter")
NUMBERS = ("unit", "place", "row", "brightness")
MARKS = ("from", "to", "checksum")
NAMES = (*TEXTS, *NUMBERS, *MARKS, *CONTROLS)
TEMPLATES = (
    "number",
    "row",
    "blank",
    "dashes",
    "called",
    "before",
    "after",
    "brightness",
    "read",
    "answer",
    "ack",
    "nak",
)

_PART = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
_HEX = re.compile(r"^x([0-9A-Fa-f]{2})$")
_SPEC = re.compile(r"^([<>]?)(0?)(\d{0,2})([Xx]?)$")


class BadTemplate(ValueError):
    """A template that cannot be read; `known` are the names it might have meant."""

    def __init__(self, text: str, known: tuple[str, ...] = ()) -> None:
        super().__init__(text)
        self.known = known


@dataclass(frozen=True)
class Field:
    """`{name:spec}`: `<` or `>` for the side, a leading 0 to fill with zeros, the width, X for hexadecimal."""

    name: str
    align: str = ">"
    zero: bool = False
    width: int = 0
    hexadecimal: str = ""


Part = bytes | Field


def parse(template: str) -> list[Part]:
    """A template in parts. Raises BadTemplate."""
    parts: list[Part] = []
    end = 0
    for match in _PART.finditer(template):
        parts.append(_plain(template[end : match.start()]))
        end = match.end()
        if match.group(0) in ("{{", "}}"):
            parts.append(match.group(0)[:1].encode())
        elif match.group(1) is None:
            raise BadTemplate(
                f"ngoặc {match.group(0)!r} lẻ/lonely brace; chữ ngoặc viết/a brace itself is written {{{{ }}}}"
            )
        else:
            parts.append(_field(match.group(1)))
    parts.append(_plain(template[end:]))
    return [part for part in parts if part != b""]


def _plain(text: str) -> bytes:
    if not text.isascii():
        raise BadTemplate(f"{text!r}: chỉ ASCII; byte khác viết/only ASCII, other bytes as {{x9F}}")
    return text.encode("ascii")


def _field(inside: str) -> Part:
    name, colon, spec = inside.partition(":")
    if found := _HEX.match(inside):
        return bytes([int(found.group(1), 16)])
    if name in CONTROLS:
        return bytes([CONTROLS[name]])
    if name not in NAMES:
        raise BadTemplate(f"{{{inside}}}: không có tên {name!r}/there is no such name", NAMES)
    shape = _SPEC.match(spec)
    if shape is None or (colon and (name in MARKS or not spec)):
        raise BadTemplate(
            f"{{{inside}}}: {spec!r} không đúng/is not right, ví dụ/e.g. {{unit:02}} {{text:>4}} {{unit:02X}}"
        )
    align, zero, width, hexadecimal = shape.groups()
    if hexadecimal and name in TEXTS:
        raise BadTemplate(f"{{{inside}}}: X chỉ cho/only for {', '.join(NUMBERS)}")
    return Field(name, align or ">", bool(zero), int(width or 0), hexadecimal)


def checksum(kind: str, data: bytes) -> tuple[int, int]:
    """(value, bytes of it)."""
    if kind == "sum8":
        return sum(data) & 0xFF, 1
    if kind == "lrc":
        return -sum(data) & 0xFF, 1
    if kind == "xor":
        value = 0
        for byte in data:
            value ^= byte
        return value, 1
    if kind == "crc16-ccitt":
        return binascii.crc_hqx(data, 0xFFFF), 2
    return crc16(data), 2


def fill(message: Message, template: str, row: Row, unit: int, place: int, row_number: int, brightness: int) -> bytes:
    """A template with its values, checksum and all."""
    numbers = {"unit": unit, "place": place, "row": row_number, "brightness": brightness}
    out = bytearray()
    start, stop = 0, None
    for part in parse(template):
        if isinstance(part, bytes):
            out += part
        elif part.name == "from":
            start = len(out)
        elif part.name == "to":
            stop = len(out)
        elif part.name == "checksum":
            out += _written(message, bytes(out[start:stop]))
        elif part.name in numbers:
            text = format(numbers[part.name], part.hexadecimal or "d")
            out += _placed(part, text, "0" if part.zero else " ").encode("ascii")
        else:
            out += _characters(message, part, row).encode("ascii", "replace")
    return bytes(out)


def _written(message: Message, data: bytes) -> bytes:
    if message.checksum == "none":
        return b""
    value, size = checksum(message.checksum, data)
    raw = value.to_bytes(size, "big" if message.checksum_order == "high-first" else "little")
    if message.checksum_as == "raw":
        return raw
    if message.checksum_as == "decimal":
        return str(int.from_bytes(raw, "big")).rjust(3 if size == 1 else 5, "0").encode("ascii")
    text = raw.hex()
    return (text.upper() if message.checksum_as == "hex" else text).encode("ascii")


def _placed(part: Field, text: str, filler: str) -> str:
    return text.ljust(part.width, filler) if part.align == "<" else text.rjust(part.width, filler)


def _characters(message: Message, part: Field, row: Row) -> str:
    if row.state == "dashes":
        return message.dash_char * (part.width or 1)
    texts = {"text": row.text, "letter": row.letter, "number": row.number}
    counter = "" if row.counter is None else str(row.counter)
    text = texts.get(part.name, counter) if row.state == "number" else ""
    if part.width:
        text = text[-part.width :]
    filler = "0" if part.zero and text else message.blank_char
    return _placed(part, text, filler).replace(" ", message.blank_char)


def render(profile: Profile, unit: int, place: int, rows: Rows, brightness: int) -> list[Request]:
    """Everything this board must be told so that it shows `rows`."""
    message = profile.message or Message()
    low, high = message.brightness_range
    level = round(low + (high - low) * brightness / 100)
    whole = rows[0] if profile.kind == "counter" else overall(rows)

    def request(name: str, template: str, row: Row, at: int | None, reads: bool = False) -> Request:
        number = (at or 0) + 1
        to = unit + (at or 0) * profile.unit_step

        def filled(text: str) -> bytes:
            return fill(message, text, row, to, place, number, level) if text else b""

        return Request(
            place=f"{unit}/{name}/{at}",
            frame=filled(template),
            label=f"[message] {name}" + (f", dòng/row {number}" if at is not None else ""),
            row=at,
            modbus=False,
            ack=filled(message.ack),
            nak=filled(message.nak),
            question=filled(message.read) if reads else b"",
            answer=filled(message.answer) if reads else b"",
        )

    return [
        *([request("before", message.before, whole, None)] if message.before else []),
        *([request("brightness", message.brightness, whole, None)] if message.brightness else []),
        *_shown(profile, message, rows, request),
        *([request("after", message.after, whole, None)] if message.after else []),
    ]


def _shown(profile: Profile, message: Message, rows: Rows, request: Callable[..., Request]) -> Iterator[Request]:
    usual = message.number if profile.kind == "counter" else message.row
    for at, row in enumerate(rows):
        template = usual
        if row.state == "blank" and message.blank:
            template = message.blank
        elif row.state == "dashes" and message.dashes:
            template = message.dashes
        elif row.called and message.called:
            template = message.called
        index = None if profile.kind == "counter" else at
        yield request("shown", template, row, index, True)
