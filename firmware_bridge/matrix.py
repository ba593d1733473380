"""A line of Vietnamese as dots for a matrix board: text in, columns out. Pure (the typefaces are read once).

On few dots two marks over a letter run into one blot in any outline typeface: "Quầy" reads as "Quẩy". So a letter is
put together here: the bare letter from the typeface, each mark from the patterns of `matrix_marks`, a dark row between
all of them. A capital that carries two marks on few rows gives one row of its own.

The bitmap is column after column, left to right, `height` / 8 bytes each, top byte first, bit 7 the topmost dot.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from PIL import Image, ImageDraw, ImageFont

from config.fonts import fallback_file, font_file
from firmware_bridge.matrix_marks import ABOVE, DOT, HORN, KNOWN, SHAPES, STYLES, Rows, horn_rise

MAX_BYTES = 12_288
"""What a board has room for; longer texts end with "…"."""
FASTEST = 2.0
"""A text too long for its time runs at most so many times faster than the board's own speed."""

Dots = tuple[int, ...]
"""A picture as columns: bit `y` of a column is the dot in row `y`, 0 the topmost."""


@dataclass(frozen=True)
class Bitmap:
    """What a board is to show: `columns` × height / 8 bytes of `data`; `speed` dots a second, 0 = it stands still;
    `hold` tenths of a second for which the beginning stands. `text` is what it says."""

    text: str
    columns: int
    data: bytes
    speed: int
    hold: int


