"""Who is called next and what becomes of a visit: interleave, recalls, returns, there and back, undo, reopen."""

from __future__ import annotations

import pytest

from config.settings import Counter, Queue
from queue_display import engine, posts, printing
from queue_display.model import EngineError, Ticket
from queue_display.rules import room as whole_room
from queue_display.rules import undo, visits
from queue_display.rules.choosing import before, upcoming
from tests.unit.queue_display.room import Room


def refused(room: Room, rule: object, *args: object, **kwargs: object) -> EngineError:
    before = (dict(room.hall.tickets), dict(room.hall.posts))
    with pytest.raises(EngineError) as raised:
        room.do(rule, *args, **kwargs)  # type: ignore[arg-type]
    assert raised.value.vi and raised.value.en and raised.value.vi != raised.value.en
    assert (dict(room.hall.tickets), dict(room.hall.posts)) == before, "a refusal changes nothing"
    return raised.value


def queue(room: Room, pattern: str, service: str = "civil") -> None:
    """`nnP`: two ordinary ones and a priority one."""
    for each in pattern:
        room.do(engine.issue, service, priority=each == "P")


def calls(room: Room, count: int, counter: int = 1) -> str:
    return "".join("P" if room.do(engine.call_next, counter).first else "n" for _ in range(count))


# -- the interleave ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("between", "order"),
    [(0, "PPPPnnnnnn"), (1, "PnPnPnPnnn"), (2, "PnnPnnPnnP"), (3, "PnnnPnnnPP")],
)
def test_so_many_ordinary_ones_between_two_priority_ones(between: int, order: str) -> None:
    room = Room(queue=Queue(normals_between=between))
    queue(room, "nnnnnnPPPP")
    assert calls(room, 10) == order


@pytest.mark.parametrize("between", [0, 1, 2, 3])
def test_a_person_is_told_how_many_are_called_earlier(between: int) -> None:
    room = Room(queue=Queue(normals_between=between))
    queue(room, "nnnnnnPPPP")
    told = {each.id: before(room.hall, each) for each in room.hall.tickets.values()}
    called = [room.do(engine.call_next, 1) for _ in range(10)]
    assert [told[each.id] for each in called] == list(range(10))
    assert before(room.hall, called[0]) is None


def test_who_waited_too_long_goes_before_priority_that_came_later_but_not_for_ever() -> None:
    room = Room(queue=Queue(normals_between=2, longest_wait_min=45))
    queue(room, "nnnnnnnn")
    room.move(46 * 60)
    queue(room, "PPP")
    assert calls(room, 11) == "PnnnnPnnnnP", "two by the rule and two more because they waited; then it is their turn"


def test_with_priority_always_first_an_overdue_one_takes_every_second_call() -> None:
    room = Room(queue=Queue(normals_between=0, longest_wait_min=30))
    queue(room, "nnn")
    room.move(31 * 60)
    queue(room, "PPPP")
    assert calls(room, 7) == "PnPnPnP"


def test_a_jump_of_the_clock_makes_nobody_overdue() -> None:
    room = Room(queue=Queue(normals_between=0, longest_wait_min=30))
    queue(room, "nn")
    moment = room.moment
    room.moment = type(moment)(moment.wall.replace(hour=23), "trusted", moment.boot, moment.uptime)
    queue(room, "PP")
    assert calls(room, 4) == "PPnn"


def test_a_transferred_one_keeps_its_class_and_place() -> None:
    room = Room()
    queue(room, "nP")
    queue(room, "nnn", "land")
    assert calls(room, 1) == "P"
    room.do(engine.transfer, 1, to_service="land")
    assert room.do(engine.call_next, 3).number == "A002", "priority there too"


def test_upcoming_is_what_is_called_then() -> None:
    room = Room()
    queue(room, "nnnPn")
    queue(room, "nP", "land")
    expected = upcoming(room.hall, 2, room.moment)
    assert len(expected) == 3
    assert [room.do(engine.call_next, 2).id for _ in range(3)] == expected


# -- recall, no-show, return -------------------------------------------------------------------------------------------


def test_after_three_calls_another_recall_means_nobody_came() -> None:
    room = Room()
    queue(room, "nn")
    room.do(engine.call_next, 1)
    assert [room.do(engine.recall, 1).calls for _ in range(2)] == [2, 3]
    absent = room.do(engine.recall, 1)
    assert (absent.state, absent.calls) == ("no_show", 3)
    assert room.hall.posts[1].ticket is None
    assert room.do(engine.call_next, 1).number == "A002"


def test_recalls_have_a_limit() -> None:
    room = Room(queue=Queue(no_show_after=0, recall_limit=2))
    queue(room, "n")
    room.do(engine.call_next, 1)
    room.do(engine.recall, 1)
    room.do(engine.recall, 1)
    error = refused(room, engine.recall, 1)
    assert (error.code, error.given, error.allowed) == ("recall_limit", 2, 2)


