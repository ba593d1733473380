"""Counters at work, paused, closed. Pure, as `engine.py`."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from queue_display.draft import Draft, iso
from queue_display.model import PAUSE_REASONS, EngineError, Post
from queue_display.rules.undo import undoable


def at_work(draft: Draft, counter: int) -> Post:
    """The counter, at work: whoever calls is back from a pause; a closed counter must be opened first."""
    post = draft.post(counter)
    if post.state == "closed":
        raise EngineError(
            "counter_closed",
            f"Quầy {counter} đang đóng. Hãy mở quầy trước.",
            f"Counter {counter} is closed. Open it first.",
            "closed",
            ["open", "paused"],
        )
    if post.state == "paused":
        return resume(draft, counter)
    return post


def counter_event(draft: Draft, name: str, post: Post, **more: Any) -> Post:
    """Note a counter's new version, and tell of it."""
    draft.change.posts[post.id] = post
    data = {"counter": post.id, "state": post.state, "actor": draft.actor, **more}
    draft.change.events.append((f"vn.motcua.counter.{name}", data))
    return post


@undoable("pause")
def pause(draft: Draft, counter: int, reason: str, minutes: int) -> Post:
    """A pause with a reason and its expected length, minutes 1..240."""
    post = draft.post(counter)
    if post.state == "closed":
        at_work(draft, counter)  # refuses with the sentence for a closed counter
    if reason not in PAUSE_REASONS or not 1 <= minutes <= 240:
        raise EngineError(
            "bad_pause",
            "Chọn lý do và số phút nghỉ từ 1 đến 240.",
            "Give a known reason and 1 to 240 minutes.",
            {"reason": reason, "minutes": minutes},
            {"reason": list(PAUSE_REASONS), "minutes": [1, 240]},
            422,
        )
    until = (draft.now.wall + timedelta(minutes=minutes)).isoformat(timespec="seconds")
    draft.measure("idle", post.free_since, counter, post.ticket or "")
    paused = replace(post, state="paused", pause_reason=reason, pause_until=until, free_since=None)
    return counter_event(draft, "paused", paused, reason=reason, minutes=minutes)


@undoable("resume")
def resume(draft: Draft, counter: int) -> Post:
    """Back at work. Nothing happens when the counter is open already."""
    post = draft.post(counter)
    if post.state == "open":
        return post
    name = "opened" if post.state == "closed" else "resumed"
    free = iso(draft.now) if post.ticket is None else None
    back = replace(post, state="open", pause_reason=None, pause_until=None, free_since=free)
    return counter_event(draft, name, back)


@undoable("close")
def close_counter(draft: Draft, counter: int) -> Post:
    """Closed. Refused while a ticket stands there; tickets sent to this counter go back to their services."""
    post = draft.post(counter)
    if post.ticket is not None:
        raise EngineError(
            "counter_busy",
            f"Quầy {counter} còn một phiếu. Hãy hoàn tất hoặc chuyển phiếu trước.",
            f"Counter {counter} still has a ticket. Finish or transfer it first.",
            post.ticket,
        )
    if post.state == "closed":
        return post
    for priority in (True, False):
        for _, ticket_id in draft.hall.lanes.get((counter, priority), ()):
            moved = draft.put(replace(draft.ticket(ticket_id), counter=None))
            draft.tell("ticket.returned", moved, from_counter=counter, reason="counter_closed")
    draft.change.result = None
    draft.measure("idle", post.free_since, counter, "")
    over = replace(post, state="closed", pause_reason=None, pause_until=None, free_since=None)
    return counter_event(draft, "closed", over)
