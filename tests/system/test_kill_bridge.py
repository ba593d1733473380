"""kill -9 of bridge and hub while a finger presses real firmware: one press one ticket, one ticket one paper."""

from __future__ import annotations

import os
import random
import threading
import time
from collections import Counter

import pytest

from tests.fixtures.wires import Room, until

SOAK = int(os.environ.get("MOTCUA_SOAK", "1"))
KILLS = 16 * SOAK
SEED = 20261121


class Finger(threading.Thread):
    """Presses on and on; counts what the chip itself counted as a press."""

    def __init__(self, room: Room) -> None:
        super().__init__(daemon=True)
        self.presses = 0
        self._room = room
        self._enough = threading.Event()

    def run(self) -> None:
        while not self._enough.is_set():
            self.presses += "press" in self._room.cabinet("press", button=0)
            # The firmware takes two within 300 ms for one tap.
            self._enough.wait(0.35)

    def stop(self) -> None:
        self._enough.set()
        self.join(20)
        assert not self.is_alive()


@pytest.mark.storm
@pytest.mark.timeout(240 * SOAK)
def test_kills_of_the_bridge_lose_no_press_and_print_no_number_twice() -> None:
    rng = random.Random(SEED)
    with Room().start() as room:
        room.ready()
        finger = Finger(room)
        finger.start()
        for kill in range(KILLS):
            time.sleep(rng.uniform(0.0, 0.8))
            victim = "hub" if kill % 4 == 3 else "bridge"
            room.kill(victim)
            room.start(victim)
            if kill % 3:  # else the next kill comes before this one has found its feet
                until(lambda: room.bridge("state")["hub"])
        finger.stop()
        room.ready()
        until(lambda: all(chip["waiting"] == 0 for chip in room.cabinet("state")["chips"]), 60)
        open_jobs = {"queued", "printing"}
        until(lambda: not [each for each in room.hub().jobs() if each["state"] in open_jobs], 60)
        tickets = room.hub().get("/v1/tickets")["tickets"]
        papers = Counter(paper["qr"][0].rpartition("/")[2] for paper in room.cabinet("paper") if paper["qr"])
    unknown = {each["number"] for each in tickets if each["print"] == "unknown"}
    printed = {each["number"] for each in tickets if each["print"] == "printed"}
    print(
        f"seed {SEED}: {KILLS} kills, {finger.presses} presses, {len(tickets)} numbers, {len(unknown)} papers unknown"
    )
    assert finger.presses >= KILLS
    assert len(tickets) == finger.presses
    assert [each["n"] for each in tickets] == list(range(1, len(tickets) + 1))
    assert not [number for number, times in papers.items() if times > 1], "a number came out twice"
    # What the hub calls printed is in somebody's hand; what is unknown may be, and waits for a person's decision.
    assert printed <= set(papers)
    assert set(papers) <= printed | unknown
    assert printed | unknown == {each["number"] for each in tickets}
