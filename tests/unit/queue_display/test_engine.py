"""The rules of the queue, as citizens and clerks would notice them."""

from __future__ import annotations

import pytest

from queue_display import day, engine, posts, printing
from queue_display.draft import STATE_VI, Draft
from queue_display.model import MOVES, TICKET_STATES, EngineError, Press
from tests.unit.queue_display.room import Room


def refusal(room: Room, rule: object, *args: object, **kwargs: object) -> EngineError:
    with pytest.raises(EngineError) as raised:
        room.do(rule, *args, **kwargs)  # type: ignore[arg-type]
    error = raised.value
    assert error.vi and error.en and error.vi != error.en
    return error


def test_numbers_run_from_one_with_the_letter_of_their_service() -> None:
    room = Room()
    got = [room.do(engine.issue, service).number for service in ("civil", "land", "civil", "civil")]
    assert got == ["A001", "B001", "A002", "A003"]
    assert [t.ahead for t in room.hall.tickets.values()] == [0, 0, 1, 2]


def test_the_last_number_is_the_last() -> None:
    room = Room()
    room.hall.series["A"] = 998
    assert room.do(engine.issue, "civil").number == "A999"
    error = refusal(room, engine.issue, "civil")
    assert (error.code, error.allowed) == ("full", {"first": 1, "last": 999, "opens_at": None})
    assert room.do(engine.issue, "land").number == "B001", "another service goes on"


def test_unknown_service_names_the_known() -> None:
    error = refusal(Room(), engine.issue, "lnad")
    assert (error.status, error.code, error.allowed) == (404, "unknown_service", ["civil", "land"])


def test_first_come_first_served_within_what_a_counter_serves() -> None:
    room = Room()
    for service in ("land", "civil", "land"):
        room.do(engine.issue, service)
    assert room.do(engine.call_next, 1).number == "A001"
    assert room.do(engine.call_next, 2).number == "B001"
    assert room.do(engine.call_next, 3).number == "B002"
    assert room.do(engine.call_next, 3) is None


def test_call_next_finishes_who_stands_there() -> None:
    room = Room()
    first, second = room.do(engine.issue, "civil"), room.do(engine.issue, "civil")
    room.do(engine.call_next, 1)
    room.do(engine.call_next, 1)
    assert room.hall.tickets[first.id].state == "done"
    assert room.hall.tickets[second.id].state == "called"
    assert room.log[2:] == ["ticket.called", "ticket.serving", "ticket.done", "ticket.called"]


def test_a_clerk_who_saw_another_ticket_is_told() -> None:
    room = Room()
    first = room.do(engine.issue, "civil")
    room.do(engine.issue, "civil")
    room.do(engine.call_next, 1)
    room.do(engine.call_next, 1)
    for rule in (engine.no_show, engine.done, engine.recall, engine.start, engine.transfer, engine.park):
        assert refusal(room, rule, 1, first.id).code == "stale"
    assert refusal(room, engine.call_next, 1, seen=first.id).code == "stale"


def test_priority_first_with_at_most_two_ordinary_between() -> None:
    room = Room()
    for at in range(10):
        room.do(engine.issue, "civil", priority=at >= 7)
    order = "".join("P" if room.do(engine.call_next, 1).priority else "n" for _ in range(10))
    assert order == "PnnPnnPnnn"


def test_priority_does_not_wait_for_ordinary_ones_that_are_not_there() -> None:
    room = Room()
    for _ in range(3):
        room.do(engine.issue, "civil", priority=True)
    assert [room.do(engine.call_next, 1).n for _ in range(3)] == [1, 2, 3]


def test_recall_counts_and_keeps_the_first_call() -> None:
    room = Room()
    room.do(engine.issue, "civil")
    called = room.do(engine.call_next, 1)
    again = room.do(engine.recall, 1)
    assert again.calls == 2
    assert again.called_at == called.called_at
    assert again.last_call_at > called.last_call_at


def test_transfer_keeps_number_and_place() -> None:
    room = Room()
    early = room.do(engine.issue, "civil")
    for _ in range(3):
        room.do(engine.issue, "land")
    room.do(engine.call_next, 1)
    moved = room.do(engine.transfer, 1, to_service="land")
    assert (moved.number, moved.service, moved.state, moved.counter) == ("A001", "land", "waiting", None)
    assert room.do(engine.call_next, 3).id == early.id, "who came first is first there too"


def test_transfer_to_a_counter_waits_for_that_counter_alone() -> None:
    room = Room()
    room.do(engine.issue, "civil")
    room.do(engine.call_next, 1)
    sent = room.do(engine.transfer, 1)  # the key pad's key: settings say where
    assert sent.counter == 2
    assert room.do(engine.call_next, 1) is None
    assert room.hall.waiting("civil") == 1
    assert room.do(engine.call_next, 2).id == sent.id


@pytest.mark.parametrize(
    ("target", "code"),
    [
        ({"to_counter": 1}, "same_counter"),
        ({"to_counter": 9}, "unknown_counter"),
        ({"to_service": "nope"}, "unknown_service"),
        ({"to_counter": 2, "to_service": "land"}, "no_target"),
    ],
)
def test_transfer_nowhere_is_refused_and_changes_nothing(target: dict[str, object], code: str) -> None:
    room = Room()
    ticket = room.do(engine.issue, "civil")
    room.do(engine.call_next, 1)
    assert refusal(room, engine.transfer, 1, **target).code == code
    assert room.hall.tickets[ticket.id].state == "called"


