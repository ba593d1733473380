"""The rating as people press it: one answer, one ticket, one counter; and a child at play."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kiosk.model import AskTicket, HubChanged, Report, Scanned, TicketNow, TicketSeen, Watch
from tests.unit.kiosk.person import HUB, Person

DONE = TicketNow("20261123-A042", "A042", "civil-status", "done", "2026-11-23", 3)
QR = "MC1/h38-dong-thanh/20261123/A042"


def told(who: Person) -> list[dict[str, object]]:
    return [dict(each.data) for each in who.all(Report)]


def rate(who: Person, face: int) -> None:
    who.tap("go:rate", f"face:{face}", "send", "done")


def test_an_answer_has_a_face_two_reasons_at_most_and_the_hour() -> None:
    who = Person()
    who.tap("go:rate", "face:2", "reason:time", "reason:attitude", "reason:fee", "send")
    assert who.model.screen == "thanks"
    assert told(who) == [{"score": 2, "of": 5, "reasons": ("time", "attitude"), "hour": 8}]


def test_at_a_desk_the_counter_is_the_settings() -> None:
    who = Person(counter=4)
    rate(who, 5)
    assert told(who)[0]["counter"] == 4


@pytest.mark.parametrize("leaving", ["home", "done", "wait", "back"])
def test_a_touched_face_counts_when_its_owner_walks_away(leaving: str) -> None:
    who = Person()
    who.tap("go:rate", "face:4")
    if leaving == "wait":
        who.wait(46)
        who.wait(21)
    else:
        who.tap(leaving)
    assert who.model.screen == "home" and [each["score"] for each in told(who)] == [4]


def test_the_same_face_twice_is_one_answer_and_a_slip_can_be_mended() -> None:
    who = Person()
    who.tap("go:rate", "face:5", "face:5", "otherface")
    assert who.model.score == 0
    who.tap("face:2", "send", "send")
    assert [each["score"] for each in told(who)] == [2]


def test_face_after_face_is_a_child_and_is_thanked_all_the_same() -> None:
    who = Person()
    who.tap("go:rate")
    for face in (1, 5, 1, 5, 1):
        who.tap(f"face:{face}")
        who.wait(2)
        who.tap("otherface")
    who.tap("face:1", "send")
    assert who.model.screen == "thanks" and told(who) == []


def test_a_burst_of_taps_is_a_child() -> None:
    who = Person()
    who.tap("go:rate", "face:1", *["reason:time"] * 7, "send")
    assert who.model.screen == "thanks" and told(who) == []


def test_one_answer_upon_the_other_is_a_child_and_the_next_person_counts_again() -> None:
    who = Person()
    for _ in range(20):
        rate(who, 1)
        who.wait(1)
    assert len(told(who)) == 1, "nobody reads and answers within a second of the last one"
    who.wait(61)
    rate(who, 4)
    assert [each["score"] for each in told(who)] == [1, 4]


def test_more_than_five_in_a_minute_are_not_people() -> None:
    who = Person()
    for _ in range(9):
        rate(who, 1)
        who.wait(7)
    assert len(told(who)) == 5


def test_a_scanned_ticket_that_was_served_rates_its_counter_once() -> None:
    who = Person(site="h38-dong-thanh")
    who.tap("go:rate", "go:ticket_number")
    assert who.last(Watch) == Watch(True)
    who.feed(Scanned("ticket", QR))
    assert who.last(AskTicket).id == "20261123-A042" and who.last(Watch) == Watch(False)
    who.feed(TicketSeen(who.model.request, DONE))
    assert who.model.screen == "rate" and who.model.rating.counter == 3
    who.tap("face:3", "send", "done")
    assert told(who) == [{"score": 3, "of": 5, "reasons": (), "counter": 3, "hour": 8}]
    who.tap("go:rate", "go:ticket_number")
    who.type("A42")
    who.tap("askticket")
    who.feed(TicketSeen(who.model.request, DONE))
    assert who.model.screen == "my_ticket", "it has rated"
    who.tap("ratethis")
    assert who.model.screen == "my_ticket" and len(told(who)) == 1


def test_tickets_of_one_counter_may_rate_close_together() -> None:
    who = Person()
    for number in range(8):
        who.tap("go:rate", "go:ticket_number")
        who.type(f"A{number + 1}")
        who.tap("askticket")
        asked = who.last(AskTicket)
        assert asked.id == f"20261123-A{number + 1:03}"
        who.feed(TicketSeen(asked.request, replace(DONE, id=asked.id)))
        who.tap("face:4", "send", "done")
    assert len(told(who)) == 8


@pytest.mark.parametrize("state", ["waiting", "called", "no_show", "cancelled", "void"])
def test_a_ticket_that_was_not_served_does_not_rate(state: str) -> None:
    who = Person()
    who.tap("go:rate", "go:ticket_number")
    who.type("A042")
    who.tap("askticket")
    who.feed(TicketSeen(who.model.request, replace(DONE, state=state)))
    assert who.model.screen == "my_ticket" and told(who) == []


def test_a_new_day_forgets_which_tickets_rated() -> None:
    who = Person()
    who.tap("go:rate", "go:ticket_number")
    who.type("A042")
    who.tap("askticket")
    who.feed(TicketSeen(who.model.request, DONE))
    who.tap("face:4", "send", "done")
    assert len(who.model.rated) == 1 and "A042" not in repr(who.model)
    who.feed(HubChanged(replace(HUB, day="2026-11-24")))
    assert who.model.rated == ()


def test_a_face_is_nothing_on_another_screen_and_no_such_face_is_none() -> None:
    who = Person(faces=3)
    who.tap("face:3", "send", "home")
    who.tap("go:rate", "face:4", "face:0", "face:x", "reason:time")
    assert who.model.score == 0 and who.model.reasons == ()
    who.tap("face:3", "send")
    assert told(who) == [{"score": 3, "of": 3, "reasons": (), "hour": 8}]


def test_nothing_of_a_rating_stays_for_the_next_person() -> None:
    who = Person()
    who.tap("go:rate", "face:1", "reason:fee", "home", "go:rate")
    assert who.model.score == 0 and who.model.reasons == () and who.model.rating.taps == ()
