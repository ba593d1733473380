"""Procedures: the most asked, fields, lists, one procedure; its fee's sums, its list on paper or on a phone."""

from __future__ import annotations

from dataclasses import replace

from kiosk.model import ListState, Model, PrintList, Reading
from kiosk.moves import Entered, Env, Out, Tapped, go

MOST_PAGES, MOST_COPIES = 999, 99
OF_SERVICE = "@"
"""`field` of a list that is not a field's but everything one queue serves: `@civil-status`."""


def _procedure(code: str, model: Model, _env: Env) -> Out:
    return replace(go(model, "procedure"), procedure=code, reading=Reading()), ()


def _prepare(_value: str, model: Model, _env: Env) -> Out:
    """Somebody waits with a number: the papers of what it was taken for, or of what that queue serves."""
    if model.ticket is None:
        return go(model, "popular"), ()
    if model.procedure:
        return go(model, "procedure"), ()
    return replace(go(model, "list"), field=OF_SERVICE + model.ticket.service), ()


def _step(value: str, now: int, most: int) -> int:
    steps = {"up": 1, "down": -1, "more": 10, "less": -10}
    return max(1, min(most, now + steps.get(value, 0)))


def _pages(value: str, model: Model, _env: Env) -> Out:
    reading = replace(model.reading, pages=_step(value, model.reading.pages, MOST_PAGES))
    return replace(model, reading=reading), ()


def _copies(value: str, model: Model, _env: Env) -> Out:
    reading = replace(model.reading, copies=_step(value, model.reading.copies, MOST_COPIES))
    return replace(model, reading=reading), ()


def _print(_value: str, model: Model, _env: Env) -> Out:
    # One list a visit is enough; what waits for paper would come twice.
    if not model.procedure or model.reading.slip not in ("", "failed"):
        return model, ()
    if not model.hub.connected or not model.hub.printer:
        slip = "no_paper" if model.hub.connected else "failed"
        return replace(model, reading=replace(model.reading, slip=slip)), ()  # type: ignore[arg-type]
    request = model.request + 1
    reading = replace(model.reading, slip="asking", request=request)
    return replace(model, request=request, reading=reading), (PrintList(request, model.procedure, model.language),)


def printed(event: ListState, model: Model) -> Out:
    """What became of the list's paper."""
    if model.reading.slip != "asking" or event.request != model.reading.request:
        return model, ()
    return replace(model, reading=replace(model.reading, slip=event.slip), touched=model.now), ()


def _carry(model: Model) -> Out:
    return (go(model, "carry") if model.procedure else model), ()


def _sums(model: Model) -> Out:
    return (go(model, "sums") if model.procedure else model), ()


TAPS: dict[str, Tapped] = {
    "field": lambda value, model, _env: (replace(go(model, "list"), field=value), ()),
    "procedure": _procedure,
    "prepare": _prepare,
    "pages": _pages,
    "copies": _copies,
    "print": _print,
}
ENTER: dict[str, Entered] = {"carry": _carry, "sums": _sums}
