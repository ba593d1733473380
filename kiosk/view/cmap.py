"""Which characters a TrueType file has a glyph for, read from its `cmap` table (formats 4 and 12).

pygame draws a box for a missing letter and does not say so; therefore every text is split into runs by coverage.
Source of the layout: the OpenType specification, table "cmap".
"""

from __future__ import annotations

import struct
from functools import lru_cache
from pathlib import Path


class NotAFont(ValueError):
    """The file has no readable Unicode `cmap`."""


@lru_cache(maxsize=16)
def coverage(path: Path) -> frozenset[int]:
    """Code points with a glyph. Raises `NotAFont`, `OSError`."""
    data = path.read_bytes()
    try:
        count = struct.unpack_from(">H", data, 4)[0]
        tables = {}
        for at in range(count):
            tag, _sum, offset, _length = struct.unpack_from(">4sIII", data, 12 + 16 * at)
            tables[tag] = offset
        base = tables[b"cmap"]
        best: tuple[int, int] | None = None
        for at in range(struct.unpack_from(">H", data, base + 2)[0]):
            platform, encoding, offset = struct.unpack_from(">HHI", data, base + 4 + 8 * at)
            if platform == 0 or (platform == 3 and encoding in (1, 10)):
                form = struct.unpack_from(">H", data, base + offset)[0]
                if form in (4, 12) and (best is None or form > best[0]):
                    best = (form, base + offset)
        if best is None:
            raise NotAFont(f"{path}: no Unicode cmap of format 4 or 12")
        return frozenset(_format12(data, best[1]) if best[0] == 12 else _format4(data, best[1]))
    except (struct.error, KeyError, IndexError) as error:
        raise NotAFont(f"{path}: not a TrueType font") from error


def _format12(data: bytes, base: int) -> set[int]:
    found: set[int] = set()
    for at in range(struct.unpack_from(">I", data, base + 12)[0]):
        first, last, glyph = struct.unpack_from(">III", data, base + 16 + 12 * at)
        found.update(range(first if glyph else first + 1, last + 1))
    return found


def _format4(data: bytes, base: int) -> set[int]:
    segments = struct.unpack_from(">H", data, base + 6)[0] // 2
    ends = struct.unpack_from(f">{segments}H", data, base + 14)
    starts = struct.unpack_from(f">{segments}H", data, base + 16 + 2 * segments)
    deltas = struct.unpack_from(f">{segments}H", data, base + 16 + 4 * segments)
    offsets_at = base + 16 + 6 * segments
    offsets = struct.unpack_from(f">{segments}H", data, offsets_at)
    found: set[int] = set()
    for each in range(segments):
        for code in range(starts[each], ends[each] + 1):
            if offsets[each] == 0:
                glyph = (code + deltas[each]) & 0xFFFF
            else:
                place = offsets_at + 2 * each + offsets[each] + 2 * (code - starts[each])
                glyph = struct.unpack_from(">H", data, place)[0]
                if glyph:
                    glyph = (glyph + deltas[each]) & 0xFFFF
            if glyph and code != 0xFFFF:
                found.add(code)
    return found
