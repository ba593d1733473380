"""Pure parts of signing in: which PINs may be chosen, and how guessing is slowed down."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from queue_display.hub.pins import Tries, weakness


def test_what_may_not_be_chosen() -> None:
    for pin in ("0000", "1111", "1234", "4321", "9876", "7890", "2468", "1212", "482482", "1985", "2003"):
        assert weakness(pin), pin
    for pin in ("", "123", "123456789", "48 21", "48a1", "٤٨٢١", "-482"):
        assert weakness(pin), pin
    for pin in ("4821", "9064", "730519", "58203", "13572468"):
        assert weakness(pin) is None, pin


def test_some_mistakes_are_free_then_waits_double_up_to_a_bound() -> None:
    tries = Tries(limit=5, first_s=30, longest_s=900)
    waits = []
    now = 1000.0
    for _ in range(12):
        now += tries.wait_s("desk", now)
        tries.begin("desk", now)
        waits.append(tries.wait_s("desk", now))
    assert waits[:4] == [0, 0, 0, 0]
    assert waits[4:9] == [30, 60, 120, 240, 480]
    assert waits[9:] == [900, 900, 900]


def test_the_right_one_forgets_and_so_does_time() -> None:
    tries = Tries(limit=2, first_s=30, longest_s=60)
    tries.begin("desk", 0.0)
    tries.right("desk")
    tries.begin("desk", 1.0)
    assert tries.wait_s("desk", 1.0) == 0
    tries.begin("desk", 2.0)
    assert tries.wait_s("desk", 2.0) == 30
    tries.begin("desk", 200.0)
    assert tries.wait_s("desk", 200.0) == 0


def test_memory_is_bounded() -> None:
    tries = Tries(limit=1, kept=50)
    for at in range(500):
        tries.begin(at, 0.0)
    assert sum(tries.wait_s(at, 0.0) > 0 for at in range(500)) == 50


@given(st.lists(st.floats(0, 100), min_size=1, max_size=60))
def test_nobody_guesses_faster_than_the_rule(pauses: list[float]) -> None:
    """Whatever the rhythm: in any stretch of time at most the free tries and one for each wait are let through."""
    tries, now, let_through = Tries(limit=5, first_s=30, longest_s=900), 0.0, 0
    for pause in pauses:
        now += pause
        if tries.wait_s("desk", now) == 0:
            tries.begin("desk", now)
            let_through += 1
    assert let_through <= 5 + now / 30
