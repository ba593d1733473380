"""Words of the screens: one PO catalogue a language, found by its file name, so that a further language needs no code.

Catalogues are read by Babel. Keys stand in `msgid`; a catalogue that lacks one borrows the sentence from English, then
from Vietnamese (`motcua kiosk words` lists what is lacking). A commune's own catalogues lie in `OWN`: a language that
we do not have, or other words for some keys of one that we have.
"""

from __future__ import annotations

import gettext
import logging
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from babel.messages.pofile import PoFileError
from babel.messages.pofile import read_po as read_catalogue

from config.settings import Settings

log = logging.getLogger("kiosk")

FOLDER = Path(__file__).parent
OWN = Path("/etc/motcua/locale")
FIRST = "vi"
BEHIND = ("en", FIRST)
"""Where a word is looked for that a language does not have."""

STAFF = "staff."
"""Keys of the staff's screen: officers read Vietnamese or English, a further language need not have them."""

_NAME = re.compile(r"[a-z]{2,3}(-[A-Za-z]{2,8})?")
_PLACE = re.compile(r"{(\w+)}")


class BadCatalogue(ValueError):
    """A PO file that cannot be read; the text names file and line."""


@dataclass(frozen=True)
class Catalogue:
    """The sentences of one language: each in as many forms as the language counts with; `plural`: number → form."""

    forms: Mapping[str, tuple[str, ...]]
    plural: Callable[[int], int]

    def text(self, key: str, n: object = None) -> str:
        """The sentence for `key`, in the form for `n` things. Raises `KeyError`."""
        forms = self.forms[key]
        if len(forms) == 1 or not isinstance(n, int):
            return forms[-1]
        return forms[min(self.plural(n), len(forms) - 1)]


def languages(folders: Sequence[Path] = ()) -> tuple[str, ...]:
    """The languages there are, Vietnamese first, then English, then the others by their code."""
    found = {path.stem for folder in folders or (FOLDER, OWN) for path in folder.glob("*.po")}
    return tuple(sorted(filter(_NAME.fullmatch, found), key=lambda each: (each != FIRST, each != "en", each)))


def offered(settings: Settings, there: Sequence[str] = ()) -> tuple[str, ...]:
    """The languages a person may choose from: those of the settings that there are, or all; never none."""
    known = tuple(there) or languages()
    wanted = settings.kiosk.languages or known
    first = settings.kiosk.language if settings.kiosk.language in known else FIRST
    return tuple(dict.fromkeys(each for each in (*wanted, first) if each in known))


def read_po(path: Path) -> Catalogue:
    """A PO file. Entries marked fuzzy are drafts and left out. Raises `BadCatalogue`, `OSError`."""
    try:
        with path.open("rb") as file:
            read = read_catalogue(file, abort_invalid=True)
        plural = gettext.c2py(read.plural_expr)
    except PoFileError as error:
        raise BadCatalogue(f"{path}:{(error.lineno or 0) + 1}: {error}") from error
    except (UnicodeDecodeError, LookupError, ValueError) as error:
        raise BadCatalogue(f"{path}:1: {error}") from error
    forms: dict[str, tuple[str, ...]] = {}
    for message in read:
        key = message.id if isinstance(message.id, str) else message.id[0]
        texts = (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
        if key and not message.fuzzy and texts and all(texts):
            forms[key] = tuple(str(each) for each in texts)
    _refuse_doubles(path)
    return Catalogue(forms, plural)


def _refuse_doubles(path: Path) -> None:
    """Babel keeps one of two entries with the same key, whichever comes later; nobody would know which."""
    seen: set[str] = set()
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        found = re.fullmatch(r'msgid "(.+)"', line.strip())
        if found and found[1] in seen:
            raise BadCatalogue(f"{path}:{number}: {found[1]!r} stands twice")
        if found:
            seen.add(found[1])


@lru_cache(maxsize=16)
def catalogue(language: str) -> Catalogue:
    """The words of a language, the commune's own over ours. Raises `OSError` for one that does not exist.

    A file of the commune that cannot be read is told in the log and left aside: the screen goes on with ours.
    """
    ours, own = FOLDER / f"{language}.po", OWN / f"{language}.po"
    base = read_po(ours) if ours.exists() or not own.exists() else Catalogue({}, lambda n: int(n != 1))
    if not own.exists():
        return base
    try:
        over = read_po(own)
    except (BadCatalogue, OSError) as error:
        log.error("words of the commune are not used: %s", error)
        return base
    fitting = {key: texts for key, texts in over.forms.items() if _fits(key, texts)}
    return Catalogue({**base.forms, **fitting}, over.plural if not base.forms else base.plural)


def _fits(key: str, texts: tuple[str, ...]) -> bool:
    """Whether every place a sentence asks for is one that the screen fills."""
    known = first().forms.get(key)
    return known is not None and all(set(_PLACE.findall(text)) <= set(_PLACE.findall(known[-1])) for text in texts)


@lru_cache(maxsize=1)
def first() -> Catalogue:
    """Our Vietnamese words: every key there is."""
    return read_po(FOLDER / f"{FIRST}.po")


def gaps(language: str, words: Catalogue | None = None) -> list[str]:
    """What is wrong with a catalogue, a line each: keys it lacks, keys nobody asks for, places nobody fills."""
    has = (words or catalogue(language)).forms
    needed = [key for key in first().forms if language in BEHIND or not key.startswith(STAFF)]
    told = [f"{language}: thiếu / lacks {key}" for key in needed if key not in has]
    for key, texts in has.items():
        if key not in first().forms:
            told.append(f"{language}: thừa / nobody asks for {key}")
        elif not _fits(key, texts):
            told.append(f"{language}: {key}: chỗ trống lạ / a place nobody fills: {texts[0]}")
    return told


class Words:
    """`words("ticket.ahead", n=6)` → the sentence."""

    def __init__(self, language: str) -> None:
        self.language = language
        chain = dict.fromkeys((language, *BEHIND))
        self._chain = tuple(catalogue(each) for each in chain)

    def __call__(self, key: str, **places: object) -> str:
        """The sentence of `key` with its places filled. Raises `KeyError` for a key that no catalogue has."""
        for each in self._chain:
            if key in each.forms:
                text = each.text(key, places.get("n"))
                return text.format(**places) if places else text
        raise KeyError(key)

    def has(self, key: str) -> bool:
        """Whether the language itself has the sentence, nothing borrowed."""
        return key in self._chain[0].forms

    def known(self, key: str) -> bool:
        """Whether any catalogue has the sentence."""
        return any(key in each.forms for each in self._chain)

    def pick(self, vi: str, other: str) -> str:
        """Data that comes in Vietnamese and English: Vietnamese for Vietnamese, the other where there is one."""
        return vi if self.language == FIRST or not other else other

    def site(self, settings: Settings) -> tuple[str, str]:
        """Name and place."""
        site = settings.site
        return self.pick(site.name, site.name_en), self.pick(site.place, site.place_en)
