"""Procedures: found without typing, reckoned, printed and taken home."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

os.environ["SDL_VIDEODRIVER"] = "dummy"
os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")

import config
from config.catalogue_model import Fee
from config.load import load_settings
from kiosk.catalogue import SAMPLE, Catalogue, load_catalogue
from kiosk.locale import Words
from kiosk.model import HubChanged, HubView, ListState, PrintList
from kiosk.stage import Stage, panel_of
from kiosk.takeaway import LINE, MOST_BYTES, carried, days, dong, papers_by_case, slip, where
from kiosk.view.code import squares
from tests.fixtures.catalogues import large
from tests.unit.kiosk.person import HUB, Person

SETTINGS = load_settings(Path(config.__file__).parent / "sites" / "six-counters.toml", {})
VI, EN = Words("vi"), Words("en")
COPIES = "2.000815"


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue()


# finding -----------------------------------------------------------------------------------------


def test_a_fee_is_three_taps_from_home_without_typing(catalogue: Catalogue) -> None:
    who = Person()
    code = catalogue.most_asked()[0].code
    assert who.tap("go:popular", f"procedure:{code}").screen == "procedure"
    assert who.tap("back").screen == "popular"
    assert who.tap("go:fields").screen == "fields"


def test_there_are_fifteen_fields_and_every_procedure_stands_in_one(catalogue: Catalogue) -> None:
    assert len(catalogue.fields) >= 15
    assert sum(len(catalogue.of_field(each.id)) for each in catalogue.fields) == len(catalogue.procedures)


def test_what_a_queue_serves_begins_with_what_is_asked_most(catalogue: Catalogue) -> None:
    found = catalogue.of_service("civil-status")
    asked = [each.code for each in catalogue.most_asked(99) if each.service == "civil-status"]
    assert [each.code for each in found[: len(asked)]] == asked
    assert {each.service for each in found} == {"civil-status"}


# reckoning ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pages", "one"), [(1, 2_000), (2, 4_000), (3, 5_000), (10, 12_000), (198, 200_000), (500, 200_000)]
)
def test_certified_copies_by_the_page(catalogue: Catalogue, pages: int, one: int) -> None:
    fee = catalogue.procedure(COPIES).fee
    assert fee.due(pages) == one
    assert fee.due(pages, 3) == 3 * one


def test_extracts_are_paid_by_the_copy_and_other_fees_once(catalogue: Catalogue) -> None:
    assert catalogue.procedure("2.000635").fee.due(7, 3) == 24_000
    assert catalogue.procedure("2.000884").fee.due(7, 3) == 10_000
    assert catalogue.procedure("1.001193").fee.due() == 0
    assert catalogue.procedure("1.004873").fee.due() is None  # the council's: no number says it
    with pytest.raises(ValueError, match="at least one"):
        catalogue.procedure(COPIES).fee.due(0)


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "fixed", "amount": 2000, "steps": {"pages": 2, "then": 1000, "cap": 200000}},
        {"kind": "free", "amount": 0, "per_copy": True},
    ],
)
def test_sums_that_do_not_belong_to_the_fee_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="belong"):
        Fee.model_validate({"text": "x", "text_en": "x", "online": None, "verified": True, "amount": None, **wrong})


def test_pages_and_copies_are_counted_by_buttons_and_never_below_one() -> None:
    who = Person()
    who.tap("go:popular", f"procedure:{COPIES}", "go:sums", "pages:up", "pages:up", "pages:more", "copies:up")
    assert (who.model.reading.pages, who.model.reading.copies) == (13, 2)
    who.tap("pages:less", "pages:less", "pages:down", "copies:down", "copies:down")
    assert (who.model.reading.pages, who.model.reading.copies) == (1, 1)
    who.tap(*["pages:more"] * 200)
    assert who.model.reading.pages == 999
    who.tap("back", "back", "procedure:2.000635")
    assert who.model.reading.pages == 1  # another procedure begins anew


def test_half_days_as_people_write_them(catalogue: Catalogue) -> None:
    steps = catalogue.procedure("2.000986").linked or ()
    parts = [step.half_days or 0 for step in steps]
    assert " + ".join(days(n, VI) for n in parts) == "1,5 + 1,5 + 6 + 1"
    assert days(sum(parts), VI) == "10" and days(3, EN) == "1.5"
    assert dong(1_250_000, VI) == "1.250.000 đồng" and dong(8_000, EN) == "8,000 VND"


# paper -------------------------------------------------------------------------------------------


def test_a_list_is_printed_once_and_the_screen_says_what_became_of_it() -> None:
    who = Person()
    who.tap("go:popular", "procedure:1.001193", "go:carry", "print", "print")
    asked = who.all(PrintList)
    assert [(each.procedure, each.language) for each in asked] == [("1.001193", "vi")]
    assert who.model.reading.slip == "asking"
    assert who.feed(ListState(asked[0].request + 1, "failed")).reading.slip == "asking"
    assert who.feed(ListState(asked[0].request, "printed")).reading.slip == "printed"
    who.tap("print")
    assert len(who.all(PrintList)) == 1


def test_a_list_that_failed_may_be_asked_for_again_one_that_waits_for_paper_not() -> None:
    who = Person()
    who.tap("go:popular", "procedure:1.001193", "go:carry", "print")
    who.feed(ListState(who.last(PrintList).request, "failed"))
    who.tap("print")
    assert len(who.all(PrintList)) == 2
    who.feed(ListState(who.last(PrintList).request, "no_paper"))
    who.tap("print")
    assert who.model.reading.slip == "no_paper" and len(who.all(PrintList)) == 2


def test_without_paper_or_hub_nothing_is_asked_and_words_say_so() -> None:
    who = Person()
    who.feed(HubChanged(replace(HUB, parts=(("printer", "", ""),))))
    assert who.tap("go:popular", "procedure:1.001193", "go:carry", "print").reading.slip == "no_paper"
    who.feed(HubChanged(HubView()))
    assert who.tap("done", "go:popular", "procedure:1.001193", "go:carry", "print").reading.slip == "failed"
    assert not who.all(PrintList)


def test_a_late_answer_does_not_reach_the_next_person() -> None:
    who = Person()
    who.tap("go:popular", "procedure:1.001193", "go:carry", "print")
    request = who.last(PrintList).request
    who.tap("done")
    assert who.feed(ListState(request, "printed")).reading.slip == ""


def test_the_printed_list_has_papers_case_by_case_and_the_day_of_its_figures(catalogue: Catalogue) -> None:
    each = catalogue.procedure("1.004873")
    made = slip(catalogue, each, VI, where(SETTINGS, each, VI))
    assert made.title == "Giấy tờ cần mang: Cấp Giấy xác nhận tình trạng hôn nhân"
    assert made.lines[0] == "Tờ khai theo mẫu"
    assert made.lines[1].endswith("(xin cấp lại)")
    assert made.notes[-1].endswith("1/7/2026") and any("(*)" in note for note in made.notes)
    assert any("Quầy 2" in note for note in made.notes)


@pytest.mark.parametrize("words", [VI, EN], ids=["vi", "en"])
def test_every_list_fits_the_hub_and_every_code_a_phone(catalogue: Catalogue, words: Words) -> None:
    for each in catalogue.procedures:
        place = where(SETTINGS, each, words)
        made = slip(catalogue, each, words, place)
        assert made.lines and len(made.lines) <= 60 and len(made.notes) <= 20
        assert all(0 < len(line) <= LINE for line in (made.title, *made.lines, *made.notes))
        text = carried(SETTINGS, catalogue, each, words, place)
        assert text and len(text.encode()) <= MOST_BYTES and "1/7/2026" in text


def test_a_huge_list_is_cut_at_a_line_and_says_how_much_is_missing(tmp_path: Path) -> None:
    raw = json.loads(SAMPLE.read_text(encoding="utf-8"))
    paper = {"text": "Bản vẽ thiết kế có dấu thẩm định " * 40, "text_en": "Drawing", "verified": True}
    raw["procedures"][0]["papers"] = [paper] * 70
    file = tmp_path / "big.json"
    file.write_text(json.dumps(raw), encoding="utf-8")
    big = load_catalogue(file)
    text = carried(SETTINGS, big, big.procedures[0], VI, "Quầy 1")
    assert text and len(text.encode()) <= MOST_BYTES and "giấy tờ nữa" in text
    made = slip(big, big.procedures[0], VI, "Quầy 1")
    assert len(made.lines) == 60 and all(len(line) <= LINE for line in made.lines)


def test_what_a_phone_gets_is_the_communes_choice(catalogue: Catalogue) -> None:
    each = catalogue.procedure("1.001193")

    def of(kind: str, link: str = "") -> str | None:
        carry = SETTINGS.kiosk.carry.model_copy(update={"kind": kind, "link": link})
        kiosk = SETTINGS.kiosk.model_copy(update={"carry": carry})
        return carried(SETTINGS.model_copy(update={"kiosk": kiosk}), catalogue, each, VI, "Quầy 2")

    assert of("none") is None
    assert of("link", "https://xa.example.vn/tthc/{code}?x=1") == "https://xa.example.vn/tthc/1.001193?x=1"
    assert (of("text") or "").startswith("Đăng ký khai sinh\n- Tờ khai theo mẫu\n")
    assert len(squares(of("text") or "")) * 0.51 < 60  # millimetres on a ten-inch panel


def test_papers_for_everybody_stand_before_those_of_a_case(catalogue: Catalogue) -> None:
    for each in catalogue.procedures:
        cases = [case for case, _papers in papers_by_case(each)]
        assert None not in cases[1:] and sum(len(p) for _c, p in papers_by_case(each)) == len(each.papers)


# size --------------------------------------------------------------------------------------------


def test_a_communes_four_hundred_procedures_are_all_reached_by_buttons(tmp_path: Path) -> None:
    big = load_catalogue(large(tmp_path))
    assert len(big.procedures) >= 400 and len(big.fields) >= 15
    stage = Stage(SETTINGS, big, panel_of("1024x600"))
    who = Person()

    def turned(prefix: str) -> set[str]:
        """Every target of that kind on all pages of the screen."""
        found: set[str] = set()
        for _ in range(60):
            ids = {item.id for item in stage.place(who.model) if item.id}
            found |= {each for each in ids if each.startswith(prefix)}
            if "page:next" not in ids:
                return found
            who.tap("page:next")
        raise AssertionError("the pages do not end")

    who.tap("go:popular", "go:fields")
    fields = turned("field:")
    assert fields == {f"field:{each.id}" for each in big.fields}
    reached: set[str] = set()
    for each in sorted(fields):
        who.tap(each)
        reached |= turned("procedure:")
        who.tap("back")
    assert reached == {f"procedure:{each.code}" for each in big.procedures}
