"""Who comes on a simulated day, when, and how they behave. Pure: the seed decides everything.

Times are seconds since local midnight. Shares are ours, chosen so that every rule of the queue is met in a day of some
hundred people; the morning is busier than the afternoon, as desk officers report.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

How = Literal["button", "kiosk", "reception"]
Ending = Literal["done", "done_on_spot", "transfer", "park", "papers"]

WIRE_SHARE = 0.14
"""Of the people, how many press the button on the wire: a finger takes the firmware a tenth of a real second."""
PRIORITY, NO_SHOW, GIVES_UP, EARLY_BIRDS = 0.1, 0.06, 0.015, 0.02
ENDINGS: tuple[tuple[Ending, float], ...] = (
    ("done", 0.80),
    ("done_on_spot", 0.08),
    ("transfer", 0.05),
    ("park", 0.04),
    ("papers", 0.03),
)
WALK_S = (8.0, 40.0)
"""From the call to the counter."""
BUSY_SHARE = 0.62
"""How much of the counters' time the day's people take: a full but not a hopeless day."""


@dataclass(frozen=True, slots=True)
class Person:
    """One visitor. `returns_after` is None for somebody who is called in vain and never comes back."""

    at: float
    service: str
    how: How
    priority: bool
    walk_s: float
    turn_s: float
    ending: Ending
    comes: bool = True
    returns_after: float | None = None
    gives_up_after: float | None = None
    outside: bool = False
    """Came before the doors open or in the lunch break."""


@dataclass(frozen=True, slots=True)
class Workload:
    """A service as the day sees it: usual minutes of a turn, and how many counters serve it."""

    minutes: float
    counters: int
    button: bool


def make_people(
    seed: int,
    tickets: int,
    services: Mapping[str, Workload],
    spans: Sequence[tuple[float, float]],
    early_s: float = 0.0,
) -> list[Person]:
    """`tickets` people within the hours and a few outside them, in the order of their coming.

    `spans`: when numbers are issued, ascending, seconds since midnight; `early_s`: so long before one they already are.
    """
    rng = random.Random(seed)
    names = sorted(services)
    weights = [services[name].counters / services[name].minutes for name in names]
    chosen = rng.choices(names, weights, k=tickets)
    worked = sum(end - start for start, end in spans)
    people = []
    for name in chosen:
        load = services[name]
        expected = max(1, chosen.count(name))
        # The usual turn, or a shorter one when so many come that nobody could go home.
        usual = min(load.minutes * 60, BUSY_SHARE * worked * load.counters / expected)
        people.append(_person(rng, name, load, usual, _moment(rng, spans)))
    people += _outside(rng, names, spans, early_s, round(tickets * EARLY_BIRDS))
    return sorted(people, key=lambda each: each.at)


def _moment(rng: random.Random, spans: Sequence[tuple[float, float]]) -> float:
    # The earlier half of each span is twice as busy as the later one.
    lengths = [end - start for start, end in spans]
    start, end = rng.choices(list(spans), lengths)[0]
    return start + (end - start) * min(rng.random(), rng.triangular(0.0, 1.0, 0.15))


def _person(rng: random.Random, service: str, load: Workload, usual_s: float, at: float) -> Person:
    how: How = "kiosk" if rng.random() < 0.85 else "reception"
    if load.button and rng.random() < WIRE_SHARE:
        how = "button"
    comes = rng.random() >= NO_SHOW
    back = rng.uniform(300, 1500) if not comes and rng.random() < 0.6 else None
    return Person(
        at=at,
        service=service,
        how=how,
        # A button on the wall has no second button for priority.
        priority=how != "button" and rng.random() < PRIORITY,
        walk_s=rng.uniform(*WALK_S),
        turn_s=max(20.0, usual_s * rng.lognormvariate(-0.1, 0.45)),
        ending=rng.choices([name for name, _ in ENDINGS], [share for _, share in ENDINGS])[0],
        comes=comes,
        returns_after=back,
        gives_up_after=rng.uniform(600, 2400) if rng.random() < GIVES_UP else None,
    )


def _outside(
    rng: random.Random, names: Sequence[str], spans: Sequence[tuple[float, float]], early_s: float, count: int
) -> list[Person]:
    gaps = [(spans[0][0] - early_s - 900, spans[0][0] - early_s - 60)]
    gaps += [
        (end + 60, start - early_s - 60) for (_, end), (start, _) in pairwise(spans) if start - early_s - end > 600
    ]
    found = []
    for _ in range(count):
        start, end = rng.choice(gaps)
        person = Person(rng.uniform(start, end), rng.choice(names), "kiosk", False, 20.0, 60.0, "done", outside=True)
        found.append(person)
    return found
