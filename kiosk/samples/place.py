"""Samples: a ticket's place in the line, and the keys for its number."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from kiosk.model import Model, MyTicket, TicketNow
from kiosk.samples.world import HUB, ONE
from kiosk.tasks.rating import mark_of

TICKET = TicketNow("20261123-A044", "A044", "civil-status", "waiting", "2026-11-23", None, 2, (10, 20))
TODAY = replace(HUB, day="2026-11-23")
AT = replace(ONE, screen="my_ticket", trail=("home", "scan"), hub=TODAY)
TYPING = replace(ONE, screen="ticket_number", trail=("home", "rate"), hub=TODAY)


def samples() -> dict[str, Model]:
    """Name → model. Names begin with the screen's."""

    def seen(why: str = "place", **now: Any) -> Model:
        ticket = replace(TICKET, **now)
        return replace(AT, mine=MyTicket(why, "found", ticket, 100.0, "A044"))  # type: ignore[arg-type]

    counter: dict[str, Any] = {"counter": 3, "before": None}
    states = ("called", "serving", "parked", "waiting_papers", "no_show", "done", "void")
    return {
        "my_ticket": seen(),
        "my_ticket-next": seen(before=0),
        **{f"my_ticket-{state}": seen(state=state, **counter) for state in states},
        "my_ticket-other-day": seen(state="done", day="2026-11-20", **counter),
        "my_ticket-rated": replace(seen("rate", state="done", **counter), rated=(mark_of(TICKET.id),)),
        "my_ticket-not-yet": seen("rate"),
        **{
            f"my_ticket-{state}": replace(AT, mine=MyTicket("place", state, None, 100.0, "A044"))
            for state in ("asking", "unknown", "unreachable", "other_site")
        },
        "ticket_number": replace(TYPING, mine=MyTicket("rate", "typing")),
        "ticket_number-part": replace(TYPING, mine=MyTicket("rate", "typing", typed="A04")),
        "ticket_number-no-camera": replace(TYPING, camera=False, mine=MyTicket("rate", "typing", typed="A")),
        "ticket_number-hint": replace(TYPING, hint="noticket", mine=MyTicket("rate", "typing")),
    }
