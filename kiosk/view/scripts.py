"""Scripts of minority languages: which letters, which Noto face (Debian fonts-noto-core), which OpenType script.

A run of such letters is drawn with its own face and shaped by its own script: without it Khmer's stacked consonants
fall apart. The table names what is written in Vietnam and next door; a further script is one line.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

NOTO = Path("/usr/share/fonts/truetype/noto")
JOINERS = frozenset(range(0x200B, 0x200E))
"""Zero width space, non-joiner, joiner: they belong to the letters around them and have no picture."""


@dataclass(frozen=True, slots=True)
class Script:
    """`tag`: ISO 15924, as HarfBuzz wants it. `face`: the Noto family without "Noto"."""

    tag: str
    face: str
    ranges: tuple[tuple[int, int], ...]

    def file(self, bold: bool = False) -> Path | None:
        """Its font file; the regular one where there is no bold; None where none is installed."""
        for weight in ("Bold", "Regular") if bold else ("Regular",):
            path = NOTO / f"Noto{self.face}-{weight}.ttf"
            if path.exists():
                return path
        return None


SCRIPTS = (
    Script("Khmr", "SansKhmer", ((0x1780, 0x17FF), (0x19E0, 0x19FF))),
    Script("Cham", "SansCham", ((0xAA00, 0xAA5F),)),
    Script("Tavt", "SansTaiViet", ((0xAA80, 0xAADF),)),
    Script("Hmng", "SansPahawhHmong", ((0x16B00, 0x16B8F),)),
    Script("Hmnp", "SerifNyiakengPuachueHmong", ((0x1E100, 0x1E14F),)),
    Script("Laoo", "SansLao", ((0x0E80, 0x0EFF),)),
    Script("Thai", "SansThai", ((0x0E00, 0x0E7F),)),
    Script("Lana", "SansTaiTham", ((0x1A20, 0x1AAF),)),
    Script("Mymr", "SansMyanmar", ((0x1000, 0x109F), (0xA9E0, 0xA9FF), (0xAA60, 0xAA7F))),
    Script("Deva", "SansDevanagari", ((0x0900, 0x097F),)),
)


def script_of(code: int) -> int | None:
    """Index in `SCRIPTS` of a letter's script; None for Latin and everything else."""
    if code < 0x0900:
        return None
    for index, script in enumerate(SCRIPTS):
        if any(low <= code <= high for low, high in script.ranges):
            return index
    return None
