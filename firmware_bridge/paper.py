"""A sheet of thermal paper to draw on: lines of text, rules, boxes, a QR code; from top to bottom, in dots.

Everything is drawn in grey and cut to black and white at half at the end, so curves stay even and the
result depends on nothing but the font files.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

import qrcode
from PIL import Image, ImageDraw, ImageFont
from qrcode.constants import ERROR_CORRECT_M

from config.fonts import Weight, fallback_file, font_file

MARGIN = 24
TAIL = 24
"""White below the last line; the printer feeds the rest of the way to its knife."""
ELLIPSIS = "…"
NO_BREAK = "\u00a0"
"""A space that no line is broken at; drawn as a plain one."""
_WEIGHTS: dict[int, Weight] = {400: 400, 500: 500, 600: 600, 700: 700}


def clean(value: object, limit: int) -> str:
    """`value` as one line that is safe to draw: NFC, no control, format (bidi, zero width) or private characters,
    blanks folded, at most `limit` characters (then with an ellipsis). Anything but text gives ""."""
    if not isinstance(value, str):
        return ""
    # A caller's megabyte is cut before the work, not after it.
    text = unicodedata.normalize("NFC", value[: limit * 8])
    kept = [
        " " if char.isspace() else char
        for char in text
        if char.isspace() or unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co", "Cn")
    ]
    line = " ".join("".join(kept).split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + ELLIPSIS


@lru_cache(maxsize=32)
def _face(size: int, weight: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(font_file(_WEIGHTS[weight])), size, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=16)
def _fallback(size: int, bold: bool) -> ImageFont.FreeTypeFont | None:
    path = fallback_file(bold)
    return ImageFont.truetype(str(path), size, layout_engine=ImageFont.Layout.BASIC) if path else None


@lru_cache(maxsize=512)
def _has(char: str, weight: int, fallback: bool) -> bool:
    """Whether the face has a glyph: what it draws for a code point that no font assigns is its empty box."""
    face = _fallback(24, weight >= 600) if fallback else _face(24, weight)
    if face is None:
        return False
    drawn, missing = face.getmask(char), face.getmask("\U000effff")
    return char == " " or drawn.size != missing.size or bytes(drawn) != bytes(missing)


def _runs(text: str, weight: int) -> list[tuple[str, bool]]:
    """`text` in pieces: (piece, drawn with the fallback face). A letter neither face has becomes "?"."""
    runs: list[tuple[str, bool]] = []
    for char in text.replace(NO_BREAK, " "):
        if _has(char, weight, False):
            other = False
        elif _has(char, weight, True):
            other = True
        else:
            char, other = "?", False
        if runs and runs[-1][1] == other:
            runs[-1] = (runs[-1][0] + char, other)
        else:
            runs.append((char, other))
    return runs


def _pick(size: int, weight: int, other: bool) -> ImageFont.FreeTypeFont:
    face = _fallback(size, weight >= 600) if other else None
    return face or _face(size, weight)


def text_width(text: str, size: int, weight: int) -> float:
    """Advance width in dots."""
    return sum(_pick(size, weight, other).getlength(piece) for piece, other in _runs(text, weight))


def wrap(text: str, size: int, weight: int, width: int, max_lines: int) -> list[str]:
    """Lines no wider than `width`; a word wider than a line is broken; what does not fit ends in an ellipsis."""
    lines: list[str] = []
    current = ""
    words = text.split(" ")
    while words:
        word = words.pop(0)
        trial = f"{current} {word}" if current else word
        if text_width(trial, size, weight) <= width:
            current = trial
            continue
        if current:
            lines.append(current)
            current = ""
            words.insert(0, word)
            continue
        if NO_BREAK in word:
            # Kept together as long as it fits a line; then its own blanks are the next best places.
            words[:0] = word.split(NO_BREAK)
            continue
        cut = len(word) - 1
        while cut > 1 and text_width(word[:cut], size, weight) > width:
            cut -= 1
        lines.append(word[:cut])
        words.insert(0, word[cut:])
    if current:
        lines.append(current)
    if len(lines) > max_lines:
        lines = lines[:max_lines]
        last = lines[-1]
        while last and text_width(last + ELLIPSIS, size, weight) > width:
            last = last[:-1].rstrip()
        lines[-1] = last + ELLIPSIS
    return lines


def balance(text: str, size: int, weight: int, width: int, max_lines: int) -> list[str]:
    """As `wrap`, then narrowed until one more dot would cost a line: centred lines of even length."""
    lines = wrap(text, size, weight, width, max_lines)
    if len(lines) < 2:
        return lines
    # Never so narrow that a word would have to be broken for it.
    low, high = max(width // 3, *(round(text_width(word, size, weight)) for word in text.split(" "))), width
    while high - low > 4:
        middle = (low + high) // 2
        if len(wrap(text, size, weight, middle, max_lines + 1)) <= len(lines):
            high = middle
        else:
            low = middle
    return wrap(text, size, weight, high, max_lines)


def _beside(text: str, points: int, weight: int, room: int) -> list[tuple[str, int, int, int]]:
    """One line of a narrow column as (text, size, weight, height) each."""
    step = round(points * 1.36)
    least = max(12, round(points * 0.8))
    size = points
    while text_width(text, size, weight) > room and size > least:
        size -= 1
    if text_width(text, size, weight) <= room:
        return [(text, size, weight, step)]
    return [(line, points, weight, step) for line in wrap(text, points, weight, room, 4)]


class Sheet:
    """Paper `width` dots wide; `y` is where the next thing goes."""

    def __init__(self, width: int, unit: float | None = None) -> None:
        self.width = width
        # 58 mm paper takes everything two thirds as large: same page, same order.
        self.unit = unit or width / 576
        self.margin = self.dots(MARGIN)
        self.y = self.dots(20)
        self._image = Image.new("L", (width, 1200), 255)
        self._draw = ImageDraw.Draw(self._image)

    def dots(self, n: float) -> int:
        """`n` dots of 80 mm paper on this paper."""
        return max(1, round(n * self.unit))

    @property
    def inner(self) -> int:
        """Width between the margins."""
        return self.width - 2 * self.margin

    def gap(self, n: int) -> None:
        """White space."""
        self.y += self.dots(n)

    def _room(self, height: int) -> None:
        if self.y + height + 8 > self._image.height:
            taller = Image.new("L", (self.width, self._image.height * 2 + height), 255)
            taller.paste(self._image, (0, 0))
            self._image, self._draw = taller, ImageDraw.Draw(taller)

    def _text(self, x: float, baseline: int, text: str, size: int, weight: int, fill: int = 0) -> None:
        for piece, other in _runs(text, weight):
            face = _pick(size, weight, other)
            self._draw.text((round(x), baseline), piece, font=face, fill=fill, anchor="ls")
            x += face.getlength(piece)

    def _lines(self, lines: list[str], size: int, weight: int, leading: float, x: int | None) -> None:
        step = round(size * leading)
        for line in lines:
            self._room(step)
            at = (self.width - text_width(line, size, weight)) / 2 if x is None else x
            self._text(at, self.y + round(size * 0.98), line, size, weight)
            self.y += step

    def centered(self, text: str, size: int, weight: int, *, leading: float = 1.3, max_lines: int = 2) -> None:
        """Text in the middle, in lines of even length."""
        points = self.dots(size)
        self._lines(balance(text, points, weight, self.inner, max_lines), points, weight, leading, None)

    def left(self, text: str, size: int, weight: int, *, leading: float = 1.3, max_lines: int = 4) -> None:
        """Text from the left margin."""
        points = self.dots(size)
        self._lines(balance(text, points, weight, self.inner, max_lines), points, weight, leading, self.margin)

    def pair(self, first: str, size: int, weight: int, second: str, second_size: int) -> None:
        """Vietnamese, and the English below it, smaller."""
        self.centered(first, size, weight, leading=1.22)
        self.centered(second, second_size, 500, leading=1.25)

    def picture(self, image: Image.Image, tallest: int) -> None:
        """A picture in black and white in the middle, at most `tallest` dots (of 80 mm paper) high."""
        scale = min(self.inner / image.width, self.dots(tallest) / image.height)
        size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
        shown = image.convert("RGBA")
        paper = Image.new("RGBA", shown.size, (255, 255, 255, 255))
        flat = Image.alpha_composite(paper, shown).convert("L").resize(size, Image.Resampling.LANCZOS)
        self._room(size[1])
        self._image.paste(flat, ((self.width - size[0]) // 2, self.y))
        self.y += size[1]

    def item(self, text: str, size: int, weight: int) -> None:
        """A line of a list with a box to tick."""
        points = self.dots(size)
        box, indent = round(points * 0.72), round(points * 1.35)
        self._room(box)
        top = self.y + round(points * 0.98) - box
        self._draw.rectangle((self.margin, top, self.margin + box, top + box), outline=0, width=self.dots(2))
        lines = wrap(text, points, weight, self.inner - indent, 8)
        self._lines(lines, points, weight, 1.28, self.margin + indent)

    def rule(self, thick: int) -> None:
        """A line across."""
        self._room(thick)
        self._draw.rectangle((self.margin, self.y, self.width - self.margin - 1, self.y + self.dots(thick) - 1), fill=0)
        self.y += self.dots(thick)

    def dashes(self) -> None:
        """A dashed line across: what follows is for later."""
        self._room(4)
        dash = self.dots(7)
        count = max(2, (self.inner - dash) // self.dots(12) + 1)
        for at in range(count):  # from margin to margin, like the rules
            x = self.margin + round(at * (self.inner - dash) / (count - 1))
            self._draw.rectangle((x, self.y, x + dash - 1, self.y + self.dots(3) - 1), fill=0)
        self.y += self.dots(3)

    def banner(self, text: str) -> None:
        """White on black, across."""
        size = self.dots(32)
        size = min(size, int(size * (self.inner - 2 * self.dots(12)) / max(1.0, text_width(text, size, 700))))
        height = round(size * 1.6)
        self._room(height)
        box = (self.margin, self.y, self.width - self.margin - 1, self.y + height)
        self._draw.rounded_rectangle(box, radius=self.dots(8), fill=0)
        x = (self.width - text_width(text, size, 700)) / 2
        self._text(x, self.y + round(height / 2 + size * 0.35), text, size, 700, fill=255)
        self.y += height

    def number(self, text: str, badge: str | None, size: int = 204) -> None:
        """The number, as large as the paper allows; `badge`: one letter in a frame above its right end."""
        size = self.dots(size)
        # Width grows with size: no need to load a face for every size in between.
        fit = self.inner / max(1.0, text_width(text, size, 700))
        if fit < 1:
            size = max(40, int(size * fit))
        face = _face(size, 700)
        left, top, right, bottom = face.getbbox(text, anchor="ls")
        self._room(int(bottom - top))
        baseline = self.y - int(top)
        self._draw.text(((self.width - (right - left)) / 2 - left, baseline), text, font=face, fill=0, anchor="ls")
        if badge:
            self._badge(badge, self.y - self.dots(84))
        self.y = baseline + max(0, int(bottom))

    def _badge(self, letter: str, top: int) -> None:
        side, size = self.dots(58), self.dots(42)
        x = self.width - self.margin - side
        box = (x, top, x + side, top + side)
        self._draw.rounded_rectangle(box, radius=self.dots(10), outline=0, width=self.dots(4))
        at = x + (side - text_width(letter, size, 700)) / 2
        self._text(at + 0.5, top + round(side / 2 + size * 0.36), letter, size, 700)

    def beside(self, qr: str | None, lines: list[tuple[str, int, int]]) -> None:
        """A QR code (None: none) on the left, lines on its right, centred on one height."""
        code = self._qr(qr) if qr else None
        x = self.margin + (code.width + self.dots(22) if code else 0)
        room = self.width - self.margin - x
        # A line a little too long becomes a little smaller; a longer one is two.
        fitted = [line for text, size, weight in lines for line in _beside(text, self.dots(size), weight, room)]
        height = max(sum(step for _, _, _, step in fitted), code.height if code else 0)
        self._room(height)
        if code:
            self._image.paste(code, (self.margin, self.y + (height - code.height) // 2))
        top = self.y + (height - sum(step for _, _, _, step in fitted)) // 2
        for text, points, weight, step in fitted:
            self._text(x, top + round(points * 1.02), text, points, weight)
            top += step
        self.y += height

    def _qr(self, text: str) -> Image.Image:
        maker = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=0)
        maker.add_data(text.encode("utf-8"), optimize=0)
        maker.make(fit=True)
        rows = maker.get_matrix()
        # At least 0.6 mm a module, so that a worn head and a cheap camera still agree.
        module = max(self.dots(5), self.dots(176) // len(rows))
        image = Image.new("L", (len(rows), len(rows)), 255)
        image.putdata([0 if dark else 255 for row in rows for dark in row])
        return image.resize((len(rows) * module, len(rows) * module), Image.Resampling.NEAREST)

    def code(self, text: str) -> None:
        """A QR code by itself, in the middle."""
        code = self._qr(text)
        self._room(code.height)
        self._image.paste(code, ((self.width - code.width) // 2, self.y))
        self.y += code.height

    def ruler(self) -> None:
        """Millimetres from edge to edge: a printer set to the wrong width loses an end."""
        self._room(30)
        for mm in range(0, self.width // 8 + 1):
            x = min(mm * 8, self.width - 1)
            tall = 26 if mm % 10 == 0 else 18 if mm % 5 == 0 else 10
            self._draw.line((x, self.y, x, self.y + tall), fill=0, width=1)
        self.y += 28

    def wedge(self) -> None:
        """Bars from thin to solid: shows dead dots and a weak supply."""
        self._room(44)
        step = self.inner // 8
        for n in range(8):
            x = self.margin + n * step
            for dx in range(0, step - 6, 8 - n):
                self._draw.line((x + dx, self.y, x + dx, self.y + 40), fill=0, width=1)
        self.y += 44

    def finish(self) -> Image.Image:
        """The drawn part in black and white."""
        height = self.y + self.dots(TAIL)
        return self._image.crop((0, 0, self.width, height)).point(lambda v: 255 if v >= 128 else 0, mode="1")
