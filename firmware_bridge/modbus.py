"""Modbus RTU, our side of it: frames out, answers judged (functions 1, 3, 4, 5, 6, 15, 16). No I/O, no clock.

Our own and not pymodbus, which stays the tests' peer: docs/decisions/014-modbus-master.md has the figures.
Source: MODBUS Application Protocol V1.1b3; MODBUS over Serial Line V1.02.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

READ_COILS, READ_HOLDING, READ_INPUT = 1, 3, 4
WRITE_COIL, WRITE_REGISTER, WRITE_COILS, WRITE_REGISTERS = 5, 6, 15, 16

EXCEPTIONS = {
    1: ("bảng không biết mã hàm này", "the board does not know this function"),
    2: (
        "bảng không có thanh ghi này: xem register và numbering",
        "the board has no such register: look at register and numbering",
    ),
    3: ("bảng không nhận giá trị này", "the board does not take this value or count"),
    4: (
        "bảng báo lỗi bên trong; xem lại địa chỉ, tắt bật lại bảng",
        "a failure on its side: is the unit address right? Switch the board off and on",
    ),
    5: ("bảng đã nhận, còn đang làm", "the board has taken it and is still busy"),
    6: ("bảng đang bận", "the board is busy: set pause_ms"),
    8: ("bảng báo lỗi bộ nhớ", "the board reports a memory error"),
    10: ("bộ chuyển không có đường tới bảng", "the gateway has no way to the board"),
    11: ("bảng sau bộ chuyển không trả lời", "the board behind the gateway does not answer"),
}

_CHOICE = {
    READ_COILS: "read_function",
    READ_HOLDING: "read_function = 4",
    READ_INPUT: "read_function = 3",
    WRITE_COIL: "function = 15",
    WRITE_COILS: "function = 5",
    WRITE_REGISTER: "function = 16",
    WRITE_REGISTERS: "function = 6",
}
"""The line to try where a function is not known."""

_TABLE = []
for _byte in range(256):
    for _ in range(8):
        _byte = _byte >> 1 ^ 0xA001 if _byte & 1 else _byte >> 1
    _TABLE.append(_byte)


def crc16(data: bytes) -> int:
    """CRC-16/MODBUS of `data`; its low byte goes out first."""
    crc = 0xFFFF
    for byte in data:
        crc = crc >> 8 ^ _TABLE[(crc ^ byte) & 0xFF]
    return crc


def framed(body: bytes) -> bytes:
    """Unit, function and data with their CRC."""
    return body + struct.pack("<H", crc16(body))


def write(unit: int, function: int, address: int, values: Sequence[int]) -> bytes:
    """A write of registers (6, 16) or coils (5, 15). 5 and 6 take one value."""
    head = struct.pack(">BBH", unit, function, address)
    if function == WRITE_COIL:
        return framed(head + (b"\xff\x00" if values[0] else b"\x00\x00"))
    if function == WRITE_REGISTER:
        return framed(head + struct.pack(">H", values[0]))
    if function == WRITE_COILS:
        bits = sum(1 << at for at, value in enumerate(values) if value)
        size = (len(values) + 7) // 8
        return framed(head + struct.pack(">HB", len(values), size) + bits.to_bytes(size, "little"))
    return framed(head + struct.pack(f">HB{len(values)}H", len(values), 2 * len(values), *values))


def read(unit: int, function: int, address: int, count: int) -> bytes:
    """A question for coils (1), holding (3) or input registers (4)."""
    return framed(struct.pack(">BBHH", unit, function, address, count))


@dataclass(frozen=True)
class Reply:
    """What a unit answered: `ok` with the values read (none after a write), or `refused` with its exception code."""

    kind: Literal["ok", "refused"]
    values: tuple[int, ...] = ()
    exception: int = 0


def judge(request: bytes, heard: bytes) -> Reply | None:
    """The answer to `request` among the bytes heard; None while there is none.

    Noise before it is stepped over, and so is an answer to something else (a late one, another unit's).
    """
    for at in range(max(0, len(heard) - 4)):
        if heard[at] == request[0]:
            reply = _reply(request, heard[at:])
            if reply is not None:
                return reply
    return None


def _reply(request: bytes, heard: bytes) -> Reply | None:
    function = request[1]
    if heard[1] == function | 0x80:
        return Reply("refused", exception=heard[2]) if _whole(heard, 5) else None
    if heard[1] != function:
        return None
    if function in (READ_COILS, READ_HOLDING, READ_INPUT):
        count = int.from_bytes(request[4:6], "big")
        size = (count + 7) // 8 if function == READ_COILS else 2 * count
        if heard[2] != size or not _whole(heard, 5 + size):
            return None
        data = heard[3 : 3 + size]
        if function == READ_COILS:
            return Reply("ok", tuple(data[bit // 8] >> bit % 8 & 1 for bit in range(count)))
        return Reply("ok", struct.unpack(f">{count}H", data))
    # 5 and 6 say the whole request again, 15 and 16 its address and count.
    return Reply("ok") if heard[2:6] == request[2:6] and _whole(heard, 8) else None


def _whole(heard: bytes, size: int) -> bool:
    return len(heard) >= size and crc16(heard[: size - 2]) == int.from_bytes(heard[size - 2 : size], "little")


def exception_words(code: int, function: int | None = None) -> tuple[str, str]:
    """What an exception means, Vietnamese and English; `function` is the one that was asked, where known."""
    vi, en = EXCEPTIONS.get(code, ("bảng từ chối", "the board refuses"))
    if code == 1:
        if function is None:
            return f"{vi}: function = 6 hoặc 16 (mã 1)", f"{en}: function = 6 or 16 (exception 1)"
        vi, en = f"{vi}, {function}: thử {_CHOICE[function]}", f"{en}, {function}: try {_CHOICE[function]}"
    return f"{vi} (mã {code})", f"{en} (exception {code})"


def looks_like_its_echo(request: bytes) -> bool:
    """Whether the right answer is the question itself, byte by byte (5 and 6)."""
    return len(request) == 8 and request[1] in (WRITE_COIL, WRITE_REGISTER) and _whole(request, 8)
