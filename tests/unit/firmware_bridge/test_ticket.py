"""The paper against its golden pictures, dot by dot, and against a reader of codes.

To renew the goldens by hand after a wanted change (then look at every one of them):

    MOTCUA_RENEW_GOLDEN=1 .venv/bin/pytest tests/unit/firmware_bridge/test_ticket.py
"""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from PIL import Image, ImageChops
from pyzbar import pyzbar

from firmware_bridge.paper import NO_BREAK, balance, clean, text_width, wrap
from firmware_bridge.rows import PaperKind
from firmware_bridge.template import load_template
from firmware_bridge.ticket import JobUndrawable, draw_paper
from tests.fixtures.paper import draw_job

FIXTURES = Path(__file__).parents[2] / "fixtures"
SITE = {
    "id": "h38-dong-thanh",
    "name": "Trung tâm Phục vụ hành chính công",
    "place": "Xã Đông Thạnh",
    "help_line": "Cần giúp? Nói với người hướng dẫn ở cửa.",
}
LONG_SITE = {
    "id": "h38-nguyen-thi-minh-khai",
    "name": "Trung tâm Phục vụ hành chính công phường Nguyễn Thị Minh Khai – Hoà Khánh Bắc",
    "place": "Thành phố Đà Nẵng",
    "help_line": "Cần giúp? Gọi 1022 hoặc nói với người hướng dẫn ở cửa chính, bàn số một.",
}
TICKET: dict[str, Any] = {
    "id": 5,
    "kind": "ticket",
    "ticket": {"id": "20261123-A042", "number": "A042", "priority": False},
    "site": SITE,
    "service": {"name": "Tư pháp – Hộ tịch", "name_en": "Civil status"},
    "ahead": 6,
    "estimate": [15, 25],
    "at": "2026-11-23T08:42:10+07:00",
    "qr": "MC1/h38-dong-thanh/20261123/A042",
    "copy": False,
    "payload": None,
}
LIST = {
    "title": "Giấy tờ cần mang: Đăng ký khai sinh",
    "lines": [
        "Tờ khai đăng ký khai sinh theo mẫu",
        "Giấy chứng sinh do cơ sở y tế cấp; nếu không có thì văn bản của người làm chứng xác nhận về việc sinh",
        "Căn cước của cha, mẹ (bản chính để đối chiếu)",
        "Giấy chứng nhận kết hôn, nếu cha mẹ đã kết hôn",
    ],
}
JOBS: dict[str, dict[str, Any]] = {
    "normal": TICKET,
    "priority": TICKET | {"ticket": {"number": "A042", "priority": True}},
    "copy": TICKET | {"kind": "copy", "copy": True},
    "no_clock": TICKET | {"at": None, "estimate": None, "ahead": 0},
    "long": TICKET
    | {
        "site": LONG_SITE,
        "ticket": {"number": "W999", "priority": True},
        "service": {
            "name": "Đất đai, xây dựng, quy hoạch, nông nghiệp và môi trường",
            "name_en": "Land, construction, planning, agriculture and environment",
        },
        "ahead": 128,
        "estimate": [240, 310],
        "qr": "MC1/h38-nguyen-thi-minh-khai/20261123/W999",
    },
    "list": TICKET | {"kind": "list", "payload": LIST},
    "slip": TICKET
    | {
        "kind": "list",
        "payload": {
            "title": "Đất đai, xây dựng, quy hoạch",
            "lines": [
                "Hôm nay đã hết số của lĩnh vực này. Mời ông/bà trở lại lúc 07:30 thứ Ba, 24/11/2026.",
                "No numbers are left today. Please come back on Tuesday, 24/11/2026, at 07:30.",
            ],
            "tick": False,
        },
    },
    "test": TICKET | {"kind": "test"},
}


PAPERS = {"58mm": PaperKind(384), "58mm_list": PaperKind(384), "half": PaperKind(576, half=True)}


