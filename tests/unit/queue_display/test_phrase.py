"""Reading of numbers and calls: the values of the domain notes, section 10, and every number a ticket can carry."""

from __future__ import annotations

import string
import unicodedata

import pytest

from config.voice import ACCENTS, parse_voice, voice_tokens
from queue_display.phrase import MAX_NUMBER, broadcast_phrase, call_phrase, number_tokens, number_words

NORTH = {
    0: "không", 1: "một", 4: "bốn", 5: "năm", 10: "mười", 11: "mười một", 14: "mười bốn", 15: "mười lăm",
    20: "hai mươi", 21: "hai mươi mốt", 24: "hai mươi bốn", 25: "hai mươi lăm", 30: "ba mươi", 31: "ba mươi mốt",
    45: "bốn mươi lăm", 55: "năm mươi lăm", 91: "chín mươi mốt", 99: "chín mươi chín", 100: "một trăm",
    101: "một trăm linh một", 105: "một trăm linh năm", 110: "một trăm mười", 111: "một trăm mười một",
    115: "một trăm mười lăm", 121: "một trăm hai mươi mốt", 215: "hai trăm mười lăm", 1000: "một nghìn",
    1001: "một nghìn không trăm linh một", 1005: "một nghìn không trăm linh năm",
    1010: "một nghìn không trăm mười", 1105: "một nghìn một trăm linh năm",
    2024: "hai nghìn không trăm hai mươi bốn", 20000: "hai mươi nghìn", 150000: "một trăm năm mươi nghìn",
    1000005: "một triệu không trăm linh năm", 1000000: "một triệu",
    1005000: "một triệu không trăm linh năm nghìn",
    MAX_NUMBER: "chín trăm chín mươi chín triệu chín trăm chín mươi chín nghìn chín trăm chín mươi chín",
}  # fmt: skip


@pytest.mark.parametrize(("n", "words"), NORTH.items())
def test_reference_values(n: int, words: str) -> None:
    assert number_words(n) == words


def test_accents_differ_where_people_do() -> None:
    assert number_words(105, "south") == "một trăm lẻ năm"
    assert number_words(105, "central") == "một trăm lẻ năm"
    assert number_words(2024, "south") == "hai ngàn không trăm hai mươi bốn"


def test_four_after_ten_by_choice() -> None:
    assert number_words(24, four="tu") == "hai mươi tư"
    assert number_words(4, four="tu") == "bốn"
    assert number_words(14, four="tu") == "mười bốn"
    assert number_words(104, four="tu") == "một trăm linh bốn"
    assert number_words(40, four="tu") == "bốn mươi"


def test_every_ticket_number_reads_back_to_itself() -> None:
    """No two numbers sound alike, and the words say the number: parsed back by the rules of the language."""
    unit = {w: i for i, w in enumerate(["không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín"])}
    unit |= {"mốt": 1, "lăm": 5, "tư": 4}
    for n in range(1000):
        total = pending = 0
        for word in number_words(n).split():
            if word == "trăm":
                total, pending = total + pending * 100, 0
            elif word == "mươi":
                total, pending = total + pending * 10, 0
            elif word == "mười":
                total += 10
            elif word != "linh":
                pending = unit[word]
        assert total + pending == n


def test_every_number_and_letter_has_tokens_with_words() -> None:
    known = voice_tokens()
    used = {t for n in range(1000) for four in ("bon", "tu") for t in number_tokens(n, four=four)}  # type: ignore[arg-type]
    used |= {t for letter in string.ascii_uppercase for t in call_phrase(f"{letter}001", 1, times=2).tokens}
    used |= {*number_tokens(MAX_NUMBER), *broadcast_phrase().tokens}
    assert used <= known.keys()
    assert used == known.keys(), "a token nobody ever says"
    for token in known.values():
        for accent in ACCENTS if token.kind == "word" else ():
            assert token.words[accent] and unicodedata.is_normalized("NFC", token.words[accent])


def test_call() -> None:
    phrase = call_phrase("A105", 3)
    assert phrase.text == "Mời công dân số A một trăm linh năm đến quầy số ba."
    assert phrase.tokens == (
        "chime", "moi_cong_dan_so", "letter_a", "mot", "tram", "linh", "nam", "den_quay_so", "ba",
    )  # fmt: skip
    assert call_phrase("A105", 3, "south").text == "Mời công dân số A một trăm lẻ năm đến quầy số ba."
    assert call_phrase("A105", 3, "south").tokens == phrase.tokens
    assert call_phrase("012", 11).text == "Mời công dân số mười hai đến quầy số mười một."
    assert call_phrase("B000", 1).text == "Mời công dân số B không đến quầy số một."
    assert call_phrase("A012", 1, reading="digits").text == "Mời công dân số A không một hai đến quầy số một."


def test_call_said_twice_is_one_sentence_for_the_eye() -> None:
    once, twice = call_phrase("A1", 2), call_phrase("A1", 2, times=2)
    assert twice.text == once.text
    assert twice.tokens == (*once.tokens, "pause", *once.tokens[1:])


@pytest.mark.parametrize("number", ["", "A", "a12", "AA12", "A-1", "Đ12", "A12\n", "A1234567890", "A١٢", "../etc"])
def test_bad_number_says_what_is_allowed(number: str) -> None:
    with pytest.raises(ValueError, match="A105"):
        call_phrase(number, 1)


def test_other_bad_input() -> None:
    for counter in (0, -1, 1000, True):
        with pytest.raises(ValueError, match=r"1\.\.999"):
            call_phrase("A1", counter)
    with pytest.raises(ValueError, match="north, central, south"):
        call_phrase("A1", 1, "west")
    for n in (-1, MAX_NUMBER + 1):
        with pytest.raises(ValueError, match="cannot be read"):
            number_words(n)
    with pytest.raises(ValueError):
        call_phrase("A1", 1, times=0)


def test_vocabulary_without_words_is_refused() -> None:
    with pytest.raises(ValueError, match="south"):
        parse_voice('[tokens.x]\nnorth = "a"\ncentral = "a"')
    with pytest.raises(ValueError, match="kind"):
        parse_voice('[tokens.x]\nkind = "song"')
