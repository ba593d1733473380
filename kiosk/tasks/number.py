"""Taking a number: which service, a warning where the line is long, the ticket, why there is none."""

from __future__ import annotations

from dataclasses import replace

from kiosk.model import Issue, Model, PaperState, Refusal, TicketGiven
from kiosk.moves import Entered, Env, Out, Tapped, go


def enter(model: Model) -> Out:
    """The list of services, or why there is none."""
    if not model.hub.connected:
        return go(model, "out_of_service"), ()
    if not model.hub.open:
        return no_number(model.hub.refusal(), model), ()
    if len(model.hub.services) == 1:  # nothing to choose: the first tap is the ticket
        return ask_first(model.hub.services[0].id, model)
    return go(model, "service"), ()


def _first(_value: str, model: Model, _env: Env) -> Out:
    """Where one queue serves everything there is no step at which priority could be declared: it has a tile."""
    return enter(replace(model, priority=True))


def no_number(refusal: Refusal, model: Model) -> Model:
    """Say why not, and what to do instead."""
    return replace(go(model, "closed"), refusal=refusal)


def ask_first(service: str, model: Model) -> Out:
    """Where the queue is long, say how long before a number is taken."""
    line = model.hub.service(service)
    if line is not None and line.long_wait and line.estimate and model.screen != "issuing":
        return replace(go(model, "busy"), wanted=service), ()
    return take(service, model)


def take(service: str, model: Model) -> Out:
    """Ask the hub for a number."""
    if model.screen == "issuing":
        return model, ()  # a double tap is one ticket
    request = model.request + 1
    model = replace(go(model, "issuing"), request=request, ticket=None, paper="asking", wanted=service)
    return model, (Issue(request, service, model.priority),)


def given(event: TicketGiven, model: Model) -> Out:
    """The hub's answer."""
    if event.request != model.request or model.screen != "issuing":
        return model, ()
    trail = model.trail[:1]
    if event.ticket is None:
        to = "closed" if event.refused else "out_of_service"
        refusal = Refusal(event.refused, model.wanted, event.opens_at) if event.refused else None
        return replace(model, screen=to, trail=trail, touched=model.now, refusal=refusal), ()
    paper = "asking" if model.hub.printer else "broken"
    done = replace(model, screen="ticket", trail=trail, ticket=event.ticket, touched=model.now, priority=False)
    return replace(done, paper=paper), ()  # type: ignore[arg-type]


def paper(event: PaperState, model: Model) -> Out:
    """What became of the paper."""
    if model.ticket is None or model.ticket.id != event.ticket:
        return model, ()
    # "Please write it down" begins when it is said, not when the number came.
    news = event.paper == "broken" and model.paper != "broken"
    return replace(model, paper=event.paper, touched=model.now if news else model.touched), ()


def _anyway(_value: str, model: Model, _env: Env) -> Out:
    return take(model.wanted, model) if model.wanted and model.screen == "busy" else (model, ())


def _for_this(_value: str, model: Model, env: Env) -> Out:
    service = env.service_of(model.procedure)
    known = any(each.id == service and each.open for each in model.hub.services)
    return ask_first(service, model) if service and known else enter(model)


TAPS: dict[str, Tapped] = {
    "priority": lambda _value, model, _env: (replace(model, priority=not model.priority), ()),
    "take": lambda value, model, _env: ask_first(value, model),
    "anyway": _anyway,
    "first": _first,
    "why": lambda value, model, _env: (no_number(model.hub.refusal(value), model), ()),
    "takefor": _for_this,
}
ENTER: dict[str, Entered] = {"service": enter}
