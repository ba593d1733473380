"""Words of the screens: one PO catalogue a language, found by its file name, so that a further language needs no code.

Keys stand in `msgid`; every catalogue has the same keys and the same `{places}` (a test compares them).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from config.settings import Settings

FOLDER = Path(__file__).parent
FIRST = "vi"

_LINE = re.compile(r'^(?:(msgid|msgstr)\s+)?"((?:[^"\\]|\\.)*)"$')
_ESCAPES = {"\\n": "\n", '\\"': '"', "\\\\": "\\", "\\t": "\t"}


class BadCatalogue(ValueError):
    """A PO file that cannot be read; the text names file and line."""


def languages() -> tuple[str, ...]:
    """The languages there are, Vietnamese first."""
    found = sorted(path.stem for path in FOLDER.glob("*.po"))
    return (FIRST, *(each for each in found if each != FIRST))


def read_po(path: Path) -> dict[str, str]:
    """msgid → msgstr of a PO file (no plurals, no contexts). Raises `BadCatalogue`, `OSError`."""
    entries: dict[str, str] = {}
    key, into = "", ""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        match = _LINE.match(line)
        if match is None:
            raise BadCatalogue(f"{path}:{number}: not a PO line: {line[:60]}")
        word, quoted = match.groups()
        text = re.sub(r"\\.", lambda found: _ESCAPES.get(found.group(), found.group()), quoted)
        if word == "msgid":
            key, into = text, "msgid"
        elif word == "msgstr":
            if key in entries:
                raise BadCatalogue(f"{path}:{number}: {key!r} stands twice")
            entries[key], into = text, "msgstr"
        elif into == "msgstr":
            entries[key] += text
        else:
            key += text
    entries.pop("", None)
    return entries


@lru_cache(maxsize=8)
def catalogue(language: str) -> Mapping[str, str]:
    """The words of a language. Raises `OSError` for one that does not exist."""
    return read_po(FOLDER / f"{language}.po")


class Words:
    """`words("ticket.ahead", n=6)` → the sentence."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._entries = catalogue(language)

    def __call__(self, key: str, **places: object) -> str:
        """The sentence of `key` with its places filled. Raises `KeyError` for an unknown key."""
        text = self._entries[key]
        return text.format(**places) if places else text

    def pick(self, vi: str, other: str) -> str:
        """Data that comes in Vietnamese and English: Vietnamese for Vietnamese, the other where there is one."""
        return vi if self.language == FIRST or not other else other

    def site(self, settings: Settings) -> tuple[str, str]:
        """Name and place."""
        site = settings.site
        return self.pick(site.name, site.name_en), self.pick(site.place, site.place_en)
