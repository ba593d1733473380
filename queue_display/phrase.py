"""What the loudspeaker says, as a sentence and as tokens. Pure: numbers in, words out.

The reading rules of Vietnamese numbers are those of the domain notes, section 10: *mốt* after *mươi*, *lăm* after
*mười* and *mươi*, *linh* (north) or *lẻ* for an empty ten, *không trăm* for empty hundreds inside a larger number,
*nghìn* (north) or *ngàn*, *bốn* or *tư* after *mươi* by choice (*bốn* carries further in a hall).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from config.voice import Accent, as_accent, voice_tokens

Four = Literal["bon", "tu"]
Reading = Literal["number", "digits"]

MAX_NUMBER = 999_999_999
_DIGITS = ("khong", "mot", "hai", "ba", "bon", "nam", "sau", "bay", "tam", "chin")
_SCALES = ("", "nghin", "trieu")
_TICKET = re.compile(r"([A-Z]?)([0-9]{1,9})")


@dataclass(frozen=True)
class Phrase:
    """`text` for eyes (boards' caption, log, subtitle), `tokens` (names in `voice.toml`) for the loudspeaker."""

    text: str
    tokens: tuple[str, ...]


def _below_hundred(n: int, four: Four) -> list[str]:
    tens, unit = divmod(n, 10)
    if tens == 0:
        return [_DIGITS[unit]]
    out = ["muoi"] if tens == 1 else [_DIGITS[tens], "muoi_tens"]
    if unit == 5:
        out.append("lam")
    elif unit == 1 and tens > 1:
        out.append("mot_after_ten")
    elif unit == 4 and tens > 1:
        out.append("tu" if four == "tu" else "bon")
    elif unit:
        out.append(_DIGITS[unit])
    return out


def _group(n: int, leading: bool, four: Four) -> list[str]:
    """One group of three digits, 1..999. `leading`: nothing stands before it, so empty hundreds are silent."""
    hundreds, rest = divmod(n, 100)
    out: list[str] = []
    if hundreds or not leading:
        out += [_DIGITS[hundreds], "tram"]
        if rest == 0:
            return out
        if rest < 10:
            return [*out, "linh", _DIGITS[rest]]
    return out + _below_hundred(rest, four)


def number_tokens(n: int, *, four: Four = "bon") -> tuple[str, ...]:
    """Tokens of the cardinal number `n`, 0..999,999,999. ValueError outside that range."""
    if not 0 <= n <= MAX_NUMBER:
        raise ValueError(f"{n} cannot be read aloud; allowed: 0..{MAX_NUMBER}")
    if n == 0:
        return ("khong",)
    groups = [n // 1_000_000, n // 1000 % 1000, n % 1000]
    out: list[str] = []
    for scale, group in zip((2, 1, 0), groups, strict=True):
        if not group:
            continue
        out += _group(group, leading=not out, four=four)
        if scale:
            out.append(_SCALES[scale])
    return tuple(out)


def number_words(n: int, accent: str = "north", *, four: Four = "bon") -> str:
    """`n` in words: `number_words(105) == "một trăm linh năm"`. Range and errors as `number_tokens`."""
    return _shown(number_tokens(n, four=four), as_accent(accent))


def call_phrase(
    number: str,
    counter: int,
    accent: str = "north",
    times: int = 1,
    *,
    four: Four = "bon",
    reading: Reading = "number",
) -> Phrase:
    """The call of ticket `number` ("A105", "105") to `counter` (1..999).

    `times` repeats the spoken words inside `tokens`, a pause between them; the text stays one sentence.
    `reading="digits"` says "A không một hai" for A012 instead of "A mười hai".
    ValueError says what was given and what is allowed.
    """
    spoken = as_accent(accent)
    match = _TICKET.fullmatch(number)
    if match is None:
        raise ValueError(f"not a ticket number: {number!r}; allowed: one letter A-Z and digits, for example A105")
    if isinstance(counter, bool) or not isinstance(counter, int) or not 1 <= counter <= 999:
        raise ValueError(f"not a counter: {counter!r}; allowed: 1..999")
    if times < 1:
        raise ValueError(f"times is {times}; allowed: 1 or more")
    letter, digits = match.groups()
    words = ["moi_cong_dan_so"]
    if letter:
        words.append(f"letter_{letter.lower()}")
    if reading == "digits":
        words += [_DIGITS[int(d)] for d in digits]
    else:
        words += number_tokens(int(digits), four=four)
    words += ["den_quay_so", *number_tokens(counter, four=four)]
    tokens = ["chime", *words]
    for _ in range(times - 1):
        tokens += ["pause", *words]
    sentence = _shown(words, spoken)
    return Phrase(sentence[0].upper() + sentence[1:] + ".", tuple(tokens))


def broadcast_phrase(accent: str = "north") -> Phrase:
    """Asks everybody to read a supervisor's text: no loudspeaker of a closed vocabulary can read it out."""
    words = ("moi_xem_thong_bao",)
    sentence = _shown(words, as_accent(accent))
    return Phrase(sentence[0].upper() + sentence[1:] + ".", ("chime", *words))


def _shown(tokens: list[str] | tuple[str, ...], accent: Accent) -> str:
    known = voice_tokens()
    return " ".join(known[name].shown(accent) for name in tokens)
