"""Typing Vietnamese on a plain keyboard: Telex and VNI. Pure.

A word is kept as the keys that were pressed and composed anew after each of them, so that backspace takes off one key
and a mark can come late (`dangs`, `ddangs`). Pressing a mark's key twice undoes it and leaves the letter (`ass` → as).
The tone stands where the administration writes it (old style: hòa, thúy) unless the new style is asked for (hoà, thuý).
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from typing import Literal

Method = Literal["telex", "vni", "plain"]

TONES = frozenset("\u0301\u0300\u0309\u0303\u0323")
"""Tones as keys of their own: the combining characters."""
_TONES_TELEX = {"s": "\u0301", "f": "\u0300", "r": "\u0309", "x": "\u0303", "j": "\u0323"}
_TONES_VNI = {"1": "\u0301", "2": "\u0300", "3": "\u0309", "4": "\u0303", "5": "\u0323"}
_CIRCUMFLEX = {"a": "â", "e": "ê", "o": "ô"}
_HOOKED = {"a": "ă", "o": "ơ", "u": "ư"}
_VOWELS = frozenset("aăâeêioôơuưy")
_MARKED = frozenset("ăâêôơư")
_PLAIN = {"ă": "a", "â": "a", "ê": "e", "ô": "o", "ơ": "o", "ư": "u", "đ": "d"}
_FINALS = frozenset(("", "c", "ch", "m", "n", "ng", "nh", "p", "t"))


@dataclass
class Composer:
    """The word being typed. `keys` are what was pressed, `text` is what to show."""

    method: Method = "telex"
    old_style: bool = True
    keys: list[str] = field(default_factory=list)

    def press(self, key: str) -> str:
        """Take one key (one character); the word as it now reads."""
        self.keys.append(key)
        return self.text

    def backspace(self) -> str:
        """Take back the last key; nothing happens on an empty word."""
        if self.keys:
            self.keys.pop()
        return self.text

    @property
    def text(self) -> str:
        """The word, NFC."""
        return compose("".join(self.keys), self.method, old_style=self.old_style)


def compose(keys: str, method: Method = "telex", *, old_style: bool = True) -> str:
    """The word those keys make. Keys that mean nothing where they stand are letters."""
    word = _Word()
    for key in keys:
        if key in TONES:
            word.set_tone(key)  # no letter of its own: where it can stand nowhere, it is nothing
        elif method == "plain" or not (word.telex(key) if method == "telex" else word.vni(key)):
            word.letters.append(key)
    return word.show(old_style=old_style)


class _Word:
    """Letters with their marks, and the tone of the syllable apart from them."""

    def __init__(self) -> None:
        self.letters: list[str] = []
        self.tone = ""
        self.lonely: int | None = None

    def telex(self, key: str) -> bool:
        low = key.lower()
        if low in _TONES_TELEX:
            return self.set_tone(_TONES_TELEX[low])
        if low == "z" and self.tone:
            self.tone = ""
            return True
        if low == "d":
            return self._cross()
        if low in _CIRCUMFLEX:
            return self._mark({low: _CIRCUMFLEX[low]})
        if low == "w":
            return self._hook(_HOOKED) or self._lonely_w(key)
        return False

    def vni(self, key: str) -> bool:
        match key:
            case "1" | "2" | "3" | "4" | "5":
                return self.set_tone(_TONES_VNI[key])
            case "0" if self.tone:
                self.tone = ""
                return True
            case "6":
                return self._mark(_CIRCUMFLEX)
            case "7":
                return self._hook({"o": "ơ", "u": "ư"})
            case "8":
                return self._hook({"a": "ă"})
            case "9":
                return self._cross()
        return False

    def set_tone(self, tone: str) -> bool:
        """Give the syllable a tone; the same twice takes it away. False where the key stays a letter."""
        if not self._cluster():
            return False
        if self.tone == tone:
            self.tone = ""
            return False  # twice undoes: the key becomes a letter
        self.tone = tone
        return True

    def _cross(self) -> bool:
        """The d just typed, else the one the word begins with (dang + d → đang); twice undoes."""
        if not self.letters:
            return False
        place = len(self.letters) - 1 if self.letters[-1] in "dDđĐ" else 0
        if self.letters[place] in "dD":
            self._put(place, "đ")
            return True
        if self.letters[place] in "đĐ":
            self._put(place, "d")
        return False

    def _mark(self, to: dict[str, str]) -> bool:
        """Change the last letter that can take the mark; one that has it loses it."""
        for place in reversed(self._cluster()):
            letter = self.letters[place].lower()
            if letter in to:
                self._put(place, to[letter])
                return True
            if letter in to.values():
                self._put(place, _PLAIN[letter])
                return False
        return False

    def _hook(self, to: dict[str, str]) -> bool:
        cluster = self._cluster()
        low = [self.letters[place].lower() for place in cluster]
        for i in range(len(low) - 1):  # uo takes the hook on both: ươ
            if low[i] in "uư" and low[i + 1] in "oơ" and "o" in to:
                if low[i] == "ư" and low[i + 1] == "ơ":
                    self._put(cluster[i], "u")
                    self._put(cluster[i + 1], "o")
                    return False
                self._put(cluster[i], "ư")
                self._put(cluster[i + 1], "ơ")
                return True
        # At the end of a word ua takes it on the u (mưa, cửa); oa and a before a consonant on the a (hoặc).
        order = list(range(len(low)))
        if low[-2:] == ["u", "a"] and "u" in to:
            order = [len(low) - 2]
        for i in reversed(order):
            if low[i] in to:
                self._put(cluster[i], to[low[i]])
                return True
            if low[i] in to.values():
                self._put(cluster[i], _PLAIN[low[i]])
                return False
        return False

    def _lonely_w(self, key: str) -> bool:
        """`w` where no letter takes its hook is ư itself (tw → tư), and a second one turns that into a w."""
        if self.letters and self.lonely == len(self.letters) - 1:
            self.letters[-1] = key
            self.lonely = None
            return True
        if self._cluster() or (self.letters and self.letters[-1] in "wW"):
            return False
        self.letters.append("ư" if key == "w" else "Ư")
        self.lonely = len(self.letters) - 1
        return True

    def _put(self, place: int, letter: str) -> None:
        self.letters[place] = letter.upper() if self.letters[place].isupper() else letter

    def _cluster(self) -> list[int]:
        """Places of the syllable's vowels; the u of qu and the i of gi before a vowel belong to the consonant. Empty
        when the word is no possible syllable: its letters are then left alone."""
        low = [letter.lower() for letter in self.letters]
        start = next((i for i, letter in enumerate(low) if letter in _VOWELS), None)
        if start is None:
            return []
        if start == 1 and low[0] == "q" and low[1] == "u" and len(low) > 2 and low[2] in _VOWELS:
            start = 2
        if start == 1 and low[0] == "g" and low[1] == "i" and len(low) > 2 and low[2] in _VOWELS:
            start = 2
        end = start
        while end < len(low) and low[end] in _VOWELS:
            end += 1
        if "".join(low[end:]) not in _FINALS:
            return []
        return list(range(start, end))

    def show(self, *, old_style: bool) -> str:
        letters = list(self.letters)
        cluster = self._cluster()
        if self.tone and cluster:
            place = self._tone_place(cluster, old_style)
            letters[place] += self.tone
        return unicodedata.normalize("NFC", "".join(letters))

    def _tone_place(self, cluster: list[int], old_style: bool) -> int:
        low = [self.letters[place].lower() for place in cluster]
        marked = [place for place, letter in zip(cluster, low, strict=True) if letter in _MARKED]
        if marked:
            return marked[-1]
        if len(cluster) == 1:
            return cluster[0]
        if cluster[-1] + 1 < len(self.letters):
            return cluster[-1]
        if len(cluster) >= 3:
            return cluster[1]
        if not old_style and "".join(low) in ("oa", "oe", "uy"):
            return cluster[1]
        return cluster[0]
