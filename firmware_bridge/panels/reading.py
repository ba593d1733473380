"""What a person reads from a board sold by others: its registers, or the last message it took, back to rows. Pure.

The way back of panels/modbus.py and panels/ascii.py, for virtual boards and tests; real boards are compared register by
register (boards_trial.py).
"""

from __future__ import annotations

import math
import re
import struct
from collections.abc import Mapping

from firmware_bridge.panels.ascii import Field, fill, parse
from firmware_bridge.panels.modbus import code, first_of, part_of, width_of
from firmware_bridge.panels.shown import Row
from firmware_bridge.profile import CHARACTERS, WHOLE, Message, Profile, Write

DIGITS, LETTERS = " -0123456789", " -ABCDEFGHIJKLMNOPQRSTUVWXYZ"
Memory = Mapping[int, int]


def modbus_row(profile: Profile, registers: Memory, coils: Memory, address: int, at: int) -> dict[str, str]:
    """`{text, counter, mode…}` of one row as its registers stand; `text` of an untouched board is blank."""
    found: dict[str, str] = {}
    state = "number"
    for write in profile.write:
        wire = first_of(profile, write) + address * profile.place_stride + at * (write.stride or 0)
        if write.what in CHARACTERS:
            here = _characters(profile, write, registers, wire)
            place = part_of(write, profile)
            before = found.get(write.what, " " * width_of(write, profile)).ljust(place.stop)
            found[write.what] = before[: place.start] + here + before[place.stop :]
        elif write.what == "mode":
            held = (coils if write.coil is not None else registers).get(wire, 0)
            if write.mask:
                held = (held & write.mask) >> ((write.mask & -write.mask).bit_length() - 1)
            state = _state(write, held)
    if state != "number":
        found = {what: ("-" if state == "dashes" else " ") * len(text) for what, text in found.items()}
    text = found.get("text", found.get("letter", "") + found.get("number", ""))
    return {"text": text, "counter": found.get("counter", "")}


def _state(write: Write, held: int) -> str:
    if held == write.blank and held != write.number:
        return "blank"
    return "dashes" if held == write.dashes and held != write.number else "number"


def _characters(profile: Profile, write: Write, registers: Memory, wire: int) -> str:
    places = part_of(write, profile)
    width: int = places.stop - places.start
    if write.encoding in WHOLE:
        return _integer(write, registers, wire, width)
    per = 4 if write.encoding == "bcd" else write.per_register
    count = -(-width // per)
    if not any(wire + at in registers for at in range(count)):
        return " " * width
    words = [_swapped(write, registers.get(wire + at, 0)) for at in range(count)]
    if write.encoding == "bcd":
        words = words if write.word_order == "high-first" else words[::-1]
        codes = [word >> shift & 0xF for word in words for shift in (12, 8, 4, 0)][-width:]
    elif per == 2:
        words = words[::-1] if write.leftmost == "last" else words
        codes = [word >> shift & 0xFF for word in words for shift in (8, 0)][:width]
    else:
        codes = [word >> 8 if write.byte == "high" else word for word in words]
    if write.leftmost == "last" and per != 2:
        codes.reverse()
    # One code may be a digit in one place and a letter in another (A = 1 in a letter's own register).
    alphabet = {"letter": LETTERS, "text": DIGITS + LETTERS}.get(write.what, DIGITS)
    known = {code(write, char): char for char in reversed(alphabet)}
    return "".join(known.get(each, "?") for each in codes)


def _integer(write: Write, registers: Memory, wire: int, width: int) -> str:
    if wire not in registers:
        return " " * width
    words = [
        _swapped(write, registers.get(wire + at, 0))
        for at in range(2 if write.encoding == "float" else write.registers)
    ]
    if write.word_order == "low-first":
        words.reverse()
    value = words[0] if len(words) == 1 else words[0] << 16 | words[1]
    if value in (write.blank, write.dashes):
        return ("-" if value == write.dashes else " ") * width
    if write.encoding == "float":
        number = struct.unpack(">f", value.to_bytes(4, "big"))[0]
        return str(int(number)).rjust(width, "0") if math.isfinite(number) else "?" * width
    return str(value).rjust(width, "0")


def _swapped(write: Write, word: int) -> int:
    return word if write.byte_order == "high-first" else (word & 0xFF) << 8 | word >> 8


def ascii_row(profile: Profile, frame: bytes) -> tuple[int, int, Row] | None:
    """(unit, row number, what it shows) of a message in this profile's words; None when it shows nothing new."""
    message = profile.message or Message()
    for name in ("blank", "dashes", "called", "row", "number"):
        template = getattr(message, name)
        if not template:
            continue
        match = re.fullmatch(_pattern(template), frame, re.DOTALL)
        if match is None:
            continue
        groups = {key: value.decode("ascii", "replace") for key, value in match.groupdict().items()}
        unit, at = _whole(template, "unit", groups, 1), _whole(template, "row", groups, 1)
        text = groups.get("text", groups.get("letter", "") + groups.get("number", ""))
        counter = groups.get("counter", "").strip()
        row = Row("number", text, int(counter) if counter.isdecimal() else None)
        if name in ("blank", "dashes") and not text:
            row = Row(name)  # type: ignore[arg-type]
        again = fill(message, template, row, unit, _whole(template, "place", groups, 0), at, 0)
        if row.state == "number" and message.checksum != "none" and frame != again and row.text.strip("-"):
            return None
        return unit, at, row
    return None


def ascii_question(profile: Profile, frame: bytes) -> tuple[int, int] | None:
    """(unit, row number) that a question of this profile asks for; None when the frame is none."""
    template = profile.message.read if profile.message else ""
    match = re.fullmatch(_pattern(template), frame, re.DOTALL) if template else None
    if match is None:
        return None
    groups = {key: value.decode("ascii", "replace") for key, value in match.groupdict().items()}
    return _whole(template, "unit", groups, 1), _whole(template, "row", groups, 1)


def _pattern(template: str) -> bytes:
    out, seen = b"", set()
    for part in parse(template):
        if isinstance(part, bytes):
            out += re.escape(part)
        elif part.name in ("from", "to"):
            continue
        elif part.name in seen:
            out += b"(?P=" + part.name.encode() + b")"
        else:
            seen.add(part.name)
            size = b"{%d}" % part.width if part.width and part.name != "checksum" else b"*?"
            out += b"(?P<" + part.name.encode() + b">." + size + b")"
    return out


def _whole(template: str, name: str, groups: Mapping[str, str], default: int) -> int:
    field = next((p for p in parse(template) if isinstance(p, Field) and p.name == name), None)
    text = groups.get(name, "").strip()
    if field is None or not text:
        return default
    try:
        return int(text, 16 if field.hexadecimal else 10)
    except ValueError:
        return default
