"""kill -9 of the hub at random moments while people press: nothing doubled, nothing lost, no paper forgotten."""

from __future__ import annotations

import os
import random
import sqlite3
import threading
import time
from collections import Counter
from itertools import count

import pytest

from queue_display.client import HubRefused, HubUnreachable
from tests.fixtures.hub import HubProcess, hub_process

SOAK = int(os.environ.get("MOTCUA_SOAK", "1"))
"""`make soak` runs the same for hours: ten times as many kills."""
KILLS = 100 * SOAK
PRESSERS = 4
IN_FLIGHT_SHARE = 0.3


class Presser(threading.Thread):
    """A board that presses on and on, and repeats each press until it is acknowledged as committed (house §4.1)."""

    def __init__(self, hub: HubProcess, number: int, stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self.board = f"{number:016x}"
        self.answers: dict[int, set[str]] = {}
        self.cut_off: list[tuple[float, float]] = []
        """When each request that got no answer was sent, and when it was given up."""
        self._hub = hub
        self._halt = stop

    def run(self) -> None:
        client = self._hub.client("bridge")
        for press in count(1):
            if self._halt.is_set():
                return
            self.answers[press] = set()
            while not self.answers[press]:
                sent = time.monotonic()
                try:
                    service = "civil-status" if press % 2 else "land"
                    ticket = client.press(self.board, 1, press, 0, service)["ticket"]
                except HubUnreachable:
                    self.cut_off.append((sent, time.monotonic()))
                    time.sleep(0.003)
                    continue
                except HubRefused as refused:
                    # 999 numbers of a letter are used up: this board has nothing left to press for.
                    assert refused.code == "full", refused
                    del self.answers[press]
                    return
                self.answers[press].add(ticket["number"])


@pytest.mark.storm
@pytest.mark.timeout(600 * SOAK)
def test_kills_lose_and_double_nothing() -> None:
    rng = random.Random(20261121)
    kills: list[float] = []
    tickets: Counter[str] = Counter()
    with hub_process(start=False) as hub:
        hub.start()
        stop = threading.Event()
        pressers = [Presser(hub, number, stop) for number in range(1, PRESSERS + 1)]
        for each in pressers:
            each.start()
        for _ in range(KILLS):
            # Long enough to commit something, short enough that 1,998 numbers last for all the kills.
            time.sleep(rng.uniform(0.0, 0.012))
            kills.append(time.monotonic())
            hub.kill()
            hub.start()
        stop.set()
        for each in pressers:
            each.join(60)
            assert not each.is_alive()
        cut_off = [each for presser in pressers for each in presser.cut_off]
        hit = sum(any(sent <= kill <= given_up for sent, given_up in cut_off) for kill in kills)
        got = {(each.board, press): numbers for each in pressers for press, numbers in each.answers.items()}
        for press, numbers in got.items():
            assert len(numbers) == 1, f"press {press} got {numbers}"
            tickets.update(numbers)
        doubled = {number: times for number, times in tickets.items() if times > 1}
        snapshot = hub.client().snapshot()
        jobs = {job["ticket"]: job["state"] for job in snapshot["jobs"]}
        listed = hub.client().get("/v1/tickets")["tickets"]
        hub.stop()

        ledger = sqlite3.connect(hub.folder / "ledger.db")
        rows = ledger.execute("SELECT letter, n, id FROM tickets").fetchall()
        committed = {(board, press) for board, press in ledger.execute("SELECT board, press FROM presses")}
        seqs = [seq for (seq,) in ledger.execute("SELECT seq FROM outbox ORDER BY seq")]
        issued = ledger.execute("SELECT count(*) FROM outbox WHERE body LIKE '%ticket.issued%'").fetchone()[0]
        ledger.close()
    print(f"kills {KILLS}, with a request in flight {hit}, tickets {len(rows)}, doubled {len(doubled)}")
    assert not doubled
    assert hit >= KILLS * IN_FLIGHT_SHARE, f"only {hit} of {KILLS} kills hit a request in flight"
    # Nothing lost: every number a board was told is in the ledger, every press once.
    assert set(tickets) <= {f"{letter}{n:03d}" for letter, n, _ in rows}
    assert set(got) <= committed
    assert len(committed) == len(rows) == snapshot["totals"]["issued"] == issued
    # Nothing skipped in silence: the numbers of a letter and the events have no gap.
    for letter in "AB":
        numbers = sorted(n for each, n, _ in rows if each == letter)
        assert numbers == list(range(1, len(numbers) + 1))
    assert seqs == list(range(1, len(seqs) + 1))
    # No paper forgotten: what was committed and not printed still waits for the printer.
    assert {ticket["id"] for ticket in listed} == {ticket for ticket, state in jobs.items() if state == "queued"}


@pytest.mark.storm
def test_half_printed_is_unknown_and_the_rest_is_printed() -> None:
    with hub_process() as hub:
        bridge = hub.client("bridge")
        for press in range(1, 4):
            bridge.press("00000001", 1, press, 0, "land")
        first, second, _ = bridge.jobs("queued")
        bridge.take(first["id"])
        bridge.report_job(first["id"], "printed")
        bridge.take(second["id"])
        hub.kill()
        hub.start()
        states = {job["id"]: job["state"] for job in bridge.jobs()}
        assert states == {second["id"]: "unknown", second["id"] + 1: "queued"}
        # Never printed again by itself: the bridge may not even take it.
        with pytest.raises(HubRefused) as refused:
            bridge.take(second["id"])
        assert refused.value.code == "taken"
        ticket = hub.client().get("/v1/tickets")["tickets"][1]
        assert ticket["print"] == "unknown"
        hub.client().ticket_act(ticket["id"], "reprint")
        copy = bridge.jobs("queued")[-1]
        assert bridge.take(copy["id"])["copy"] is True
