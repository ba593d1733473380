"""Days begun, closed and carried; appointments; what an hour comes to. Through the desk where the ledger matters."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from config.clock import FakeClock
from config.settings import Appointments, HelpDay, Queue, Service
from config.settings_hours import Hours, Week
from queue_display import day, engine, sums
from queue_display.appointments_file import BadList, read_list
from queue_display.desk import Asked, Desk
from queue_display.draft import Draft
from queue_display.model import Appointment, EngineError, Press, Sample
from queue_display.rules import booking, room, visits
from queue_display.stats import Turns, estimate, expected_wait
from queue_display.views import room_view
from tests.unit.queue_display.room import START, Room, settings

OFFICE = Hours(week=Week(**dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), ["07:30-11:30", "13:00-17:00"])))


class Site:
    """A desk on a ledger of its own, with a clock that can be moved."""

    def __init__(self, folder: Path, **more: Any) -> None:
        self.clock = FakeClock()
        hub = {"socket": str(folder / "hub.sock"), "ledger": str(folder / "ledger.db")}
        self.settings = settings(hub=hub, **more)
        self.desk = Desk(self.settings, self.clock, "0f0f0f0f-0000")
        self.keys = 0

    def again(self) -> None:
        self.desk.close()
        self.desk = Desk(self.settings, self.clock, "0f0f0f0f-0000")

    def do(self, rule: Any, *args: Any, **kwargs: Any) -> Any:
        self.keys += 1
        found: list[Any] = []
        asked = Asked("supervisor:test", f"key-{self.keys:05d}", str(self.keys))
        self.desk.run(asked, lambda draft: found.append(rule(draft, *args, **kwargs)) or {})  # type: ignore[func-returns-value]
        return found[0]

    def events(self, name: str) -> list[dict[str, Any]]:
        found = [json.loads(body) for _, _, body in self.desk.ledger.read(0, 10_000)]
        return [each["data"] for each in found if each["type"] == f"vn.motcua.{name}"]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    made = Site(tmp_path)
    yield made
    made.desk.close()


def refusal(act: Any) -> EngineError:
    with pytest.raises(EngineError) as raised:
        act()
    return raised.value


# -- days --------------------------------------------------------------------------------------------------------------


def test_a_closed_day_ends_what_is_open_and_outlives_a_restart(site: Site) -> None:
    for _ in range(4):
        site.do(engine.issue, "civil")
    site.do(engine.call_next, 1)
    site.do(engine.call_next, 2)
    site.do(engine.start, 2)
    assert site.do(day.close) == 4
    totals = site.desk.hall.totals
    assert (totals["cancelled"], totals["no_show"], totals["done"], totals["waiting"]) == (2, 1, 1, 0)
    assert site.desk.hall.jobs == {}, "nobody prints for a day that is over"
    site.again()
    assert site.desk.snapshot("public")["day_closed"] is True
    assert refusal(lambda: site.do(engine.issue, "civil")).code == "day_closed"
    site.clock.advance(86400)
    assert site.do(engine.issue, "civil").number == "A001", "the next morning is open"


def test_closed_with_carry_everybody_keeps_the_number(site: Site) -> None:
    for _ in range(3):
        site.do(engine.issue, "civil")
    site.do(engine.call_next, 1)
    site.do(lambda draft: day.close(draft, carry=True))
    assert [each.state for each in site.desk.hall.tickets.values()] == ["waiting"] * 3
    assert site.desk.hall.posts[1].ticket is None
    site.clock.advance(86400)
    site.desk.tick()
    assert site.desk.hall.service_day == date(2026, 11, 24)
    assert site.do(engine.call_next, 1).id == "20261123-A001"
    site.again()
    assert [each.number for each in site.desk.hall.tickets.values()] == ["A001", "A002", "A003"]
    assert site.do(engine.issue, "civil").number == "A004"


def test_one_ticket_is_kept_where_the_others_end(site: Site) -> None:
    kept = site.do(engine.issue, "civil")
    site.do(engine.issue, "civil")
    site.do(visits.carry, kept.id)
    site.clock.advance(86400)
    site.desk.tick()
    assert [each.id for each in site.desk.hall.tickets.values()] == [kept.id]
    assert site.do(engine.issue, "civil").number == "A002", "A001 is in somebody's hand"
    assert [each["carried"] for each in site.events("day.rolled")] == [1]


def test_a_day_that_closes_by_itself_leaves_who_is_served(tmp_path: Path) -> None:
    site = Site(tmp_path, queue=Queue(auto_day_close="17:30"))
    try:
        for _ in range(3):
            site.do(engine.issue, "civil")
        site.do(engine.call_next, 1)
        site.clock.advance(10 * 3600 - 60)
        site.desk.tick()
        assert not site.desk.hall.notes.day_closed
        site.clock.advance(120)
        site.desk.tick()
        assert site.desk.hall.notes.day_closed
        assert [each.state for each in site.desk.hall.tickets.values()] == ["called", "cancelled", "cancelled"]
        assert site.do(engine.done, 1).state == "done"
        site.do(lambda draft: day.open_by_hand(draft, None))
        site.desk.tick()
        assert not site.desk.hall.notes.day_closed, "opened by hand it stays open"
    finally:
        site.desk.close()


def test_without_a_true_clock_for_days_staff_begin_a_new_day(site: Site) -> None:
    site.clock.trusted = "untrusted"
    site.do(engine.issue, "civil")
    site.clock.advance(86400)
    assert site.do(engine.issue, "civil").number == "A002", "no day begins by itself"
    assert site.do(lambda draft: day.open_by_hand(draft, date(2026, 11, 24))) == date(2026, 11, 24)
    ticket = site.do(engine.issue, "civil")
    assert (ticket.number, ticket.id) == ("A001", "20261124-A001")
    assert refusal(lambda: site.do(lambda d: day.open_by_hand(d, date(2026, 11, 20)))).code == "bad_day"
    assert refusal(lambda: site.do(lambda d: day.open_by_hand(d, date(2062, 11, 25)))).code == "bad_day"
    site.clock.trusted = "trusted"
    site.desk.tick()
    assert site.do(engine.issue, "civil").number == "A002", "the clock came to the same day: nothing begins anew"


def test_a_true_clock_lets_nobody_choose_the_day(site: Site) -> None:
    error = refusal(lambda: site.do(lambda d: day.open_by_hand(d, date(2026, 11, 30))))
    assert (error.code, error.allowed) == ("clock_knows", "2026-11-23")


def test_a_new_machine_at_1970_takes_the_day_from_staff(tmp_path: Path) -> None:
    clock = FakeClock(now=START.replace(year=1970), trusted="untrusted")
    hub = {"socket": str(tmp_path / "hub.sock"), "ledger": str(tmp_path / "ledger.db")}
    desk = Desk(settings(hub=hub), clock, "0f0f0f0f-0000")
    try:
        asked = Asked("technician:cli", "key-open-1", "1")
        desk.run(asked, lambda d: {"day": day.open_by_hand(d, date(2026, 11, 23)).isoformat()})
        answer = json.loads(desk.press("bridge:b", Press("00000001", 1, 1, 0), "civil"))
        assert answer["ticket"]["id"] == "20261123-A001"
    finally:
        desk.close()


# -- appointments ------------------------------------------------------------------------------------------------------


def booked(room_: Room, *rows: tuple[str, str, str], **more: Any) -> Any:
    items = [Appointment(code, service, f"2026-11-23T{at}+07:00") for code, service, at in rows]
    return room_.do(booking.take_list, items, **more)


def test_who_is_on_time_goes_before_ordinary_ones() -> None:
    room_ = Room(queue=Queue(normals_between=2))
    booked(room_, ("AB12", "civil", "07:40"), ("CD34", "civil", "09:00"))
    for _ in range(3):
        room_.do(engine.issue, "civil")
    ticket = room_.do(booking.check_in, "AB12")
    assert (ticket.appointment, ticket.priority) == (True, False), "an appointment is not a priority group"
    assert room_.do(engine.call_next, 1).id == ticket.id
    with pytest.raises(EngineError) as again:
        room_.do(booking.check_in, "AB12")
    assert (again.value.code, again.value.allowed) == ("used", {"ticket": ticket.id})


def test_who_is_early_is_told_when() -> None:
    room_ = Room()
    booked(room_, ("AB12", "civil", "09:00"))
    with pytest.raises(EngineError) as early:
        room_.do(booking.check_in, "AB12")
    assert (early.value.code, early.value.allowed) == ("early", {"opens_at": "2026-11-23T08:45+07:00"})
    assert "9:00 hôm nay" in early.value.vi
    room_.move(75 * 60)
    assert room_.do(booking.check_in, "AB12").appointment


@pytest.mark.parametrize("after_late", ["normal", "refuse"])
def test_who_is_late_is_ordinary_or_refused(after_late: Any) -> None:
    room_ = Room(appointments=Appointments(after_late=after_late))
    booked(room_, ("AB12", "civil", "07:35"))
    room_.move(21 * 60)
    if after_late == "refuse":
        with pytest.raises(EngineError) as late:
            room_.do(booking.check_in, "AB12")
        assert late.value.code == "late"
    else:
        assert room_.do(booking.check_in, "AB12").appointment is False


def test_an_untrusted_clock_calls_nobody_early_or_late() -> None:
    room_ = Room()
    booked(room_, ("AB12", "civil", "16:00"))
    room_.move(trust="untrusted")
    assert room_.do(booking.check_in, "AB12").appointment


def test_by_slot_where_the_code_is_at_home() -> None:
    room_ = Room()
    booked(room_, ("AB12", "civil", "07:40"), ("CD34", "civil", "07:40"))
    first = room_.do(booking.check_in_slot, "civil", "2026-11-23T07:40+07:00")
    second = room_.do(booking.check_in_slot, "civil", "2026-11-23T07:40+07:00")
    assert [room_.hall.appointments[code].ticket for code in ("AB12", "CD34")] == [first.id, second.id]
    with pytest.raises(EngineError) as none_left:
        room_.do(booking.check_in_slot, "civil", "2026-11-23T07:40+07:00")
    assert none_left.value.status == 404


def test_a_list_replaces_what_is_not_on_it_but_never_who_has_come() -> None:
    room_ = Room()
    booked(room_, ("AAAA", "civil", "07:40"), ("BBBB", "land", "09:00"))
    room_.do(booking.check_in, "AAAA")
    counts = booked(room_, ("AAAA", "civil", "10:00"), ("CCCC", "land", "09:30"), replace_all=True)
    assert counts == {"added": 1, "changed": 0, "dropped": 1, "kept": 1, "past": 0}
    assert sorted(room_.hall.appointments) == ["AAAA", "CCCC"]


def test_a_prechecked_visit_is_marked(site: Site) -> None:
    site.do(booking.take_list, [Appointment("AB12", "civil", "2026-11-23T07:30+07:00", prechecked=True)])
    assert site.do(booking.check_in, "AB12").as_json()["prechecked"] is True
    site.again()
    assert site.desk.hall.appointments["AB12"].ticket == "20261123-A001"


def test_a_service_without_appointments_takes_none() -> None:
    services = [
        Service(id="civil", letter="A", name="Hộ tịch", name_en="Civil status", appointments=False),
        Service(id="land", letter="B", name="Đất đai", name_en="Land"),
    ]
    room_ = Room(services=services)
    with pytest.raises(EngineError) as raised:
        booked(room_, ("AB12", "civil", "09:00"))
    assert raised.value.code == "no_appointments"


def test_a_list_as_a_file() -> None:
    zone = START.tzinfo
    for text in (
        "code,service,at,prechecked\nab12,civil,2026-11-23T09:00,x\n",
        "\ufeffcode;service;at;prechecked\nAB12;civil;2026-11-23 09:00;1\n",
        '[{"code": "AB12", "service": "civil", "at": "2026-11-23T02:00:00+00:00", "prechecked": true}]',
    ):
        assert read_list(text.encode(), zone) == [Appointment("AB12", "civil", "2026-11-23T09:00+07:00", True)]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("code,service,at,name\nAB12,civil,2026-11-23T09:00,Nguyễn Văn A\n", "'name'"),
        ("code,service,at\nA B,civil,2026-11-23T09:00\n", "4–8"),
        ("code,service,at\nAB12,civil,9 giờ\n", "2026-11-23T09:00"),
        ("code,service,at\nAB12,,2026-11-23T09:00\n", "service"),
        ("[1]", "code"),
        ("{", "JSON"),
    ],
)
def test_a_list_with_names_or_nonsense_is_refused(text: str, word: str) -> None:
    with pytest.raises(BadList) as raised:
        read_list(text.encode(), START.tzinfo)
    assert word in str(raised.value)


def test_the_file_of_the_settings_is_read_again_when_it_changes(tmp_path: Path) -> None:
    path = tmp_path / "hen.csv"
    site = Site(tmp_path, appointments=Appointments(file=str(path)))
    try:
        site.desk.tick()
        assert "appointments_file" in site.desk.window.notices.codes()
        path.write_text("code,service,at\nAB12,civil,2026-11-23T09:00\n", encoding="utf-8")
        site.desk.tick()
        assert list(site.desk.hall.appointments) == ["AB12"]
        assert "appointments_file" not in site.desk.window.notices.codes()
        path.write_text("code,service,at\nCD34,civil,2026-11-23T09:30\nEF56,land,2026-11-23T10:00\n", encoding="utf-8")
        site.desk.tick()
        assert sorted(site.desk.hall.appointments) == ["CD34", "EF56"]
    finally:
        site.desk.close()


# -- sums and estimates ------------------------------------------------------------------------------------------------


def a_morning(site: Site) -> None:
    """Five people of civil status, three minutes each, called at once and a minute on the way."""
    for _ in range(5):
        site.do(engine.issue, "civil")
    for _ in range(5):
        site.do(engine.call_next, 1)
        site.clock.advance(60)
        site.do(engine.start, 1)
        site.clock.advance(180)
        site.do(engine.done, 1)


def rows(site: Site) -> dict[tuple[int, str | None, int | None], dict[str, Any]]:
    found = site.desk.upkeep.day_rows(site.desk.hall.service_day, site.desk.now())
    return {(each["hour"], each["service"], each["counter"]): each for each in found}


def test_an_hour_in_sums(site: Site) -> None:
    site.clock.advance(30 * 60)
    a_morning(site)
    row = rows(site)[8, "civil", None]
    assert row["issued"] == 5
    assert row["waiting"] == {"n": 5, "sum_s": 2400.0, "median_s": 480.0, "p90_s": 960.0}
    assert row["arrival"] == {"n": 5, "sum_s": 300.0, "median_s": 60.0, "p90_s": 60.0}
    assert row["serving"] == {"n": 5, "sum_s": 900.0, "median_s": 180.0, "p90_s": 180.0}
    assert rows(site)[8, "civil", 1]["serving"]["n"] == 5


def test_idle_is_the_time_between_two_people(site: Site) -> None:
    a_morning(site)
    site.clock.advance(300)
    site.do(engine.issue, "civil")
    site.do(engine.call_next, 1)
    idle = rows(site)[7, None, 1]["idle"]
    assert (idle["n"], idle["sum_s"], idle["p90_s"]) == (5, 300.0, 300.0)


def test_the_end_of_an_hour_tells_the_server_once_and_survives_a_restart(site: Site) -> None:
    a_morning(site)
    before = rows(site)[7, "civil", None]
    site.again()
    assert rows(site)[7, "civil", None] == before
    site.clock.advance(3600)
    site.desk.tick()
    site.desk.tick()
    (told,) = site.events("stats.hour")
    assert (told["service"], told["hour"], told["waiting_n"], told["serving_sum_s"]) == ("civil", 7, 5, 900.0)
    assert site.desk.ledger.samples(date(2026, 11, 23)) == {}, "single times are let go"
    assert rows(site)[7, "civil", None] == before
    site.again()
    site.desk.tick()
    assert len(site.events("stats.hour")) == 1


def test_an_hour_that_comes_twice_is_told_in_parts_that_add_up(site: Site) -> None:
    a_morning(site)
    site.clock.jump(-3600)
    site.desk.tick()
    site.clock.jump(3600)
    for _ in range(2):
        site.do(engine.issue, "civil")
    site.do(engine.call_next, 1)
    site.clock.advance(3600)
    site.desk.tick()
    told = site.events("stats.hour")
    assert [each["issued"] for each in told if each["hour"] == 7] == [5, 2]
    assert [each["waiting_n"] for each in told if each["hour"] == 7] == [5, 1]
    row = rows(site)[7, "civil", None]
    assert (row["issued"], row["waiting"]["n"]) == (7, 6)


def test_the_day_that_ends_is_summed_with_it(site: Site) -> None:
    a_morning(site)
    site.clock.advance(86400)
    site.do(engine.issue, "land")
    yesterday = site.desk.upkeep.day_rows(date(2026, 11, 23), site.desk.now())
    assert sum(each["issued"] for each in yesterday) == 5
    assert [each["issued"] for each in site.desk.upkeep.day_rows(date(2026, 11, 24), site.desk.now())] == [1]


def test_sums_stay_when_the_tickets_are_gone(site: Site) -> None:
    a_morning(site)
    site.clock.advance(86400)
    site.desk.tick()
    site.desk.ledger.delivered(site.desk.ledger.seq())
    site.clock.advance(95 * 86400)
    for _ in range(3):
        site.desk.tick()
    assert site.desk.ledger.tickets(date(2026, 11, 23)) == []
    kept = site.desk.upkeep.day_rows(date(2026, 11, 23), site.desk.now())
    assert sum(each["serving"]["n"] for each in kept if each["counter"] is None and each["service"]) == 5
    site.clock.advance(300 * 86400)
    for _ in range(3):
        site.desk.tick()
    assert site.desk.upkeep.day_rows(date(2026, 11, 23), site.desk.now()) == []


def test_a_turn_taken_back_is_in_no_sum(site: Site) -> None:
    from queue_display.rules import undo

    site.do(engine.issue, "civil")
    site.do(engine.call_next, 1)
    site.do(engine.start, 1)
    site.clock.advance(100)
    site.do(engine.done, 1)
    site.clock.advance(2)
    site.do(undo.undo, 1)
    assert rows(site)[7, "civil", 1]["serving"]["n"] == 0
    site.clock.advance(20)
    site.do(engine.done, 1)
    assert rows(site)[7, "civil", 1]["serving"] == {"n": 1, "sum_s": 122.0, "median_s": 122.0, "p90_s": 122.0}


def test_a_clock_jump_makes_no_wait_of_years(site: Site) -> None:
    site.do(engine.issue, "civil")
    site.clock.jump(3600 * 20)
    site.clock.trusted = "untrusted"
    site.do(engine.call_next, 1)
    assert all(not each["waiting"]["n"] for each in rows(site).values())


def test_p90_and_merging() -> None:
    assert sums.summed(range(1, 11)) == {"n": 10, "sum_s": 55, "median_s": 5.5, "p90_s": 9}
    assert sums.summed([]) == {"n": 0, "sum_s": 0.0, "median_s": None, "p90_s": None}
    one = sums.hour_rows(8, [Sample("d", "waiting", "civil", 1, "t", "2026-11-23T08:00:00", 10.0)], {"civil": 2})
    (both, _) = sums.merged(one, one)
    assert both["waiting"] == {"n": 2, "sum_s": 20.0, "median_s": 10.0, "p90_s": 10.0}
    assert both["issued"] == 2


def test_the_estimate_is_a_range_of_five_minutes_and_grows_with_work() -> None:
    assert estimate(0, [0.0]) == (0, 5)
    assert estimate(40, [0.0, 0.0]) == (15, 25)
    assert estimate(40, []) is None
    assert estimate(40, [0.0, 600.0]) == (30, 50), "a counter that comes back in ten hours helps nobody now"
    assert estimate(40, [0.0], 1 / 3)[1] > estimate(40, [0.0])[1]  # type: ignore[index]


def test_the_estimate_knows_pauses_other_queues_and_the_days_own_pace() -> None:
    from queue_display import posts

    room_ = Room()
    turns = Turns()
    for _ in range(6):
        room_.do(engine.issue, "civil")

    def wait() -> tuple[int, int]:
        found = expected_wait(room_.hall, turns, "civil", 6, room_.moment)
        assert found is not None
        return found

    alone = wait()
    for _ in range(8):
        room_.do(engine.issue, "land")
    shared = wait()
    assert shared > alone, "one of its two counters has others to serve"
    room_.do(posts.pause, 1, "meeting", 60)
    assert wait() > shared
    room_.do(posts.resume, 1)
    for at in range(6):
        turns.add("civil", f"t{at}", 120.0)
    assert wait() < shared, "today people take two minutes"
    for counter in (1, 2):
        room_.do(posts.close_counter, counter)
    assert expected_wait(room_.hall, turns, "civil", 6, room_.moment) is None


def test_helpers_are_shown_on_their_days() -> None:
    days = [HelpDay(weekdays=["tue"], who="Đoàn Thanh niên"), HelpDay(days=[date(2026, 11, 23)], who="Hội Phụ nữ")]
    room_ = Room()
    assert [each["who"] for each in room_view(room_.hall, days, room_.moment)["help_days"]] == ["Hội Phụ nữ"]
    room_.move(days=1)
    assert [each["who"] for each in room_view(room_.hall, days, room_.moment)["help_days"]] == ["Đoàn Thanh niên"]
    room_.move(trust="untrusted")
    assert room_view(room_.hall, days, room_.moment)["help_days"] == []


def test_opening_time_is_shown_without_anybody_pressing(tmp_path: Path) -> None:
    site = Site(tmp_path, hours=OFFICE)
    try:
        site.clock.now = START.replace(hour=7, minute=0)
        site.desk.tick()
        shown = site.desk.snapshot("public")
        assert (shown["hours"]["open_now"], shown["services"][0]["status"]["code"]) == (False, "closed")
        rev = site.desk.rev
        site.clock.advance(16 * 60)
        site.desk.tick()
        assert site.desk.rev > rev
        assert site.desk.snapshot("public")["services"][0]["status"]["code"] == "open"
    finally:
        site.desk.close()


# -- cost --------------------------------------------------------------------------------------------------------------


def test_what_a_call_costs_does_not_grow_with_the_queue() -> None:
    """Counted in looks at tickets, not in time: a queue of thousands costs a call as few as one of ten."""

    class Counted(dict[str, Any]):
        looks = 0

        def __getitem__(self, key: str) -> Any:
            Counted.looks += 1
            return super().__getitem__(key)

        def values(self) -> Any:
            Counted.looks += len(self)
            return super().values()

    def looks(people: int) -> int:
        room_ = Room()
        draft = Draft(room_.hall, room_.moment, "test:")
        ticket = engine.issue(draft, "civil")
        from dataclasses import replace

        for n in range(people):
            other = f"20261123-X{n}"
            priority = n % 3 == 0
            draft.change.tickets[other] = replace(
                ticket, id=other, number=other, order=2000 + n, priority=priority, counter=1 if n % 5 == 0 else None
            )
        room_.hall.apply(draft.change)
        room_.hall.tickets = Counted(room_.hall.tickets)
        Counted.looks = 0
        draft = Draft(room_.hall, room_.moment, "test:")
        assert engine.call_next(draft, 1) is not None
        assert room_.hall.waiting("civil") == people + 1
        engine.issue(draft, "civil")
        expected_wait(room_.hall, Turns(), "civil", people, room_.moment)
        return Counted.looks

    assert looks(5000) <= looks(10) + 5


def test_closing_a_day_of_thousands_is_one_commit(site: Site) -> None:
    for _ in range(150):
        site.do(engine.issue, "civil")
    seq = site.desk.ledger.seq()
    site.do(day.close)
    assert site.desk.ledger.seq() == seq + 151
    assert site.desk.hall.totals["cancelled"] == 150


def test_what_the_room_was_told_ends_with_the_day(site: Site) -> None:
    site.do(room.ask_help, "kiosk", "write")
    site.do(room.set_services, 1, ["land"])
    site.clock.advance(86400)
    site.desk.tick()
    assert (site.desk.hall.helps, site.desk.hall.posts[1].services) == ({}, None)
    site.again()
    assert site.desk.hall.helps == {}
