"""Which key may follow what has been typed of a dossier code, so that a wrong one cannot be pressed; what is missing.

The grammar itself is the scanner's (`kiosk.scanner.grammar`); here only its prefixes (domain rules: unit, day, number).
A day is looked at as a day: 261340 cannot be typed, nor one of next week where the clock is believed. Six digits
(YYMMDD) and eight (YYYYMMDD) never need a choice: no day since 2018 can be read both ways.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Iterator
from typing import Literal

from kiosk.scanner.grammar import FIRST_DAY, FUTURE_DAYS

_UNIT = re.compile(
    r"\d{0,3}|\d{3}\.\d{0,2}|\d{3}\.\d{2}\.\d{0,2}|\d{3}\.\d{2}\.\d{2}\.(?:[A-Y]\d{0,2})?"
    r"|[A-Y]\d{0,2}|[A-Y]\d{2}(?:\.[0-9A-Z]{2,3}){0,5}\.[0-9A-Z]{0,3}"
)
_WHOLE_UNIT = re.compile(r"\d{3}\.\d{2}\.\d{2}\.[A-Y]\d{2}|[A-Y]\d{2}(?:\.[0-9A-Z]{2,3}){0,6}")
LONGEST_UNIT = 35
NUMBER_LEAST, NUMBER_MOST = 4, 8
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
DIGITS = "0123456789"
SEPARATORS = ".-"
ALL = LETTERS + DIGITS + SEPARATORS

Part = Literal["unit", "day", "number", ""]


def is_prefix(text: str, today: dt.date | None = None) -> bool:
    """Whether a dossier code can begin like this. `today` bounds its day where the clock is believed."""
    parts = text.split("-")
    if len(parts) == 1:
        return len(text) <= LONGEST_UNIT and _UNIT.fullmatch(text) is not None
    if len(parts) > 3 or not _WHOLE_UNIT.fullmatch(parts[0]):
        return False
    if len(parts) == 2:
        return _begins_day(parts[1], today)
    return _is_day(parts[1], today) and re.fullmatch(r"[0-9]{0,8}", parts[2]) is not None


def next_keys(text: str, today: dt.date | None = None) -> frozenset[str]:
    """The characters that may follow `text`."""
    return frozenset(each for each in ALL if is_prefix(text + each, today))


def filled(text: str, today: dt.date | None = None) -> str:
    """`text` with the dots and dashes that must follow it: nobody needs to type those."""
    while (keys := next_keys(text, today)) and len(keys) == 1 and keys <= set(SEPARATORS):
        text += next(iter(keys))
    return text


def shortened(text: str, today: dt.date | None = None) -> str:
    """`text` without its last character; one that came by itself goes with the one before it."""
    text = text[:-1]
    return text[:-1] if filled(text, today) != text else text


def missing(text: str) -> tuple[Part, int]:
    """Which part is being typed, and how many characters it still needs at least (0: it may be longer)."""
    parts = text.split("-")
    if len(parts) == 1:
        return "unit", 0
    if len(parts) == 2:
        long = parts[1].startswith("20") and parts[1][2:4] > "12"
        return "day", (8 if long else 6) - len(parts[1])
    lacking = NUMBER_LEAST - len(parts[2])
    return ("number", lacking) if lacking > 0 else ("", 0)


def _begins_day(text: str, today: dt.date | None) -> bool:
    if text and not (text.isascii() and text.isdigit()):
        return False
    short = len(text) <= 6 and _begins(text, today)
    long = len(text) <= 8 and ("20".startswith(text) or (text.startswith("20") and _begins(text[2:], today)))
    return short or long


def _is_day(text: str, today: dt.date | None) -> bool:
    short = text[2:] if len(text) == 8 and text.startswith("20") else text
    return len(short) == 6 and short.isdigit() and _begins(short, today)


def _begins(text: str, today: dt.date | None) -> bool:
    """Whether a day YYMMDD of the rule begins so: the earliest that does is not too late."""
    earliest = next(_days(text), None)
    return earliest is not None and (today is None or earliest <= today + dt.timedelta(days=FUTURE_DAYS))


def _days(text: str) -> Iterator[dt.date]:
    """The first day of each month that begins so, in order."""
    for year in range(FIRST_DAY.year, 2100):
        if not f"{year % 100:02}".startswith(text[:2]):
            continue
        for month in range(1, 13):
            if not f"{month:02}".startswith(text[2:4]):
                continue
            last = calendar.monthrange(year, month)[1]
            for day in range(1, last + 1):
                if f"{day:02}".startswith(text[4:6]):
                    yield dt.date(year, month, day)
                    break
