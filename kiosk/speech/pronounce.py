"""A written text as it is said: numbers, hours, dates, sums of money, ticket numbers. Pure.

Every language says its own (`spoken.*` of its catalogue). Vietnamese numbers become words by the tokens of the
loudspeaker (`config.voice`), so that kiosk and hall read them alike; other languages leave whole numbers to the voice.
"""

from __future__ import annotations

import re
import unicodedata

from config.voice import Accent, voice_tokens
from kiosk.locale import Words

_DIGITS = ("khong", "mot", "hai", "ba", "bon", "nam", "sau", "bay", "tam", "chin")
_SCALES = ("", "nghin", "trieu")
LARGEST = 999_999_999
SPELT = 5
"""So many digits without a mark between them are no amount: they are said one by one, as a telephone number."""

_BOLD = re.compile(r"\*\*(?!\*)")
_ISO = re.compile(r"(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)")
_DATE = re.compile(r"(?<![\d/])(\d{1,2})/(\d{1,2})/(\d{4})(?![\d/])")
_DAY = re.compile(r"(?<![\d/])(\d{1,2})/(\d{1,2})(?![\d/])")
_TIME = re.compile(r"(?<!\d)(\d{1,2})[:h](\d{2})(?!\d)")
_RANGE = re.compile(r"(?<=\d)\s*[–—]\s*(?=\d)")
_THOUSANDS = re.compile(r"(?<![\d.,])(\d{1,3})((?:\.\d{3})+)(?![\d.]|,\d)")
_DECIMAL = re.compile(r"(?<![\d.,])(\d+)[,](\d{1,2})(?![\d,.])")
_DONG = re.compile(r"(?<=\d)\s*(?:đ|₫|VND|VNĐ)(?!\w)")
_PER = re.compile(r"(đồng|dongs?)\s*/\s*(?=[^\W\d])", re.IGNORECASE)
_TICKET = re.compile(r"(?<!\w)([A-ZĐ])0*(\d{1,3})(?!\w)")
_MIXED = re.compile(r"(?<!\w)(?=[A-ZĐ]*\d)(?=\d*[A-ZĐ])[A-ZĐ\d]{3,}(?!\w)")
_PHONE = re.compile(r"(?<![\w.])0\d[\d. ]{5,}\d(?!\w)")
_NUMBER = re.compile(r"(?<![\w])\d+(?![\w])")
_SLASH = re.compile(r"(?<=[^\W\d])/(?=[^\W\d])")
_SIGNS = re.compile(r"\s*[·|•]\s*")
_QUIET = re.compile(r"[“”\"«»()\[\]{}<>*_#=^~→←↑↓✓]+")
_PAGE = re.compile(r"(\d+)/(\d+)")


def vietnamese(number: int, accent: Accent = "north") -> str:
    """`number` (0..999,999,999) in words: 105 is "một trăm linh năm". ValueError outside that range."""
    if not 0 <= number <= LARGEST:
        raise ValueError(f"{number} cannot be read aloud; allowed: 0..{LARGEST}")
    tokens: list[str] = []
    for scale in (2, 1, 0):
        group = number // 1000**scale % 1000
        if group:
            tokens += _group(group, first=not tokens)
            tokens += [_SCALES[scale]] if scale else []
    known = voice_tokens()
    return " ".join(known[each].words[accent] for each in tokens or ["khong"])


def _group(number: int, first: bool) -> list[str]:
    hundreds, rest = divmod(number, 100)
    tens, unit = divmod(rest, 10)
    said: list[str] = [] if first and not hundreds else [_DIGITS[hundreds], "tram"]
    if not rest:
        return said
    if not tens:
        return [*said, "linh", _DIGITS[unit]] if said else [_DIGITS[unit]]
    said += ["muoi"] if tens == 1 else [_DIGITS[tens], "muoi_tens"]
    if unit == 5:
        said.append("lam")
    elif unit == 1 and tens > 1:
        said.append("mot_after_ten")
    elif unit:
        said.append(_DIGITS[unit])
    return said


