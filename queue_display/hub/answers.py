"""How a route runs a rule and what it answers: one line a route in `api*.py`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import Request

from queue_display.desk import Desk
from queue_display.draft import Draft
from queue_display.hub.gatekeeper import Json, asked
from queue_display.model import Post, Ticket

TicketRule = Callable[[Draft], Ticket | None]


def ticket_answer(request: Request, desk: Desk, rule: TicketRule) -> Json:
    """Run a rule that gives a ticket; answer `{rev, ticket}` after the commit."""

    def command(draft: Draft) -> dict[str, Any]:
        ticket = rule(draft)
        return {"ticket": ticket.as_json() if ticket is not None else None}

    return Json(desk.run(asked(request), command))


def counter_answer(request: Request, desk: Desk, counter: int, rule: Callable[[Draft], Post]) -> Json:
    """Run a rule that gives a counter; answer `{rev, counter}` after the commit."""

    def command(draft: Draft) -> dict[str, Any]:
        post = rule(draft)
        pause = {"reason": post.pause_reason, "until": post.pause_until} if post.state == "paused" else None
        out = {"id": counter, "state": post.state, "pause": pause, "ticket": post.ticket}
        services = draft.hall.counters[counter].services if post.services is None else post.services
        return {"counter": {**out, "services": list(services), "emergency": post.emergency}}

    return Json(desk.run(asked(request), command))


def plain_answer(request: Request, desk: Desk, rule: Callable[[Draft], dict[str, Any]]) -> Json:
    """Run a rule that gives what the answer carries besides `rev`."""
    return Json(desk.run(asked(request), rule))
