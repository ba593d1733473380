"""The playlist between calls: the hour shows what was asked of it, no more, no less, and only when allowed."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from config.settings import PlaylistItem
from config.settings_base import minutes_of, within
from config.settings_hours import Hours
from config.settings_playlist import WEEKDAYS, overbooked
from queue_display.playlist import HOUR_S, Player, Showing, programme, team_on, working_days

FRIDAY = date(2026, 11, 20)
VN = timezone(timedelta(hours=7))


def item(id: str, **more: Any) -> PlaylistItem:
    return PlaylistItem.model_validate({"id": id, "vi": f"Nội dung {id}"} | more)


def always(day: date) -> bool:
    return True


def weekdays_only(day: date) -> bool:
    return day.weekday() < 5


def of_hour(showings: tuple[Showing, ...], hour: int) -> list[Showing]:
    return [each for each in showings if hour * HOUR_S <= each.start < (hour + 1) * HOUR_S]


QUARTERS = [f"{minute // 60:02d}:{minute % 60:02d}" for minute in range(0, 1440, 15)]


@st.composite
def intervals(draw: st.DrawFn) -> list[str]:
    out = []
    for _ in range(draw(st.integers(0, 2))):
        begin, end = draw(st.lists(st.sampled_from(QUARTERS), min_size=2, max_size=2, unique=True))
        out.append(f"{begin}-{end}")
    return out


@st.composite
def playlists(draw: st.DrawFn) -> list[PlaylistItem]:
    made = []
    for number in range(draw(st.integers(1, 6))):
        seconds = draw(st.integers(5, 60))
        what = draw(st.sampled_from(["showings", "minutes", "fills"]))
        asked: dict[str, Any] = {}
        if what == "showings":
            asked = {"showings": draw(st.integers(1, 600 // seconds))}
        elif what == "minutes":
            asked = {"minutes": draw(st.integers(1, 10))}
        weekdays = draw(st.lists(st.sampled_from(WEEKDAYS), max_size=3, unique=True))
        made.append(item(f"i{number}", seconds=seconds, weekdays=weekdays, hours=draw(intervals()), **asked))
    return made


DAYS = st.dates(date(2026, 1, 1), date(2027, 12, 31))


@given(playlists(), DAYS)
@settings(max_examples=40, deadline=None)
def test_every_hour_shows_what_was_asked_and_nothing_stands_over_another(items: list[PlaylistItem], day: date) -> None:
    made = programme(items, day, always)
    assert all(0 <= each.start < each.end <= 24 * HOUR_S for each in made)
    for before, after in zip(made, made[1:], strict=False):
        assert before.end <= after.start + 1e-6
    by_hour: dict[int, list[Showing]] = {hour: [] for hour in range(24)}
    for one in made:
        by_hour[int(one.start // HOUR_S)].append(one)
    for hour, shown in by_hour.items():
        for each in items:
            mine = [s for s in shown if s.item.id == each.id]
            if each.weekdays and WEEKDAYS[day.weekday()] not in each.weekdays:
                assert not mine
                continue
            whole = all(not each.hours or within(each.hours, hour * 60 + at) for at in range(0, 60, 15))
            if whole and each.showings:
                assert len(mine) == each.showings
                assert all(s.end - s.start == pytest.approx(each.seconds) for s in mine)
            if whole and each.minutes:
                assert sum(s.end - s.start for s in mine) == pytest.approx(each.minutes * 60)


@given(playlists(), DAYS)
@settings(max_examples=40, deadline=None)
def test_nothing_stands_outside_its_hours(items: list[PlaylistItem], day: date) -> None:
    for each in programme(items, day, always):
        if each.item.hours:
            spans = [span for interval in each.item.hours for span in minutes_of(interval)]
            assert any(b * 60 - 1e-6 <= each.start and each.end <= e * 60 + 1e-6 for b, e in _joined(spans))


def _joined(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    out: list[tuple[int, int]] = []
    for begin, end in sorted(spans):
        if out and begin <= out[-1][1]:
            out[-1] = (out[-1][0], max(end, out[-1][1]))
        else:
            out.append((begin, end))
    return out


@given(playlists(), DAYS)
@settings(max_examples=12, deadline=None)
def test_no_item_is_starved(items: list[PlaylistItem], first: date) -> None:
    """Within two weeks every item whose hours leave it time is seen."""
    programmes = [programme(items, first + timedelta(days=each), always) for each in range(14)]
    seen = {each.item.id for made in programmes for each in made}
    for each in items:
        if each.asked_s or not each.hours:
            assert each.id in seen


@given(st.integers(2, 12), st.integers(0, 6))
@settings(max_examples=15, deadline=None)
def test_items_that_share_one_place_a_week_all_get_their_week(count: int, weekday: int) -> None:
    """Resonance: seven notices with one free place on Fridays only must not show the same notice every Friday."""
    only = {"weekdays": [WEEKDAYS[weekday]], "hours": ["08:00-08:15"], "seconds": 600}
    items = [item(f"i{number}", **only) for number in range(count)]
    first = date(2026, 1, 5) + timedelta(days=weekday)
    seen = [
        each.item.id for week in range(count) for each in programme(items, first + timedelta(days=7 * week), always)
    ]
    assert sorted(set(seen)) == sorted(each.id for each in items)


def test_asked_for_more_than_an_hour_showings_become_shorter_not_fewer() -> None:
    items = [item("a", showings=30, seconds=100), item("b", showings=20, seconds=100)]
    shown = of_hour(programme(items, FRIDAY, always), 9)
    assert Counter(each.item.id for each in shown) == {"a": 30, "b": 20}
    assert shown[-1].end <= 10 * HOUR_S + 1e-6
    assert overbooked(items) == ("mon", 0, 83.3)
    assert overbooked(items[:1]) is None
    apart = [item("a", minutes=40, to="2026-11-30"), item("b", minutes=40, **{"from": "2026-12-01"})]
    assert overbooked(apart) is None
    assert overbooked([*apart, item("c", minutes=30, hours=["08:00-08:30"])]) is None, "15 of its 30 minutes fall in it"
    assert overbooked([*apart, item("c", minutes=30, hours=["08:00-09:00"])]) == ("mon", 8, 70)


def test_part_of_an_hour_gets_its_part() -> None:
    items = [item("a", showings=10, seconds=20, hours=["07:30-11:30"]), item("b", minutes=10, hours=["07:30-11:30"])]
    made = programme(items, FRIDAY, always)
    assert Counter(each.item.id for each in of_hour(made, 7))["a"] == 5
    assert sum(each.end - each.start for each in of_hour(made, 7) if each.item.id == "b") == pytest.approx(300)
    assert not of_hour(made, 12)
    gaps = [b.start - a.end for a, b in zip(of_hour(made, 8), of_hour(made, 8)[1:], strict=False)]
    assert max(gaps) < 300, "spread over the hour, not all at once"


def test_teams_take_turns_on_fridays_and_a_holiday_costs_nobody_a_turn() -> None:
    hours = Hours.model_validate(
        {
            "holidays": [{"from": "2026-11-27", "to": "2026-11-27", "name": "Nghỉ"}],
            "makeup": [{"day": "2026-11-28", "hours": ["07:30-11:30"]}],
        }
    )
    teams = {"vi": "Thứ Sáu: {team} tiếp nhận tại nhà văn hóa", "teams": ["Tổ 1", "Tổ 2", "Tổ 3"], "weekdays": ["fri"]}
    fridays = item("f", kind="team", days="working", **{"from": "2026-11-20"}, **teams)
    working = working_days(hours)
    turns = [(day, team_on(fridays, day, working)) for day in (FRIDAY + timedelta(days=7 * w) for w in range(5))]
    assert [team for _, team in turns] == ["Tổ 1", "Tổ 2", "Tổ 2", "Tổ 3", "Tổ 1"]  # the 27th is no day of theirs
    assert not programme([fridays], date(2026, 11, 27), working)
    assert not programme([fridays], date(2026, 11, 13), working), "before its first day"
    player = Player([fridays], "matrix", working)
    shown = player.at(datetime(2026, 12, 4, 9, 0, tzinfo=VN))
    assert shown is not None
    assert shown.vi == "Thứ Sáu: Tổ 2 tiếp nhận tại nhà văn hóa"


def test_working_days_know_holidays_and_make_up_days() -> None:
    hours = Hours.model_validate(
        {
            "week": {"mon": ["07:30-11:30"], "sat": ["07:30-11:30"], "sun": []},
            "holidays": [{"from": "2027-02-05", "to": "2027-02-11"}],
            "makeup": [{"day": "2027-02-07", "hours": ["07:30-11:30"]}],
        }
    )
    working = working_days(hours)
    assert working(date(2026, 11, 23))
    assert working(date(2026, 11, 21))
    assert not working(date(2026, 11, 22))
    assert not working(date(2026, 11, 24)), "named days only, where any is named"
    assert not working(date(2027, 2, 8))
    assert working(date(2027, 2, 7))
    monday_to_friday = working_days(Hours())
    assert [monday_to_friday(FRIDAY + timedelta(days=each)) for each in range(4)] == [True, False, False, True]


def test_a_player_says_what_stands_and_until_when() -> None:
    player = Player([item("a", showings=4, seconds=30), item("tv", where=["tv"])], "matrix", always)
    now = datetime(2026, 11, 20, 8, 0, tzinfo=VN)
    seen = [player.at(now + timedelta(seconds=each)) for each in range(3600)]
    assert sum(each is not None for each in seen) == pytest.approx(120, abs=4)
    first = next(each for each in seen if each)
    assert first.seconds == pytest.approx(30)
    assert player.at(first.until) is None
    assert player.this_hour(now) == [{"id": "a", "kind": "notice", "vi": "Nội dung a", "en": ""}]


def test_while_the_clock_is_not_trusted_only_timeless_items_stand() -> None:
    player = Player([item("a", hours=["00:00-24:00"]), item("b"), item("c", days="working")], "tv", always)
    now = datetime(1970, 1, 1, 9, 0, tzinfo=VN)
    assert {each["id"] for each in player.this_hour(now, trusted=False)} == {"b"}
    assert {each["id"] for each in player.this_hour(now)} == {"a", "b", "c"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"minutes": 5, "showings": 2},
        {"showings": 120, "seconds": 60},
        {"teams": ["Tổ 1"]},
        {"vi": "{team} trực"},
        {"from": "2026-12-01", "to": "2026-11-01"},
        {"hours": ["7:30-11:30"]},
        {"hours": ["08:00-08:00"]},
        {"weekdays": ["friday"]},
    ],
)
def test_what_makes_no_sense_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        item("a", **wrong)
