"""The ticket template: what it can say, and the line and word of every mistake."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from config.load import SettingsError
from firmware_bridge.paper import Sheet
from firmware_bridge.template import FIELDS, FLAGS, SHIPPED, WORDS, load_template
from firmware_bridge.ticket import fields
from tests.fixtures.paper import draw_job

JOB: dict[str, Any] = {
    "kind": "ticket",
    "ticket": {"number": "A042", "priority": False},
    "site": {"name": "Trung tâm", "place": "Xã Đông Thạnh", "help_line": "Hỏi ở cửa."},
    "service": {"name": "Hộ tịch", "name_en": "Civil status"},
    "ahead": 6,
    "estimate": [15, 25],
    "at": "2026-11-23T08:42:10+07:00",
    "qr": "MC1/h38-dong-thanh/20261123/A042",
}
GOOD = "[ticket]\nhuge: {number}\n"


def written(folder: Path, text: str) -> str:
    path = folder / "mau.txt"
    path.write_text(text, encoding="utf-8")
    return str(path)


def mistakes(folder: Path, text: str) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        load_template(written(folder, text))
    return [str(problem).removeprefix(f"{folder}/mau.txt") for problem in caught.value.problems]


def text_of(folder: Path, text: str, monkeypatch: pytest.MonkeyPatch, job: dict[str, Any] = JOB) -> list[str]:
    said: list[str] = []
    plain = Sheet._text

    def listen(self: Sheet, x: float, baseline: int, text: str, *more: Any, **named: Any) -> None:
        said.append(text)
        plain(self, x, baseline, text, *more, **named)

    monkeypatch.setattr(Sheet, "_text", listen)
    draw_job(job, template=load_template(written(folder, text)))
    return said


def test_the_shipped_template_says_every_kind_of_line(tmp_path: Path) -> None:
    template = load_template()
    assert {row.what for row in template.ticket} >= {"text", "gap", "rule", "dashes", "qr"}
    assert any(row.what == "items" for row in template.papers)
    copy = load_template(written(tmp_path, SHIPPED.read_text(encoding="utf-8")))
    assert draw_job(JOB, template=copy).tobytes() == draw_job(JOB).tobytes()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[ticket]\nhuge: {numbr}\n", [":2: field: ", "number?"]),
        ("[ticket]\nhuge: {number}\nbould: x\n", [":3: style: ", "bold?"]),
        ("[ticket]\nhuge: {number}\nsmall if tme: x\n", [":3: if: ", "time?"]),
        ("[ticket]\nhuge: {number}\nnormal {site}\n", [":3: normal: ", "colon"]),
        ("[ticket]\nhuge: {number}\ngap\n", [":3: gap: ", "1..200"]),
        ("[ticket]\nhuge: {number}\ngap 900\n", [":3: gap: "]),
        ("[ticket]\nhuge: {number}\n900: x\n", [":3: 900: ", "204"]),
        ("[ticket]\nhuge: {number}\nqr big\n", [":3: qr: ", "big"]),
        ("[ticket]\nhuge: {number}\nqr: {number}\n", [":3: qr:: ", "without a colon"]),
        ("[ticket]\nhuge: {number}\nnormal: {site\n", [":3: text: "]),
        ("[ticket]\nhuge: {number}\nnormal:\n", [":3: text: "]),
        ("[ticket]\nhuge: {number}\nnormal: {title}\n", [":3: {title}: "]),
        ("[ticket]\nhuge: {number}\nitems\n", [":3: items: "]),
        ("[tiket]\nhuge: {number}\n", [":1: section: ", "ticket?"]),
        ("[ticket]\nhuge: {number}\n[ticket]\n", [":3: [ticket]: "]),
        ("[ticket]\nhuge: {number}\n[list]\nnormal: {title}\n", [":3: [list]: ", "items"]),
        ("huge: {number}\n", [":1: template: ", "[ticket]"]),
        ("", [": {number}: "]),
        ("[ticket]\nhuge: {number}\nlogo ../secret.png\n", [":3: logo: "]),
        ("[ticket]\nhuge: {number}\nlogo none.png\n", [":3: logo: "]),
    ],
)
def test_a_mistake_is_one_line_with_its_place_and_the_nearest_word(
    tmp_path: Path, text: str, expected: list[str]
) -> None:
    found = mistakes(tmp_path, text)
    assert found[0].startswith(expected[0])
    assert all("\n" not in line for line in found)
    for word in expected[1:]:
        assert word in found[0]


@pytest.mark.parametrize(
    "text",
    [
        "[ticket]\nnormal: {site}\n",
        "[ticket]\nlarge: {number}\n",
        "[ticket]\nhuge if time: {number}\n",
        "[ticket]\nhuge unless priority: {number}\n",
        "[ticket]\nhuge: {number} {service}\n",
        "[ticket]\nhuge: Số thứ tự của ông/bà là {number}\n",
        "[ticket]\nqr\nhuge beside: {number}\n",
        "[list]\nitems\nhuge: {number}\n",
        "[ticket]\n# huge: {number}\n",
    ],
    ids=[
        "none",
        "small",
        "condition",
        "unless",
        "with others",
        "in a sentence",
        "beside",
        "only in the list",
        "in a remark",
    ],
)
def test_a_template_without_a_readable_number_is_refused(tmp_path: Path, text: str) -> None:
    assert any("{number}" in line for line in mistakes(tmp_path, text))


@pytest.mark.parametrize(
    "line",
    [
        "normal: {name}",
        "normal: {ho_ten}",
        "normal: {citizen_name}",
        "normal: {cccd}",
        "normal: {phone}",
        "normal: {dossier_code}",
        "normal: {dia_chi_nha}",
        "normal: Họ và tên: ..............",
        "normal: Số điện thoại: ",
        "normal: Căn cước số: ______",
        "normal: Full name: ____",
        "normal: 079 203 001 234",
    ],
)
def test_personal_data_has_no_place(tmp_path: Path, line: str) -> None:
    found = mistakes(tmp_path, GOOD + line + "\n")
    assert found[0].startswith(":3: ")
    assert "personal" in found[0] or "identity" in found[0]


def test_words_about_papers_to_bring_are_no_personal_data(tmp_path: Path) -> None:
    load_template(written(tmp_path, GOOD + "normal: Mời ông/bà chuẩn bị sẵn căn cước.\nnormal: Gọi 1900 1234\n"))


def test_every_mistake_is_told_at_once(tmp_path: Path) -> None:
    assert len(mistakes(tmp_path, "[ticket]\nbould: {sit}\ngap x\nnormal: {phone}\n")) == 5


@pytest.mark.parametrize(
    ("data", "word"),
    [(b"[ticket]\nhuge: {number}\n\xff\xfe", "UTF-8"), (b"#" * 20_000, "16384")],
    ids=["encoding", "size"],
)
def test_files_that_are_no_template(tmp_path: Path, data: bytes, word: str) -> None:
    path = tmp_path / "mau.txt"
    path.write_bytes(data)
    with pytest.raises(SettingsError, match=word):
        load_template(str(path))
    with pytest.raises(SettingsError, match="none.txt"):
        load_template(str(tmp_path / "none.txt"))


def test_lines_with_an_empty_field_and_unmet_conditions_are_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = GOOD + (
        "normal: Giờ {time}\nnormal unless time: Trong ngày\nnormal: {ahead} trước\n"
        "normal if nobody_ahead: Không ai\nnormal if priority: Ưu\nnormal if time unless ahead: x\n"
    )
    assert text_of(tmp_path, text, monkeypatch) == ["Giờ 08:42", "6 trước"]
    no_clock = JOB | {"at": None, "ahead": 0, "ticket": {"number": "A042", "priority": True}}
    said = text_of(tmp_path, text, monkeypatch, no_clock)
    assert said == ["U", "Trong ngày", "Không ai", "Ưu"]


def test_what_a_copy_must_say_no_template_leaves_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert text_of(tmp_path, GOOD, monkeypatch, JOB | {"kind": "copy"}) == ["BẢN SAO – COPY"]


def test_text_is_the_jobs_text_and_never_a_field_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sly = JOB | {"service": {"name": "{number}{time}", "name_en": ""}}
    assert text_of(tmp_path, GOOD + "normal: {service}\n", monkeypatch, sly) == ["{number}{time}"]


def test_windows_editors_and_american_spelling_are_fine(tmp_path: Path) -> None:
    path = tmp_path / "mau.txt"
    path.write_bytes(b"\xef\xbb\xbf[ticket]\r\n\thuge:\t{number}\r\nsmall center:  S\xe1\xbb\x91 {letter}\r\n")
    assert [row.text for row in load_template(str(path)).ticket] == ["{number}", "Số {letter}"]


def test_large_text_stays_on_the_paper(tmp_path: Path) -> None:
    long = JOB | {"service": {"name": "Đất đai, xây dựng, quy hoạch, nông nghiệp và môi trường"}}
    drawn = draw_job(long, 384, load_template(written(tmp_path, GOOD + "120 bold: {service}\n")))
    edges = drawn.convert("L")
    assert edges.crop((0, 0, 8, edges.height)).getextrema() == (255, 255)
    assert edges.crop((376, 0, 384, edges.height)).getextrema() == (255, 255)


def test_a_logo_is_drawn_in_black_and_white(tmp_path: Path) -> None:
    Image.new("RGBA", (300, 300), (143, 42, 29, 255)).save(tmp_path / "logo.png")
    drawn = draw_job(JOB, template=load_template(written(tmp_path, "[ticket]\nlogo logo.png\nhuge: {number}\n")))
    assert drawn.height > draw_job(JOB, template=load_template(written(tmp_path, GOOD))).height + 190
    (tmp_path / "logo.png").write_bytes(b"\x89PNG nothing")
    with pytest.raises(SettingsError, match="logo"):
        load_template(written(tmp_path, "[ticket]\nlogo logo.png\nhuge: {number}\n"))


def test_fields_hold_nothing_but_what_is_named() -> None:
    assert set(fields(JOB)) == set(FIELDS)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.lists(st.sampled_from([*WORDS[:-2], "40", "18"]), max_size=4),
            st.lists(st.sampled_from([*(f"{{{name}}}" for name in FIELDS if name != "title"), "chữ", "Đ"]), min_size=1),
        ),
        max_size=8,
    ),
    st.sampled_from([*FIELDS, *FLAGS]),
)
def test_every_well_formed_template_draws(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[list[str], list[str]]], condition: str
) -> None:
    folder = tmp_path_factory.mktemp("mau")
    body = "".join(f"{' '.join(words)} if {condition}: {' '.join(text)[:120]}\n" for words, text in rows)
    try:
        template = load_template(written(folder, GOOD + body))
    except SettingsError as error:
        assert all("text" in problem.key or "{" in problem.key for problem in error.problems), error
        return
    assert draw_job(JOB, 384, template).width == 384
