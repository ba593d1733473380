"""The commune's logo: a PNG file of the settings. One that cannot be used is told, and our own mark stands there."""

from __future__ import annotations

import logging
import struct
import zlib
from functools import lru_cache
from pathlib import Path

log = logging.getLogger("kiosk")

SIGNATURE = b"\x89PNG\r\n\x1a\n"
MAX_BYTES = 2 << 20
LEAST_PX, MOST_PX = 64, 2048


def wrong_with(path: str) -> str | None:
    """Why a file is no logo that can be shown, in Vietnamese/English; None for a good one."""
    try:
        size = Path(path).stat().st_size
        if size > MAX_BYTES:
            return f"tệp lớn {size >> 20} MB/the file has {size >> 20} MB, allowed are 2 MB"
        data = Path(path).read_bytes()
    except OSError as error:
        return f"không đọc được/cannot be read: {error.strerror}"
    if not data.startswith(SIGNATURE):
        return "không phải tệp PNG/this is no PNG file"
    if len(data) < 33 or data[12:16] != b"IHDR":
        return "tệp PNG bị cụt/the PNG file is cut short"
    wide, high = struct.unpack(">II", data[16:24])
    if not (LEAST_PX <= wide <= MOST_PX and LEAST_PX <= high <= MOST_PX):
        return f"ảnh {wide}x{high} px: cần/needed are {LEAST_PX} … {MOST_PX} px"
    if not _whole(data):
        return "tệp PNG bị hỏng/the PNG file is damaged"
    return None


def _whole(data: bytes) -> bool:
    """Every chunk up to the end has its checksum, and the picture's data unpack."""
    at, packed = len(SIGNATURE), bytearray()
    while at + 12 <= len(data):
        (length,) = struct.unpack(">I", data[at : at + 4])
        kind, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        sum_at = at + 8 + length
        if data[sum_at : sum_at + 4] != struct.pack(">I", zlib.crc32(kind + body)):
            return False
        packed += body if kind == b"IDAT" else b""
        if kind == b"IEND":
            return _unpacks(bytes(packed))
        at = sum_at + 4
    return False


def _unpacks(packed: bytes) -> bool:
    reader = zlib.decompressobj()
    try:
        left = packed
        total = 0
        while left and total <= MOST_PX * (MOST_PX * 8 + 1):
            total += len(reader.decompress(left, 1 << 20))
            left = reader.unconsumed_tail
    except zlib.error:
        return False
    return reader.eof


@lru_cache(maxsize=4)
def usable(path: str) -> str:
    """The file if it can be shown, else "" (told once in the log)."""
    wrong = wrong_with(path) if path else None
    if wrong:
        log.warning("site.logo %s: %s", path, wrong)
    return "" if wrong else path