class Pronounce:
    """Says texts of one language. `accent`: of the Vietnamese voice; `numbers`: what is said digit by digit (a
    hotline)."""

    def __init__(self, words: Words, accent: Accent = "north", numbers: tuple[str, ...] = ()) -> None:
        self._words = words
        self._accent = accent
        self._numbers = {each.strip() for each in numbers if each.strip()}

    def page(self, text: str) -> str | None:
        """ "2/3" of a pager, as it is said; None for any other text."""
        found = _PAGE.fullmatch(text.strip())
        return self._words("spoken.page", page=self.number(found[1]), pages=self.number(found[2])) if found else None

    def number(self, digits: str) -> str:
        """A whole number."""
        if self._words.language != "vi":
            return str(int(digits))
        return vietnamese(int(digits), self._accent)

    def digits(self, text: str) -> str:
        """Digit by digit."""
        return ", ".join(
            " ".join(self.number(each) for each in part) for part in re.findall(r"\d{1,4}(?!\d)|\d{3}", text)
        )

    def __call__(self, text: str) -> str:
        """The text as it is said; empty where nothing of it can be said."""
        words = self._words
        text = unicodedata.normalize("NFC", _BOLD.sub("", text)).replace("\u00a0", " ").replace("\n", ". ")
        text = text.replace("’", "'")
        if text.strip() in self._numbers:
            return self.digits(text)
        text = _PHONE.sub(lambda found: self.digits(found[0]), text)
        text = _ISO.sub(lambda found: f"{int(found[3])}/{int(found[2])}/{found[1]}", text)
        text = _DATE.sub(self._date, text)
        text = _DAY.sub(self._day, text)
        text = _RANGE.sub(f" {words('spoken.to')} ", text)
        text = _TIME.sub(self._time, text)
        text = _THOUSANDS.sub(lambda found: f"{found[1]}{found[2]}".replace(".", ""), text)
        text = _DONG.sub(f" {words('spoken.dong')}", text)
        text = _PER.sub(rf"\1 {words('spoken.per')} ", text)
        text = re.sub(r"(?<=\d)\s?%", f" {words('spoken.percent')}", text)
        text = _DECIMAL.sub(lambda f: words("spoken.decimal", whole=f[1], part=f[2]), text)
        text = _TICKET.sub(lambda found: f"{found[1]} {int(found[2])}", text)
        text = _MIXED.sub(lambda found: " ".join(found[0]), text)
        text = _NUMBER.sub(self._whole, text)
        text = _SLASH.sub(" ", text)
        text = _SIGNS.sub(", ", text).replace("…", ".").replace("–", ",").replace("&", words("spoken.and"))
        text = _QUIET.sub(" ", text).replace("+", f" {words('spoken.and')} ").replace("/", " ")
        text = re.sub(r"\s+", " ", text).strip(" ,;")
        text = re.sub(r"\s+([,.;:?!])", r"\1", text)
        return text if any(each.isalnum() for each in text) else ""

    def _date(self, found: re.Match[str]) -> str:
        day, month = int(found[1]), int(found[2])
        if not (1 <= day <= 31 and 1 <= month <= 12):
            return found[0]
        return self._words("spoken.date", day=day, name=self._words(f"month.{month}"), year=found[3])

    def _day(self, found: re.Match[str]) -> str:
        day, month = int(found[1]), int(found[2])
        if not (1 <= day <= 31 and 1 <= month <= 12):
            return found[0]
        return self._words("spoken.day", day=day, name=self._words(f"month.{month}"))

    def _time(self, found: re.Match[str]) -> str:
        hour, minute = int(found[1]), int(found[2])
        if hour > 24 or minute > 59:
            return found[0]
        return self._words("spoken.time" if minute else "spoken.hour", hour=hour, minute=f"{minute:02}")

    def _whole(self, found: re.Match[str]) -> str:
        digits = found[0]
        if self._words.language != "vi":
            return digits
        if len(digits) > 9:
            return " ".join(self.number(each) for each in digits)
        return self.number(digits)
