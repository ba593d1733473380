"""What the screen makes of the hub's snapshot."""

from __future__ import annotations

from typing import Any

from kiosk.locale import Words
from kiosk.model import Face, HelpDay
from kiosk.screens.moments import when
from kiosk.service import hub_view

FACE = Face(2026, 11, 23, 0, 8, 42)


def service(**more: Any) -> dict[str, Any]:
    given = {"id": "land", "letter": "B", "name": "Đất đai", "name_en": "Land", "waiting": 3, "estimate": [15, 25]}
    return {**given, "open": True, **more}


def test_a_hub_of_before_says_open_alone() -> None:
    line = hub_view({"services": [service()]}).services[0]
    assert (line.open, line.status, line.long_wait, line.estimate) == (True, "open", False, (15, 25))
    shut = hub_view({"services": [service(open=False)]}).services[0]
    assert (shut.open, shut.status) == (False, "closed")


def test_status_decides_and_no_counter_still_takes_numbers() -> None:
    def status(code: str) -> dict[str, Any]:
        return {"code": code, "vi": "…", "en": "…", "opens_at": "2026-11-24T07:30+07:00"}

    quota = hub_view({"services": [service(status=status("quota"), long_wait=True)]}).services[0]
    assert (quota.open, quota.status, quota.opens_at, quota.long_wait) == (
        False, "quota", "2026-11-24T07:30+07:00", True,
    )  # fmt: skip
    assert hub_view({"services": [service(open=False, status=status("no_counter"))]}).services[0].open


def test_message_and_helpers_of_today() -> None:
    day = {"from": "07:30", "to": "11:30", "who": "Đoàn", "who_en": "Union", "what": "viết giúp", "what_en": "forms"}
    view = hub_view({"broadcast": {"vi": "Mất điện.", "en": None, "until": "…"}, "help_days": [day]})
    assert view.message == ("Mất điện.", "")
    assert view.help_days == (HelpDay("07:30", "11:30", "Đoàn", "Union", "viết giúp", "forms"),)
    assert hub_view({"broadcast": None}).message is None


def test_a_moment_is_said_as_people_say_it() -> None:
    words = Words("vi")
    assert when(words, "2026-11-23T13:00+07:00", FACE) == "13:00 hôm nay"
    assert when(words, "2026-11-24T07:30+07:00", FACE) == "7:30 ngày mai, Thứ Ba"
    assert when(words, "2026-11-30T07:30:00+07:00", FACE) == "7:30 Thứ Hai, 30/11"
    assert when(words, "2026-11-23T13:00+07:00", None) == "13:00 Thứ Hai, 23/11"  # no date may be believed
    assert when(words, None, FACE) == ""
