"""What the kiosk keeps and believes of the commune server's answers."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from kiosk.lookup import CACHE_ENTRIES, CACHE_S, PAUSE_S, TRIES, Cache, Guesses, Kept, last_known, parse_dossier
from kiosk.model import Dossier, Fee

CODE = "H38.12.25-261116-0003"
FULL = Dossier(
    CODE, "Hộ tịch", "Civil status", "come", "2026-11-20", True, applicant="N*** V*** A", bring=("Giấy hẹn",)
)
AT = datetime(2026, 11, 23, 9, 40, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
PLAIN = Dossier(CODE, "Hộ tịch", "Civil status", "come", "2026-11-20")


def test_the_cache_keeps_the_code_only_view_and_not_the_code() -> None:
    cache = Cache()
    cache.put(CODE, FULL, AT, now=10.0)
    kept = cache.get(CODE, now=20.0)
    assert kept == Kept(PLAIN, AT, 10.0)
    assert CODE not in repr(vars(cache)) and "N***" not in repr(vars(cache))


def test_the_cache_forgets_after_a_day_when_it_is_full_and_what_the_server_forgot() -> None:
    cache = Cache()
    cache.put(CODE, FULL, AT, now=10.0)
    assert cache.get(CODE, now=10.0 + CACHE_S + 1) is None
    for number in range(CACHE_ENTRIES + 5):
        cache.put(f"H38-260101-{number:04}", FULL, AT, now=20.0)
    assert cache.get("H38-260101-0000", now=21.0) is None
    assert cache.get(f"H38-260101-{CACHE_ENTRIES:04}", now=21.0) is not None
    cache.drop(f"H38-260101-{CACHE_ENTRIES:04}")
    assert cache.get(f"H38-260101-{CACHE_ENTRIES:04}", now=21.0) is None


def test_two_processes_share_no_key() -> None:
    assert Cache().name(CODE) != Cache().name(CODE)


@pytest.mark.parametrize(
    ("age_s", "yesterday"),
    [(0.0, False), (25 * 60, False), (14 * 3600, False), (14 * 3600 + 1200, True), (86400, True)],
)
def test_an_old_answer_tells_its_age_without_a_wall_clock(age_s: float, yesterday: bool) -> None:
    said = last_known(Kept(PLAIN, AT, 1000.0), 1000.0 + age_s)
    assert (said.kind, said.dossier, said.as_of) == ("offline", PLAIN, "09:40")
    assert (said.age_s, said.yesterday) == (round(age_s), yesterday)


def test_wrong_factors_are_counted_for_each_code_and_forgiven_by_the_right_one() -> None:
    guesses = Guesses()
    for _ in range(TRIES - 1):
        guesses.missed(b"one", 10.0)
    assert guesses.wait_s(b"one", 10.0) == 0
    guesses.fitted(b"one")
    for _ in range(TRIES):
        guesses.missed(b"one", 20.0)
    assert guesses.wait_s(b"one", 21.0) == PAUSE_S
    assert guesses.wait_s(b"other", 21.0) == 0
    assert guesses.wait_s(b"one", 20.0 + PAUSE_S) == 0
    guesses.missed(b"one", 20.0 + PAUSE_S)
    assert guesses.wait_s(b"one", 20.0 + PAUSE_S) == 0, "after the pause counting begins anew"


def test_details_are_taken_only_from_a_details_view() -> None:
    raw = {
        "field": "Hộ tịch",
        "group": "open",
        "appointment": None,
        "applicant": "N*** V*** A",
        "late": {"new_date": "2026-11-27"},
        "fee": {"amount": 20000, "what": "Lệ phí đăng ký thường trú", "what_en": "Residence fee"},
        "bring": ["Giấy hẹn"],
        "bring_en": ["Your receipt"],
    }
    plain = parse_dossier(CODE, raw, details=False)
    assert plain.applicant == "" and not plain.details
    whole = parse_dossier(CODE, {**raw, "counter": {"id": 1, "name": "Quầy 1"}, "steps": []}, details=True)
    assert whole.applicant == "N*** V*** A" and whole.counter == (1, "Quầy 1") and whole.late_new == "2026-11-27"
    assert whole.fee == Fee(20000, "Lệ phí đăng ký thường trú", "Residence fee") and plain.fee is None
    assert whole.bring_en == ("Your receipt",)


@pytest.mark.parametrize(
    "raw",
    [
        {},
        {"field": "x", "group": "hacked"},
        {"group": "open"},
        {"field": "x", "group": "open", "appointment": "soon"},
        {"field": "x", "group": "open", "appointment": 7},
        {"field": "x", "group": "open", "fee": {"amount": -5, "what": "x"}},
        {"field": "x", "group": "open", "fee": {"amount": "20.000", "what": "x"}},
        {"field": "x", "group": "open", "counter": {"id": "one", "name": "x"}},
        {"field": "x", "group": "open", "late": {"new_date": "tomorrow"}},
        {"field": "x", "group": "open", "steps": [{"name": "x", "at": "31/12", "done": True}]},
    ],
)
def test_an_answer_of_another_shape_is_refused_here_and_not_when_it_is_drawn(raw: dict[str, object]) -> None:
    with pytest.raises((KeyError, ValueError, TypeError)):
        parse_dossier(CODE, raw, details=True)
