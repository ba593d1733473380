"""Measuring and wrapping with the fonts that will be painted. `pygame.font` only: it shapes stacked marks rightly."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import pygame

from config.fonts import fallback_file, font_file
from kiosk.view.cmap import coverage
from kiosk.view.metrics import Metrics
from kiosk.view.scripts import JOINERS, SCRIPTS, script_of

CAP_PER_EM = 0.740  # Be Vietnam Pro
LINE = 1.35  # least line height with stacked marks, em
OWN, SANS, FIRST_SCRIPT = 0, 1, 2
ABOVE = 0.10  # free room above the first line, em: Ấ touches row 0 of its surface


@dataclass(frozen=True, slots=True)
class Run:
    """Letters in one font file, one weight. `x` and `width` in pixels within the line.

    `fallback`: 0 our own face, 1 Noto Sans, from 2 on the faces of `SCRIPTS` in their order.
    """

    text: str
    weight: int
    fallback: int
    x: int
    width: int


@dataclass(frozen=True, slots=True)
class Block:
    """A wrapped text: lines of runs, in pixels."""

    lines: tuple[tuple[Run, ...], ...]
    widths: tuple[int, ...]
    size: int
    line: int

    @property
    def width(self) -> int:
        """Of the longest line."""
        return max(self.widths, default=0)

    @property
    def height(self) -> int:
        """Of all lines."""
        return self.line * len(self.lines)


def nfc(text: str) -> str:
    """Text as the fonts want it: composed letters."""
    return unicodedata.normalize("NFC", text)


def bold_parts(text: str) -> list[tuple[str, bool]]:
    """`a **b** c` → [("a ", False), ("b", True), (" c", False)]; only pairs count: the stars of a masked name stay."""
    parts = text.split("**")
    if len(parts) % 2 == 0 or "***" in text:
        return [(text, False)]
    return [(part, at % 2 == 1) for at, part in enumerate(parts) if part]


class FontBook:
    """Opened fonts, widths of words, and wrapped blocks. One for a process; needs `pygame.font.init()` to have run."""

    def __init__(self) -> None:
        pygame.font.init()
        self._fonts: dict[tuple[int, int, int], pygame.font.Font] = {}
        self._widths: dict[tuple[str, int, int, int], int] = {}
        self._has = {weight: coverage(font_file(weight)) for weight in (400, 500, 600, 700)}
        behind = fallback_file()
        self._behind = coverage(behind) if behind else frozenset()
        self._faces: dict[int, frozenset[int]] = {}  # read when somebody writes in one of them
        self.wrap = lru_cache(maxsize=2048)(self._wrap)

    def font(self, weight: int, size: int, fallback: int = OWN) -> pygame.font.Font:
        """The opened font of that weight and em size in pixels."""
        key = (weight, size, fallback)
        if key not in self._fonts:
            if len(self._fonts) > 96:
                self._fonts.clear()
            self._fonts[key] = self._opened(weight, size, fallback)
        return self._fonts[key]

    @staticmethod
    def _opened(weight: int, size: int, fallback: int) -> pygame.font.Font:
        if fallback < FIRST_SCRIPT:
            path = fallback_file(weight >= 600) if fallback else font_file(weight)  # type: ignore[arg-type]
            return pygame.font.Font(str(path), size)
        script = SCRIPTS[fallback - FIRST_SCRIPT]
        font = pygame.font.Font(str(script.file(weight >= 600)), size)
        font.set_script(script.tag)  # without it the letters stand beside each other as they come
        return font

    def forget(self) -> None:
        """Drop the words that were measured; fonts stay open."""
        self._widths.clear()
        self.wrap.cache_clear()

    def missing(self, text: str) -> set[str]:
        """Characters of `text` that no font here can draw."""
        return {
            each
            for each in nfc(text)
            if not each.isspace()
            and ord(each) not in JOINERS
            and ord(each) not in self._has[400]
            and ord(each) not in self._behind
            and self._script(ord(each)) is None
        }

    def _script(self, code: int) -> int | None:
        """Index of the installed script face that draws a letter."""
        index = script_of(code)
        if index is None:
            return None
        if index not in self._faces:
            path = SCRIPTS[index].file()
            self._faces[index] = coverage(path) if path else frozenset()
        return index if code in self._faces[index] else None

    def _face(self, code: int, weight: int) -> int:
        if code in self._has[weight]:
            return OWN
        if code in self._behind:
            return SANS
        index = self._script(code)
        return OWN if index is None else FIRST_SCRIPT + index

    def _split(self, word: str, weight: int) -> list[tuple[str, int]]:
        out: list[tuple[str, int]] = []
        for letter in word:
            code = ord(letter)
            joins = bool(unicodedata.combining(letter)) or code in JOINERS
            face = out[-1][1] if out and joins else self._face(code, weight)
            if out and out[-1][1] == face:
                out[-1] = (out[-1][0] + letter, face)
            else:
                out.append((letter, face))
        return out

    def _width(self, text: str, weight: int, size: int, fallback: int) -> int:
        key = (text, weight, size, fallback)
        known = self._widths.get(key)
        if known is None:
            if len(self._widths) > 8192:
                self._widths.clear()
            known = self._widths[key] = self.font(weight, size, fallback).size(text)[0]
        return known

    def _word(self, word: str, weight: int, size: int) -> int:
        return sum(self._width(run, weight, size, behind) for run, behind in self._split(word, weight))

    def em(self, cap_mm: float, metrics: Metrics) -> int:
        """Font size in pixels whose capitals are at least `cap_mm` high."""
        return max(6, -int(-cap_mm / metrics.panel.mm_per_px / CAP_PER_EM // 1))

    def _wrap(self, text: str, size: int, weight: int, room: int) -> Block:
        """Break `text` at spaces into lines no wider than `room` pixels (a longer word stays whole and overflows)."""
        lines: list[list[tuple[str, int, bool]]] = []
        widths: list[int] = []
        for paragraph in nfc(text).split("\n"):
            pieces: list[tuple[str, int, bool]] = []  # word, weight, space before it
            gap = False
            for part, strong in bold_parts(paragraph):
                at_weight = max(weight, 700) if strong else weight
                for index, word in enumerate(part.split(" ")):
                    gap = gap or index > 0
                    if word:
                        pieces.append((word, at_weight, gap))
                        gap = False
            line: list[tuple[str, int, bool]] = []
            width = 0
            for at, (word, at_weight, spaced) in enumerate(pieces):
                space = self._width(" ", at_weight, size, OWN) if spaced and line else 0
                wide = self._word(word, at_weight, size)
                whole = wide  # with what is glued to it: a bold date and its full stop stay together
                for glued, glued_weight, apart in pieces[at + 1 :]:
                    if apart:
                        break
                    whole += self._word(glued, glued_weight, size)
                if line and spaced and width + space + whole > room:
                    lines.append(line)
                    widths.append(width)
                    line, width, space = [], 0, 0
                line.append((word, at_weight, space > 0))
                width += space + wide
            lines.append(line)
            widths.append(width)
        return Block(tuple(self._runs(line, size) for line in lines), tuple(widths), size, round(size * LINE))

    def _runs(self, line: list[tuple[str, int, bool]], size: int) -> tuple[Run, ...]:
        runs: list[Run] = []
        x = 0
        for word, weight, spaced in line:
            if spaced:
                space = self._width(" ", weight, size, OWN)
                if runs and runs[-1].weight == weight and not runs[-1].fallback:
                    last = runs[-1]
                    runs[-1] = Run(last.text + " ", weight, OWN, last.x, last.width + space)
                x += space
            for text, behind in self._split(word, weight):
                wide = self._width(text, weight, size, behind)
                before = runs[-1] if runs else None
                if before and before.weight == weight and before.fallback == behind and before.x + before.width == x:
                    runs[-1] = Run(before.text + text, weight, behind, before.x, before.width + wide)
                else:
                    runs.append(Run(text, weight, behind, x, wide))
                x += wide
        return tuple(runs)
