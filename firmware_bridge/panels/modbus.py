"""From rows to the registers of a Modbus board, as its profile says. Pure; golden-tested."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby

from firmware_bridge import modbus
from firmware_bridge.firmware.font import segments
from firmware_bridge.panels.request import ReadBack, Request
from firmware_bridge.panels.shown import Row, Rows, overall
from firmware_bridge.profile import CHARACTERS, STATES, WHOLE, Numbering, Profile, Write, first_register

SEGMENTS = "abcdefg."


@dataclass(frozen=True)
class Piece:
    """One write with its values, before it becomes a frame: `wire` is the address on the wire, from nought."""

    index: int
    write: Write
    row: int | None
    unit: int
    wire: int
    values: tuple[int, ...]


def render(profile: Profile, unit: int, place: int, rows: Rows, brightness: int) -> list[Request]:
    """Everything this board must be told so that it shows `rows`, in the order of the profile.

    `unit` 1..247, `place` the `[[boards]] address`, `brightness` 0..100 %.
    """
    pieces = list(pieces_of(profile, unit, place, rows, brightness))
    blocks = _blocks(profile, _merge_masks(pieces))
    return [request for block in blocks for request in _requests(profile, block, pieces)]


def holes(profile: Profile, rows: Rows) -> str:
    """The characters of these rows that the board has no code for."""
    found = ""
    for write in profile.write:
        if write.what in CHARACTERS and write.encoding not in WHOLE:
            for row in rows:
                found += "".join(c for c in characters(write, row, profile) if code(write, c) is None)
    return "".join(dict.fromkeys(found))


# -- what stands where


def pieces_of(profile: Profile, unit: int, place: int, rows: Rows, brightness: int) -> Iterator[Piece]:
    """Every write of every row with its registers, before masks and neighbours are put together."""
    whole = rows[0] if profile.kind == "counter" else overall(rows)
    for per_row, run in groupby(enumerate(profile.write), key=lambda each: each[1].stride is not None):
        writes = list(run)
        for at, row in enumerate(rows) if per_row else ((None, whole),):
            for index, write in writes:
                wire = first_of(profile, write) + place * profile.place_stride + (at or 0) * (write.stride or 0)
                yield Piece(
                    index,
                    write,
                    at,
                    unit + (at or 0) * profile.unit_step,
                    wire & 0xFFFF,
                    tuple(values(profile, write, row, at or 0, brightness)),
                )


def first_of(profile: Profile, write: Write) -> int:
    """The wire address of a write on the first row of the first place."""
    coil = write.coil is not None
    return first_register((write.coil if coil else write.reg) or 0, _numbering(profile), coil) or 0


def _numbering(profile: Profile) -> Numbering:
    return profile.numbering or "zero"


def _merge_masks(pieces: list[Piece]) -> list[Piece]:
    """Masked writes of one register are one write: the bits of all of them together, where the first stands."""
    bits: dict[tuple[int, int], int] = {}
    for piece in pieces:
        if piece.write.mask:
            key = (piece.unit, piece.wire)
            bits[key] = bits.get(key, 0) | piece.values[0]
    out, done = [], set()
    for piece in pieces:
        key = (piece.unit, piece.wire)
        if not piece.write.mask:
            out.append(piece)
        elif key not in done:
            done.add(key)
            out.append(replace(piece, values=(bits[key],)))
    return out


def _blocks(profile: Profile, pieces: list[Piece]) -> list[list[Piece]]:
    """Pieces that go out in one message: each alone, or with `join` those whose registers follow each other."""
    blocks: list[list[Piece]] = []
    for piece in pieces:
        last = blocks[-1][-1] if blocks else None
        if profile.join and last is not None and _follows(profile, last, piece):
            blocks[-1].append(piece)
        else:
            blocks.append([piece])
    return blocks


def _follows(profile: Profile, last: Piece, piece: Piece) -> bool:
    return (
        last.write.coil is None
        and piece.write.coil is None
        and (piece.unit, piece.row, piece.write.once) == (last.unit, last.row, last.write.once)
        and _function(profile, piece) == _function(profile, last) == modbus.WRITE_REGISTERS
        and piece.wire == last.wire + len(last.values)
    )


def _function(profile: Profile, piece: Piece) -> int:
    if piece.write.coil is not None:
        return piece.write.function or modbus.WRITE_COIL
    return piece.write.function or profile.function


def _requests(profile: Profile, block: list[Piece], pieces: list[Piece]) -> Iterator[Request]:
    first = block[0]
    function = _function(profile, first)
    most = profile.most if function == modbus.WRITE_REGISTERS else 1
    everything = [value for piece in block for value in piece.values]
    for start in range(0, len(everything), most):
        part = everything[start : start + most]
        names, titles, reads, offset = [], [], [], 0
        for piece in block:
            begin, end = max(start - offset, 0), min(start + most - offset, len(piece.values))
            offset += len(piece.values)
            if begin >= end:
                continue
            names.append(vendor_name(profile, piece.write, piece.wire + begin, end - begin))
            titles.append(piece.write.label or piece.write.what)
            if (found := _read_back(profile, piece, begin, piece.values[begin:end], pieces)) is not None:
                reads.append(found)
        yield Request(
            place=f"{first.index}/{first.row}/{start}",
            frame=modbus.write(first.unit, function, (first.wire + start) & 0xFFFF, part),
            label=", ".join(names),
            row=first.row,
            once=first.write.once,
            reads=tuple(reads),
            name=", ".join(titles),
        )


def _read_back(
    profile: Profile, piece: Piece, start: int, part: tuple[int, ...], pieces: list[Piece]
) -> ReadBack | None:
    write = piece.write
    readable = profile.readable if write.readable is None else write.readable
    if not readable:
        return None
    wire = piece.wire
    if write.read_register is not None:
        offset = piece.wire - first_of(profile, write)
        wire = ((first_register(write.read_register, _numbering(profile), False) or 0) + offset) & 0xFFFF
    if write.coil is not None:
        function = write.read_function or modbus.READ_COILS
    else:
        function = write.read_function or modbus.READ_HOLDING
    mask = 0xFFFF
    if write.mask:
        mask = 0
        for each in pieces:
            if each.write.mask and (each.unit, each.wire) == (piece.unit, piece.wire):
                mask |= each.write.mask
    mask &= write.read_mask or 0xFFFF
    names = tuple(
        vendor_name(profile, write, wire + start + at, 1, write.read_register is not None) for at in range(len(part))
    )
    frame = modbus.read(piece.unit, function, (wire + start) & 0xFFFF, len(part))
    bytes_key, order_key = turned(write)
    return ReadBack(
        frame, function, wire + start, names, part, (mask,) * len(part), write.label or write.what, bytes_key, order_key
    )


def turned(write: Write) -> tuple[str, str]:
    """The lines of the profile that would turn its two bytes round, and its registers; empty where there is none."""
    if write.what not in CHARACTERS:
        return ("" if write.mask or write.coil is not None else "mask = 0xFF00"), ""
    whole = write.encoding in (*WHOLE, "bcd")
    other = {"high-first": "low-first", "low-first": "high-first"}
    if whole or write.per_register == 2:
        swap = f'byte_order = "{other[write.byte_order]}"'
    else:
        swap = f'byte = "{"low" if write.byte == "high" else "high"}"'
    if whole:
        return swap, f'word_order = "{other[write.word_order]}"'
    return swap, f'leftmost = "{"first" if write.leftmost == "last" else "last"}"'


def vendor_name(profile: Profile, write: Write, wire: int, count: int = 1, read: bool = False) -> str:
    """`40012 (Display mode)`, `16–19 = 0x0010–0x0013 (Data)`: registers as the vendor's table calls them."""
    coil = write.coil is not None
    known = write.coil if coil else write.read_register if read else write.reg
    numbering = _numbering(profile)
    first = wire + (known or 0) - (first_register(known or 0, numbering, coil) or 0)
    numbers = [first] if count == 1 else [first, first + count - 1]
    name = "–".join(str(number) for number in numbers)
    if numbering == "zero":
        name += " = " + "–".join(f"0x{number:04X}" for number in numbers)
    return f"{'coil ' if coil else ''}{name} ({write.label or write.what})"


