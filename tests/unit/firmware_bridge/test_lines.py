"""The rules of a button's line, with time as a number."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.panels.lines import QUIET_MS, STUCK_MS, Line, Stamps


def line() -> Line:
    made = Line(20, 300)
    made.look(False, 0)
    return made


def presses(target: Line, edges: list[tuple[bool, int]], end: int) -> int:
    """Edges at their times, looked at every 5 ms until `end`."""
    count, at = 0, 0
    for now in range(0, end, 5):
        while at < len(edges) and edges[at][1] <= now:
            count += target.edge(*edges[at])
            at += 1
        count += target.look(edges[at - 1][0] if at else False, now)
    return count


@pytest.mark.parametrize(
    ("edges", "count"),
    [
        ([(True, 100), (False, 200)], 1),
        ([(True, 100), (False, 119)], 0),
        ([(True, 100), (False, 104), (True, 108), (False, 112), (True, 116), (False, 200)], 1),
        ([(True, 100), (False, 200), (True, 230), (False, 330)], 1),
        ([(True, 100), (False, 200), (True, 399), (False, 500)], 1),
        ([(True, 100), (False, 200), (True, 400), (False, 500)], 2),
    ],
    ids=["tap", "spike", "bounce", "double tap", "just within 300 ms", "just after 300 ms"],
)
def test_what_is_a_press(edges: list[tuple[bool, int]], count: int) -> None:
    assert presses(line(), edges, 1500) == count


def test_edges_that_come_late_count_by_their_own_time() -> None:
    late = line()
    assert late.edge(True, 100) is False
    assert late.edge(False, 170) is True, "70 ms held, although nobody looked meanwhile"
    late.look(False, 900)
    assert late.edge(True, 1000) is False
    assert late.edge(False, 1010) is False


def test_a_look_before_the_edge_arrives_does_not_shorten_the_tap() -> None:
    busy = line()
    assert not busy.look(True, 155)  # pressed since 100, the driver's thread has not come to tell yet
    counted = busy.edge(True, 100) + busy.edge(False, 170)
    assert counted == 1


def test_a_spike_is_none_while_its_end_has_not_arrived() -> None:
    busy = line()
    assert not busy.edge(True, 100)
    assert not busy.look(False, 130), "the level is back already, only its edge is late"
    assert not busy.edge(False, 110)
    assert not busy.look(False, 700)


def test_a_lost_edge_is_made_up_for() -> None:
    deaf = line()
    counted = sum(deaf.look(True, now) for now in range(100, 1000, 5))
    assert counted == 1
    assert deaf.pressed
    assert not any(deaf.look(False, now) for now in range(1000, 2000, 5))
    assert not deaf.pressed


def test_held_at_the_start_is_no_press() -> None:
    held = Line(20, 300)
    assert not any(held.look(True, now) for now in range(0, 3000, 5))
    assert not held.edge(False, 3000)
    assert not held.look(False, 3050)
    held.edge(True, 4000)
    assert held.look(True, 4050)


def test_stuck_is_left_out_and_back_when_released() -> None:
    stuck = line()
    stuck.edge(True, 1000)
    assert stuck.look(True, 1030)
    stuck.look(True, 1000 + STUCK_MS - 1)
    assert stuck.trouble == ""
    stuck.look(True, 1000 + STUCK_MS)
    assert stuck.trouble == "stuck"
    stuck.edge(False, 50_000)
    stuck.look(False, 50_000 + QUIET_MS - 1)
    assert stuck.trouble == "stuck"
    stuck.look(False, 50_000 + QUIET_MS)
    assert stuck.trouble == ""
    stuck.edge(True, 60_000)
    assert stuck.look(True, 60_030)


@pytest.mark.parametrize("period", [6, 10, 20, 47, 80])
def test_chatter_is_left_out_within_a_second_and_makes_few_presses(period: int) -> None:
    loose = line()
    count = 0
    for n in range(5000 // period):
        count += loose.edge(n % 2 == 0, 1000 + n * period)
    assert loose.trouble == "chatter"
    assert count <= 3
    end = 1000 + 5000 + QUIET_MS + 100
    loose.look(False, end - QUIET_MS)
    loose.look(False, end)
    loose.look(False, end + QUIET_MS)
    assert loose.trouble == ""


def test_an_impatient_finger_is_no_chatter() -> None:
    finger = line()
    for n in range(30):  # four taps a second for seven seconds, each with a bounce at both ends
        for level, dt in ((True, 0), (False, 3), (True, 6), (False, 100), (True, 103), (False, 106)):
            finger.edge(level, 1000 + n * 250 + dt)
        assert finger.trouble == ""


@given(st.lists(st.integers(1, 19), max_size=400))
def test_nothing_that_never_holds_20_ms_is_a_press(gaps: list[int]) -> None:
    noisy, now, level = line(), 1000, False
    for gap in gaps:
        now += gap
        level = not level
        assert not noisy.edge(level, now)
    assert not noisy.edge(False, now + 19)


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 400)), max_size=60), st.integers(1, 60))
def test_presses_are_never_closer_than_300_ms(steps: list[tuple[bool, int]], look: int) -> None:
    any_line, now = line(), 1000
    counted: list[int] = []
    for level, gap in steps:
        for at in range(now, now + gap, look):
            if any_line.look(any_line.pressed if any_line.settled else not any_line.pressed, at):
                counted.append(at)
        now += gap
        if any_line.edge(level, now):
            counted.append(now)
    starts = sorted(counted)
    assert all(b - a >= 280 - look for a, b in zip(starts, starts[1:], strict=False))


def test_stamps_of_the_kernel_count_as_they_are() -> None:
    stamps = Stamps()
    assert stamps.at(99_000, 100_000) == 99_000
    assert stamps.at(99_070, 105_000) == 99_070, "handed over six seconds late"
    assert stamps.at(105_001, 105_000) == 105_000, "never in the future"


def test_stamps_of_any_clock_and_of_one_that_jumps() -> None:
    stamps = Stamps()
    assert stamps.at(5_000_000, 1000) == 1000
    assert stamps.at(5_000_100, 1400) == 1100, "handed over 300 ms late"
    assert stamps.at(5_000_170, 4000) == 1170
    assert stamps.at(4_000_000, 6000) == 6000, "the driver's clock jumped back"
    assert stamps.at(4_000_070, 6500) == 6070
