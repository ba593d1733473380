"""On-screen keyboards: keys of at least 15 mm, in rows that always stand at the same place."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

from kiosk.model import Keyboard
from kiosk.screens.look import Look
from kiosk.view.metrics import KEY_MM
from kiosk.view.widgets import EDGE, PAPER, WASH, Box, Fit, Gap, Icon, Text, Widget, column, row

LETTER_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
CODE_ROWS = ("0123456789", "ABCDEFGHIJ", "KLMNOPQRST", "UVWXYZ.-")
DIGIT_ROWS = ("123", "456", "789", "0")
DIGIT_ROW = "1234567890"
MARKED_ROW = "ăâêôơưđ"
TONE_KEYS = "\u0301\u0300\u0309\u0303\u0323"
KEY_GAP = 1.6


def key_height(look: Look) -> float:
    """Height of a key: 15 mm and a little, more where there is room."""
    return KEY_MM + 0.3 if look.metrics.height < 170 else min(24.0, KEY_MM * look.metrics.factor)


def key(look: Look, letter: str, *, live: bool = True, wide: float = 1.0, word: str = "", icon: str = "") -> Box:
    """One key. A key that may not follow now is flat and is nothing to tap."""
    m = look.metrics
    shown: Widget
    if icon:
        shown = Icon(icon, m.body * 1.6, look.primary)
    else:
        shown = Text(word or letter.upper(), m.body, 600, look.primary if live else "#47535A", "center", lines=1)
    box = Box(
        (shown,),
        "column",
        fill=PAPER,
        align="center",
        justify="center",
        height=key_height(look),
        grow=wide,
        radius=m.radius * 0.6,
    )
    if not live:
        return box
    return replace(
        box, fill="#FFFFFF", edge=EDGE, edge_mm=0.35, id=f"key:{letter}", target="key", pressed=look.pressed(False)
    )


def letters(look: Look, board: Keyboard) -> Box:
    """Letters, with digits above them where VNI needs them; or the page of marks, tones and digits."""
    return _marks(look, board) if board.marks else _letters(look, board)


def _letters(look: Look, board: Keyboard) -> Box:
    rows: list[Widget] = []
    if board.method == "vni":
        rows.append(_keys(look, DIGIT_ROW))
    rows.append(_keys(look, LETTER_ROWS[0]))
    rows.append(_keys(look, LETTER_ROWS[1], key(look, "backspace", icon="backspace")))
    space = key(look, " ", wide=2.7, word=look.words("key.space"))
    rows.append(_keys(look, LETTER_ROWS[2], command(look, "marks", "ăá", wide=1.2), space))
    return column(*rows, gap=KEY_GAP)


def _marks(look: Look, board: Keyboard) -> Box:
    """Tap a letter, then a tone. The tones are shown on an a: a mark alone says little."""
    tones = [key(look, tone, word=unicodedata.normalize("NFC", "a" + tone)) for tone in TONE_KEYS]
    method = command(look, "method", look.words(f"key.method.{board.method}"), wide=2.6)
    letters = command(look, "marks", "abc", wide=1.4)
    return column(
        _keys(look, DIGIT_ROW),
        row(*[key(look, each) for each in MARKED_ROW], method, gap=KEY_GAP),
        row(*tones, letters, key(look, " ", wide=2.4, word=look.words("key.space")), _backspace(look), gap=KEY_GAP),
        gap=KEY_GAP,
    )


def _backspace(look: Look) -> Box:
    return key(look, "backspace", icon="backspace")


def _keys(look: Look, line: str, *further: Box) -> Box:
    return row(*[key(look, each) for each in line], *further, gap=KEY_GAP)


def command(look: Look, target: str, word: str, wide: float) -> Box:
    """A key that changes the keyboard itself, in the colour of a quiet plane."""
    return replace(key(look, target, wide=wide, word=word), id=target, fill=WASH)


def code_board(look: Look, live: frozenset[str]) -> Box:
    """Digits and letters; only what the grammar allows next can be pressed."""
    rows: list[Widget] = []
    for at, line in enumerate(CODE_ROWS):
        keys: list[Widget] = [key(look, each, live=each in live) for each in line]
        if at == len(CODE_ROWS) - 1:
            keys.append(key(look, "backspace", icon="backspace", wide=2.1))
        rows.append(row(*keys, gap=KEY_GAP))
    return column(*rows, gap=KEY_GAP)


def digit_board(look: Look, live: frozenset[str] = frozenset("0123456789")) -> Box:
    """A telephone's block of digits."""
    rows: list[Widget] = [
        row(*[key(look, each, live=each in live) for each in line], gap=KEY_GAP) for line in DIGIT_ROWS[:3]
    ]
    zero = key(look, "0", live="0" in live, wide=1.0)
    rows.append(row(zero, key(look, "backspace", icon="backspace", wide=2.05), gap=KEY_GAP))
    return column(*rows, gap=KEY_GAP)


def field(look: Look, text: str, hint: str) -> Box:
    """What has been typed so far, with a still cursor."""
    m = look.metrics
    shown = Text(
        text + "|" if text else hint,
        m.body if not text else m.lead,
        600 if text else 400,
        "#16242B" if text else "#3C4A51",
        lines=1,
    )
    short = Text("…" + text[-10:] + "|", m.body, 600, lines=1)
    options: tuple[Widget, ...] = (
        shown,
        replace(shown, cap=m.body),
        short if text else Text("…", m.body, 400, "#3C4A51", lines=1),
    )
    return Box(
        (Fit(options), Gap(grow=1)),
        "column",
        pad=(m.space, m.space * 0.3),
        fill="#FFFFFF",
        edge=look.primary,
        edge_mm=0.5,
        radius=m.radius * 0.7,
        justify="center",
        min_height=m.lead * 2.0,
    )
