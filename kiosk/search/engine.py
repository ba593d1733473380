"""Search over the procedures, forgiving as a clerk is. Pure: the index is built from a catalogue, nothing is read.

Everything is compared folded (lower case, đ → d, no marks); where marks were typed they count too ("sổ" is not "số").
A typed word matches a word of a phrase exactly, as its beginning, by sound (tr/ch, s/x, d/gi/r, i/y, n/ng …), with one
slip of a finger, or with the debris of an input method (Telex `ddang`, VNI `d9ang`). Rare words weigh more than common
ones. Phrases are the name, the short and the English name, and the everyday words of one procedure; a *concept* is an
everyday word for an official one ("qua đời" → khai tử), whichever procedure's name has it, so a new catalogue profits
too. These words are worth more than any cleverness here.
"""

from __future__ import annotations

import bisect
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise, zip_longest

from config.catalogue_model import Procedure
from kiosk.catalogue import Catalogue
from kiosk.search.index import FILLER_WEIGHT, Index, Word, is_filler
from kiosk.search.words import PURPOSE, STOP_PAIRS, agreement, fold, forms

__all__ = ["MAX_QUERY", "Hit", "Search", "fold"]

MAX_QUERY = 120
MAX_WORDS = 20
LEAST_SCORE = 0.22
_UNKNOWN_WEIGHT = 0.28
"""Share of the rarest word's weight for a word that no phrase has: it belongs to the person's story."""
_INITIALS = 0.8
_LOOKED_INTO = 40
"""Procedures whose phrases are looked at one by one; the others cannot reach the top."""
_CONCEPT = 0.86
_IN_CONCEPT = 0.5
"""Share of a concept's weight for each of its words, so that "qua đời" says something although "qua" alone does not."""
_PURPOSE_WEIGHT = 0.4
_SO_THAT = (("de", "de"), ("de", "đê3"))

_PROCEDURE_CODE = re.compile(r"[1-9]\.?[0-9]{3,6}[0-9a-z.]*")


@dataclass(frozen=True, slots=True)
class Hit:
    """A procedure found. `score`: 0 to about 1.2, comparable within one answer."""

    procedure: Procedure
    score: float


