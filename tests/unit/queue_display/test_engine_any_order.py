"""Whatever people do in whatever order: the invariants of the hall hold, and no two tickets share a number."""

from __future__ import annotations

import contextlib

from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from queue_display import day, engine, posts, printing
from queue_display.model import EngineError
from tests.unit.queue_display.room import Room

COUNTERS = st.sampled_from([1, 2, 3])
SERVICES = st.sampled_from(["civil", "land"])
VERBS = st.sampled_from(
    [engine.recall, engine.no_show, engine.start, engine.done, engine.done_on_spot, engine.park, engine.transfer]
)
TICKET_VERBS = st.sampled_from([engine.cancel, engine.void, engine.finish_on_spot, engine.put_back])


class Visit(RuleBasedStateMachine):
    """A day in the room."""

    @initialize()
    def begin(self) -> None:
        self.room = Room()
        self.numbers: set[tuple[str, str]] = set()

    def attempt(self, rule_: object, *args: object, **kwargs: object) -> None:
        before = self.room.hall.totals.copy()
        try:
            self.room.do(rule_, *args, **kwargs)  # type: ignore[arg-type]
        except EngineError as error:
            assert error.vi and error.en
            assert self.room.hall.totals == before, "a refusal changes nothing"

    @rule(service=SERVICES, priority=st.booleans())
    def issue(self, service: str, priority: bool) -> None:
        ticket = self.room.do(engine.issue, service, priority=priority)
        key = (ticket.service_day, ticket.number)
        assert key not in self.numbers
        self.numbers.add(key)

    @rule(counter=COUNTERS)
    def next(self, counter: int) -> None:
        self.attempt(engine.call_next, counter)

    @rule(counter=COUNTERS, verb=VERBS)
    def act(self, counter: int, verb: object) -> None:
        self.attempt(verb, counter)

    @rule(verb=TICKET_VERBS, at=st.integers(0, 30))
    def on_ticket(self, verb: object, at: int) -> None:
        tickets = list(self.room.hall.tickets)
        if tickets:
            self.attempt(verb, tickets[at % len(tickets)])

    @rule(counter=COUNTERS, at=st.integers(0, 30))
    def call_one(self, counter: int, at: int) -> None:
        tickets = list(self.room.hall.tickets)
        if tickets:
            self.attempt(engine.call_one, tickets[at % len(tickets)], counter)

    @rule(counter=COUNTERS, verb=st.sampled_from([posts.resume, posts.close_counter]))
    def post(self, counter: int, verb: object) -> None:
        self.attempt(verb, counter)

    @rule(at=st.integers(0, 30), state=st.sampled_from(["printed", "no_paper", "failed", "unknown"]))
    def print(self, at: int, state: str) -> None:
        jobs = list(self.room.hall.jobs.values())
        if jobs:
            job = jobs[at % len(jobs)]
            with contextlib.suppress(EngineError):
                self.room.do(printing.take, job)
                self.room.do(printing.report, self.room.hall.jobs[job.id], state)

    @rule(days=st.integers(-2, 2), trust=st.sampled_from(["trusted", "holdover", "untrusted"]))
    def time(self, days: int, trust: str) -> None:
        self.room.move(3600, days=days, trust=trust)  # type: ignore[arg-type]
        new = day.due(self.room.hall, self.room.moment)
        if new is not None:
            self.room.do(day.roll, new)

    @invariant()
    def whole(self) -> None:
        if hasattr(self, "room"):
            self.room.check()


Visit.TestCase.settings = hypothesis_settings(max_examples=60, stateful_step_count=40, deadline=None)
TestVisit = Visit.TestCase
