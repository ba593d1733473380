"""Taking a counter's last act back within a few seconds. Pure.

A number that was spoken stays spoken; but the ticket, the counter and the unprinted paper stand as before. What became
of them in between by other hands is never undone: then it is too late.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar, cast

from queue_display.draft import Draft
from queue_display.model import EngineError, Now, Post, Ticket, Undo

P = ParamSpec("P")
R = TypeVar("R")
Rule = Callable[Concatenate[Draft, int, P], R]


def undoable(what: str) -> Callable[[Rule[P, R]], Rule[P, R]]:
    """A rule `(draft, counter, …)` whose effect the counter can take back. Of nested ones the outermost counts."""

    def wrap(rule: Rule[P, R]) -> Rule[P, R]:
        @wraps(rule)
        def recorded(draft: Draft, counter: int, *args: P.args, **kwargs: P.kwargs) -> R:
            result = rule(draft, counter, *args, **kwargs)
            record(draft, counter, what)
            return result

        return cast(Rule[P, R], recorded)

    return wrap


def record(draft: Draft, counter: int, what: str) -> None:
    """Remember how to take back what the draft does."""
    hall, change, now = draft.hall, draft.change, draft.now
    seconds = hall.queue.undo_s
    if not seconds or not (change.tickets or change.posts):
        return
    change.undo[counter] = Undo(
        counter=counter,
        what=what,
        boot=now.boot,
        until_uptime=now.uptime + seconds,
        until=(now.wall + timedelta(seconds=seconds)).isoformat(timespec="milliseconds"),
        before=tuple(hall.tickets[each] for each in change.tickets),
        after=tuple(change.tickets.values()),
        posts_before=tuple(hall.posts[each] for each in change.posts),
        posts_after=tuple(change.posts.values()),
        jobs_before=tuple(hall.jobs[each.id] for each in change.jobs if each.id in hall.jobs),
        samples=tuple(change.samples),
    )


def open_undo(undo: Undo | None, now: Now) -> Undo | None:
    """The undo while its time is not over."""
    return undo if undo is not None and undo.boot == now.boot and now.uptime <= undo.until_uptime else None


def _same_ticket(one: Ticket, other: Ticket) -> bool:
    # The printer goes its own way: what it reported in between changes nothing about the visit.
    return replace(one, print=other.print) == other


def _same_post(one: Post, other: Post) -> bool:
    return replace(one, emergency=other.emergency, services=other.services) == other


def undo(draft: Draft, counter: int) -> Ticket | None:
    """Take back the counter's last act; gives the ticket that stands there again.

    Refuses (409) `nothing_to_undo`, and `too_late` when the time is over or somebody has acted on it since.
    """
    hall, now = draft.hall, draft.now
    draft.post(counter)
    last = hall.undo.get(counter)
    if last is None:
        raise EngineError("nothing_to_undo", "Không có thao tác nào để hoàn tác.", "There is nothing to undo.", counter)
    fresh = open_undo(last, now) is not None
    untouched = all(_same_ticket(each, hall.tickets.get(each.id, each)) for each in last.after) and all(
        _same_post(each, hall.posts[each.id]) for each in last.posts_after
    )
    if not fresh or not untouched:
        raise EngineError(
            "too_late",
            f"Đã quá {hall.queue.undo_s} giây, hoặc phiếu đã được xử lý tiếp; không hoàn tác được.",
            f"More than {hall.queue.undo_s} s have passed, or the ticket has moved on; it cannot be undone.",
            last.what,
            {"until": last.until},
        )
    for before, after in zip(last.before, last.after, strict=True):
        # What the printer did meanwhile stays; what the act itself did to the paper goes back with it.
        printed = before.print if before.print != after.print else hall.tickets[before.id].print
        back = draft.put(replace(before, print=printed))
        draft.tell("ticket.undone", back, reason=_word(last.what))
    for post in last.posts_before:
        now_post = hall.posts[post.id]
        draft.change.posts[post.id] = replace(post, emergency=now_post.emergency, services=now_post.services)
    draft.change.jobs += list(last.jobs_before)
    draft.change.unsampled += list(last.samples)
    draft.change.undo[counter] = None
    state = draft.post(counter).state
    data = {"counter": counter, "state": state, "reason": _word(last.what), "actor": draft.actor}
    draft.change.events.append(("vn.motcua.counter.undone", data))
    ticket = draft.post(counter).ticket
    draft.change.result = draft.ticket(ticket) if ticket is not None else None
    return draft.change.result


def _word(what: str) -> str:
    return what.replace("-", "_")
