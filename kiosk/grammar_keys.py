"""Which key may follow what has been typed of a dossier code, so that a wrong one cannot be pressed.

The grammar itself is the scanner's (`kiosk.scanner.grammar`); here only its prefixes (domain rules: unit, day, number).
"""

from __future__ import annotations

import re

_UNIT = re.compile(
    r"\d{0,3}|\d{3}\.\d{0,2}|\d{3}\.\d{2}\.\d{0,2}|\d{3}\.\d{2}\.\d{2}\.(?:[A-Y]\d{0,2})?"
    r"|[A-Y]\d{0,2}|[A-Y]\d{2}(?:\.[0-9A-Z]{2,3}){0,5}\.[0-9A-Z]{0,3}"
)
_WHOLE_UNIT = re.compile(r"\d{3}\.\d{2}\.\d{2}\.[A-Y]\d{2}|[A-Y]\d{2}(?:\.[0-9A-Z]{2,3}){0,6}")
_DAY = re.compile(r"\d{6}|\d{8}")
LONGEST_UNIT = 35
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
ALL = LETTERS + "0123456789.-"


def is_prefix(text: str) -> bool:
    """Whether a dossier code can begin like this."""
    parts = text.split("-")
    if len(parts) == 1:
        return len(text) <= LONGEST_UNIT and _UNIT.fullmatch(text) is not None
    if len(parts) > 3 or not _WHOLE_UNIT.fullmatch(parts[0]):
        return False
    if len(parts) == 2:
        return re.fullmatch(r"\d{0,8}", parts[1]) is not None
    return _DAY.fullmatch(parts[1]) is not None and re.fullmatch(r"\d{0,8}", parts[2]) is not None


def next_keys(text: str) -> frozenset[str]:
    """The characters that may follow `text`."""
    return frozenset(each for each in ALL if is_prefix(text + each))
