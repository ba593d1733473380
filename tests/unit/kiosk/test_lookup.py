"""What the kiosk keeps and believes of the commune server's answers."""

from __future__ import annotations

import pytest

from kiosk.lookup import CACHE_ENTRIES, CACHE_S, Cache, parse_dossier
from kiosk.model import Dossier

CODE = "H38.12.25-261116-0003"
FULL = Dossier(
    CODE, "Hộ tịch", "Civil status", "come", "2026-11-20", True, applicant="N*** V*** A", bring=("Giấy hẹn",)
)


def test_the_cache_keeps_the_code_only_view_and_not_the_code() -> None:
    cache = Cache()
    cache.put(CODE, FULL, "09:40", now=10.0)
    kept = cache.get(CODE, now=20.0)
    assert kept == (Dossier(CODE, "Hộ tịch", "Civil status", "come", "2026-11-20"), "09:40")
    assert CODE not in repr(vars(cache)) and "N***" not in repr(vars(cache))


def test_the_cache_forgets_after_a_day_and_when_it_is_full() -> None:
    cache = Cache()
    cache.put(CODE, FULL, "09:40", now=10.0)
    assert cache.get(CODE, now=10.0 + CACHE_S + 1) is None
    for number in range(CACHE_ENTRIES + 5):
        cache.put(f"H38-260101-{number:04}", FULL, "09:40", now=20.0)
    assert cache.get("H38-260101-0000", now=21.0) is None
    assert cache.get(f"H38-260101-{CACHE_ENTRIES:04}", now=21.0) is not None


def test_two_processes_share_no_key() -> None:
    one, other = Cache(), Cache()
    one.put(CODE, FULL, "09:40", now=1.0)
    assert other._name(CODE) != one._name(CODE)


def test_details_are_taken_only_from_a_details_view() -> None:
    raw = {
        "field": "Hộ tịch",
        "group": "open",
        "appointment": None,
        "applicant": "N*** V*** A",
        "late": {"new_date": "x"},
    }
    plain = parse_dossier(CODE, raw, details=False)
    assert plain.applicant == "" and not plain.details
    whole = parse_dossier(CODE, {**raw, "counter": {"id": 1, "name": "Quầy 1"}, "steps": []}, details=True)
    assert whole.applicant == "N*** V*** A" and whole.counter == (1, "Quầy 1") and whole.late_new == "x"


@pytest.mark.parametrize("raw", [{}, {"field": "x", "group": "hacked"}, {"group": "open"}])
def test_an_answer_of_another_shape_is_refused(raw: dict[str, str]) -> None:
    with pytest.raises((KeyError, ValueError)):
        parse_dossier(CODE, raw, details=False)
