"""Who comes by appointment: a code becomes a number, or a sentence that says what to do."""

from __future__ import annotations

import pytest

from kiosk.model import CheckedIn, CheckIn, HubChanged, HubView, PaperState, Scanned, Ticket, Watch
from tests.unit.kiosk.person import Person

TICKET = Ticket("20261123-A017", "A017", "civil-status", 1, (5, 10))


def asked() -> Person:
    who = Person()
    who.tap("go:service", "go:checkin")
    who.type("k7m2")
    who.tap("checkin")
    return who


def test_a_code_gives_a_number_on_paper() -> None:
    who = asked()
    assert who.last(CheckIn) == CheckIn(who.model.request, "K7M2", False)
    assert who.model.screen == "issuing"
    who.feed(CheckedIn(who.model.request, TICKET))
    assert who.model.screen == "ticket" and who.model.ticket == TICKET
    assert who.feed(PaperState(TICKET.id, "printed")).paper == "printed"
    assert who.tap("done").booking.code == ""


def test_a_double_tap_asks_once_and_short_codes_never() -> None:
    who = asked()
    who.tap("checkin")
    assert len(who.all(CheckIn)) == 1
    who = Person()
    who.tap("go:checkin")
    who.type("K7!é M")
    who.tap("checkin")
    assert who.model.booking.code == "K7M" and who.all(CheckIn) == []
    who.type("23456789")
    assert len(who.model.booking.code) == 8
    who.tap("key:backspace")
    assert len(who.model.booking.code) == 7


@pytest.mark.parametrize("why", ["early", "late", "used", "unknown_appointment", "day_closed", "quota"])
def test_a_refusal_is_told_where_the_code_was_typed(why: str) -> None:
    who = asked()
    who.feed(CheckedIn(who.model.request, None, why, "2026-11-23T09:30+07:00", "A009"))
    assert who.model.screen == "checkin" and who.model.booking.refused == why
    assert who.model.booking.opens_at == "2026-11-23T09:30+07:00" and who.model.booking.number == "A009"
    assert who.tap("retype").booking.refused == "" and who.model.booking.code == "K7M2"
    assert who.tap("back").screen == "service"


def test_without_a_hub_the_screen_says_so_and_a_lost_answer_ends_the_waiting() -> None:
    who = asked()
    assert who.feed(CheckedIn(who.model.request, None)).screen == "out_of_service"
    who = asked()
    assert who.wait(13).screen == "out_of_service"
    late = who.all(CheckIn)[-1]
    assert who.feed(CheckedIn(late.request, TICKET)).ticket is None
    who = Person()
    who.feed(HubChanged(HubView()))
    assert who.tap("go:checkin").screen == "out_of_service"


def test_a_scanned_code_is_asked_at_once() -> None:
    who = Person()
    who.tap("go:scan")
    who.feed(Scanned("appointment", "MCA1/h38-dong-thanh/K7M2"))
    assert who.last(CheckIn).code == "K7M2" and who.model.screen == "issuing"
    who = Person()
    who.tap("go:checkin")
    assert who.last(Watch) == Watch(True)
    who.feed(Scanned("card", None))
    who.feed(Scanned("appointment", "MCA1/h38-dong-thanh/K7QF2A"))
    assert who.last(CheckIn).code == "K7QF2A" and who.last(Watch) == Watch(False)
    who.feed(CheckedIn(who.model.request, None, "early", None))
    assert who.tap("back").screen == "home"


def test_going_back_lets_the_camera_go() -> None:
    who = Person()
    who.tap("go:service", "go:checkin", "back")
    assert who.model.screen == "service" and who.last(Watch) == Watch(False)