class Search:
    """The search over one catalogue. Building takes some 30 ms per hundred procedures, a search well under 5 ms."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._index = Index(catalogue)

    def forget(self) -> None:
        """Drop what was remembered of typed words: they were a person's."""
        self._index.memory.clear()

    @property
    def phrases(self) -> int:
        """How many wordings there are to look through."""
        return len(self._index.phrases)

    def find(self, text: str, top: int = 5) -> list[Hit]:
        """The best `top` procedures for what was typed, best first; empty when nothing fits."""
        if code_hits := self._by_code(text):
            return code_hits[:top]
        words = self._query_words(text[:MAX_QUERY])
        if not words:
            return []
        scores = self._score(words, top)
        ranked = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
        if not ranked:
            return []
        least = max(LEAST_SCORE, ranked[0][1] * 0.35)
        return [Hit(self._index.procedures[owner], round(score, 4)) for owner, score in ranked[:top] if score >= least]

    def _by_code(self, text: str) -> list[Hit]:
        typed = text.strip().lower()
        if not _PROCEDURE_CODE.fullmatch(typed):
            return []
        bare = typed.replace(".", "")
        starts = [each for each in self._index.procedures if each.code.replace(".", "").lower().startswith(bare)]
        return [Hit(each, 1.0 if each.code.lower() == typed else 0.9) for each in starts]

    def _query_words(self, text: str) -> list[Word]:
        words: list[Word] = []
        for word in self._joined(_without_pairs(list(forms(text)))):
            bare = word[0]
            long = self._index.abbreviations.get(bare)
            if long is None and bare not in self._index.by_folded:
                long = self._index.chat.get(bare)
            if long is not None:
                words += long
            elif bare in self._index.known or len(bare) < 5:
                words.append(word)
            else:
                words += self._split(word)
        return words[:MAX_WORDS]

    def _joined(self, words: list[Word]) -> Iterable[Word]:
        """`ct 07` → ct07, `thuong t ru` → thuong tru: what was torn apart."""
        skip = False
        for word, following in zip_longest(words, words[1:], fillvalue=("", "")):
            if skip:
                skip = False
                continue
            both = word[0] + following[0]
            torn = following[0].isdigit() or (
                following[0]
                and min(len(word[0]), len(following[0])) <= 2
                and not (word[0] in self._index.known and following[0] in self._index.known)
            )
            if (
                torn
                and both in self._index.known
                and (following[0].isdigit() or word[0] not in self._index.abbreviations)
            ):
                skip = True
                yield both, both
            else:
                yield word

    def _split(self, word: Word) -> list[Word]:
        """`khaisinh` → khai sinh, where no single known word is near."""
        bare = word[0]
        meant = max(self._index.near(bare, last=False).values(), default=0.0)
        if len(bare) < 8 and meant >= 0.85:
            return [word]
        best: dict[int, tuple[float, list[str]]] = {0: (0.0, [])}
        for end in range(2, len(bare) + 1):
            options = []
            for start, (cost, parts) in best.items():
                piece = bare[start:end]
                if not 2 <= len(piece) <= 7:
                    continue
                if piece in self._index.known:
                    options.append((cost + 1.0, [*parts, piece]))
                elif len(bare) >= 8 and len(piece) >= 3 and self._is_near(piece):
                    options.append((cost + 2.2, [*parts, piece]))
            if options:
                best[end] = min(options)
        cost, parts = best.get(len(bare), (0.0, []))
        if meant and (len(bare) < 6 or cost != 2.0):  # two whole words stuck together are likelier than a slip
            return [word] if len(bare) < 8 or not parts else [(part, part) for part in parts]
        return [(part, part) for part in parts] or [word]

    def _is_near(self, piece: str) -> bool:
        return max(self._index.near(piece, last=False).values(), default=0.0) > 0.6

    # what a word may mean --------------------------------------------------------------------
    def _matches(self, words: list[Word]) -> list[dict[Word, float]]:
        """Per typed word: words of phrases it may mean (with marks), and concepts it is a part of."""
        marks_typed = any(bare != marked for bare, marked in words)
        near = [self._index.near(bare, number == len(words) - 1) for number, (bare, _marked) in enumerate(words)]
        out: list[dict[Word, float]] = []
        for (_bare, marked), candidates in zip(words, near, strict=True):
            strengths: dict[Word, float] = {}
            for candidate, strength in candidates.items():
                for word in self._index.by_folded.get(candidate, ()):
                    agrees = 1.0
                    if marks_typed and word[1] != marked and word[1] != word[0]:
                        agrees = agreement(marked, word[1])
                    strengths[word] = strength * agrees
            out.append(strengths)
        for start in range(len(words)):
            for first, certain in near[start].items():
                for concept in self._index.concepts.get(first, ()):
                    length = len(concept.words)
                    strength = certain
                    for further, wanted in enumerate(concept.words[1:], start + 1):
                        strength = min(strength, near[further].get(wanted, 0.0) if further < len(words) else 0.0)
                    if strength > 0.55:
                        for place in range(start, start + length):
                            value = strength * (_CONCEPT if length > 1 else _CONCEPT - 0.06)
                            out[place][concept.mark] = max(value, out[place].get(concept.mark, 0.0))
        return out

    def _weights(self, words: list[Word], matches: list[dict[Word, float]]) -> list[float]:
        weights: list[float] = []
        share = 1.0
        for place, (word, found) in enumerate(zip(words, matches, strict=True)):
            following = words[place + 1][0] if place + 1 < len(words) else ""
            if weights and word in _SO_THAT and following in PURPOSE and max(weights) > 1.0:
                share = _PURPOSE_WEIGHT
            best = max(found, key=lambda each: (found[each], -self._index.idf[each]), default=None)
            weight = self._index.idf[best] if best else self._index.unknown * _UNKNOWN_WEIGHT
            concept = max((self._index.idf[each] * found[each] for each in found if each[0][0] == "§"), default=0.0)
            if concept:
                weight = (
                    max(weight, concept * _IN_CONCEPT) if not best or best[0][0] == "§" or is_filler(word) else weight
                )
            elif is_filler(word):
                weight = min(weight, self._index.unknown * FILLER_WEIGHT * 0.8)
            weights.append(max(weight * share, 0.05))
        return weights

    # scores ----------------------------------------------------------------------------------

    def _score(self, words: list[Word], top: int) -> dict[int, float]:
        """Score of each procedure that may be among the best `top`.

        In two passes: how much of the query any words of a procedure cover is cheap to add up and bounds its score;
        its phrases are looked at only while that bound can still change the order.
        """
        matches = self._matches(words)
        weights = self._weights(words, matches)
        total = sum(weights)
        union: dict[int, float] = {}
        starts: list[dict[int, int]] = []
        for (bare, _marked), found, weight in zip(words, matches, weights, strict=True):
            reach: dict[int, float] = {}
            for word, strength in sorted(found.items(), key=lambda item: -item[1]):
                for owner in self._index.postings[word]:
                    if owner not in reach:
                        reach[owner] = strength
            initials: dict[int, int] = {}
            if not found and 3 <= len(bare) <= 6:
                for number, start in self._index.initials.get(bare, ()):
                    initials.setdefault(number, start)
                    reach[self._index.phrases[number].owner] = _INITIALS
            starts.append(initials)
            for owner, strength in reach.items():
                union[owner] = union.get(owner, 0.0) + strength * weight
        scores: dict[int, float] = {}
        best: list[float] = []
        for owner in sorted(union, key=lambda each: (-union[each], each))[:_LOOKED_INTO]:
            share = union[owner] / total
            if len(best) >= top and share + self._index.prior[owner] < best[-top]:
                continue
            fine = self._best_phrase(owner, matches, weights, starts, total)
            scores[owner] = 0.78 * fine + 0.22 * share + self._index.prior[owner]
            bisect.insort(best, scores[owner])
        return scores

    def _best_phrase(
        self,
        owner: int,
        matches: list[dict[Word, float]],
        weights: list[float],
        starts: list[dict[int, int]],
        total: float,
    ) -> float:
        """0 to 1: the best of a procedure's phrases."""
        mine = self._index.owner_words[owner]
        hits: dict[int, list[tuple[int, Word, float]]] = defaultdict(list)
        for place, found in enumerate(matches):
            for word in mine.keys() & found.keys():
                for number in mine[word]:
                    hits[number].append((place, word, found[word]))
            for number, start in starts[place].items():
                if self._index.phrases[number].owner == owner:
                    hits[number] += [
                        (place, word, -1.0) for word in self._index.phrases[number].words[start : start + 1]
                    ]
        return max(
            (self._phrase_score(number, hit, weights, starts) / total for number, hit in hits.items()), default=0
        )

    def _phrase_score(
        self,
        number: int,
        hits: list[tuple[int, Word, float]],
        weights: list[float],
        starts: list[dict[int, int]],
    ) -> float:
        """More for a phrase of which little is left over, and for words that stand side by side."""
        phrase = self._index.phrases[number]
        covered = 0.0
        used: set[Word] = set()
        places: list[int] = []
        best: dict[int, tuple[float, Word]] = {}
        for place, word, strength in hits:
            if place not in best or strength > best[place][0]:
                best[place] = (strength, word)
        for place, (strength, word) in sorted(best.items()):
            if strength < 0:  # initials
                covered += _INITIALS * weights[place]
                start = starts[place][number]
                used.update(phrase.words[start : start + 6])
                places += range(start, start + 6)
                continue
            covered += strength * weights[place]
            stands = self._index.stands[number].get(word)
            if stands is not None:
                used.update(stands[1])
                if not places or places[-1] != stands[0]:
                    places.append(stands[0])
            else:
                used.add(word)
                places.append(phrase.words.index(word))
        precision = sum(self._index.idf[word] for word in used) / self._index.norm[number]
        in_order = sum(1 for a, b in pairwise(places) if b == a + 1)
        order = min(1.0, in_order / max(1, len(phrase.words) - 1))
        return phrase.weight * covered * (0.5 + 0.35 * min(1.0, precision) + 0.15 * order)


def _without_pairs(words: list[Word]) -> list[Word]:
    """The question without the pairs that say nothing, if anything is left then."""
    kept: list[Word] = []
    for word in words:
        if kept and (kept[-1][0], word[0]) in STOP_PAIRS:
            kept.pop()
        else:
            kept.append(word)
    return kept or words