def codes(image: Image.Image) -> list[set[str]]:
    """What two independent readers see, on paper with a white edge around it."""
    page = Image.new("L", (image.width + 80, image.height + 80), 255)
    page.paste(image.convert("L"), (40, 40))
    return [{each.text for each in zxingcpp.read_barcodes(page)}, {each.data.decode() for each in pyzbar.decode(page)}]


@pytest.mark.parametrize("name", [*JOBS, "58mm", "58mm_list", "half", "desk"])
def test_golden(name: str) -> None:
    path = FIXTURES / f"ticket_{name}.png"
    paper, desk = PAPERS.get(name, PaperKind()), name == "desk"
    job = JOBS.get(name, JOBS["list" if name.endswith("list") else "long" if name == "58mm" else "normal"])
    drawn = draw_paper(job, paper, load_template(), desk=desk).image
    assert drawn.mode == "1"
    assert drawn.width == paper.width_dots // (2 if paper.half else 1)
    if os.environ.get("MOTCUA_RENEW_GOLDEN") and not os.environ.get("CI"):
        drawn.save(path, format="PNG", optimize=True)
    with Image.open(path) as golden:
        assert golden.size == drawn.size
        changed = ImageChops.difference(golden.convert("L"), drawn.convert("L")).getbbox()
    assert changed is None, f"{path.name} differs within {changed}; see this file's head"


@pytest.mark.parametrize("width", [576, 384])
@pytest.mark.parametrize("name", ["normal", "priority", "copy", "no_clock", "long"])
def test_the_code_reads_back_and_holds_nothing_else(name: str, width: int) -> None:
    assert codes(draw_job(JOBS[name], width)) == [{JOBS[name]["qr"]}] * 2


def test_number_is_readable_from_one_and_a_half_metres() -> None:
    """3.5 mm of height per metre is the usual rule for signs; the number has more than three times that."""
    for job in (TICKET, JOBS["long"]):
        image = draw_job(job).convert("L").point(lambda v: 255 - v)
        rows = [image.crop((0, y, image.width, y + 1)).getbbox() is not None for y in range(image.height)]
        tallest = max(len(run) for run in "".join("x" if row else " " for row in rows).split())
        assert tallest / 8 >= 3 * 3.5 * 1.5


def test_nothing_outside_the_named_fields_reaches_paper() -> None:
    nosy = TICKET | {
        "name": "Nguyễn Văn An",
        "ticket": TICKET["ticket"] | {"note": "079203001234", "phone": "0912345678", "applicant": "Nguyễn Văn An"},
        "site": SITE | {"owner": "Nguyễn Văn An"},
        "service": TICKET["service"] | {"dossier": "H38.12-251123-0001"},
        "payload": {"title": "079203001234", "lines": ["Nguyễn Văn An"]},
    }
    assert draw_job(nosy).tobytes() == draw_job(TICKET).tobytes()


def test_notes_of_a_list_stand_below_it_without_a_box() -> None:
    lines = {"title": "Giấy tờ cần mang", "lines": ["Tờ khai"]}
    bare = draw_paper(TICKET | {"kind": "list", "payload": lines}, PaperKind(), load_template()).image
    noted = lines | {"notes": ["Lệ phí: miễn phí", "Quầy 2"]}
    drawn = draw_paper(TICKET | {"kind": "list", "payload": noted}, PaperKind(), load_template()).image
    grown = drawn.height - bare.height
    assert 60 < grown < 140
    left = drawn.crop((0, 0, 60, drawn.height)).convert("L")
    boxed = bare.crop((0, 0, 60, bare.height)).convert("L")
    # The box of the one paper, and nothing like it beside the notes: their letters begin at the edge.
    assert left.histogram()[0] > boxed.histogram()[0]


def test_untrusted_clock_prints_no_date_and_priority_no_reason() -> None:
    assert draw_job(TICKET | {"at": None}).tobytes() != draw_job(TICKET).tobytes()
    because = TICKET | {"ticket": {"number": "A042", "priority": True, "reason": "khuyết tật"}}
    assert draw_job(because).tobytes() == draw_job(JOBS["priority"]).tobytes()