@lru_cache(maxsize=32)
def bitmap(
    text: str, *, width: int, height: int, speed: int, forms: tuple[str, ...] = (), seconds: float | None = None
) -> Bitmap:
    """`text`, or the first of its shorter `forms` that fits `width`, as dots; it runs where nothing fits.

    `seconds`: how long the text has; one that needs more runs faster, up to `FASTEST` times.
    """
    for form in (text, *forms):
        dots = line(form, height)
        if len(dots) <= width:
            return Bitmap(form, len(dots), packed(dots, height), 0, 0)
    shown, dots = _within_memory(text, height)
    hold_s = 1.5
    if seconds:
        need = (len(dots) + width // 2) / max(1.0, seconds - hold_s)
        speed = min(max(speed, round(need)), round(speed * FASTEST))
    return Bitmap(shown, len(dots), packed(dots, height), min(255, speed), round(hold_s * 10))


def _within_memory(text: str, height: int) -> tuple[str, Dots]:
    most = MAX_BYTES * 8 // height
    dots = line(text, height)
    while len(dots) > most:
        words = text.rstrip("…").split()
        text = " ".join(words[:-1]) + "…" if len(words) > 1 else text[: len(text) * 3 // 4] + "…"
        dots = line(text, height)
    return text, dots


def packed(dots: Dots, height: int) -> bytes:
    """Columns as the wire has them."""
    out = bytearray()
    for column in dots:
        flipped = int(f"{column:0{height}b}"[::-1], 2)  # bit 7 of the first byte is the topmost dot
        out += flipped.to_bytes(height // 8, "big")
    return bytes(out)


def picture(data: bytes, height: int, *, dot: int = 4) -> Image.Image:
    """The bitmap as people see it, `dot` pixels a LED: for tests, pages and documents."""
    size = height // 8
    columns = len(data) // size
    out = Image.new("RGB", (max(1, columns) * dot, height * dot), "#150a05")
    draw = ImageDraw.Draw(out)
    for x in range(columns):
        column = int.from_bytes(data[x * size : (x + 1) * size], "big")
        for y in range(height):
            lit = column >> (height - 1 - y) & 1
            box = (x * dot, y * dot, x * dot + dot - 2, y * dot + dot - 2)
            draw.ellipse(box, fill="#ff8a1f" if lit else "#2b1a10")
    return out


def line(text: str, height: int) -> Dots:
    """`text` in one line on `height` (16, 24, 32) rows, without dark columns at its ends."""
    style = STYLES[height]
    out: list[int] = []
    for letter in " ".join(unicodedata.normalize("NFC", text).split()):
        if letter == " ":
            out += [0] * (style.space - style.gap)
        else:
            out += _glyph(letter, height)
            out += [0] * style.gap
    first = next((at for at, column in enumerate(out) if column), len(out))
    last = next((at for at in range(len(out) - 1, -1, -1) if out[at]), -1)
    return tuple(out[first : last + 1])


# -- one letter

Picture = set[tuple[int, int]]
"""Lit dots as (x, y)."""


@lru_cache(maxsize=2048)
def _glyph(letter: str, height: int) -> Dots:
    style = STYLES[height]
    if letter == "→":
        return _columns(_dots(style.arrow, 0, style.base - len(style.arrow) - style.arrow_up), height)
    decomposed = unicodedata.normalize("NFD", letter)
    base, marks = decomposed[0], list(decomposed[1:])
    if not set(marks) <= KNOWN:
        return _columns(_bare(letter, height), height)  # a letter no Vietnamese word has: as the typeface draws it
    above = [each for each in marks if each in ABOVE]
    letter_dots = _bare("ı" if above and base == "i" else base, height)
    left, right = min(x for x, _ in letter_dots), max(x for x, _ in letter_dots)
    width = right - left + 1  # marks stand over the letter without its horn
    crowded = len(above) == 2 and base.isupper()
    if crowded and style.shorten:
        letter_dots = _shortened(letter_dots, style.base)
    at = min(y for _, y in letter_dots) - style.gap_rows
    if HORN in marks:
        letter_dots = _horned(letter_dots, style.mark(HORN, width, crowded))
    dots = set(letter_dots)
    for mark in above:
        rows = style.mark(mark, width, crowded)
        dots |= _dots(rows, left + (width - len(rows[0])) // 2, at - len(rows))
        at -= len(rows) + 1
    if DOT in marks:
        rows = style.mark(DOT, width, crowded)
        x = left + (width - len(rows[0])) // 2
        if any(y >= style.base for _, y in letter_dots):
            x = left + width // 2 + 1  # beside the tail of a y
        dots |= _dots(rows, x, height - len(rows))
    return _columns(dots, height)


def _dots(rows: Sequence[str], left: int, top: int) -> Picture:
    return {(left + x, top + y) for y, row in enumerate(rows) for x, dot in enumerate(row) if dot == "#"}


def _columns(dots: Picture, height: int) -> Dots:
    first = min(x for x, _ in dots)
    columns = [0] * (max(x for x, _ in dots) - first + 1)
    for x, y in dots:
        if 0 <= y < height:
            columns[x - first] |= 1 << y
    return tuple(columns)


def _horned(dots: Picture, horn: Rows) -> Picture:
    """With the horn at its right shoulder. The typeface's own, at such sizes, makes a "d" of an "ơ"."""
    right, top = max(x for x, _ in dots), min(y for _, y in dots)
    low = len(horn) - horn_rise(horn)
    return dots | _dots(horn, right - low + 1, top - horn_rise(horn))


def _shortened(dots: Picture, base: int) -> Picture:
    """A capital one row lower: the row that is most like its neighbour goes."""
    rows = sorted({y for _, y in dots if y < base})

    def change(pair: tuple[int, int]) -> int:
        return len({x for x, y in dots if y == pair[0]} ^ {x for x, y in dots if y == pair[1]})

    middle = rows[len(rows) // 2]
    gone = min(list(pairwise(rows))[:-1], key=lambda pair: (change(pair), abs(pair[0] - middle)))[0]
    return {(x, y + 1 if y < gone else y) for x, y in dots if y != gone}


@lru_cache(maxsize=3)
def _face(height: int) -> ImageFont.FreeTypeFont:
    style = STYLES[height]
    # Noto Sans is cut for very small sizes; Be Vietnam Pro above them and where Noto is not installed.
    small = fallback_file() if height == 16 else None
    return ImageFont.truetype(str(small or font_file(style.weight)), style.size)


@lru_cache(maxsize=1024)
def _bare(letter: str, height: int) -> Picture:
    """A letter without marks, its left edge at x = 0; a letter the typeface lacks is a blank of three columns."""
    style = STYLES[height]
    if height == 16 and letter in SHAPES:
        return _dots(SHAPES[letter], 0, style.base - len(SHAPES[letter]))
    face = _face(height)
    image = Image.new("1", (int(face.getlength(letter)) + 8, height))
    draw = ImageDraw.Draw(image)
    draw.fontmode = "1"
    draw.text((4, style.base), letter, font=face, fill=1, anchor="ls")
    pixels = image.load()
    assert pixels is not None
    dots = {(x, y) for x in range(image.width) for y in range(height) if pixels[x, y]}
    left = min((x for x, _ in dots), default=0)
    return {(x - left, y) for x, y in dots} or {(0, -1), (2, -1)}
