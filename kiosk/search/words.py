"""Words as people type them: folding, marks, sounds, slips of a finger, debris of an input method. Pure, no index.

A typed or stored word is a `Form`: its folded letters and, beside them, its marks, so that "sổ đỏ" can prefer sổ to số
when the marks were typed, and not mind when they were not. Where a tone stands (hòa, hoà) never matters.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from kiosk.keys.telex import compose

_FILLERS = """làm xin cấp cho của tôi mình em anh chị muốn cần thì là gì thế nào như sao ở đâu bao nhiêu hết mấy tiền
    đi được không ko k hỏi về với và để bị có này kia ai khi mới phải giúp ạ ơi nha nhé vậy rồi chưa cháu đây
    giấy tờ đăng ký ngày lâu những các một vài nữa bây giờ hôm nay qua mà nếu hay hoặc thêm mang theo ra luôn
    ông bà i want to how get a the of for my we our need please is are what where apply can you with in on at and
    certificate register registration procedure paper papers document documents would like make it this that new"""
"""Words in nearly every question; they say little about which procedure is meant."""
STOP_PAIRS = frozenset(
    tuple(each.split())
    for each in (
        "thu tuc",
        "truc tuyen",
        "the nao",
        "bao lau",
        "bao nhieu",
        "lam sao",
        "how do",
        "do i",
        "for me",
        "for an",
    )
)
"""Two words that together say nothing, while each alone may be somebody's spelling of another."""
PURPOSE = frozenset("lam mua ban di xin nop vay cuoi ket ve lay nhan bo hoan mien chung lap dang duoc thi".split())  # noqa: SIM905 - reads better
"""After "để" ("de"): what the paper is wanted for, not which paper."""

# What chats make of common words.
CHAT = {
    "ko": "khong", "hok": "khong", "hong": "khong", "dc": "duoc", "lm": "lam", "vs": "voi", "bn": "bao nhieu",
    "j": "gi", "ntn": "nhu the nao", "mk": "minh", "ck": "chong", "vk": "vo", "ng": "nguoi", "gd": "gia dinh",
    "gt": "giay to", "giayto": "giay to", "tks": "", "nc": "nuoc", "sn": "sinh nhat", "thui": "thoi", "bik": "biet",
    "hc": "hoc", "trc": "truoc", "nxhxh": "nha o xa hoi", "mun": "muon", "wa": "qua", "zo": "vao", "vo": "vao",
    "cf": "ca phe", "fb": "", "nhg": "nhung", "ngta": "nguoi ta", "tgian": "thoi gian", "zay": "giay", "iu": "yeu",
}  # fmt: skip

_Rules = tuple[tuple[re.Pattern[str], str], ...]


def _rules(*pairs: tuple[str, str]) -> _Rules:
    return tuple((re.compile(pattern), to) for pattern, to in pairs)


_SPELLINGS = _rules(
    (r"^ngh", "ng"), (r"^gh", "g"), (r"^tr", "ch"), (r"^gi(?=[aeou])", "d"), (r"^gi$", "di"), (r"^r(?=[aeiou])", "d"),
    (r"^z", "d"), (r"^x", "s"), (r"^[kq]", "c"), (r"^ph", "f"), (r"^l", "n"), (r"y", "i"), (r"oo", "o"),
)  # fmt: skip
"""What is spelled one way for the other everywhere: ch/tr, s/x, d/gi/r, l/n, c/k/q, i/y."""
_ACCENTS = _rules(
    (r"^v(?=[aeiouy])", "d"), (r"nh$", "n"), (r"ng$", "n"), (r"ch$", "t"), (r"c$", "t"), (r"p$", "t"), (r"ou", "u"),
    (r"uo", "u"), (r"ie", "i"), (r"uu$", "iu"),
)  # fmt: skip
"""What a region's accent makes of the rest: n/ng, t/c, v/d …"""
_TONE_KEYS = "sfrxjz"
_TELEX = (("aa", "a"), ("ee", "e"), ("oo", "o"), ("dd", "d"), ("aw", "a"), ("ow", "o"), ("uw", "u"), ("w", "u"))
_WORD = re.compile(r"[^\W_]+")
_TONES = {"\u0301": "1", "\u0300": "2", "\u0309": "3", "\u0303": "4", "\u0323": "5"}
_DOUBLED = re.compile(r"(.)\1+")


