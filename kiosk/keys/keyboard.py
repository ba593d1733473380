"""What the keyboard of a search makes of its keys. Pure.

The keys of the words are kept as they were pressed and composed anew after each of them, so a backspace takes one key
back. A letter with its mark (`ă`) and a tone (a combining character) may be pressed too, whatever the method: the page
of marks has them. When the method is changed, what stands there is kept as it reads.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from kiosk.keys.telex import TONES, Method, compose
from kiosk.model import Keyboard, Model

QUERY_MAX = 40
KEYS_MAX = 120
METHODS: tuple[Method, ...] = ("plain", "telex", "vni")
LEAST_LETTERS = 2
"""So many letters until there are results."""


def text(board: Keyboard) -> str:
    """What the keys read, NFC."""
    words = (compose(word, board.method, old_style=board.old_style) for word in board.keys.split(" "))
    return board.done + " ".join(words)


def press(board: Keyboard, key: str) -> Keyboard:
    """One key: a character, `backspace` or `clear`. What cannot be shown is nothing."""
    if key == "backspace":
        if board.keys:
            return replace(board, keys=board.keys[:-1])
        return replace(board, done=board.done[:-1])
    if key == "clear":
        return replace(board, keys="", done="")
    for letter in key:
        wanted = letter if letter in TONES else letter.lower()
        if not (wanted in TONES or wanted.isprintable()) or len(board.keys) >= KEYS_MAX:
            continue
        after = replace(board, keys=board.keys + wanted)
        if len(text(after)) <= QUERY_MAX:
            board = after
    return board


def change_method(board: Keyboard) -> Keyboard:
    """The next way of typing."""
    following = METHODS[(METHODS.index(board.method) + 1) % len(METHODS)]
    return replace(board, done=text(board), keys="", method=following)


def turn(board: Keyboard) -> Keyboard:
    """Letters ↔ marks and digits."""
    return replace(board, marks=not board.marks)


def searched(key: str, model: Model, find: Callable[[str], tuple[str, ...]]) -> Model:
    """A key on the search screen. `find`: folded search, procedure codes best first."""
    board = replace(press(model.keyboard, key), hidden=False)
    query = text(board)
    hits: tuple[str, ...] = ()
    if len(query.strip()) >= LEAST_LETTERS:
        # A word of another language may read strangely once it is composed ("house"): then its keys are asked for.
        hits = find(query) or find(board.done + board.keys)
    return replace(model, keyboard=board, query=query, hits=hits, page=0)
