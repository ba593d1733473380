"""What the kiosk would say of every screen: whole sentences, numbers as people say them, nothing of a person."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

import config
from config.load import load_settings
from config.voice import as_accent
from kiosk.catalogue import load_catalogue
from kiosk.locale import Words, languages
from kiosk.model import Model
from kiosk.samples import samples
from kiosk.speech.pronounce import Pronounce, vietnamese
from kiosk.speech.spoken import SILENT_SCREENS, called, reading, secrets
from kiosk.stage import Stage, panel_of
from kiosk.view.icons import ICONS
from queue_display.phrase import number_words

SETTINGS = load_settings(Path(config.__file__).parent / "sites" / "six-counters.toml", {})
STAGE = Stage(SETTINGS, load_catalogue(), panel_of("1280x800"))
SHOWN = samples()


def read(model: Model, *, private: bool = False) -> tuple[str, ...]:
    words = Words(model.language)
    return reading(STAGE.place(model), model, Pronounce(words), words, private=private)


@pytest.mark.parametrize("language", languages())
def test_every_screen_has_something_to_say_in_every_language(language: str) -> None:
    for name, sample in SHOWN.items():
        model = replace(sample, language=language)
        said = read(model)
        if model.screen.startswith(SILENT_SCREENS):
            assert said == (), name
            continue
        assert said, name
        for sentence in said:
            assert sentence[-1] in ".?!" and any(letter.isalnum() for letter in sentence), (name, sentence)
            assert not set(sentence) & set("*·|…–/<>{}•→\u00a0"), (name, sentence)
            assert sentence.rstrip(".") not in set(ICONS) - {"home", "help", "search", "back", "next"}, (name, sentence)
            if language == "vi":
                assert not re.search(r"\d", sentence), (name, sentence)


@pytest.mark.parametrize("language", languages())
def test_nothing_of_a_person_is_said_aloud_on_any_screen(language: str) -> None:
    checked = 0
    for name, sample in SHOWN.items():
        model = replace(sample, language=language)
        said = " ".join(read(model)).lower()
        assert "***" not in said and not re.search(r"[a-z]\d\d[. ]\d\d", said), name
        for own in secrets(model):
            if len(own) >= 4:
                checked += 1
                assert own.lower() not in said and Pronounce(Words(language))(own).lower() not in said, (name, own)
    assert checked > 10


def test_with_headphones_a_person_hears_the_details() -> None:
    model = SHOWN["details"]
    assert model.result and model.result.dossier
    whose = model.result.dossier.procedure
    assert whose in " ".join(read(model, private=True)) and whose not in " ".join(read(model))
    assert any("riêng" in each for each in read(model)) and not any(
        "riêng" in each for each in read(model, private=True)
    )


def test_the_sentence_comes_first_then_the_choices_then_the_way_home() -> None:
    said = read(SHOWN["service"])
    assert said[0] == "Ông bà đến làm việc gì?"
    choose = said.index("Ông bà có thể bấm.")
    assert any("Tư pháp" in each for each in said[choose:]) and said[-1].startswith("Ở dưới: Trang chủ")


def test_keys_of_a_keyboard_are_not_read_out() -> None:
    for name in ("typing-part", "search", "factor"):
        assert all(len(each) > 3 for each in read(SHOWN[name])), name


def test_behind_a_sheet_nothing_is_read() -> None:
    assert not any("Lấy số" in each for each in read(SHOWN["home-modes"]))
    assert "Tương phản, đang bật." in read(SHOWN["home-modes-on"])


def test_a_pressed_control_says_its_name_but_a_digit_of_a_person_does_not() -> None:
    words = Words("vi")
    say = Pronounce(words)

    def name(sample: str, target: str, private: bool = False) -> str:
        model = SHOWN[sample]
        return called(STAGE.place(model), target, model, say, words, private=private)

    assert name("home", "go:scan").startswith("Hồ sơ của tôi")
    assert name("list", "page:next") == "Trang sau."
    assert name("factor", "key:7") == "" and name("factor", "key:7", private=True) == "7"
    assert name("search", "key:k") == "k" and name("home", "nothing") == ""


@pytest.mark.parametrize("accent", ["north", "central", "south"])
def test_vietnamese_numbers_are_those_of_the_hall(accent: str) -> None:
    several = [*range(0, 1200), 2015, 7_000, 10_005, 21_024, 105_000, 1_000_001, 7_060_000, 999_999_999]
    for number in several:
        assert vietnamese(number, as_accent(accent)) == number_words(number, accent), number
    for wrong in (-1, 1_000_000_000):
        with pytest.raises(ValueError, match="read aloud"):
            vietnamese(wrong)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("Lệ phí: 8.000đ", "Lệ phí: tám nghìn đồng"),
        ("2.000 đồng/trang", "hai nghìn đồng mỗi trang"),
        ("Ước chừng **15–25 phút**", "Ước chừng mười lăm đến hai mươi lăm phút"),
        ("7:30–11:30", "bảy giờ ba mươi đến mười một giờ ba mươi"),
        ("13:00 hôm nay", "mười ba giờ hôm nay"),
        ("Số A042", "Số A bốn mươi hai"),
        ("Ngày hẹn 20/11/2026", "Ngày hẹn ngày hai mươi tháng mười một năm hai nghìn không trăm hai mươi sáu"),
        ("Thứ Ba, 24/11", "Thứ Ba, ngày hai mươi bốn tháng mười một"),
        ("1,5 ngày", "một phẩy năm ngày"),
        ("giảm 50%", "giảm năm mươi phần trăm"),
        ("gọi 0251 3822501", "gọi không hai năm một, ba tám hai, hai năm không một"),
        ("Ông/bà", "Ông bà"),
        ("Mẫu CT01", "Mẫu C T không một"),
        ("24/24", "hai mươi bốn hai mươi bốn"),
        ("…", ""),
        ("★ → ✓", ""),
    ],
)
def test_texts_are_said_as_people_say_them(written: str, said: str) -> None:
    assert Pronounce(Words("vi"))(written) == said


def test_a_hotline_is_said_digit_by_digit_and_a_page_as_a_page() -> None:
    say = Pronounce(Words("vi"), numbers=("1022",))
    assert say("1022") == "một không hai hai" and say.page("2/3") == "Trang hai trên ba" and say.page("x") is None
    assert Pronounce(Words("en"))("23/11/2026, 7:30, 8.000đ") == "23 November 2026, 7:30, 8000 dong"
