"""The closed vocabulary of the loudspeaker, read from `contracts/voice.toml`.

An agreement between two rooms: `queue_display` chooses the tokens of a call, `firmware_bridge` owns the sound of
each. Both read the same file, so a token one of them knows and the other does not cannot exist.
"""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Literal, get_args

Accent = Literal["north", "central", "south"]
Kind = Literal["word", "chime", "pause"]
ACCENTS: tuple[Accent, ...] = get_args(Accent)


@dataclass(frozen=True)
class Token:
    """One thing the loudspeaker can say. `words[accent]` is empty for a chime or a pause."""

    name: str
    kind: Kind
    words: Mapping[Accent, str]
    text: str | None = None
    seconds: float = 0.0

    def shown(self, accent: Accent) -> str:
        """The words as the printed sentence has them."""
        return self.text if self.text is not None else self.words[accent]


def as_accent(name: str) -> Accent:
    """`name` as an accent; ValueError names the three that exist."""
    if name not in ACCENTS:
        raise ValueError(f"unknown accent {name!r}; allowed: {', '.join(ACCENTS)}")
    return name


def parse_voice(text: str) -> dict[str, Token]:
    """Tokens by name from the text of `voice.toml`. ValueError for a token without words in every accent."""
    tokens: dict[str, Token] = {}
    for name, row in tomllib.loads(text)["tokens"].items():
        kind = row.get("kind", "word")
        if kind not in get_args(Kind):
            raise ValueError(f"voice token {name}: kind {kind!r} is none of {', '.join(get_args(Kind))}")
        words: dict[Accent, str] = {}
        if kind == "word":
            for accent in ACCENTS:
                value = row.get(accent, row.get("all"))
                if not value or not unicodedata.is_normalized("NFC", value):
                    raise ValueError(f"voice token {name}: no words (in NFC) for accent {accent}")
                words[accent] = value
        tokens[name] = Token(name, kind, words, row.get("text"), float(row.get("seconds", 0.0)))
    return tokens


@lru_cache(maxsize=1)
def voice_tokens() -> Mapping[str, Token]:
    """The shipped vocabulary."""
    return parse_voice(resources.files("config").joinpath("contracts/voice.toml").read_text("utf-8"))