def test_who_is_served_is_never_marked_absent_by_a_recall() -> None:
    room = Room()
    queue(room, "n")
    room.do(engine.call_next, 1)
    room.do(engine.start, 1)
    assert [room.do(engine.recall, 1).state for _ in range(3)] == ["serving"] * 3
    assert refused(room, engine.recall, 1).code == "recall_limit"


@pytest.mark.parametrize(("place", "number"), [("earned", "A001"), ("after", "A003"), ("end", "A006")])
def test_who_comes_back_waits_again_where_the_rule_says(place: str, number: str) -> None:
    room = Room(queue=Queue(return_place=place, return_after=2))  # type: ignore[arg-type]
    queue(room, "nnnnnn")
    absent = room.do(engine.call_next, 1)
    room.do(engine.no_show, 1)
    back = room.do(engine.put_back, absent.id)
    assert (back.number, back.returns) == ("A001", 1)
    order = [room.do(engine.call_next, 1).number for _ in range(6)]
    at = {"A001": 0, "A003": 2, "A006": 5}[number]
    assert order.index("A001") == at, order
    assert sorted(order) == [f"A00{n}" for n in range(1, 7)]


def test_back_into_the_queue_once_but_a_counter_may_always_call() -> None:
    room = Room()
    queue(room, "n")
    ticket = room.do(engine.call_next, 1)
    room.do(engine.no_show, 1)
    room.do(engine.put_back, ticket.id)
    room.do(engine.call_next, 1)
    room.do(engine.no_show, 1)
    error = refused(room, engine.put_back, ticket.id)
    assert error.code == "returned_already"
    assert "gọi thẳng" in error.vi
    assert room.do(engine.call_one, ticket.id, 2).state == "called"


def test_a_return_without_limit_of_the_clerk_who_called_by_mistake() -> None:
    room = Room()
    queue(room, "n")
    for _ in range(3):
        ticket = room.do(engine.call_next, 1)
        assert room.do(engine.put_back, ticket.id).returns == 0


# -- visits that go on -------------------------------------------------------------------------------------------------


def test_several_services_in_one_visit_with_one_number() -> None:
    room = Room()
    queue(room, "nn")
    queue(room, "nn", "land")
    ticket = room.do(engine.call_next, 1)
    assert room.do(visits.also, ticket.id, "land").also == ("land",)
    assert refused(room, visits.also, ticket.id, "land").code == "already"
    assert refused(room, visits.also, ticket.id, "civil").code == "already"
    room.do(engine.start, 1)
    on = room.do(engine.done, 1)
    assert (on.number, on.state, on.service, on.also) == ("A001", "waiting", "land", ())
    assert room.do(engine.call_next, 3).number == "A001", "at the place its number earned"
    room.do(engine.start, 3)
    assert room.do(engine.done, 3).state == "done"
    assert room.hall.totals["issued"] == 4


def test_the_same_counter_goes_on_with_the_same_person() -> None:
    room = Room()
    queue(room, "nn")
    ticket = room.do(engine.call_next, 2)
    room.do(visits.also, ticket.id, "land")
    assert room.do(engine.call_next, 2).id == ticket.id, "done with one thing, called for the next"
    assert room.do(engine.call_next, 2).number == "A002"


def test_a_visit_has_a_bound() -> None:
    services = [f"s{n}" for n in range(8)]
    from config.settings import Service

    room = Room(
        services=[Service(id=each, letter="ABCDEFGH"[at], name=each, name_en=each) for at, each in enumerate(services)],
        counters=[Counter(id=1, services=services)],
    )
    ticket = room.do(engine.issue, "s0")
    for each in services[1:6]:
        room.do(visits.also, ticket.id, each)
    assert refused(room, visits.also, ticket.id, "s6").code == "too_many"


def test_there_and_back_again() -> None:
    room = Room()
    queue(room, "nn")
    ticket = room.do(engine.call_next, 1)
    sent = room.do(engine.transfer, 1, to_service="land", back=True)
    assert (sent.back_to, sent.service) == (1, "land")
    assert room.do(engine.call_next, 1).number == "A002"
    room.do(engine.call_next, 3)
    room.do(engine.start, 3)
    back = room.do(engine.done, 3)
    assert (back.state, back.counter, back.service, back.back_to) == ("waiting", 1, "civil", None)
    assert room.do(engine.call_next, 2) is None, "it waits for the counter that sent it"
    assert room.do(engine.call_next, 1).id == ticket.id
    assert room.do(engine.done, 1).state == "done"