def test_estimate_is_always_a_range() -> None:
    assert draw_job(TICKET | {"estimate": [15, 15]}).tobytes() == draw_job(TICKET | {"estimate": [15, 20]}).tobytes()
    assert draw_job(TICKET | {"estimate": [25, 15]}).tobytes() == draw_job(TICKET | {"estimate": None}).tobytes()


def test_hostile_text_is_harmless() -> None:
    evil = "A\x1b@\x00\x1dVB\x00\u202eevil\u200b\ufeff\n\tB" + "\ud800"
    assert clean(evil, 100) == "A@ VBevil B"
    assert clean("e\u0302\u0301", 10) == "ế"
    assert clean("x" * 10_000_000, 20) == "x" * 19 + "…"
    assert clean(None, 5) == clean(7, 5) == clean(["a"], 5) == ""
    job = TICKET | {"service": {"name": evil * 500, "name_en": "W" * 5000}, "site": SITE | {"name": evil * 99}}
    assert draw_job(job).height < 1600
    endless = TICKET | {"kind": "list", "payload": {"title": "x" * 999, "lines": ["chữ " * 200] * 500}}
    assert draw_job(endless).height < 20_000


def test_letters_the_face_lacks_come_from_noto_and_the_rest_becomes_a_question_mark() -> None:
    def item(text: str) -> bytes:
        return draw_job(TICKET | {"kind": "list", "payload": {"title": "x", "lines": [text]}}).tobytes()

    assert item("Ж") != item("?")
    assert item("\U0001f6b8") == item("?")


def test_every_vietnamese_letter_has_its_own_glyph() -> None:
    vowels, tones = "aăâeêioôơuưy", ["", "\u0300", "\u0301", "\u0309", "\u0303", "\u0323"]
    letters = [unicodedata.normalize("NFC", v + t) for v in vowels + vowels.upper() for t in tones] + ["đ", "Đ"]
    pictures = {
        draw_job(TICKET | {"kind": "list", "payload": {"title": "x", "lines": [letter]}}).tobytes()
        for letter in [*letters, "?"]
    }
    assert len(pictures) == len(letters) + 1


def test_wrapping_loses_no_word_and_stays_inside() -> None:
    text = "Giấy chứng nhận quyền sử dụng đất, quyền sở hữu nhà ở và tài sản khác gắn liền với đất"
    lines = wrap(text, 26, 500, 300, 20)
    assert " ".join(lines) == text
    assert all(text_width(line, 26, 500) <= 300 for line in lines)
    assert len(balance(text, 26, 500, 300, 20)) == len(lines)
    assert "".join(wrap("W" * 100, 26, 500, 300, 99)) == "W" * 100
    assert wrap(text, 26, 500, 300, 2)[-1].endswith("…")
    place = "PHƯỜNG NGUYỄN THỊ MINH KHAI"
    for width in (200, 260, 330, 420, 528):
        lines = balance(f"HÀNH CHÍNH CÔNG {place.replace(' ', NO_BREAK)} – HOÀ KHÁNH BẮC", 30, 700, width, 9)
        words = " ".join(lines).replace(NO_BREAK, " ").split()
        assert words == f"HÀNH CHÍNH CÔNG {place} – HOÀ KHÁNH BẮC".split(), "a word was broken in two"


@pytest.mark.parametrize(
    "job",
    [
        {},
        {"kind": "light"},
        {"kind": "ticket"},
        {"kind": "ticket", "ticket": {"number": "\x00"}},
        {"kind": "list", "payload": {"title": "x"}},
        {"kind": "list", "payload": {"lines": []}},
        TICKET | {"at": "yesterday"},
    ],
)
def test_a_job_that_cannot_be_drawn_says_so(job: dict[str, Any]) -> None:
    with pytest.raises(JobUndrawable):
        draw_job(job)