def fold(text: str) -> str:
    """Lower case, đ → d, no marks; anything that is no letter or digit becomes a blank."""
    return " ".join(bare for bare, _marked in forms(text))


def forms(text: str) -> Iterator[tuple[str, str]]:
    """The words of a text, each folded and with its marks: `Hòa` → ("hoa", "hoa2"), `đỏ` → ("do", "đo3")."""
    for word in _WORD.findall(unicodedata.normalize("NFC", text.lower())):
        bare, marked, tone = [], [], ""
        for part in unicodedata.normalize("NFD", word):
            if part in _TONES:
                tone = _TONES[part]
            elif unicodedata.combining(part):
                marked.append(part)
            else:
                bare.append("d" if part == "đ" else part)
                marked.append(part)
        folded = "".join(each for each in bare if each.isascii() and each.isalnum())
        if folded:
            yield folded, unicodedata.normalize("NFC", "".join(marked)) + tone


def agreement(typed: str, stored: str) -> float:
    """How well the marks of two unequal words agree, 0.8 to 1. Letters may differ: `chú` and `trú` have the same."""
    if typed.isascii() and not typed[-1].isdigit():
        return 0.94  # a bare word among marked ones: many leave out half the marks
    mine, theirs = _marks(typed), _marks(stored)
    if mine == theirs:
        return 1.0
    if mine[0] == theirs[0]:
        return 0.95 if {mine[1], theirs[1]} == {"3", "4"} else 0.85  # hỏi and ngã sound the same in half the country
    return 0.8


def _marks(marked: str) -> tuple[str, str]:
    """The marked vowels of a word without consonants, and its tone."""
    tone = marked[-1] if marked[-1].isdigit() else ""
    return "".join(each for each in marked if not each.isascii() and each != "đ"), tone


FILLERS = frozenset(forms(_FILLERS))
"""Pairs of `forms`."""
BARE_FILLERS = frozenset(bare for bare, _marked in FILLERS) - {"ba"}  # ba: three, father, lady


def spelling(word: str) -> str:
    """A folded word with the usual confusions of spelling melted together."""
    for pattern, to in _SPELLINGS:
        word = pattern.sub(to, word)
    return _DOUBLED.sub(r"\1", word)


def sound(spelled: str) -> str:
    """A `spelling` as it sounds, all regions' accents melted together."""
    for pattern, to in _ACCENTS:
        spelled = pattern.sub(to, spelled)
    return spelled


def debris(word: str) -> list[str]:
    """What a word may have been before an input method did not turn its keys into marks; plausible ones first."""
    variants = [fold(compose(word, "vni" if any(c.isdigit() for c in word) else "telex"))]
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
        variants.append(_DOUBLED.sub(r"\1", squeezed))
        variants.append(squeezed.replace("u", "", 1) if "w" in base else squeezed)
    return [each for each in dict.fromkeys(variants) if each and each != word]


def deletions(word: str) -> set[str]:
    """The word with one letter left out, all ways."""
    return {word[:i] + word[i + 1 :] for i in range(len(word))}


def one_edit(a: str, b: str) -> bool:
    """Whether one insertion, deletion, replacement or swap of neighbours makes b of a."""
    if abs(len(a) - len(b)) > 1:
        return False
    i = 0
    while i < min(len(a), len(b)) and a[i] == b[i]:
        i += 1
    if len(a) == len(b):
        return a[i + 1 :] == b[i + 1 :] or (a[i + 2 :] == b[i + 2 :] and a[i : i + 2] == b[i : i + 2][::-1])
    return a[i + 1 :] == b[i:] if len(a) > len(b) else a[i:] == b[i + 1 :]