def test_back_to_a_counter_that_closed_meanwhile_is_back_to_its_queue() -> None:
    room = Room()
    queue(room, "n")
    ticket = room.do(engine.call_next, 1)
    room.do(engine.transfer, 1, to_counter=3, back=True)
    room.do(engine.call_next, 3)
    room.do(posts.close_counter, 1)
    assert room.do(engine.done, 3).counter is None
    assert room.do(engine.call_next, 2).id == ticket.id


def test_a_waiting_one_is_moved_and_nobody_else_notices() -> None:
    room = Room()
    queue(room, "nnn")
    moved = room.do(visits.move, "20261123-A002", to_service="land")
    assert (moved.number, moved.service) == ("A002", "land")
    assert room.do(engine.call_next, 3).number == "A002"
    assert refused(room, visits.move, "20261123-A002", to_service="civil").code == "wrong_state"
    assert refused(room, visits.move, "20261123-A001").code == "no_target"
    room.do(posts.close_counter, 2)
    assert refused(room, visits.move, "20261123-A001", to_counter=2).code == "counter_closed"


def test_parked_with_a_word_that_the_next_officer_reads() -> None:
    room = Room()
    queue(room, "n")
    ticket = room.do(engine.call_next, 1)
    parked = room.do(engine.park, 1, note="thieu-ban-sao")
    assert (parked.state, parked.note) == ("parked", "thieu-ban-sao")
    assert room.do(visits.note, ticket.id, "da-du").note == "da-du"
    assert room.do(engine.call_one, ticket.id, 2).note == "da-du"
    assert room.do(visits.note, ticket.id, None).note is None


# -- closed by mistake, taken back ------------------------------------------------------------------------------------


def test_reopened_within_half_an_hour_and_not_later() -> None:
    room = Room()
    queue(room, "nn")
    served = room.do(engine.call_next, 1)
    room.do(engine.done, 1)
    again = room.do(visits.reopen, served.id)
    assert (again.state, again.closed_at, again.counter) == ("parked", None, 1)
    room.do(engine.call_one, served.id, 1)
    room.do(engine.done, 1)
    room.move(31 * 60)
    error = refused(room, visits.reopen, served.id)
    assert (error.code, error.allowed) == ("too_late", 30)


@pytest.mark.parametrize("how", ["cancel", "no_show"])
def test_reopened_into_the_queue(how: str) -> None:
    room = Room()
    queue(room, "nn")
    if how == "cancel":
        room.do(engine.cancel, "20261123-A001")
    else:
        room.do(engine.call_next, 1)
        room.do(engine.no_show, 1)
    back = room.do(visits.reopen, "20261123-A001")
    assert (back.state, back.returns) == ("waiting", 0), "a slip of the finger costs nobody the one return"
    assert room.do(engine.call_next, 2).number == "A001"


def test_a_void_ticket_stays_void() -> None:
    room = Room()
    queue(room, "n")
    room.do(engine.void, "20261123-A001")
    assert refused(room, visits.reopen, "20261123-A001").code == "wrong_state"


def test_undo_puts_both_tickets_back() -> None:
    room = Room()
    queue(room, "nn")
    room.do(engine.call_next, 1)
    room.do(engine.start, 1)
    before = dict(room.hall.tickets), dict(room.hall.posts)
    room.do(engine.call_next, 1)
    assert room.hall.shown(1) == "A002"
    back = room.do(undo.undo, 1)
    assert back.number == "A001"
    assert (dict(room.hall.tickets), dict(room.hall.posts)) == before
    assert room.hall.shown(1) == "A001"
    assert room.log[-3:] == ["ticket.undone", "ticket.undone", "counter.undone"]
    assert refused(room, undo.undo, 1).code == "nothing_to_undo"


def test_undo_has_ten_seconds() -> None:
    room = Room()
    queue(room, "n")
    room.do(engine.call_next, 1)
    room.do(engine.no_show, 1)
    room.move(10)
    assert refused(room, undo.undo, 1).code == "too_late"


def test_undo_does_not_touch_what_others_have_done_since() -> None:
    room = Room()
    queue(room, "n")
    room.do(engine.call_next, 1)
    room.do(engine.transfer, 1, to_counter=2)
    room.do(engine.call_next, 2)
    assert refused(room, undo.undo, 1).code == "too_late"
    assert room.hall.shown(2) == "A001"


def test_undo_brings_the_unprinted_paper_back() -> None:
    room = Room()
    queue(room, "n")
    room.do(engine.call_next, 1)
    room.do(engine.done_on_spot, 1)
    assert room.hall.jobs == {}
    room.do(undo.undo, 1)
    assert room.hall.jobs[1].state == "queued"
    assert room.hall.tickets["20261123-A001"].print == "queued"
    room.do(printing.take, room.hall.jobs[1])


