"""The rating: one question, a face, at most two reasons. Tied to a counter and an hour, never to a person.

A face that was touched counts, also when its owner walks away. What a child does at a screen is thanked and not
counted: many taps at once, one face after the other, one answer right upon the other, many in a minute.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace

from kiosk.model import Model, Rating, Report
from kiosk.moves import Entered, Env, Out, Tapped, go

MAX_REASONS = 2
REASONS = ("time", "attitude", "papers", "fee", "room")
RATINGS_A_MINUTE = 5
"""More answers without a ticket than this are a child at play."""
SOONEST_S = 6.0
"""No two people come, read and answer one after the other in less."""
BURST, BURST_S = 6, 3.0
"""So many taps in so many seconds are nobody's opinion."""
MOST_CHANGES = 2
"""Who changes the face more often is not answering."""
RATED_KEPT = 2000
"""Tickets of the day that have rated; a room gives out some hundreds a day."""


def mark_of(ticket: str) -> str:
    """What stands for a ticket that has rated: after a wipe not even its number is in the model."""
    return hashlib.sha256(ticket.encode()).hexdigest()[:16]


def has_rated(model: Model, ticket: str) -> bool:
    """Whether this ticket has rated here today."""
    return mark_of(ticket) in model.rated


def plays(model: Model, env: Env) -> bool:
    """Whether this answer is a child's play rather than an opinion."""
    rating = model.rating
    if rating.changes > MOST_CHANGES:
        return True
    if any(last - first < BURST_S for first, last in zip(rating.taps, rating.taps[BURST - 1 :], strict=False)):
        return True
    if rating.ticket:
        return False  # one a ticket: that limit is enough
    recent = [at for at in model.rated_at if model.now - at < 60.0]
    return len(recent) >= RATINGS_A_MINUTE or any(model.now - at < SOONEST_S for at in recent)


def leave(model: Model, env: Env) -> Out:
    """A face that was touched counts even if its owner walks away without "send"."""
    if not model.score:
        return model, ()
    recent = tuple(at for at in model.rated_at if model.now - at < 60.0)
    ticket, counted = model.rating.ticket, not plays(model, env) and not has_rated(model, model.rating.ticket)
    # A minute begins anew with every answer that was not counted, so that a long game does not count every sixth.
    model = replace(model, rated_at=recent if ticket else (*recent, model.now)[-4 * RATINGS_A_MINUTE :])
    if ticket:
        model = replace(model, rated=(*model.rated, mark_of(ticket))[-RATED_KEPT:])
    hour = model.face.hour if model.face else None
    data: list[tuple[str, object]] = [("score", model.score), ("of", env.faces), ("reasons", model.reasons)]
    counter = model.rating.counter or env.counter
    data += [("counter", counter)] if counter else []
    data.append(("hour", hour))
    return model, ((Report("rating.given", tuple(data)),) if counted else ())


def of_day(model: Model, day: str) -> Model:
    """A new day has new tickets: what was rated yesterday need not be known."""
    return replace(model, rated=()) if day and model.hub.day and day != model.hub.day else model


def _tapped(model: Model) -> Rating:
    return replace(model.rating, taps=(*model.rating.taps, model.now)[-2 * BURST :])


def _face(value: str, model: Model, env: Env) -> Out:
    if model.screen != "rate" or not value.isdigit() or not 1 <= int(value) <= env.faces:
        return model, ()
    rating, score = _tapped(model), int(value)
    last = rating.last or score
    changes = rating.changes + (score != last)
    return replace(model, score=score, rating=replace(rating, changes=changes, last=score)), ()


def _reason(reason: str, model: Model, _env: Env) -> Out:
    if model.screen != "rate" or not model.score:
        return model, ()
    model = replace(model, rating=_tapped(model))
    if reason in model.reasons:
        return replace(model, reasons=tuple(each for each in model.reasons if each != reason)), ()
    if reason not in REASONS or len(model.reasons) >= MAX_REASONS:
        return model, ()
    return replace(model, reasons=(*model.reasons, reason)), ()


def _other(_value: str, model: Model, _env: Env) -> Out:
    """Another face: the touched one was a slip of the finger."""
    return replace(model, score=0, reasons=(), rating=_tapped(model)), ()


def _send(_value: str, model: Model, env: Env) -> Out:
    if not model.score:
        return model, ()
    sent, told = leave(model, env)
    return replace(go(sent, "thanks"), score=0, reasons=(), rating=Rating()), told


def enter(model: Model) -> Out:
    """The question."""
    return replace(go(model, "rate"), score=0, reasons=(), rating=Rating()), ()


TAPS: dict[str, Tapped] = {"face": _face, "reason": _reason, "otherface": _other, "send": _send}
ENTER: dict[str, Entered] = {"rate": enter}
