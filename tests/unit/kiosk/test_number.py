"""Taking a number: few taps, priority that costs nobody else one, and what to prepare while waiting."""

from __future__ import annotations

from dataclasses import replace

from kiosk.model import HubChanged, HubView, Issue, Ticket, TicketGiven
from tests.unit.kiosk.person import HUB, SERVICES, Person

ONLY = replace(HUB, services=SERVICES[:1])
GIVEN = Ticket("20261123-A042", "A042", "civil-status", 6, (15, 25))


def with_number(who: Person) -> Person:
    who.feed(TicketGiven(who.model.request, GIVEN))
    assert who.model.screen == "ticket"
    return who


def test_where_there_is_one_queue_the_first_tap_is_the_ticket() -> None:
    who = Person()
    who.feed(HubChanged(ONLY))
    assert who.tap("go:service").screen == "issuing"
    assert [(each.service, each.priority) for each in who.all(Issue)] == [("civil-status", False)]


def test_where_there_is_one_queue_priority_is_one_tap_too_and_no_one_else_inherits_it() -> None:
    who = Person()
    who.feed(HubChanged(ONLY))
    who.tap("first")
    assert who.last(Issue).priority
    with_number(who).tap("home", "go:service")
    assert not who.last(Issue).priority and len(who.all(Issue)) == 2


def test_one_queue_that_is_long_still_asks_first() -> None:
    who = Person()
    who.feed(HubChanged(replace(ONLY, services=(replace(SERVICES[0], long_wait=True),))))
    assert who.tap("go:service").screen == "busy" and not who.all(Issue)
    assert who.tap("anyway").screen == "issuing"


def test_one_queue_that_is_closed_says_so() -> None:
    who = Person()
    who.feed(HubChanged(replace(ONLY, services=(replace(SERVICES[0], open=False, status="holiday"),))))
    assert who.tap("go:service").screen == "closed" and not who.all(Issue)
    who.feed(HubChanged(HubView()))
    assert who.tap("home", "first").screen == "out_of_service"


def test_one_open_queue_among_closed_ones_is_not_taken_for_somebody_elses() -> None:
    who = Person()
    who.feed(HubChanged(replace(HUB, services=(SERVICES[0], replace(SERVICES[1], open=False)))))
    assert who.tap("go:service").screen == "service"


def test_while_waiting_one_sees_the_papers_of_that_queue() -> None:
    who = Person()
    who.tap("go:service", "take:civil-status")
    with_number(who).tap("prepare")
    assert (who.model.screen, who.model.field) == ("list", "@civil-status")
    assert who.tap("back").screen == "ticket" and who.model.ticket == GIVEN


def test_a_number_taken_for_a_procedure_leads_back_to_its_papers() -> None:
    who = Person(service_of=lambda code: "civil-status")
    who.tap("go:popular", "procedure:1.001193", "takefor")
    with_number(who).tap("prepare")
    assert (who.model.screen, who.model.procedure) == ("procedure", "1.001193")


def test_going_in_circles_never_grows_the_way_back() -> None:
    who = Person()
    who.tap("go:popular", "go:fields", "go:search")
    for _ in range(30):
        who.tap("procedure:1.001193", "go:carry", "go:popular", "go:fields", "go:search")
    assert len(who.model.trail) <= 4
    who.tap("back", "back", "back", "back", "back")
    assert who.model.screen == "home"
