"""What is said about a dossier, a ticket and an old answer: one sentence for every state, in every language."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace

import pytest

from config.settings import Settings
from kiosk.catalogue import load_catalogue
from kiosk.model import Dossier, Fee, LookupResult, Model, MyTicket, Pay, Rating
from kiosk.samples.dossier import DETAILS, GROUPS, IN_SCAN, LATE, SIMPLE
from kiosk.samples.place import AT, TICKET
from kiosk.samples.world import FACE, ONE
from kiosk.stage import Stage, panel_of
from kiosk.tasks.rating import mark_of

SITE = {
    "services": [{"id": "civil-status", "letter": "A", "name": "Hộ tịch", "name_en": "Civil status"}],
    "counters": [{"id": 1, "services": ["civil-status"]}],
}
LINKS = {"zalo": "https://zalo.example.vn/xa", "feedback": "https://gop-y.example.vn"}


def stage_of(**more: object) -> Stage:
    os.environ.setdefault("SDL_VIDEODRIVER", "dummy")
    return Stage(Settings.model_validate({**SITE, **more}), load_catalogue(None), panel_of("1920x1080"))


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    yield stage_of()


def words(stage: Stage, model: Model, language: str = "vi") -> str:
    items = stage.place(replace(model, language=language))
    return "\n".join(getattr(each.widget, "text", "") for each in items).replace("\u00a0", " ").replace("**", "")


def targets(stage: Stage, model: Model) -> set[str]:
    return {each.id for each in stage.place(model) if each.id}


def details(dossier: Dossier) -> Model:
    return replace(
        IN_SCAN, screen="details", trail=("home", "scan", "status"), result=LookupResult("found", dossier, "08:40")
    )


NATIONAL = {
    1: "chờ tiếp nhận", 2: "Đã tiếp nhận", 3: "Không được tiếp nhận", 4: "Đang giải quyết", 5: "Cần bổ sung",
    6: "Cần nộp phí", 7: "Đã rút", 8: "Đã dừng", 9: "mời đến nhận", 10: "Đã trả kết quả",
}  # fmt: skip


@pytest.mark.parametrize(("status", "said"), NATIONAL.items())
def test_every_status_of_the_national_list_has_its_sentence(stage: Stage, status: int, said: str) -> None:
    model = details(replace(DETAILS, status=str(status), group="open"))
    assert said in words(stage, model)
    english = words(stage, model, "en")
    assert said not in english


def test_a_status_we_do_not_know_is_told_in_the_servers_words_or_the_groups(stage: Stage) -> None:
    strange = replace(DETAILS, status="17", group="open")
    assert "Đang giải quyết" in words(stage, details(strange))
    named = replace(strange, status_vi="Chờ ký duyệt", status_en="Waiting for a signature")
    assert "Chờ ký duyệt" in words(stage, details(named))
    assert "Waiting for a signature" in words(stage, details(named), "en")


@pytest.mark.parametrize("group", [*GROUPS, "come"])
def test_the_code_alone_says_what_to_do_and_nothing_of_the_person(stage: Stage, group: str) -> None:
    model = replace(IN_SCAN, screen="status", result=LookupResult("found", replace(SIMPLE, group=group), "08:40"))
    said = words(stage, model)
    assert "Hộ tịch" in said and "***" not in said and "khai sinh" not in said
    assert "go:factor" in targets(stage, model)


@pytest.mark.parametrize(
    ("day", "said"), [("2026-11-23", "hôm nay"), ("2026-11-24", "ngày mai"), ("2026-11-27", "còn 4 ngày")]
)
def test_an_appointment_is_a_day_of_the_week_and_how_far_off(stage: Stage, day: str, said: str) -> None:
    known = replace(SIMPLE, group="open", appointment=day)
    model = replace(IN_SCAN, screen="status", result=LookupResult("found", known, "08:40"))
    assert said in words(stage, model) and "Thứ" in words(stage, model)
    assert said not in words(stage, replace(model, face=None)), "no clock to believe: the date alone"


def test_late_is_an_apology_with_the_new_date(stage: Stage) -> None:
    said = words(stage, details(LATE))
    assert "xin lỗi" in said and "Thứ Sáu, 27/11/2026" in said and "quá hạn" not in said
    assert "sorry" in words(stage, details(LATE), "en")
    gone = replace(LATE, late_new=None, appointment="2026-11-20")
    assert "Xin lỗi" in words(stage, details(gone))
    assert "Xin lỗi" not in words(stage, replace(details(gone), face=None))


def test_money_is_never_beside_a_name_and_a_code_only_where_there_is_an_account() -> None:
    fee = replace(DETAILS, group="act", status="6", applicant="", fee=Fee(20000, "Lệ phí", "Fee"))
    model = replace(details(fee), pay=Pay(20000, "LP"))
    plain = stage_of()
    assert "20.000 đồng" in words(plain, model) and "go:pay" not in targets(plain, model)


def test_what_to_bring_is_told_in_the_readers_language(stage: Stage) -> None:
    assert "Giấy hẹn này và căn cước" in words(stage, details(DETAILS))
    assert "This receipt" in words(stage, details(DETAILS), "en")


@pytest.mark.parametrize(
    ("age_s", "yesterday", "said"),
    [
        (20, False, "lúc 09:40, chưa đầy một phút trước"),
        (60, False, "lúc 09:40, một phút trước"),
        (25 * 60, False, "lúc 09:40, 25 phút trước"),
        (3 * 3600, False, "lúc 09:40, khoảng 3 giờ trước"),
        (20 * 3600, True, "lúc 09:40 hôm qua, khoảng 20 giờ trước"),
    ],
)
def test_an_old_answer_tells_its_age(stage: Stage, age_s: int, yesterday: bool, said: str) -> None:
    result = LookupResult("offline", SIMPLE, "09:40", age_s=age_s, yesterday=yesterday)
    for face in (FACE, None):
        assert said in words(stage, replace(IN_SCAN, screen="offline", face=face, result=result))


@pytest.mark.parametrize(
    ("before", "said"), [(2, "Ông/bà là người thứ 3 trong hàng"), (0, "Ông/bà là người tiếp theo")]
)
def test_a_ticket_is_told_its_place(stage: Stage, before: int, said: str) -> None:
    model = replace(AT, mine=MyTicket("place", "found", replace(TICKET, before=before)))
    assert said in words(stage, model)


@pytest.mark.parametrize(
    "state",
    [
        "waiting",
        "called",
        "serving",
        "parked",
        "waiting_papers",
        "no_show",
        "done",
        "done_on_spot",
        "cancelled",
        "void",
    ],
)
def test_every_state_of_a_ticket_has_a_sentence(stage: Stage, state: str) -> None:
    ticket = replace(TICKET, state=state, counter=3, before=1 if state == "waiting" else None)
    for why in ("place", "rate"):
        model = replace(AT, mine=MyTicket(why, "found", ticket))  # type: ignore[arg-type]
        assert "A044" in words(stage, model) and "A044" in words(stage, model, "en")


def test_a_served_ticket_is_asked_once_how_it_was(stage: Stage) -> None:
    done = replace(AT, mine=MyTicket("place", "found", replace(TICKET, state="done", counter=3)))
    assert "ratethis" in targets(stage, done)
    assert "ratethis" not in targets(stage, replace(done, rated=(mark_of(TICKET.id),)))
    assert "Quầy 3" in words(stage, replace(ONE, screen="rate", rating=Rating(TICKET.id, 3)))


def test_the_result_handed_over_is_the_moment_to_ask(stage: Stage) -> None:
    assert "go:rate" in targets(stage, details(replace(DETAILS, status="10", group="closed")))


def test_help_shows_only_what_the_commune_has_set() -> None:
    bare, full = stage_of(), stage_of(site={"hotline": "0000 000 000"}, kiosk={"links": LINKS})
    model = replace(ONE, screen="help_links")
    assert "Zalo của xã" not in words(bare, model) and "Đường dây nóng" not in words(bare, model)
    assert not [each for each in bare.place(model) if each.kind == "code"]
    said = words(full, model)
    assert "Zalo của xã" in said and "0000 000 000" in said
    assert len([each for each in full.place(model) if each.kind == "code"]) == 2


def test_the_helpers_days_are_told() -> None:
    stage = stage_of(help_days=[{"weekdays": ["tue", "thu"], "from": "07:30", "to": "11:30"}])
    said = words(stage, replace(ONE, screen="help_hours"))
    assert "Thứ Ba, Thứ Năm" in said and "7:30–11:30" in said


def test_the_notice_names_the_law_and_what_is_kept(stage: Stage) -> None:
    said = words(stage, replace(ONE, screen="privacy")) + words(stage, replace(ONE, screen="privacy", page=1))
    for needed in ("91/2025/QH15", "356/2025/NĐ-CP", "Không ghi hình", "tự xóa", "Xã Đông Thạnh"):
        assert needed in said