def test_closing_a_counter_sends_its_transfers_back() -> None:
    room = Room()
    room.do(engine.issue, "civil")
    room.do(engine.call_next, 1)
    assert refusal(room, posts.close_counter, 1).code == "counter_busy"
    room.do(engine.transfer, 1)
    room.do(posts.close_counter, 2)
    assert room.do(engine.call_next, 1).number == "A001"
    assert refusal(room, engine.call_next, 2).code == "counter_closed"
    assert refusal(room, engine.transfer, 1).code == "counter_closed"
    room.do(posts.resume, 2)
    assert room.do(engine.call_next, 2) is None


def test_who_calls_is_back_from_the_pause() -> None:
    room = Room()
    room.do(engine.issue, "civil")
    paused = room.do(posts.pause, 1, "meeting", 30)
    assert paused.pause_until == "2026-11-23T08:00:01+07:00"
    room.do(engine.call_next, 1)
    assert room.hall.posts[1].state == "open"
    assert room.log[-3:] == ["counter.paused", "counter.resumed", "ticket.called"]
    assert refusal(room, posts.pause, 1, "lunch", 30).status == 422


def test_papers_and_parked_come_back_to_any_counter() -> None:
    room = Room()
    one, two = room.do(engine.issue, "civil"), room.do(engine.issue, "civil")
    room.do(engine.call_next, 1)
    assert room.do(engine.park, 1, papers=True).state == "waiting_papers"
    room.do(engine.call_next, 1)
    assert room.do(engine.park, 1).state == "parked"
    assert room.do(engine.call_next, 1) is None, "nobody parked is called by itself"
    assert room.do(engine.call_one, one.id, 2).counter == 2
    assert room.do(engine.call_one, two.id, 1).state == "called"


def test_no_show_can_come_after_all() -> None:
    room = Room()
    ticket = room.do(engine.issue, "civil")
    room.do(engine.call_next, 1)
    room.do(engine.no_show, 1)
    back = room.do(engine.put_back, ticket.id)
    assert (back.state, back.counter) == ("waiting", None)
    assert room.do(engine.call_next, 1).id == ticket.id


@pytest.mark.parametrize("state", TICKET_STATES)
def test_every_move_outside_the_table_is_refused_with_both_names(state: str) -> None:
    room = Room()
    ticket = room.do(engine.issue, "civil")
    draft = Draft(room.hall, room.moment, "clerk:test")
    for target in TICKET_STATES:
        forced = type(ticket)(**{**{k: getattr(ticket, k) for k in ticket.__dataclass_fields__}, "state": state})
        if target in MOVES[state]:
            assert draft.move(forced, target).state == target
            continue
        with pytest.raises(EngineError) as raised:
            draft.move(forced, target)
        assert STATE_VI[state] in raised.value.vi
        assert STATE_VI[target] in raised.value.vi
        assert raised.value.given == state


def test_a_void_ticket_is_not_printed() -> None:
    room = Room()
    ticket = room.do(engine.issue, "civil")
    room.do(engine.void, ticket.id, "wrong_service")
    assert room.hall.jobs == {}
    assert room.hall.tickets[ticket.id].note == "wrong_service"


def test_print_states_follow_the_job() -> None:
    room = Room()
    ticket = room.do(engine.issue, "civil", press=Press("00000001", 1, 7, 0))
    assert room.hall.presses == {"00000001": (1, 7)}
    job = room.hall.jobs[1]
    room.do(printing.take, job)
    assert room.hall.tickets[ticket.id].print == "printing"
    assert refusal(room, printing.take, room.hall.jobs[1]).code == "taken"
    room.do(printing.report, room.hall.jobs[1], "no_paper")
    assert room.hall.tickets[ticket.id].print == "no_paper"
    room.do(printing.take, room.hall.jobs[1])
    room.do(printing.report, room.hall.jobs[1], "printed")
    assert room.hall.tickets[ticket.id].print == "printed"
    assert room.hall.jobs == {}
    room.do(printing.reprint, room.hall.tickets[ticket.id])
    copy = room.hall.jobs[2]
    room.do(printing.take, copy)
    assert room.hall.tickets[ticket.id].print == "printed", "a copy under way does not make the ticket unprinted"
    room.do(printing.report, room.hall.jobs[2], "printed")
    assert room.hall.tickets[ticket.id].print == "copy"


def test_without_a_printer_nothing_is_queued() -> None:
    from config.settings import Printer

    room = Room(printer=Printer())
    assert room.do(engine.issue, "civil").print == "none"
    assert room.hall.jobs == {}
    assert refusal(room, printing.add, "test").code == "no_printer"


def roll_if_due(room: Room) -> bool:
    new = day.due(room.hall, room.moment)
    if new is None:
        return False
    room.do(day.roll, new)
    return True


def test_a_day_begins_only_forwards_and_only_when_the_clock_is_believed() -> None:
    room = Room()
    room.do(engine.issue, "civil")
    room.move(days=-3)
    assert not roll_if_due(room)
    room.move(days=4, trust="untrusted")
    assert not roll_if_due(room)
    assert room.do(engine.issue, "civil").number == "A002"
    room.move(trust="trusted", days=1)
    assert roll_if_due(room)
    assert room.do(engine.issue, "civil").number == "A001"


def test_the_reserved_letter_ends_with_the_day() -> None:
    room = Room()
    room.hall.reserve = True
    assert [room.do(engine.issue, each).number for each in ("civil", "land")] == ["P001", "P002"]
    room.move(days=1)
    assert roll_if_due(room)
    assert room.do(engine.issue, "civil").number == "A001"
