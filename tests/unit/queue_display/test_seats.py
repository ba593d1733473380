"""Seats without a hub: who has which, over take-overs, lost links, restarts, in any order."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from queue_display.hub.seats import Seats

SINCE = "2026-11-23T07:42:00+07:00"


class Page:
    def __init__(self) -> None:
        self.told: list[str] = []

    def send(self, text: str) -> None:
        self.told.append(text)


def seats(now: list[float], grace_s: float = 20.0, idle_s: float = 3600.0) -> Seats:
    return Seats(grace_s, idle_s, lambda: now[0])


def test_a_stream_is_the_pulse() -> None:
    now, page = [0.0], Page()
    room = seats(now)
    room.take(1, "a", "cb-1", "clerk", SINCE, 5)
    room.joined("a", page)
    now[0] = 500.0
    assert room.at(1) is not None
    room.left("a", page)
    now[0] = 515.0
    assert room.at(1) is not None, "within the grace"
    now[0] = 521.0
    assert room.at(1) is None


def test_who_left_last_sits_there_again_and_who_lost_it_does_not() -> None:
    now = [0.0]
    room = seats(now)
    room.take(1, "a", "cb-1", "clerk", SINCE, 5)
    now[0] = 100.0
    assert room.standing("a", "cb-1", "clerk", {1: (5, SINCE)}).held == {1}
    room.take(1, "b", "cb-2", "clerk", SINCE, 9)
    room.end("b")
    assert room.at(1) is None
    assert room.standing("a", "cb-1", "clerk", {1: (5, SINCE)}).lost == {1}, "somebody sat there since"


def test_a_request_from_before_standing_up_does_not_sit_down_again() -> None:
    room = seats([0.0])
    room.take(2, "a", "cb-2", "clerk", SINCE, 5)
    room.leave(2, "a")
    late = room.standing("a", "cb-2", "clerk", {2: (5, SINCE)})
    assert not late.held
    assert room.at(2) is None, "a colleague may sit down without asking"
    room.take(2, "a", "cb-2", "clerk", SINCE, 7)  # the revision has gone on since
    assert room.standing("a", "cb-2", "clerk", {2: (7, SINCE)}).held == {2}


def test_idle_counts_acts_and_not_looking() -> None:
    now, page = [0.0], Page()
    room = seats(now, idle_s=100.0)
    assert not room.over("a")
    room.joined("a", page)
    now[0] = 90.0
    room.acted("a")
    now[0] = 180.0
    assert not room.over("a")
    now[0] = 191.0
    assert room.over("a")


class Restarts(RuleBasedStateMachine):
    """Officers take seats, leave, come back; the hub forgets everything at any moment. Cookies are all that stays."""

    def __init__(self) -> None:
        super().__init__()
        self.now = [0.0]
        self.room = seats(self.now)
        self.rev = 0
        self.cookies: dict[str, dict[int, tuple[int, str]]] = {}

    @rule(sid=st.sampled_from("abcd"), counter=st.integers(1, 3))
    def take(self, sid: str, counter: int) -> None:
        self.rev += 1
        self.room.take(counter, sid, sid, "clerk", SINCE, self.rev)
        self.cookies.setdefault(sid, {})[counter] = (self.rev, SINCE)

    @rule(sid=st.sampled_from("abcd"))
    def ask(self, sid: str) -> None:
        claims = self.cookies.get(sid, {})
        standing = self.room.standing(sid, sid, "clerk", claims)
        assert standing.held | standing.lost == set(claims)
        assert not standing.held & standing.lost

    @rule(seconds=st.floats(0, 60))
    def time_passes(self, seconds: float) -> None:
        self.now[0] += seconds

    @rule()
    def restart(self) -> None:
        self.room = seats(self.now)

    @rule()
    def everybody_comes_back(self) -> None:
        """Once all have been heard, the latest claim of each counter sits there, in whatever order they came."""
        for _ in range(2):
            for sid, claims in self.cookies.items():
                self.room.standing(sid, sid, "clerk", claims)
        for counter in (1, 2, 3):
            claimed = [(claims[counter][0], sid) for sid, claims in self.cookies.items() if counter in claims]
            if claimed:
                seat = self.room.at(counter)
                assert seat is not None
                assert seat.sid == max(claimed)[1]

    @invariant()
    def nobody_holds_what_another_holds(self) -> None:
        for counter in (1, 2, 3):
            holders = [
                sid
                for sid, claims in self.cookies.items()
                if counter in claims and (seat := self.room.at(counter)) is not None and seat.sid == sid
            ]
            assert len(holders) <= 1


TestRestarts = Restarts.TestCase
TestRestarts.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
