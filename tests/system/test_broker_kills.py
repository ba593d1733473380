"""3,000 events from a real hub while the broker is killed 8 times and the server twice: each arrives exactly once."""

from __future__ import annotations

import json
import random
import sqlite3
import threading
import time
from pathlib import Path

import pytest

from tests.fixtures.commune import CommuneServer
from tests.fixtures.farend import Broker, pki, wait_for
from tests.fixtures.hub import hub_process

TICKETS, BROKER_KILLS, SERVER_KILLS = 1000, 8, 2

UPLINK = """
[uplink]
enabled = true
brokers = ["{broker}"]
stall_s = 20
ca = "{keys}/ca.crt"
cert = "{keys}/edge-01.crt"
key = "{keys}/edge-01.key"
"""


@pytest.mark.storm
def test_nothing_is_lost_and_nothing_stands_twice(tmp_path: Path) -> None:
    keys = pki(tmp_path)
    broker = Broker(tmp_path, keys)
    broker.start()
    server = CommuneServer(tmp_path, keys, broker.address, sample=0)
    server.start()
    rng = random.Random(20)
    with hub_process(start=False) as hub:
        hub.site.write_text(hub.site.read_text() + UPLINK.format(broker=broker.address, keys=keys), encoding="utf-8")
        hub.start()
        made = threading.Event()
        count = 0

        def visit() -> None:
            nonlocal count
            client = hub.client()
            for number in range(TICKETS):
                service = "civil-status" if number % 2 else "land"
                client.issue(service)
                client.next(1, service=service)
                client.act(1, "done")
                count = number + 1
                time.sleep(0.01)  # a pace, so that the kills fall between events and not behind them
            made.set()

        visitors = threading.Thread(target=visit, name="visitors")
        start = time.monotonic()
        visitors.start()
        killed = 0
        for kill in range(BROKER_KILLS):
            due = (kill + 0.5) * TICKETS / BROKER_KILLS + rng.uniform(-30, 30)
            wait_for("the next kill", lambda due=due: count >= due, 120)
            broker.kill()
            if kill % 4 == 1:
                server.kill()
                killed += 1
            time.sleep(rng.uniform(0.0, 0.3))
            broker.start()
            if server.process is None:
                server.start()
        visitors.join(120)
        assert made.is_set() and killed == SERVER_KILLS
        client = hub.client()
        wait_for("all delivered", lambda: client.get("/v1/uplink")["depth"] == 0, 90)
        seconds = time.monotonic() - start
        with sqlite3.connect(f"file:{hub.folder}/ledger.db?mode=ro", uri=True) as ledger:
            sent = ledger.execute("SELECT epoch, seq, body FROM outbox ORDER BY seq").fetchall()
        ledger.close()
        client.close()
        assert hub.stop() == 0
    assert len(sent) >= 3 * TICKETS

    assert server.stop() == 0, server.text()[-2000:]
    with sqlite3.connect(f"file:{tmp_path}/server/server.db?mode=ro", uri=True) as table:
        held = table.execute("SELECT epoch, seq, body FROM events ORDER BY seq").fetchall()
        strange = [
            table.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in ("dead_letters", "quarantine")
        ]
    table.close()
    broker.stop()
    assert [(epoch, seq) for epoch, seq, _ in held] == [(epoch, seq) for epoch, seq, _ in sent]
    assert [json.loads(body) for *_, body in held] == [json.loads(body) for *_, body in sent]
    assert strange == [0, 0]
    print(f"{len(sent)} events, {BROKER_KILLS} broker kills, {killed} server kills, 0 lost, 0 twice, {seconds:.0f} s")
