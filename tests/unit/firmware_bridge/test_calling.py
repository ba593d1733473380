"""Which announcement is spoken next, whether at all, and how loud."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from config.load import load_settings
from config.settings import Lounge
from firmware_bridge.calling import CALL, FIRST, RECALL, Called, CallQueue, quiet_at, volume_at

SITE = Path(__file__).parents[3] / "config" / "sites" / "one-pi.toml"
VN = timezone(timedelta(hours=7))


def call(id: int, priority: Any = CALL, **more: Any) -> dict[str, Any]:
    return {"id": id, "at": f"t{id}", "number": f"A{id:03d}", "priority": priority} | more


def drained(queue: CallQueue) -> list[int]:
    out = []
    while (row := queue.next()) is not None:
        out.append(row["id"])
    return out


def test_emergency_then_calls_then_recalls_each_in_their_order() -> None:
    queue = CallQueue()
    for id, priority in ((1, RECALL), (2, CALL), (3, FIRST), (4, CALL), (5, RECALL), (6, FIRST)):
        assert queue.add(call(id, priority)) == "queued"
    assert drained(queue) == [3, 6, 2, 4, 1, 5]


def test_a_call_without_a_priority_is_a_call() -> None:
    queue = CallQueue()
    queue.add(call(1, RECALL))
    for id, strange in enumerate((None, 7, "high", True), 2):
        queue.add(call(id, strange))
    assert drained(queue) == [2, 3, 4, 5, 1]


Step = st.one_of(st.tuples(st.just("say"), st.sampled_from((CALL, RECALL, FIRST))), st.just(("speak", 0)))


@given(st.lists(Step, max_size=60))
@settings(max_examples=100, deadline=None)
def test_each_is_spoken_once_and_nobody_overtakes_in_a_class(steps: list[tuple[str, int]]) -> None:
    queue, said, spoken = CallQueue(), [], []
    for id, (what, priority) in enumerate(steps):
        if what == "say":
            assert queue.add(call(id, priority)) == "queued"
            assert queue.add(call(id, priority)) == "known"
            said.append((id, priority))
        elif (row := queue.next()) is not None:
            spoken.append((row["id"], row["priority"]))
            waiting = [p for i, p in said if (i, p) not in spoken]
            rank = {FIRST: 0, CALL: 1, RECALL: 2}
            assert all(rank[row["priority"]] <= rank[p] for p in waiting)
    spoken += [(row["id"], row["priority"]) for row in iter(queue.next, None)]
    assert sorted(spoken) == sorted(said)
    for priority in (CALL, RECALL, FIRST):
        own = [i for i, p in spoken if p == priority]
        assert own == sorted(own)


def test_a_full_queue_refuses_calls_but_never_an_emergency() -> None:
    queue = CallQueue(limit=3)
    assert [queue.add(call(n, RECALL if n == 3 else CALL)) for n in (1, 2, 3)] == ["queued"] * 3
    assert queue.add(call(4, RECALL)) == "full"
    assert queue.add(call(5)) == "queued", "a call takes the place of a recall"
    assert queue.add(call(6)) == "full"
    assert queue.add(call(7, FIRST)) == "queued"
    assert drained(queue) == [7, 1, 2]
    assert queue.add(call(6)) == "queued", "what was refused may be said again"


def test_a_call_is_wanted_only_while_its_ticket_is_called_there() -> None:
    ticket = {"id": "d-A001", "state": "called", "counter": 3}
    said = call(80, ticket="d-A001", counter=3)
    assert Called.of({"rev": 90, "tickets": [ticket]}).still(said)
    assert not Called.of({"rev": 90, "tickets": [ticket | {"state": "serving"}]}).still(said), "they have come"
    assert not Called.of({"rev": 90, "tickets": [ticket | {"counter": 4}]}).still(said), "sent on"
    assert not Called.of({"rev": 90, "tickets": []}).still(said), "over"
    assert Called.of({"rev": 79, "tickets": []}).still(said), "the change has not come yet"
    assert Called().still(said)
    assert Called.of({"rev": 90}).still(call(80)), "a broadcast names no ticket"


def test_volume_and_quiet_hours() -> None:
    speaker = load_settings(SITE, {}).speaker.model_copy(
        update={
            "volume": 80,
            "volume_hours": {"07:00-08:00": 60, "16:00-24:00": 0},
            "quiet": ["11:30-13:00", "22:00-05:00"],
        }
    )
    upstairs = Lounge(id="tren", name="Tầng 2", volume=50)

    def at(hour: int, minute: int = 0) -> datetime:
        return datetime(2026, 11, 20, hour, minute, tzinfo=VN)

    assert volume_at(speaker, None, at(7, 59), trusted=True) == 60
    assert volume_at(speaker, None, at(8), trusted=True) == 80
    assert volume_at(speaker, None, at(23), trusted=True) == 0
    assert volume_at(speaker, upstairs, at(8), trusted=True) == 50
    assert volume_at(speaker, upstairs, at(7), trusted=True) == 60
    assert volume_at(speaker, None, at(7), trusted=False) == 80, "who knows what hour it is"
    assert [quiet_at(speaker, at(h, 30), trusted=True) for h in (4, 5, 11, 12, 13, 22, 0)] == [
        True, False, True, True, False, True, True,
    ]  # fmt: skip
    assert not quiet_at(speaker, at(12), trusted=False)
