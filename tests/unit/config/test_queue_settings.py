"""Hours, quotas and the rules of the queue in site.toml: every mistake is a sentence that helps."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from config.commands import SITES
from config.explain import explanations
from config.load import SettingsError, load_settings
from queue_display.rules.calendar import Calendar


def problems(tmp_path: Path, *changes: tuple[str, str]) -> list[str]:
    text = (SITES / "six-counters.toml").read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text, f"the ready site has no {old!r}"
        text = text.replace(old, new, 1)
    path = tmp_path / "site.toml"
    path.write_text(text, encoding="utf-8")
    try:
        load_settings(path, {})
    except SettingsError as error:
        return [str(each) for each in error.problems]
    return []


MONDAY = 'mon = ["07:30-11:30", "13:00-17:00"]'


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (MONDAY, 'mon = ["11:30-07:30"]', ["hours.week.mon", "11:30-07:30", "sau giờ bắt đầu"]),
        (MONDAY, 'mon = ["07:30-11:30", "11:00-17:00"]', ["hours.week.mon", "chồng", "overlap"]),
        (MONDAY, 'mon = ["7h30-11h30"]', ["hours.week.mon", "7h30-11h30"]),
        (MONDAY, 'mno = ["07:30-11:30"]', ["hours.week.mno", "mon?"]),
        (MONDAY, 'mon = ["07:30-07:40"]', ["hours.last_ticket_min", "15", "10"]),
        ('from = "2027-01-01"', 'from = "2027-01-05"', ["hours.holidays", "trước ngày đầu"]),
        ('from = "2027-04-30"', 'from = "2027-01-01"', ["hours.holidays", "chồng ngày"]),
        ('from = "2027-04-30"', 'form = "2027-04-30"', ["hours.holidays[2].form", "from?"]),
        ("makeup = []", 'makeup = [{ day = "2027-02-30", hours = ["07:30-11:30"] }]', ["hours.makeup", "2027-02-30"]),
        (
            "makeup = []",
            'makeup = [{ day = "2027-02-20", hours = ["07:30-09:30"] }, '
            '{ day = "2027-02-20", hours = ["13:00-15:00"] }]',
            ["hours.makeup[1].day", "hai lần"],
        ),
        ('weekdays = ["tue", "thu"]', 'weekdays = ["tue", "thur"]', ["help_days", "thur"]),
        ('weekdays = ["tue", "thu"]', "weekdays = []", ["help_days", "weekdays"]),
        ("minutes = 15\n", "minutes = 15\nquota = 1000\n", ["quota", "999"]),
        ("minutes = 15\n", "minutes = 15\nfirst = 1\nlast = 50\nquota = 60\n", ["quota", "60", "50"]),
        ('kind = "advice"', 'kind = "advise"', ["kind", "advice?"]),
        ("transfer_to = 2", "transfer_to = 1", ["transfer_to", "chính mình"]),
        ("[printer]", "[queue]\nreturn_place = 'earnt'\n[printer]", ["queue.return_place", "earned?"]),
        ("[printer]", "[queue]\nlongest_wait = 45\n[printer]", ["queue.longest_wait", "longest_wait_min?"]),
        ("[printer]", "[queue]\nauto_day_close = '25:00'\n[printer]", ["queue.auto_day_close", "25:00"]),
        ("[printer]", "[queue]\nnormals_between = 0\nlongest_wait_min = 300\n[printer]", ["longest_wait_min", "4 giờ"]),
        ("[printer]", "[appointments]\nafter_late = 'later'\n[printer]", ["appointments.after_late", "normal, refuse"]),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, old: str, new: str, words: list[str]) -> None:
    lines = problems(tmp_path, (old, new))
    assert lines, "the mistake was taken"
    for word in words:
        assert any(word in line for line in lines), f"{word!r} in {lines}"
    assert all("site.toml:" in line for line in lines), "each says its line"


def test_the_ready_sites_have_sensible_hours() -> None:
    zone = ZoneInfo("Asia/Ho_Chi_Minh")
    for name in ("one-pi", "two-counters", "six-counters", "mobile"):
        settings = load_settings(SITES / f"{name}.toml", {})
        calendar = Calendar(settings.hours, settings.services)
        monday, night = datetime(2026, 11, 23, 9, 0, tzinfo=zone), datetime(2026, 11, 23, 22, 0, tzinfo=zone)
        assert calendar.at(monday).open, name
        assert calendar.at(night).open == (name == "mobile"), name
        assert settings.hours.enforce


def test_residence_papers_on_saturday_morning_and_nothing_else() -> None:
    settings = load_settings(SITES / "six-counters.toml", {})
    saturday = datetime(2026, 11, 28, 9, 0, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
    calendar = Calendar(settings.hours, settings.services)
    assert [each.id for each in settings.services if calendar.at(saturday, each.id).open] == ["police"]


def test_tet_is_a_holiday() -> None:
    settings = load_settings(SITES / "two-counters.toml", {})
    moment = Calendar(settings.hours, settings.services).at(
        datetime(2027, 2, 8, 9, 0, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
    )
    assert moment.holiday is not None and moment.holiday.name == "Tết Nguyên đán"
    assert moment.opens is not None and moment.opens.isoformat() == "2027-02-12T07:30:00+07:00"


@pytest.mark.parametrize(
    "key",
    [
        "hours.enforce",
        "hours.week.sat",
        "hours.holidays.from",
        "hours.makeup.day",
        "services.quota",
        "services.hours",
        "services.last_ticket_min",
        "counters.kind",
        "queue.normals_between",
        "queue.no_show_after",
        "queue.return_place",
        "queue.auto_day_close",
        "appointments.after_late",
        "help_days.weekdays",
    ],
)
def test_every_rule_is_told_in_both_languages(key: str) -> None:
    lines = explanations()[key].splitlines()
    assert lines[0].startswith(key)
    assert len(lines) >= 4, "Vietnamese, English, type, default"
    assert "mặc định/default" in lines[-1] or "bắt buộc/required" in lines[-1]


def test_the_doctor_misses_the_holidays_of_next_year() -> None:
    from queue_display.doctor import hours

    settings = load_settings(SITES / "one-pi.toml", {})
    assert [each.level for each in hours(settings, date(2026, 11, 23))] == ["ok"]
    assert [each.level for each in hours(settings, date(2027, 10, 1))] == ["warn"]
    assert hours(settings, None) == [], "without a date nothing is said"
    assert hours(load_settings(SITES / "mobile.toml", {}), date(2027, 10, 1)) == []


def test_the_doctor_sees_hours_on_the_screen_that_nobody_works() -> None:
    from queue_display.doctor import hours

    settings = load_settings(SITES / "one-pi.toml", {})
    site = settings.site.model_copy(update={"hours": "8:00–12:00"})
    (found,) = hours(settings.model_copy(update={"site": site}), date(2026, 11, 23))
    assert (found.level, "8:00–12:00" in found.vi) == ("warn", True)