# -- what it says


def values(profile: Profile, write: Write, row: Row, at: int, brightness: int) -> list[int]:
    """The register values (or one coil, 0 or 1) of one write; already under its mask."""
    if write.what in CHARACTERS:
        found = _integer(write, row, profile) if write.encoding in WHOLE else _coded(profile, write, row)
    elif write.what in STATES:
        found = [state_value(write, row)]
    elif write.what == "row":
        found = [write.row_from + at]
    elif write.what == "brightness":
        low, high = write.range or [0, 100]
        found = [round(low + (high - low) * brightness / 100)]
    else:
        found = [write.value or 0]
    if write.mask:
        shift = (write.mask & -write.mask).bit_length() - 1
        return [found[0] << shift & write.mask]
    return [value & 0xFFFF for value in found]


def state_value(write: Write, row: Row) -> int:
    """Value of mode, blink or colour in the state of this row."""
    if row.called and write.called is not None:
        return write.called
    if row.state == "dashes" and write.dashes is not None:
        return write.dashes
    dark = row.state == "blank" or (row.state == "dashes" and write.what == "mode")
    if dark and write.blank is not None:
        return write.blank
    return write.number or 0


def width_of(write: Write, profile: Profile) -> int:
    """How many characters it has."""
    if write.width is not None:
        return write.width
    return {"letter": 1, "number": max(1, profile.digits - 1), "counter": 2}.get(write.what, profile.digits)


