"""Who gets a number and who is told to come back: hours, last ticket, holidays, quota, closed day, kept numbers."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from config.settings import Counter, Printer, Queue, Service
from config.settings_hours import Holiday, Hours, Makeup, Week
from queue_display import day, engine
from queue_display.draft import Draft
from queue_display.model import EngineError, Now, Press
from queue_display.rules.calendar import Calendar, when_en, when_vi
from queue_display.rules.issuing import press_refused, standing, status
from queue_display.views import room_view, service_view
from queue_display.window import Window
from tests.unit.queue_display.room import START, Room

OFFICE = ["07:30-11:30", "13:00-17:00"]
WEEK = Week(**dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), OFFICE))
HOURS = Hours(
    week=WEEK,
    holidays=[Holiday(**{"from": date(2026, 11, 26), "to": date(2026, 11, 27), "name": "Ngày hội", "name_en": "Fair"})],
    makeup=[Makeup(day=date(2026, 11, 28), hours=["08:00-10:00"])],
)


def at(room: Room, day_of_november: int, clock: str, trust: str = "trusted") -> None:
    """Put the room's moment there."""
    hour, minute = map(int, clock.split(":"))
    wall = datetime(2026, 11, day_of_november, hour, minute, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
    seconds = (wall - room.moment.wall).total_seconds()
    room.moment = Now(wall, trust, room.moment.boot, room.moment.uptime + max(0.0, seconds))  # type: ignore[arg-type]


def refused(room: Room, service: str = "civil", **more: object) -> EngineError:
    with pytest.raises(EngineError) as raised:
        room.do(engine.issue, service, **more)
    assert raised.value.status == 409
    assert raised.value.vi and raised.value.en
    return raised.value


@pytest.mark.parametrize(
    ("when", "code", "opens_at"),
    [
        ((23, "07:14"), "closed", "2026-11-23T07:30+07:00"),
        ((23, "07:15"), None, None),  # people come before the doors open: numbers a quarter of an hour early
        ((23, "11:14"), None, None),
        ((23, "11:15"), "last_ticket", "2026-11-23T13:00+07:00"),
        ((23, "11:31"), "closed", "2026-11-23T13:00+07:00"),
        ((23, "12:45"), None, None),
        ((23, "16:45"), "last_ticket", "2026-11-24T07:30+07:00"),
        ((23, "20:00"), "closed", "2026-11-24T07:30+07:00"),
        ((25, "18:00"), "closed", "2026-11-28T08:00+07:00"),  # two holidays ahead, then a Saturday that is worked
        ((26, "09:00"), "holiday", "2026-11-28T08:00+07:00"),
        ((28, "09:00"), None, None),
        ((28, "09:50"), "last_ticket", "2026-11-30T07:30+07:00"),
        ((29, "09:00"), "closed", "2026-11-30T07:30+07:00"),
    ],
)
def test_numbers_are_issued_in_the_hours_only(when: tuple[int, str], code: str | None, opens_at: str | None) -> None:
    room = Room(hours=HOURS)
    at(room, *when)
    if code is None:
        assert room.do(engine.issue, "civil").number == "A001"
        return
    error = refused(room)
    assert (error.code, error.allowed) == (code, {"opens_at": opens_at})
    assert room.hall.totals["issued"] == 0


def test_a_refusal_says_when_to_come_back_as_people_say_it() -> None:
    room = Room(hours=HOURS)
    at(room, 23, "11:20")
    assert refused(room).vi == "Đã hết giờ lấy số của buổi này. Mời ông/bà quay lại lúc 13:00 hôm nay."
    at(room, 26, "09:00")
    error = refused(room)
    assert error.vi == "Hôm nay nghỉ: Ngày hội. Mời ông/bà quay lại lúc 8:00 thứ Bảy, 28/11."
    assert error.en == "Closed today: Fair. Please come back at 8:00 on Saturday 28 November."


def test_an_untrusted_clock_closes_nothing() -> None:
    room = Room(hours=HOURS)
    at(room, 29, "03:00", "untrusted")
    assert room.do(engine.issue, "civil").number == "A001"
    at(room, 29, "03:00", "holdover")
    assert refused(room).code == "closed", "a plausible clock is believed: a site without network has hours too"


def test_hours_can_be_told_and_not_enforced() -> None:
    room = Room(hours=HOURS.model_copy(update={"enforce": False}))
    at(room, 29, "03:00")
    assert room.do(engine.issue, "civil").number == "A001"


def test_a_site_without_hours_is_always_open() -> None:
    room = Room()
    at(room, 29, "03:00")
    assert room.do(engine.issue, "civil").number == "A001"
    assert room_view(room.hall, [], room.moment)["hours"] == {"today": [], "open_now": True, "next": None}


def test_a_service_has_own_hours_on_the_days_it_names() -> None:
    services = [
        Service(id="civil", letter="A", name="Hộ tịch", name_en="Civil status", hours=Week(sat=["07:30-11:30"])),
        Service(id="land", letter="B", name="Đất đai", name_en="Land", last_ticket_min=60),
    ]
    room = Room(hours=Hours(week=WEEK), services=services)
    at(room, 28, "09:00")  # a Saturday
    assert room.do(engine.issue, "civil").number == "A001"
    assert refused(room, "land").code == "closed"
    at(room, 30, "10:31")
    assert refused(room, "land").code == "last_ticket"
    assert room.do(engine.issue, "civil").number, "Monday as everybody"


def test_staff_may_issue_beyond_and_the_event_says_so() -> None:
    room = Room(hours=HOURS)
    at(room, 23, "17:10")
    refused(room)
    draft = Draft(room.hall, room.moment, "reception:desk")
    engine.issue(draft, "civil", beyond=True)
    name, data = draft.change.events[-1]
    assert (name, data["reason"], data["actor"]) == ("vn.motcua.ticket.issued", "beyond", "reception:desk")


def test_the_quota_ends_the_day_and_a_void_number_gives_its_place_back() -> None:
    services = [
        Service(id="civil", letter="A", name="Hộ tịch", name_en="Civil status", quota=2),
        Service(id="land", letter="B", name="Đất đai", name_en="Land"),
    ]
    room = Room(services=services, hours=HOURS)
    at(room, 23, "08:00")
    first = room.do(engine.issue, "civil")
    room.do(engine.issue, "civil")
    error = refused(room)
    assert (error.code, error.allowed) == ("quota", {"opens_at": "2026-11-24T07:30+07:00"})
    assert "đã phát đủ 2 số" in error.vi
    assert room.do(engine.issue, "land").number == "B001"
    room.do(engine.void, first.id)
    assert room.do(engine.issue, "civil").number == "A003", "the place is given back, the number is not"
    assert room.do(engine.issue, "civil", beyond=True).number == "A004"


def test_a_transferred_ticket_counts_for_the_service_it_was_taken_for() -> None:
    services = [
        Service(id="civil", letter="A", name="Hộ tịch", name_en="Civil status", quota=1),
        Service(id="land", letter="B", name="Đất đai", name_en="Land", quota=1),
    ]
    room = Room(services=services)
    room.do(engine.issue, "civil")
    room.do(engine.call_next, 1)
    room.do(engine.transfer, 1, to_service="land")
    assert room.do(engine.issue, "land").number == "B001"
    assert refused(room).code == "quota"


def test_a_press_outside_the_hours_is_committed_and_says_it_on_paper_once_a_minute() -> None:
    room = Room(hours=HOURS)
    at(room, 23, "18:00")
    error = refused(room)
    slips = 0
    for number in range(1, 31):
        draft = Draft(room.hall, room.moment, "bridge:b")
        told = press_refused(draft, Press("00000001", 1, number, 0), "civil", error)
        room.apply(draft.change)
        assert (told["code"], told["opens_at"]) == ("closed", "2026-11-24T07:30+07:00")
        assert room.hall.presses["00000001"] == (1, number), "the button stops asking"
        slips += len(draft.change.jobs)
        room.move(5)
    assert slips == 3, "150 seconds of pressing: three slips"
    slip = room.hall.jobs[1]
    assert slip.kind == "list" and slip.payload is not None
    assert slip.payload["lines"] == [error.vi, error.en]
    assert room.log.count("ticket.refused") == 3


def test_without_a_printer_there_is_no_slip() -> None:
    room = Room(hours=HOURS, printer=Printer())
    at(room, 23, "18:00")
    draft = Draft(room.hall, room.moment, "bridge:b")
    press_refused(draft, Press("00000001", 1, 1, 0), "civil", refused(room))
    assert draft.change.jobs == []


def test_the_snapshot_says_how_each_service_stands() -> None:
    services = [
        Service(id="civil", letter="A", name="Hộ tịch", name_en="Civil status", quota=2),
        Service(id="land", letter="B", name="Đất đai", name_en="Land", minutes=15),
    ]
    room = Room(services=services, hours=HOURS)
    at(room, 23, "08:00")
    window = Window(room.settings, room.hall)
    room.do(engine.issue, "civil", priority=True)
    shown = service_view(room.hall, window.turns, "civil", room.moment)
    assert (shown["status"]["code"], shown["left"], shown["waiting"], shown["waiting_priority"]) == ("open", 1, 1, 1)
    for _ in range(6):
        room.do(engine.issue, "land")
    land = service_view(room.hall, window.turns, "land", room.moment)
    assert land["left"] is None
    assert land["long_wait"] is True, "six people of a quarter of an hour at two counters"
    assert land["estimate"][0] >= 25
    at(room, 23, "11:20")
    assert service_view(room.hall, window.turns, "civil", room.moment)["status"]["opens_at"].endswith("13:00+07:00")


def test_nobody_there_to_call_is_said_but_does_not_close() -> None:
    from queue_display import posts

    room = Room()
    service = room.hall.services["civil"]
    room.do(posts.close_counter, 1)
    assert status(room.hall, service, room.moment).code == "open"
    room.do(posts.close_counter, 2)
    assert status(room.hall, service, room.moment).code == "no_counter"
    assert room.do(engine.issue, "civil").number == "A001"


def test_a_number_for_one_counter_is_called_there_alone() -> None:
    room = Room()
    ticket = room.do(engine.issue, "civil", for_counter=2)
    assert room.do(engine.call_next, 1) is None
    assert room.do(engine.call_next, 2).id == ticket.id


def test_a_closed_day_issues_nothing_until_it_is_opened() -> None:
    room = Room(hours=HOURS)
    at(room, 23, "16:00")
    room.do(engine.issue, "civil")
    room.do(day.close)
    error = refused(room)
    assert (error.code, error.allowed) == ("day_closed", {"opens_at": "2026-11-24T07:30+07:00"})
    assert refused(room, beyond=True).code == "day_closed"
    room.do(lambda draft: day.open_by_hand(draft, None))
    assert room.do(engine.issue, "civil").number == "A002", "numbers go on, none is given twice"


def test_a_number_somebody_kept_overnight_is_passed_over() -> None:
    room = Room(queue=Queue(carry_overnight=True))
    for _ in range(3):
        room.do(engine.issue, "civil")
    room.do(engine.call_next, 1)
    room.do(engine.start, 1)
    room.do(engine.done, 1)
    room.move(days=1)
    room.do(lambda draft: day.roll(draft, room.moment.wall.date()))
    assert [each.number for each in room.hall.tickets.values()] == ["A002", "A003"]
    assert [room.do(engine.issue, "civil").number for _ in range(3)] == ["A001", "A004", "A005"]
    order = [room.do(engine.call_next, 1).number for _ in range(5)]
    assert order == ["A002", "A003", "A001", "A004", "A005"], "who waited overnight goes first"


@pytest.mark.parametrize(
    ("hour", "days", "vi", "en"),
    [
        (13, 0, "13:00 hôm nay", "13:00 today"),
        (7, 1, "7:00 ngày mai", "7:00 tomorrow"),
        (7, 7, "7:00 thứ Hai, 30/11", "7:00 on Monday 30 November"),
        (8, 6, "8:00 Chủ nhật, 29/11", "8:00 on Sunday 29 November"),
    ],
)
def test_moments_as_people_say_them(hour: int, days: int, vi: str, en: str) -> None:
    moment = START.replace(day=START.day + days, hour=hour, minute=0)
    assert (when_vi(moment, START), when_en(moment, START)) == (vi, en)


def test_a_calendar_without_any_opening_ahead_says_so() -> None:
    calendar = Calendar(Hours(week=Week(mon=[])), [])
    moment = calendar.at(START)
    assert (moment.open, moment.opens) == (False, None)
    room = Room(hours=Hours(week=Week(mon=[])))
    found = standing(room.hall, room.hall.services["civil"], room.moment)
    assert found.vi == "Bây giờ ngoài giờ phát số. Mời ông/bà hỏi người hướng dẫn."


def test_one_officer_at_two_counters_and_one_service_at_two() -> None:
    room = Room(counters=[Counter(id=1, services=["civil", "land"]), Counter(id=2, services=["civil"])])
    for service in ("civil", "civil", "land"):
        room.do(engine.issue, service)
    assert room.do(engine.call_next, 1).number == "A001"
    assert room.do(engine.call_next, 2).number == "A002", "while the first one is still at the other counter"
    assert {number: post.ticket for number, post in room.hall.posts.items()} == {1: "20261123-A001", 2: "20261123-A002"}