def test_what_the_printer_did_meanwhile_stays() -> None:
    room = Room()
    queue(room, "n")
    room.do(engine.call_next, 1)
    room.do(printing.take, room.hall.jobs[1])
    room.do(printing.report, room.hall.jobs[1], "printed")
    ticket = room.do(undo.undo, 1)
    assert ticket is None
    assert (room.hall.tickets["20261123-A001"].state, room.hall.tickets["20261123-A001"].print) == (
        "waiting",
        "printed",
    )


def test_a_recall_cannot_be_unsaid() -> None:
    room = Room()
    queue(room, "n")
    room.do(engine.call_next, 1)
    room.do(engine.recall, 1)
    assert refused(room, undo.undo, 1).code == "nothing_to_undo"


@pytest.mark.parametrize("act", ["pause", "close"])
def test_a_counters_state_is_taken_back_too(act: str) -> None:
    room = Room()
    if act == "pause":
        room.do(posts.pause, 1, "meeting", 30)
    else:
        room.do(posts.close_counter, 1)
    room.do(undo.undo, 1)
    assert room.hall.posts[1].state == "open"


# -- the room ----------------------------------------------------------------------------------------------------------


def test_an_emergency_is_seen_by_staff_alone() -> None:
    from queue_display.window import Window

    room = Room()
    room.do(whole_room.emergency, 2)
    window = Window(room.settings, room.hall)
    for audience, seen in (("staff", True), ("wires", True), ("public", False)):
        text = str(window.snapshot(audience, 1, room.moment, 0.0))  # type: ignore[arg-type]
        assert ("counter_emergency" in text) is seen, audience
    assert "'emergency': True" not in str(window.snapshot("public", 1, room.moment, 0.0))
    room.do(whole_room.emergency_clear, 2)
    assert "counter_emergency" not in str(window.snapshot("staff", 1, room.moment, 0.0))


def test_help_is_asked_once_and_answered_once() -> None:
    room = Room()
    first = room.do(whole_room.ask_help, "kiosk", "write")
    assert room.do(whole_room.ask_help, "kiosk", "write") == first, "an impatient finger is one call"
    other = room.do(whole_room.ask_help, "reception", "guide")
    assert sorted(room.hall.helps) == [1, 2]
    room.do(whole_room.help_done, first.id)
    assert list(room.hall.helps) == [other.id]
    assert refused(room, whole_room.help_done, first.id).status == 404
    assert room.do(whole_room.ask_help, "kiosk", "write").id == 3


def test_a_broadcast_ends_by_itself_and_carries_no_phone_number() -> None:
    from queue_display.views import room_view

    room = Room()
    room.do(whole_room.broadcast, "Máy in đang sửa, mời chờ.", "", 10)
    told = room_view(room.hall, [], room.moment)["broadcast"]
    assert (told["vi"], told["en"]) == ("Máy in đang sửa, mời chờ.", "Máy in đang sửa, mời chờ.")
    room.move(600)
    assert room_view(room.hall, [], room.moment)["broadcast"] is None
    assert refused(room, whole_room.broadcast, "Gọi 0912345678", "", 10).code == "personal"


def test_todays_services_of_a_counter() -> None:
    room = Room()
    queue(room, "nn")
    queue(room, "n", "land")
    room.do(whole_room.set_services, 1, ["land"])
    assert room.do(engine.call_next, 1).number == "B001"
    room.do(whole_room.set_services, 1, None)
    assert room.do(engine.call_next, 1).number == "A001"
    assert refused(room, whole_room.set_services, 1, []).code == "no_service"
    assert refused(room, whole_room.set_services, 1, ["nope"]).status == 404


def test_a_pause_says_why_and_until_when_to_citizens_too() -> None:
    from queue_display.window import Window

    room = Room()
    room.do(posts.pause, 2, "meeting", 20)
    shown = Window(room.settings, room.hall).snapshot("public", 1, room.moment, 0.0)["counters"][1]
    assert shown["pause"] == {"reason": "meeting", "until": "2026-11-23T07:50:00+07:00"}


def test_every_act_tells_the_server_the_state_it_leaves() -> None:
    room = Room()
    queue(room, "nn")
    first: Ticket = room.do(engine.call_next, 1)
    room.do(visits.also, first.id, "land")
    room.do(visits.note, first.id, "cho-anh")
    room.do(engine.done, 1)
    room.do(visits.carry, first.id)
    room.do(engine.cancel, first.id)
    room.do(visits.reopen, first.id)
    assert room.log[2:] == [
        "ticket.called",
        "ticket.also",
        "ticket.noted",
        "ticket.serving",
        "ticket.transferred",
        "ticket.carried",
        "ticket.cancelled",
        "ticket.reopened",
    ]
