"""Boards by time: two calls in one moment are both seen, in order, and nothing is shown that is over."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from config.settings import Settings
from queue_display import engine
from queue_display.board import Boards, Rotation, Turnstile
from queue_display.draft import Draft
from queue_display.hall import Hall
from queue_display.model import Now

VN = timezone(timedelta(hours=7))
START = datetime(2026, 11, 20, 8, 0, tzinfo=VN)
LEAST, CALL = 4.0, 15.0


def call(number: int, times: int = 1) -> tuple[str, int]:
    return (f"A{number:03d}", times)


# -- a panel with fewer rows than calls


def test_two_calls_a_tenth_of_a_second_apart_are_both_seen_on_one_row() -> None:
    row = Turnstile(1, LEAST)
    assert row.step([call(1)], 0.0) == [call(1)]
    both = [call(1), call(2)]
    assert row.step(both, 0.1) == [call(1)]
    assert row.step(both, 3.9) == [call(1)]
    assert row.step(both, 4.0) == [call(2)]
    assert row.step(both, 60.0) == [call(2)], "the newest stays"
    assert row.step([call(1)], 61.0) == [call(1)], "and gives its place back"


def test_a_recall_is_a_call_of_its_own() -> None:
    rows = Turnstile(2, LEAST)
    rows.step([call(1), call(2), call(3)], 0.0)
    assert rows.step([call(1), call(2), call(3)], 5.0) == [call(3), call(2)]
    assert rows.step([call(2), call(3), call(1, 2)], 6.0) == [call(1, 2), call(3)]


@st.composite
def days(draw: st.DrawFn) -> list[tuple[float, float]]:
    """Calls as (from, until)."""
    begins = draw(st.lists(st.floats(0, 60), min_size=1, max_size=12))
    return [(begin, begin + draw(st.floats(20, 200))) for begin in sorted(begins)]


@given(days(), st.integers(1, 4))
@settings(max_examples=60, deadline=None)
def test_nobody_is_overwritten_before_the_least_time(calls: list[tuple[float, float]], places: int) -> None:
    gate = Turnstile(places, LEAST)
    stood: dict[tuple[str, int], float] = {}
    had: set[tuple[str, int]] = set()
    step = 0.25
    for tick in range(1200):
        now = tick * step
        alive = [call(n) for n, (begin, end) in enumerate(calls) if begin <= now < end]
        shown = gate.step(alive, now)
        assert len(shown) == min(places, len(alive)), "no place stays empty while somebody waits for it"
        assert shown == [key for key in reversed(alive) if key in shown], "newest first"
        for key in set(stood) - set(shown) - had:  # who comes back later has had its time
            left = next(n for n in range(len(calls)) if call(n) == key)
            assert stood[key] >= LEAST - step or calls[left][1] <= now
            had.add(key)
        stood = {key: stood.get(key, 0.0) + step for key in shown}


# -- one line of text


def test_calls_take_turns_on_one_line_until_the_playlist_goes_on() -> None:
    line = Rotation(LEAST, CALL)
    both = [(call(1), 0.0), (call(2), 0.0)]
    assert line.step(both[:1], None, 0.0) == call(1)
    seen = [line.step(both, None, 0.1 + tick / 10) for tick in range(160)]
    order = [key for n, key in enumerate(seen) if n == 0 or seen[n - 1] != key]
    assert order == [call(1), call(2), call(1), call(2), None], "each whole, none cut in the middle"
    assert line.step([*both, (call(3), 0.0)], None, 20.0) == call(3)


def test_a_call_over_while_it_waits_is_not_shown() -> None:
    line = Rotation(LEAST, CALL)
    line.step([(call(1), 0.0), (call(2), 0.0)], None, 0.0)
    assert line.step([(call(1), 0.0)], None, 2.0) == call(1)
    assert line.step([(call(1), 0.0)], None, 6.0) == call(1)
    assert line.step([], None, 7.0) is None


def test_a_broadcast_goes_before_all_and_then_gives_way_to_calls() -> None:
    line = Rotation(LEAST, CALL)
    news = ("broadcast x", 0)
    line.step([(call(1), 0.0)], None, 0.0)
    assert line.step([(call(1), 0.0)], news, 1.0) == news
    assert line.step([(call(1), 0.0), (call(2), 0.0)], news, 10.0) == news
    assert line.step([(call(1), 0.0), (call(2), 0.0)], news, 16.0) == call(2), "1 was seen, 2 never"
    assert line.step([(call(2), 0.0)], news, 40.0) is None, "the line shows the broadcast in place of the playlist"


@given(st.lists(st.floats(0, 40), min_size=1, max_size=10))
@settings(max_examples=60, deadline=None)
def test_every_call_has_its_time_on_the_line_in_order(begins: list[float]) -> None:
    line = Rotation(LEAST, CALL)
    begins = sorted(begins)
    first: dict[tuple[str, int], float] = {}
    runs: list[tuple[tuple[str, int] | None, float]] = []
    for tick in range(1000):
        now = tick / 4
        alive = [(call(n), 0.0) for n, begin in enumerate(begins) if begin <= now]
        key = line.step(alive, None, now)
        if key and key not in first:
            first[key] = now
        if not runs or runs[-1][0] != key:
            runs.append((key, now))
    assert list(first) == [call(n) for n in range(len(begins))], "all, in the order of the calls"
    for (key, since), (_, until) in zip(runs, runs[1:], strict=False):
        if key:
            assert until - since >= LEAST - 0.25
    assert runs[-1][0] is None


# -- a whole room


def settings_of(**more: Any) -> Settings:
    counters = [{"id": n, "services": ["s"], "lounge": "tren" if n == 3 else ""} for n in (1, 2, 3)]
    boards = [
        {"id": "c1", "kind": "counter", "counter": 1, "address": 0},
        {"id": "main", "kind": "main", "address": 1, "rows": 1, "least_s": LEAST},
        {"id": "line", "kind": "matrix", "address": 2, "least_s": LEAST, "call_s": CALL},
        {"id": "up", "kind": "matrix", "address": 3, "lounge": "tren"},
    ]
    raw = {
        "services": [{"id": "s", "letter": "A", "name": "S", "name_en": "S"}],
        "counters": counters,
        "boards": boards,
        "lounges": [{"id": "tren", "name": "Tầng 2"}],
        "playlist": [{"id": "p", "vi": "Mời ông/bà đọc", "en": "Please read"}],
    }
    return Settings.model_validate(raw | more)


class Room:
    def __init__(self, site: Settings) -> None:
        self.hall = Hall.of(site, START.date(), "k3f9a1c2")
        self.boards = Boards(site)
        self.t = 0.0
        self.broadcast: dict[str, Any] | None = None
        self.rev = 0

    @property
    def now(self) -> Now:
        return Now(START + timedelta(seconds=self.t), "trusted", uptime=1000 + self.t)

    def run(self, rule: Any, *arguments: Any) -> None:
        draft = Draft(self.hall, self.now, "clerk:test")
        rule(draft, *arguments)
        self.hall.apply(draft.change)
        self.step()

    def step(self, seconds: float = 0.0) -> bool:
        self.t += seconds
        self.rev += 1
        return self.boards.step(self.hall, self.broadcast, self.now, self.rev)

    def shown(self, board: str) -> Any:
        content = next(each for each in self.boards.contents() if each["id"] == board)
        return content.get("rows", content.get("text"))


def test_a_room_where_two_clerks_press_at_once() -> None:
    room = Room(settings_of())
    room.step()
    for _ in range(3):
        room.run(engine.issue, "s")
    assert room.shown("line") == "Mời ông/bà đọc"
    room.run(engine.call_next, 1)
    room.step(0.1)
    room.run(engine.call_next, 2)
    assert room.shown("c1") == "A001"
    assert room.shown("main") == [{"number": "A001", "counter": 1}]
    assert room.shown("line") == "Mời số A001 đến Quầy 1"
    rev = room.rev
    assert not room.step(0.1), "nothing changes, no revision is used"
    assert room.step(4)
    assert room.shown("main") == [{"number": "A002", "counter": 2}]
    assert room.shown("line") == "Mời số A002 đến Quầy 2"
    assert room.boards.contents(rev)[0]["rev"] == room.rev
    assert room.shown("up") == "Mời ông/bà đọc", "the other room's line is for its own counters"
    room.run(engine.call_next, 3)
    assert room.shown("up") == "Mời số A003 đến Quầy 3"
    for _ in range(30):
        room.step(1)
    assert room.shown("line") == "Mời ông/bà đọc", "after the calls the playlist goes on"
    assert room.shown("c1") == "A001", "who is at a counter stays on its board"


def test_a_panel_of_one_waiting_room_shows_its_own_counters_only() -> None:
    panels = [
        {"id": "all", "kind": "main", "address": 1},
        {"id": "up", "kind": "main", "address": 2, "lounge": "tren"},
    ]
    room = Room(settings_of(boards=panels))
    for counter in (1, 3):
        room.run(engine.issue, "s")
        room.t += 1
        room.run(engine.call_next, counter)
    assert [row["counter"] for row in room.shown("all")] == [3, 1], "newest first"
    assert [row["counter"] for row in room.shown("up")] == [3]


def test_a_broadcast_stands_for_the_playlist_and_on_the_tv() -> None:
    room = Room(settings_of())
    room.step()
    idle = room.boards.idle()
    assert idle is not None
    assert idle["item"]["vi"] == "Mời ông/bà đọc"
    assert idle["items"] == [{"id": "p", "kind": "notice", "vi": "Mời ông/bà đọc", "en": "Please read"}]
    room.broadcast = {"vi": "Xin nghỉ 10 phút", "en": "Ten minutes' break", "until": "2026-11-20T08:10:00+07:00"}
    assert room.step(1)
    assert room.shown("line") == "Xin nghỉ 10 phút"
    idle = room.boards.idle(after=room.rev - 1)
    assert idle is not None
    assert (idle["item"]["kind"], idle["item"]["en"]) == ("broadcast", "Ten minutes' break")
    room.run(engine.issue, "s")
    room.t += 30
    room.run(engine.call_next, 1)
    assert room.shown("line") == "Mời số A001 đến Quầy 1"
    room.broadcast = None
    assert room.step(20)
    assert room.shown("line") == "Mời ông/bà đọc"
    idle = room.boards.idle(after=room.rev - 1)
    assert idle is not None
    assert idle["item"]["id"] == "p"


def test_a_restart_does_not_call_again_who_was_called_an_hour_ago() -> None:
    room = Room(settings_of())
    room.step()
    room.run(engine.issue, "s")
    room.run(engine.call_next, 1)
    room.t += 3600
    room.boards = Boards(settings_of())
    room.step()
    assert room.shown("c1") == "A001"
    assert room.shown("main") == [{"number": "A001", "counter": 1}]
    assert room.shown("line") == "Mời ông/bà đọc"


def test_without_a_playlist_the_notices_of_the_site_take_turns() -> None:
    room = Room(settings_of(playlist=[], site={"notices": ["Một", "Hai"]}))
    seen = set()
    for _ in range(200):
        room.step(1)
        seen.add(room.shown("line"))
    assert seen == {"Một", "Hai"}
