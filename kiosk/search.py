"""Search over the procedures, forgiving as a clerk is. Pure: the index is built from a catalogue, nothing is read.

Everything is compared folded (lower case, đ → d, no marks). A typed word matches a word of a phrase exactly, as its
beginning, by sound (tr/ch, s/x, d/gi/r, i/y, n/ng …), with one slip of a finger, or with the debris of an input method
(Telex `ddang`, VNI `d9ang`). Rare words weigh more than common ones. Phrases are the name, the short and the English
name, and the everyday words of the catalogue: these are worth more than any cleverness here.
"""

from __future__ import annotations

import bisect
import math
import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import zip_longest

from config.catalogue_model import Procedure
from kiosk.catalogue import Catalogue

MAX_QUERY = 120
MAX_WORDS = 14
LEAST_SCORE = 0.33
_INITIALS = 0.8

# Words in nearly every question; they tell nothing about which procedure is meant.
_FILLERS = frozenset(
    """lam xin cap cho cua toi minh em anh chi muon can thi la gi the nao nhu sao o dau bao nhieu het may tien
    thu tuc di duoc khong ko k hoi ve voi va de bi co nay kia ai khi moi phai giup a oi nha nhe vay roi chua chau
    day truc tuyen giay to dang ky ngay lau i want to how do get a the of for my an need please is what apply
    certificate register registration procedure paper papers""".split()  # noqa: SIM905 - a list of 90 words reads worse
)
_FILLER_WEIGHT = 0.12

