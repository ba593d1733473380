"""The index behind the search: phrases, where each word stands, and what a typed word may mean. Pure."""

from __future__ import annotations

import bisect
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kiosk.catalogue import Catalogue
from kiosk.search.words import (
    BARE_FILLERS,
    CHAT,
    FILLERS,
    debris,
    deletions,
    fold,
    forms,
    one_edit,
    sound,
    spelling,
)

FILLER_WEIGHT = 0.12
_CANDIDATES = 40
_EVERYDAY_WEIGHT = 0.85
"""A word of everyday phrases alone is rare by chance; one of an official name is rare because it says what is meant."""

Word = tuple[str, str]
"""Folded letters, and the same with marks (`kiosk.search.words.forms`)."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """A name or an everyday wording of one procedure. `owner`: its place in the catalogue; `weight`: 0 to 1."""

    owner: int
    words: tuple[Word, ...]
    weight: float
    official: bool


@dataclass(frozen=True, slots=True)
class Concept:
    """An everyday phrase that stands for the pseudo-word `mark`. `words`: folded."""

    words: tuple[str, ...]
    mark: Word


class Index:
    """Words and phrases of one catalogue."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.procedures = catalogue.procedures
        self.abbreviations = {fold(short): tuple(forms(long)) for short, long in catalogue.abbreviations.items()}
        self.chat = {short: tuple(forms(long)) for short, long in CHAT.items()}
        field_names = {each.id: (each.name, each.name_en) for each in catalogue.fields}
        rank = {code: place for place, code in enumerate(catalogue.popular)}
        self.prior = [
            0.03 * (1 - rank[each.code] / max(1, len(rank))) if each.code in rank else 0.0 for each in self.procedures
        ]
        self.phrases: list[Phrase] = []
        for owner, each in enumerate(self.procedures):
            texts = [(each.name, 1.0, True), (each.short, 1.0, True), (each.name_en, 0.95, True)]
            texts += [(alias, 1.0, False) for alias in catalogue.aliases.get(each.code, ())]
            texts += [(name, 0.6, True) for name in field_names.get(each.field, ())]
            for words, weight, official in dict.fromkeys((tuple(forms(t)), weight, true) for t, weight, true in texts):
                if words:
                    self.phrases.append(Phrase(owner, words, weight, official))
        self._fill(catalogue.concepts)

    def _fill(self, concepts: Mapping[str, tuple[str, ...]]) -> None:
        self.postings: dict[Word, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
        self.initials: dict[str, list[tuple[int, int]]] = defaultdict(list)
        self.by_folded: dict[str, list[Word]] = defaultdict(list)
        self.stands: list[dict[Word, tuple[int, tuple[Word, ...]]]] = []  # phrase → concept → place, official words
        for number, phrase in enumerate(self.phrases):
            for word in dict.fromkeys(phrase.words):
                self.postings[word][phrase.owner].append(number)
            initials = "".join(bare[0] for bare, _marked in phrase.words)
            for start in range(len(initials)):
                for end in range(start + 3, min(len(initials), start + 6) + 1):
                    self.initials[initials[start:end]].append((number, start))
            self.stands.append({})
        for word in self.postings:
            self.by_folded[word[0]].append(word)
        self._index_concepts(concepts)
        total = len(self.procedures)
        self.unknown = math.log(1 + total)
        official = {word for each in self.phrases if each.official for word in each.words}
        self.idf = {
            word: math.log(1 + total / len(owners))
            * (FILLER_WEIGHT if is_filler(word) else 1.0 if word in official or word[0][0] == "§" else _EVERYDAY_WEIGHT)
            for word, owners in self.postings.items()
        }
        self.words = sorted(
            {*self.by_folded, *(word for each in self.concepts.values() for c in each for word in c.words)}
        )
        self.known = frozenset(self.words)
        self.by_spelling: dict[str, list[str]] = defaultdict(list)
        self.by_sound: dict[str, list[str]] = defaultdict(list)
        self.by_deletion: dict[str, list[str]] = defaultdict(list)
        for bare in self.words:
            spelled = spelling(bare)
            self.by_spelling[spelled].append(bare)
            self.by_sound[sound(spelled)].append(bare)
            if len(bare) >= 3:
                for key in {bare, *deletions(bare)}:
                    self.by_deletion[key].append(bare)
        self.norm = [sum(self.idf[word] for word in set(phrase.words)) for phrase in self.phrases]
        self.owner_words: list[dict[Word, list[int]]] = [{} for _each in self.procedures]
        for word, owners in self.postings.items():
            for owner, numbers in owners.items():
                self.owner_words[owner][word] = numbers
        # While a person types, all words but the last stay the same: their matches are kept.
        self.memory: dict[tuple[str, bool], dict[str, float]] = {}

    def _index_concepts(self, concepts: Mapping[str, tuple[str, ...]]) -> None:
        """Each concept becomes a pseudo-word that stands in every phrase with one of its official wordings."""
        self.concepts: dict[str, list[Concept]] = defaultdict(list)
        for official, everyday in concepts.items():
            mark = (f"§{official}", f"§{official}")
            for wording in official.split("|"):
                self._place(mark, tuple(fold(wording).split()))
            for text in everyday if mark in self.postings else ():
                if words := tuple(fold(text).split()):
                    self.concepts[words[0]].append(Concept(words, mark))

    def _place(self, mark: Word, wanted: tuple[str, ...]) -> None:
        if not wanted:
            return
        nearby: set[int] = set()
        for word in self.by_folded.get(wanted[0], ()):
            for numbers in self.postings[word].values():
                nearby.update(numbers)
        for number in sorted(nearby):
            phrase = self.phrases[number]
            bare = tuple(each for each, _marked in phrase.words)
            for at in range(len(bare) - len(wanted) + 1):
                if bare[at : at + len(wanted)] == wanted and mark not in self.stands[number]:
                    self.stands[number][mark] = (at, phrase.words[at : at + len(wanted)])
                    self.postings[mark][phrase.owner].append(number)

    def near(self, bare: str, last: bool) -> dict[str, float]:
        """Known folded words a typed folded word may mean, with how surely (0…1)."""
        key = (bare, last)
        known = self.memory.get(key)
        if known is not None:
            return known
        found: dict[str, float] = {}

        def add(candidate: str, strength: float) -> None:
            if strength > found.get(candidate, 0.0):
                found[candidate] = strength

        filler = bare in BARE_FILLERS
        if bare in self.known:
            add(bare, 1.0)
        # A word that is known is whole unless it is still being typed; so is one letter. Fillers are no beginnings.
        one = len(bare) < 2
        whole = 0.88 if bare in self.known else 1.0
        if (last and not (one and filler)) or not (last or one or filler or bare in self.known):
            for candidate in self._starting(bare):
                share = len(bare) / len(candidate)
                add(candidate, ((0.6 + 0.35 * share) if last else (0.45 + 0.4 * share)) * whole)
        short = bare in self.known and len(bare) <= 3
        if not (filler or (short and len(bare) < 3)):
            certain = 0.08 if bare in self.known else 0.0  # a known word seldom means another one
            spelled = spelling(bare)
            for candidate in self.by_spelling.get(spelled, ()):
                add(candidate, 0.88 - certain / 2)
            for candidate in self.by_sound.get(sound(spelled), ()) if not short else ():
                add(candidate, 0.72 - certain)
            for variant in debris(bare) if not short else ():
                if variant in self.known:
                    add(variant, 0.9 - certain)
            if len(bare) >= 3 and not short and not bare.isdigit():
                slip_strength = (0.76 if len(bare) >= 5 else 0.68 if len(bare) == 4 else 0.5) - certain
                for slip in {bare, *deletions(bare)}:
                    for candidate in self.by_deletion.get(slip, ()):
                        if candidate != bare and one_edit(bare, candidate):
                            add(candidate, slip_strength)
        if len(found) > _CANDIDATES:
            found = dict(sorted(found.items(), key=lambda item: (-item[1], item[0]))[:_CANDIDATES])
        if len(self.memory) > 4096:
            self.memory.clear()
        self.memory[key] = found
        return found

    def _starting(self, prefix: str) -> Iterable[str]:
        place = bisect.bisect_left(self.words, prefix)
        while place < len(self.words) and self.words[place].startswith(prefix):
            if self.words[place] != prefix:
                yield self.words[place]
            place += 1


def is_filler(word: Word) -> bool:
    """Whether the word is in nearly every question."""
    return word in FILLERS or (word[0] == word[1] and word[0] in BARE_FILLERS)
