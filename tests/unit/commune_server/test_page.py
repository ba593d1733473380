"""The status page: Vietnamese numbers, one honest sentence, nothing a device sends becomes markup."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from commune_server.page import headline, number, percent, render
from commune_server.readings import Day, presence
from config.settings import ServerSettings

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
TOTALS = {"events": 1234, "dead_letters": 0, "quarantine": 0, "alarms": 0}


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [(9999, 10000, "99,9 %"), (1, 3, "33,3 %"), (2, 3, "66,6 %"), (5, 5, "100,0 %"), (0, 7, "0,0 %"), (0, 0, "–")],
)
def test_percentages_are_cut_not_rounded(part: int, whole: int, text: str) -> None:
    assert percent(part, whole) == text


def test_thousands_have_dots() -> None:
    assert [number(each) for each in (0, 999, 1000, 1234567)] == ["0", "999", "1.000", "1.234.567"]


def device(state: str = "online", behind: int = 0) -> dict[str, object]:
    return {"device": "h38/dong-thanh/edge-01", "state": state, "behind": behind, "watermark": 9,
            "last_seen": NOW.isoformat(), "version": "0.1.0"}  # fmt: skip


def test_the_sentence_says_what_is() -> None:
    assert headline([device()], TOTALS, True)[0] == "ok"
    assert headline([device()], TOTALS, False)[0] == "act"
    assert headline([device("stale")], TOTALS, True)[0] == "look"
    assert headline([device(behind=3)], TOTALS, True)[0] == "look"
    assert headline([], TOTALS, True)[0] == "look"
    assert headline([device()], TOTALS | {"quarantine": 1}, True)[0] == "act"


def test_a_silent_device_is_stale_whatever_the_broker_says() -> None:
    assert presence(True, NOW - timedelta(seconds=150), NOW) == "online"
    assert presence(True, NOW - timedelta(seconds=151), NOW) == "stale"
    assert presence(False, NOW, NOW) == "offline"


def test_nothing_a_device_sends_becomes_markup() -> None:
    evil = "<script>alert(1)</script>"
    events = [{"type": f"vn.motcua.{evil}", "time": evil, "seq": 1, "data": {"number": evil, "counter": evil}}]
    alarms = [{"code": evil, "device": evil, "at": evil, "text": evil}]
    text = render(
        ServerSettings(), NOW, [device() | {"version": evil}], Day({"ticket.issued": 4, "ticket.called": 3}),
        TOTALS, alarms, {"come": 3, "open": 1}, events, True,
    )  # fmt: skip
    assert evil not in text and "&lt;script&gt;" in text
    assert "75,0 %" in text and ">3<small>" in text, "n stands beside every percentage"
    assert "style=" not in text, "the page's policy allows no inline style"
