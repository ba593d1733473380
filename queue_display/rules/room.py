"""What concerns the room, not one ticket: help, emergencies, texts for all, today's services of a counter. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, Literal

from config.events import PERSONAL
from queue_display.draft import Draft, iso
from queue_display.model import Broadcast, EngineError, Help, HelpKind, HelpPlace, Post
from queue_display.posts import counter_event


def staff_signed(draft: Draft, way: Literal["in", "out"], role: str, counter: int | None = None) -> dict[str, Any]:
    """An officer came or went: who is the draft's actor, `role:code`."""
    data: dict[str, Any] = {"role": role, "actor": draft.actor}
    if counter is not None:
        data["counter"] = counter
    draft.change.events.append((f"vn.motcua.staff.signed_{way}", data))
    return {}


def ask_help(draft: Draft, where: HelpPlace, what: HelpKind, counter: int | None = None) -> Help:
    """Somebody asks for a helper. Asked again before anybody came, it is the same call."""
    if counter is not None:
        draft.post(counter)
    for each in draft.hall.helps.values():
        if (each.where, each.what, each.counter) == (where, what, counter):
            return each
    asked = Help(draft.hall.last_help + 1, where, what, iso(draft.now), counter)
    draft.change.helps[asked.id] = asked
    _help_event(draft, "asked", asked)
    return asked


def help_done(draft: Draft, help_id: int) -> Help:
    """A helper is there. Refuses an unknown call, or one that is over (404)."""
    asked = draft.hall.helps.get(help_id)
    if asked is None:
        raise EngineError(
            "unknown_help",
            "Lời nhờ này không còn nữa.",
            "This call for help is over or was never made.",
            help_id,
            sorted(draft.hall.helps),
            404,
        )
    over = replace(asked, done_at=iso(draft.now))
    draft.change.helps[help_id] = over
    _help_event(draft, "done", over)
    return over


def _help_event(draft: Draft, name: str, asked: Help) -> None:
    data: dict[str, Any] = {"help": asked.id, "where": asked.where, "what": asked.what, "actor": draft.actor}
    if asked.counter is not None:
        data["counter"] = asked.counter
    draft.change.events.append((f"vn.motcua.help.{name}", data))


def emergency(draft: Draft, counter: int) -> Post:
    """The officer needs help at once; supervisors see it, the public does not."""
    post = draft.post(counter)
    return post if post.emergency else counter_event(draft, "emergency", replace(post, emergency=True))


def emergency_clear(draft: Draft, counter: int) -> Post:
    """It is over."""
    post = draft.post(counter)
    return counter_event(draft, "emergency_over", replace(post, emergency=False)) if post.emergency else post


def set_services(draft: Draft, counter: int, services: Sequence[str] | None) -> Post:
    """Today's services of a counter; None = as the settings say. Ends with the day."""
    post = draft.post(counter)
    chosen = None if services is None else tuple(dict.fromkeys(draft.service(each).id for each in services))
    if chosen is not None and not chosen:
        raise EngineError(
            "no_service",
            "Quầy cần ít nhất một lĩnh vực. Nếu nghỉ, hãy đóng quầy.",
            "A counter needs at least one service. To stop working, close it.",
            [],
            sorted(draft.hall.services),
            422,
        )
    if chosen is not None and chosen == tuple(draft.hall.counters[counter].services):
        chosen = None
    if chosen == post.services:
        return post
    return counter_event(draft, "services", replace(post, services=chosen), services=len(chosen or ()) or None)


def broadcast(draft: Draft, vi: str, en: str, minutes: int) -> Broadcast:
    """A text for everybody, for a while: TV, matrix, touchscreen. Refuses one that carries a person's number."""
    for text in (vi, en):
        if PERSONAL.search(text):
            raise EngineError(
                "personal",
                "Thông báo không được chứa số điện thoại hay số định danh.",
                "The text must not carry a phone or identity number.",
                text,
                "words, times, counter numbers",
                422,
            )
    until = (draft.now.wall + timedelta(minutes=minutes)).isoformat(timespec="seconds")
    told = Broadcast(vi, en or vi, until)
    draft.change.notes = replace(draft.hall.notes, broadcast=told)
    data = {"minutes": minutes, "actor": draft.actor}
    draft.change.events.append(("vn.motcua.broadcast.shown", data))
    return told


def broadcast_clear(draft: Draft) -> None:
    """Take the text away; nothing happens when there is none."""
    if draft.hall.notes.broadcast is not None:
        draft.change.notes = replace(draft.hall.notes, broadcast=None)
        draft.change.events.append(("vn.motcua.broadcast.cleared", {"actor": draft.actor}))