def part_of(write: Write, profile: Profile) -> slice:
    """Which of its characters stand here."""
    first, last = write.part or (1, width_of(write, profile))
    return slice(first - 1, last)


def characters(write: Write, row: Row, profile: Profile) -> str:
    """The characters of one write, exactly as many as it has places."""
    return _everything(write, row, width_of(write, profile))[part_of(write, profile)]


def _everything(write: Write, row: Row, width: int) -> str:
    if row.state == "dashes":
        return "-" * width
    text = _text(write, row)[-width:] if row.state == "number" else ""
    if row.state == "number" and text and write.pad == "zero":
        letter = text.rstrip("0123456789") if write.what == "text" else ""
        return letter + text[len(letter) :].rjust(width - len(letter), "0")
    return text.rjust(width) if write.align == "right" else text.ljust(width)


def _text(write: Write, row: Row) -> str:
    if write.what == "letter":
        return row.letter
    if write.what == "number":
        return row.number
    if write.what == "counter":
        return "" if row.counter is None else str(row.counter)
    return row.text


def code(write: Write, char: str) -> int | None:
    """The code of one character; None where the profile and its encoding have none."""
    found = _code(write, char)
    most = 0xF if write.encoding == "bcd" else 0xFF if write.per_register == 2 else 0xFFFF
    return found if found is not None and found <= most else None


def _code(write: Write, char: str) -> int | None:
    if char in write.codes:
        return write.codes[char]
    if char == " " and write.blank is not None:
        return write.blank
    if char == "-" and write.dashes is not None:
        return write.dashes
    if char.isdigit() and write.digits_from is not None:
        return write.digits_from + int(char)
    if char.isalpha() and write.letters_from is not None:
        return write.letters_from + ord(char.upper()) - ord("A")
    if write.encoding == "ascii":
        return ord(char)
    if write.encoding == "segments":
        return _shape(write, char)
    return int(char) if char.isdigit() else None


def _shape(write: Write, char: str) -> int | None:
    shapes, missing = segments(char)
    if missing:
        return None
    shape = sum(1 << bit for bit, name in enumerate(write.bits) if shapes[0] >> SEGMENTS.index(name) & 1)
    return shape ^ ((1 << len(write.bits)) - 1) if write.invert else shape


def _coded(profile: Profile, write: Write, row: Row) -> list[int]:
    blank = code(write, " ") or 0
    codes = [found if (found := code(write, c)) is not None else blank for c in characters(write, row, profile)]
    if write.per_register == 2 and write.encoding != "bcd":
        # Which register comes first is `leftmost`, which byte of it is the left one is `byte_order` alone.
        codes += [blank] * (len(codes) % 2)
        pairs = zip(codes[::2], codes[1::2], strict=True)
        words = [_swap(write, (left & 0xFF) << 8 | right & 0xFF) for left, right in pairs]
        return words[::-1] if write.leftmost == "last" else words
    if write.leftmost == "last":
        codes.reverse()
    if write.encoding == "bcd":
        return _packed_nibbles(write, codes)
    return [value << 8 if write.byte == "high" else value for value in codes]


def _packed_nibbles(write: Write, codes: list[int]) -> list[int]:
    codes = [0] * (-len(codes) % 4) + codes
    words = []
    for at in range(0, len(codes), 4):
        a, b, c, d = (value & 0xF for value in codes[at : at + 4])
        words.append(_swap(write, a << 12 | b << 8 | c << 4 | d))
    return words if write.word_order == "high-first" else words[::-1]


def _integer(write: Write, row: Row, profile: Profile) -> list[int]:
    """One number in one register or two; `float` is IEEE 754 single precision."""
    digits = "".join(c for c in _text(write, row) if c.isdigit()) if row.state == "number" else ""
    if write.part and digits:
        digits = digits.rjust(width_of(write, profile), "0")[part_of(write, profile)]
    if row.state == "blank":
        value = write.blank or 0
    elif row.state == "dashes":
        # A board without a dash is empty; 0 would be a number.
        value = (write.blank or 0) if write.dashes is None else write.dashes
    else:
        value = int(digits or "0")
    if write.encoding == "float":
        # The codes of nothing and of dashes are the bits themselves, as vendors print them (0x7FC00000 = off).
        value = value if row.state != "number" else int.from_bytes(struct.pack(">f", float(value)), "big")
    elif write.registers == 1:
        return [_swap(write, value & 0xFFFF)]
    words = [_swap(write, value >> 16 & 0xFFFF), _swap(write, value & 0xFFFF)]
    return words if write.word_order == "high-first" else words[::-1]


def _swap(write: Write, word: int) -> int:
    return word if write.byte_order == "high-first" else (word & 0xFF) << 8 | word >> 8