_SOUNDS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), to)
    for pattern, to in (
        (r"^ngh", "ng"), (r"^gh", "g"), (r"^tr", "ch"), (r"^gi(?=[aeou])", "d"), (r"^gi$", "di"), (r"^r", "d"),
        (r"^v(?=[aeiouy])", "d"), (r"^x", "s"), (r"^[kq]", "c"), (r"^ph", "f"), (r"^l", "n"),
        (r"y", "i"), (r"nh$", "n"), (r"ng$", "n"), (r"ch$", "t"), (r"c$", "t"), (r"p$", "t"), (r"ou", "u"),
        (r"uo", "u"), (r"ie", "i"), (r"oo", "o"),
    )
)  # fmt: skip
_TONE_KEYS = "sfrxjz"
_TELEX = (("aa", "a"), ("ee", "e"), ("oo", "o"), ("dd", "d"), ("aw", "a"), ("ow", "o"), ("uw", "u"), ("w", "u"))
_WORD = re.compile(r"[a-z0-9]+")
_PROCEDURE_CODE = re.compile(r"[1-9]\.?[0-9]{3,6}[0-9a-z.]*")
# What chats make of common words.
_CHAT = {
    "ko": "khong", "hok": "khong", "hong": "khong", "dc": "duoc", "lm": "lam", "vs": "voi", "bn": "bao nhieu",
    "j": "gi", "ntn": "nhu the nao", "mk": "minh", "ck": "chong", "vk": "vo", "ng": "nguoi", "gd": "gia dinh",
    "gt": "giay to", "giayto": "giay to", "tks": "", "nc": "nuoc", "sn": "sinh nhat", "thui": "thoi", "bik": "biet",
    "hc": "hoc", "trc": "truoc", "nxhxh": "nha o xa hoi", "mun": "muon", "wa": "qua", "zo": "vao",
    "cf": "ca phe", "fb": "", "nhg": "nhung", "ngta": "nguoi ta", "tgian": "thoi gian",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Hit:
    """A procedure found. `score`: 0 to about 1.2, comparable within one answer."""

    procedure: Procedure
    score: float


@dataclass(frozen=True, slots=True)
class _Phrase:
    owner: int
    words: tuple[str, ...]
    weight: float


def fold(text: str) -> str:
    """Lower case, đ → d, no marks; anything that is no letter or digit becomes a blank."""
    plain = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    kept = (c for c in plain if not unicodedata.combining(c))
    return " ".join(_WORD.findall("".join(kept)))


def sound(word: str) -> str:
    """A folded word as it sounds, all regions' confusions melted together."""
    for pattern, to in _SOUNDS:
        word = pattern.sub(to, word)
    return re.sub(r"(.)\1+", r"\1", word)


def debris(word: str) -> list[str]:
    """What a word may have been before an input method did not turn its keys into marks; plausible ones first."""
    variants: list[str] = []
    bare = re.sub(r"(?<=[a-z])[0-9]+", "", word)
    for base in dict.fromkeys((word, bare)):
        squeezed = base
        for keys, letter in _TELEX:
            squeezed = squeezed.replace(keys, letter)
        # A tone key stands at the end of the word, or right after the vowel.
        for form in (base, squeezed):
            variants.append(form)
            if len(form) > 2 and form[-1] in _TONE_KEYS:
                variants.append(form[:-1])
            variants.append(re.sub(rf"(?<=[aeiouy])[{_TONE_KEYS}](?=[a-z]|$)", "", form))
        variants.append(re.sub(r"(.)\1+", r"\1", squeezed))
        variants.append(squeezed.replace("u", "", 1) if "w" in base else squeezed)
    return [each for each in dict.fromkeys(variants) if each and each != word]


def _deletions(word: str) -> set[str]:
    return {word[:i] + word[i + 1 :] for i in range(len(word))}


def _one_edit(a: str, b: str) -> bool:
    """Whether one insertion, deletion, replacement or swap of neighbours makes b of a."""
    if abs(len(a) - len(b)) > 1:
        return False
    i = 0
    while i < min(len(a), len(b)) and a[i] == b[i]:
        i += 1
    if len(a) == len(b):
        return a[i + 1 :] == b[i + 1 :] or (a[i + 2 :] == b[i + 2 :] and a[i : i + 2] == b[i : i + 2][::-1])
    return a[i + 1 :] == b[i:] if len(a) > len(b) else a[i:] == b[i + 1 :]


class Search:
    """The index of one catalogue. Building takes some 20 ms per hundred procedures, a search well under 5 ms."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._procedures = catalogue.procedures
        self._abbreviations = {fold(short): fold(long) for short, long in catalogue.abbreviations.items()}
        field_names = {each.id: (each.name, each.name_en) for each in catalogue.fields}
        rank = {code: place for place, code in enumerate(catalogue.popular)}
        self._prior = [
            0.03 * (1 - rank[each.code] / max(1, len(rank))) if each.code in rank else 0.0 for each in self._procedures
        ]
        self._phrases: list[_Phrase] = []
        for owner, each in enumerate(self._procedures):
            texts: list[tuple[str, float]] = [(each.name, 1.0), (each.short, 1.0), (each.name_en, 0.95)]
            texts += [(alias, 1.0) for alias in catalogue.aliases.get(each.code, ())]
            texts += [(name, 0.6) for name in field_names.get(each.field, ())]
            for words, weight in dict.fromkeys((tuple(fold(text).split()), weight) for text, weight in texts):
                if words:
                    self._phrases.append(_Phrase(owner, words, weight))
        self._index()

    def _index(self) -> None:
        owners: dict[str, set[int]] = defaultdict(set)
        self._postings: dict[str, list[tuple[int, int]]] = defaultdict(list)
        self._initials: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for number, phrase in enumerate(self._phrases):
            for word in dict.fromkeys(phrase.words):
                owners[word].add(phrase.owner)
                self._postings[word].append((number, phrase.owner))
            initials = "".join(word[0] for word in phrase.words)
            for start in range(len(initials)):
                for end in range(start + 3, min(len(initials), start + 6) + 1):
                    self._initials[initials[start:end]].append((number, start))
        total = len(self._procedures)
        self._idf = {
            word: math.log(1 + total / len(who)) * (_FILLER_WEIGHT if word in _FILLERS else 1.0)
            for word, who in owners.items()
        }
        self._unknown = math.log(1 + total)
        self._words = sorted(owners)
        self._by_sound: dict[str, list[str]] = defaultdict(list)
        self._by_deletion: dict[str, list[str]] = defaultdict(list)
        for word in self._words:
            self._by_sound[sound(word)].append(word)
            if len(word) >= 3:
                for key in {word, *_deletions(word)}:
                    self._by_deletion[key].append(word)
        self._norm = [sum(self._idf[word] for word in set(phrase.words)) for phrase in self._phrases]
        # While a person types, all words but the last stay the same: their matches are kept.
        self._memory: dict[tuple[str, bool], dict[str, float]] = {}

    def find(self, text: str, top: int = 5) -> list[Hit]:
        """The best `top` procedures for what was typed, best first; empty when nothing fits."""
        if code_hits := self._by_code(text):
            return code_hits[:top]
        words = self._query_words(text[:MAX_QUERY])
        if not words:
            return []
        scores = self._score(words)
        ranked = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
        if not ranked:
            return []
        least = max(LEAST_SCORE, ranked[0][1] * 0.35)
        return [Hit(self._procedures[owner], round(score, 4)) for owner, score in ranked[:top] if score >= least]

    def _by_code(self, text: str) -> list[Hit]:
        typed = text.strip().lower()
        if not _PROCEDURE_CODE.fullmatch(typed):
            return []
        bare = typed.replace(".", "")
        starts = [each for each in self._procedures if each.code.replace(".", "").lower().startswith(bare)]
        return [Hit(each, 1.0 if each.code.lower() == typed else 0.9) for each in starts]

    def _query_words(self, text: str) -> list[str]:
        words: list[str] = []
        for word in self._joined(fold(text).split()):
            long = self._abbreviations.get(word) or _CHAT.get(word)
            if long is not None and (word not in self._idf or word in self._abbreviations):
                words += long.split()
            elif word in self._idf or len(word) < 5:
                words.append(word)
            else:
                words += self._split(word)
        return words[:MAX_WORDS]

    def _joined(self, words: list[str]) -> Iterable[str]:
        """`ct 07` → ct07: a form's number torn off its letters."""
        skip = False
        for word, following in zip_longest(words, words[1:], fillvalue=""):
            if skip:
                skip = False
            elif following.isdigit() and word + following in self._idf:
                skip = True
                yield word + following
            else:
                yield word

    def _split(self, word: str) -> list[str]:
        """`khaisinh` → khai sinh, where no single known word is near."""
        if self._matches(word, last=False):
            return [word]
        ends: dict[int, list[str]] = {0: []}
        for end in range(1, len(word) + 1):
            options = [
                [*ends[start], word[start:end]]
                for start in ends
                if end - start <= 8 and word[start:end] in self._idf and end - start >= 2
            ]
            if options:
                ends[end] = min(options, key=len)
        return ends.get(len(word), [word])

    def _matches(self, word: str, last: bool) -> dict[str, float]:
        """Known words a typed word may mean, with how surely (0…1)."""
        key = (word, last)
        known = self._memory.get(key)
        if known is not None:
            return known
        found: dict[str, float] = {}

        def add(candidate: str, strength: float) -> None:
            if strength > found.get(candidate, 0.0):
                found[candidate] = strength

        if word in self._idf:
            add(word, 1.0)
        # One letter is the beginning of a word only while it is being typed; fillers are no beginnings then.
        if (last or word not in _FILLERS) and (len(word) >= 2 or (last and word not in _FILLERS)):
            for candidate in self._starting(word):
                share = len(word) / len(candidate)
                add(candidate, (0.6 + 0.35 * share) if last else (0.45 + 0.4 * share))
        if not (word in _FILLERS or (word in self._idf and len(word) <= 3)):
            self._near(word, add)
        if len(self._memory) > 4096:
            self._memory.clear()
        self._memory[key] = found
        return found

    def _near(self, word: str, add: Callable[[str, float], None]) -> None:
        certain = 0.08 if word in self._idf else 0.0  # a known word seldom means another one
        for candidate in self._by_sound.get(sound(word), ()):
            add(candidate, 0.86 - certain)
        for variant in debris(word):
            if variant in self._idf:
                add(variant, 0.9 - certain)
        if len(word) >= 3 and not word.isdigit():
            for slip in {word, *_deletions(word)}:
                for candidate in self._by_deletion.get(slip, ()):
                    if candidate != word and _one_edit(word, candidate):
                        add(candidate, (0.76 if len(word) >= 5 else 0.68 if len(word) == 4 else 0.5) - certain)

    def _starting(self, prefix: str) -> Iterable[str]:
        place = bisect.bisect_left(self._words, prefix)
        while place < len(self._words) and self._words[place].startswith(prefix):
            if self._words[place] != prefix:
                yield self._words[place]
            place += 1

    def _score(self, words: list[str]) -> dict[int, float]:
        """Score of each procedure that has anything of the query.

        In two passes: how much of the query a phrase covers is cheap to add up; the finer look at a phrase is taken
        only where it can still change the order.
        """
        weights: list[float] = []
        matches_of: list[dict[str, float]] = []
        coverage: dict[int, float] = {}
        union: dict[int, float] = {}
        for number, word in enumerate(words):
            matches = self._matches(word, number == len(words) - 1)
            best = max(matches, key=lambda each: matches[each], default=None)
            weight = self._idf[best] if best else self._unknown * 0.6
            if word in _FILLERS:
                weight = min(weight, self._unknown * _FILLER_WEIGHT * 0.8)
            weights.append(max(weight, 0.05))
            matches_of.append(matches)
            phrases: dict[int, float] = {}
            owners: dict[int, float] = {}
            for candidate, strength in sorted(matches.items(), key=lambda item: -item[1]):
                for phrase, owner in self._postings[candidate]:
                    if phrase not in phrases:
                        phrases[phrase] = strength * weights[-1]
                        owners.setdefault(owner, strength * weights[-1])
            if not matches and 3 <= len(word) <= 6:
                for phrase, _ in self._initials.get(word, ()):
                    phrases[phrase] = _INITIALS * weights[-1]
                    owners[self._phrases[phrase].owner] = _INITIALS * weights[-1]
            for phrase, share in phrases.items():
                coverage[phrase] = coverage.get(phrase, 0.0) + share
            for owner, share in owners.items():
                union[owner] = union.get(owner, 0.0) + share
        total = sum(weights)
        least = 0.35 * max(coverage.values(), default=0.0)
        best_phrase: dict[int, float] = {}
        for phrase, covered in sorted(coverage.items(), key=lambda item: -item[1]):
            if covered < least:
                break
            owner = self._phrases[phrase].owner
            share = covered / total
            if share > best_phrase.get(owner, 0.0):  # a score is never above the share it covers
                score = self._phrase_score(phrase, words, matches_of, share)
                best_phrase[owner] = max(score, best_phrase.get(owner, 0.0))
        return {
            owner: 0.78 * score + 0.22 * union[owner] / total + self._prior[owner]
            for owner, score in best_phrase.items()
        }

    def _phrase_score(
        self, number: int, words: list[str], matches_of: list[dict[str, float]], coverage: float
    ) -> float:
        """0 to `coverage`: more for a phrase of which little is left over, and for words that stand side by side."""
        phrase = self._phrases[number]
        used: dict[str, None] = {}
        places: list[int] = []
        for word, matches in zip(words, matches_of, strict=True):
            here = [each for each in phrase.words if each in matches]
            if here:
                best = max(here, key=lambda each: matches[each])
                used[best] = None
                places.append(phrase.words.index(best))
            elif not matches:
                for each, start in self._initials.get(word, ()):
                    if each == number:
                        used.update(dict.fromkeys(phrase.words[start : start + len(word)]))
                        places += range(start, start + len(word))
        precision = sum(self._idf[word] for word in used) / self._norm[number]
        in_order = sum(1 for a, b in zip(places, places[1:], strict=False) if b == a + 1)
        order = min(1.0, in_order / max(1, len(phrase.words) - 1))
        return phrase.weight * coverage * (0.5 + 0.35 * min(1.0, precision) + 0.15 * order)
