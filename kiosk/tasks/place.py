"""A ticket of ours, scanned or typed: which place in the line it has, or that its person may rate now."""

from __future__ import annotations

from dataclasses import replace

from kiosk.model import AskTicket, Model, MyTicket, Rating, Scanned, TicketSeen, Watch
from kiosk.moves import Entered, Env, Out, Tapped, go
from kiosk.tasks.rating import has_rated

ASK_AGAIN_S = 3.0
"""A place in the line is asked for again when the hub has changed, at most so often."""
RATES = ("serving", "done", "done_on_spot")
"""States in which a person has been served and may say how it was."""
MOVES = ("waiting", "called", "serving", "parked", "waiting_papers", "no_show")
"""States that go on changing while somebody looks."""


def scanned(event: Scanned, model: Model, env: Env) -> Out:
    """A paper before the camera: one of our tickets, of this site, is asked for."""
    if event.kind != "ticket" or not event.code:
        return replace(model, touched=model.now, warn_left=None, hint="noticket"), ()
    parts = event.code.split("/")
    if len(parts) != 4:
        return replace(model, touched=model.now, warn_left=None, hint="unknown"), ()
    _mark, site, day, number = parts
    why = model.mine.why if model.mine and model.screen == "ticket_number" else "place"
    if env.site and site != env.site:
        return replace(_shown(model), mine=MyTicket(why, "other_site")), (Watch(False),)
    return _ask(model, f"{day}-{number}", why == "rate")


def _shown(model: Model) -> Model:
    return model if model.screen == "my_ticket" else go(model, "my_ticket")


def _ask(model: Model, ticket: str, rate: bool) -> Out:
    request = model.request + 1
    mine = MyTicket("rate" if rate else "place", "asking", None, model.now, ticket.rpartition("-")[2])
    asked = replace(_shown(model), request=request, mine=mine, touched=model.now, warn_left=None)
    return asked, (AskTicket(request, ticket), Watch(False))


def seen(event: TicketSeen, model: Model) -> Out:
    """The hub's answer."""
    if event.request != model.request or model.screen != "my_ticket" or model.mine is None:
        return model, ()
    if event.ticket is None:
        # A place that was known stays on the screen while the hub is away: the next change asks again.
        known = model.mine.seen is not None and event.why == "unreachable"
        return (model if known else replace(model, mine=replace(model.mine, state=event.why or "unknown"))), ()
    mine = replace(model.mine, state="found", seen=event.ticket)
    model = replace(model, mine=mine)
    if mine.why == "rate" and may_rate(model):
        ticket = event.ticket
        rating = Rating(ticket.id, ticket.counter)
        trail = tuple(each for each in model.trail if each not in ("ticket_number", "rate"))
        return replace(model, screen="rate", trail=trail, rating=rating, score=0, reasons=(), page=0), ()
    return model, ()


def may_rate(model: Model) -> bool:
    """Whether the ticket on the screen has been served today and not yet rated here."""
    ticket = model.mine.seen if model.mine else None
    return (
        ticket is not None
        and ticket.state in RATES
        and (not model.hub.day or ticket.day == model.hub.day)
        and not has_rated(model, ticket.id)
    )


def follow(model: Model) -> Out:
    """The hub has changed: ask again, while somebody looks at a ticket that moves."""
    ticket = model.mine.seen if model.mine else None
    if model.screen != "my_ticket" or model.mine is None or ticket is None or ticket.state not in MOVES:
        return model, ()
    if not model.hub.connected or model.now - model.mine.asked_at < ASK_AGAIN_S:
        return model, ()
    request = model.request + 1
    return replace(model, request=request, mine=replace(model.mine, asked_at=model.now)), (
        AskTicket(request, ticket.id),
    )


def enter_number(model: Model) -> Out:
    """Type a ticket's number, or hold it before the camera."""
    model = replace(
        go(model, "ticket_number"),
        mine=MyTicket("rate" if model.screen == "rate" else "place", "typing"),
        score=0,
        reasons=(),
    )
    return model, ((Watch(True),) if model.camera else ())


def _typed(_value: str, model: Model, _env: Env) -> Out:
    """The number is typed: A42 is A042."""
    mine = model.mine
    if model.screen != "ticket_number" or mine is None or len(mine.typed) < 2 or not model.hub.day:
        return model, ()
    number = f"{mine.typed[0]}{int(mine.typed[1:]):03}"
    return _ask(model, f"{model.hub.day.replace('-', '')}-{number}", mine.why == "rate")


def _rate_this(_value: str, model: Model, _env: Env) -> Out:
    ticket = model.mine.seen if model.mine else None
    if model.screen != "my_ticket" or ticket is None or not may_rate(model):
        return model, ()
    return replace(go(model, "rate"), rating=Rating(ticket.id, ticket.counter), score=0, reasons=()), ()


TAPS: dict[str, Tapped] = {"askticket": _typed, "ratethis": _rate_this}
ENTER: dict[str, Entered] = {"ticket_number": enter_number}
