"""Who is called next at a counter. Pure.

Within a class (ordinary, or before ordinary: priority and kept appointments) the earliest place goes first, whichever
of the counter's services it waits for, and whether it was sent here. Between the classes:

- a `first` ticket is due when `normals_between` ordinary ones were called here since the last one; until then an
  ordinary one goes;
- one that is due gives way to an ordinary one that came before it and has waited longer than `longest_wait_min`, but
  at most `grace` more times.

So at one counter never more than `normals_between + grace` ordinary calls pass a waiting `first` one, and, with
`normals_between` above 0, never more than one `first` call passes a waiting ordinary one. With 0 the `first` ones
always go before, except that an ordinary one which is overdue takes every second call: neither side can starve
(tests/unit/queue_display/test_engine_machine.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from heapq import merge
from itertools import islice

from config.settings import Queue
from queue_display.draft import Draft
from queue_display.hall import Hall, Lane
from queue_display.model import NEVER_A_PRIORITY, Now, Ticket

UPCOMING = 3


def grace(rules: Queue) -> int:
    """How many overdue ordinary tickets may still go before a `first` one that is due."""
    return max(1, rules.normals_between)


def counted(normals: int, ticket: Ticket) -> int:
    """A counter's count of ordinary calls after calling this one."""
    return 0 if ticket.first else min(normals + 1, NEVER_A_PRIORITY)


def pick(
    rules: Queue, normals: int, first: Ticket | None, normal: Ticket | None, normal_waited_s: float
) -> Ticket | None:
    """Between the heads of the two classes."""
    if first is None or normal is None:
        return first or normal
    if normals < rules.normals_between:
        return normal
    overdue = normal_waited_s >= rules.longest_wait_min * 60 and normal.order < first.order
    return normal if overdue and normals < rules.normals_between + grace(rules) else first


def choose(draft: Draft, counter: int, services: Iterable[str]) -> Ticket | None:
    """Who is next at a counter for these services; None when nobody waits."""
    lanes: list[str | int] = [counter, *services]
    first, normal = (_head(draft, [(lane, each) for lane in lanes]) for each in (True, False))
    waited = draft.waited_s(normal) if normal is not None else 0.0
    return pick(draft.hall.queue, draft.post(counter).normals, first, normal, waited)


def _head(draft: Draft, lanes: list[Lane]) -> Ticket | None:
    hall, changed = draft.hall, draft.change.tickets
    found: list[Ticket] = []
    for lane in lanes:
        # Only what this very command has touched is passed over, so this looks at a ticket or two, never at a queue.
        head = next((each for each in _waiting(hall, lane) if each.id not in changed), None)
        if head is not None:
            found.append(head)
    for ticket in changed.values():
        lane_of = ticket.counter if ticket.counter is not None else ticket.service
        if ticket.state == "waiting" and (lane_of, ticket.first) in lanes:
            found.append(ticket)
    return min(found, key=lambda each: (each.order, each.id), default=None)


def _waiting(hall: Hall, lane: Lane) -> Iterator[Ticket]:
    return (hall.tickets[ticket_id] for _, ticket_id in hall.lanes.get(lane, ()))


def upcoming(hall: Hall, counter: int, now: Now, most: int = UPCOMING) -> list[str]:
    """Ids of the next ones a counter would call, as things stand."""
    lanes: list[str | int] = [counter, *hall.served(counter)]
    classes = [
        list(islice(merge(*(hall.lanes.get((lane, each), ()) for lane in lanes)), most)) for each in (True, False)
    ]
    normals, out = hall.posts[counter].normals, list[str]()
    draft = Draft(hall, now, "hub:")
    while len(out) < most and any(classes):
        first, normal = (hall.tickets[each[0][1]] if each else None for each in classes)
        found = pick(hall.queue, normals, first, normal, draft.waited_s(normal) if normal is not None else 0.0)
        if found is None:
            break
        out.append(found.id)
        normals = counted(normals, found)
        del classes[0 if found is first else 1][0]
    return out


def before(hall: Hall, ticket: Ticket) -> int | None:
    """How many people of the same line will be called earlier, as things stand; None for one that waits no more.

    An estimate to tell a person: one counter, nobody overdue, nobody new, and an ordinary call was the last one.
    """
    if ticket.state != "waiting":
        return None
    lane = ticket.counter if ticket.counter is not None else ticket.service
    place = (ticket.order, ticket.id)
    same = sum(each < place for each in hall.lanes.get((lane, ticket.first), ()))
    others = len(hall.lanes.get((lane, not ticket.first), ()))
    between = hall.queue.normals_between
    if ticket.first:
        return same + min(others, same * between)
    # Before every `between` ordinary ones goes one that comes first; with 0 all of them do.
    return same + (others if between == 0 else min(others, same // between + 1))
