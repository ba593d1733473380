"""A mobile session comes home: days of events of another device, same ticket ids, nothing lost and nothing mixed up."""

from __future__ import annotations

import json
import random
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select

from commune_server.inbox import read_event
from commune_server.store import Arrival, Store, events
from config.clock import FakeClock
from config.commands import SITES
from config.load import load_settings
from config.topics import Topics
from queue_display import engine
from queue_display.desk import Asked, Desk
from queue_display.model import Press

NOW = datetime(2026, 11, 27, 2, 0, tzinfo=UTC)


def days_at(site: str, folder: Path, days: int, people: int) -> tuple[str, list[Arrival], list[str]]:
    """A site's days without network: (device, everything its outbox holds, ticket ids in the order of issue)."""
    folder.mkdir()
    raw = load_settings(SITES / f"{site}.toml", {})
    paths = raw.hub.model_copy(update={"ledger": str(folder / "ledger.db"), "socket": str(folder / "hub.sock")})
    settings = raw.model_copy(update={"hub": paths})
    clock = FakeClock(trusted="holdover")
    desk = Desk(settings, clock, "0f0f0f0f-0000")
    ids: list[str] = []
    service, counter = settings.services[0].id, settings.counters[0].id
    try:
        for day in range(days):
            for person in range(people):
                press = Press("00000001", day, person, 0)
                ids.append(json.loads(desk.press("bridge:b", press, service))["ticket"]["id"])
            for person in range(people):
                asked = Asked("clerk:c", f"call-{day}-{person:04d}", "x")
                desk.run(asked, lambda draft: {"n": str(engine.call_next(draft, counter))})
                clock.advance(300)
            clock.advance(86400 - people * 300)
        where = Topics(settings.site.province, settings.site.commune, settings.site.device)
        arrivals = []
        for _, event_class, body in desk.ledger.read(0, 10_000):
            arrival = read_event(where.event(event_class), body.encode())
            assert isinstance(arrival, Arrival) and arrival.why is None
            arrivals.append(arrival)
        return settings.source.lstrip("/"), arrivals, ids
    finally:
        desk.close()


def test_a_mobile_session_merges_without_collision(tmp_path: Path) -> None:
    home, at_home, home_ids = days_at("one-pi", tmp_path / "home", 3, 8)
    away, on_the_road, away_ids = days_at("mobile", tmp_path / "away", 3, 8)
    assert home != away
    assert home_ids == away_ids, "the same days, the same letter: the ids are equal, the devices are not"
    store = Store(tmp_path / "server.db")
    try:
        store.add(at_home, NOW)
        late = list(on_the_road) + on_the_road[:20]  # days later, shuffled, some of it twice
        random.Random(7).shuffle(late)
        for start in range(0, len(late), 13):
            done = store.add(late[start : start + 13], NOW)
            assert done.quarantined == done.dead == 0
        with store.engine.connect() as connection:
            held = list(connection.execute(select(events.c.device, events.c.epoch, events.c.seq, events.c.body)))
        assert len(held) == len(at_home) + len(on_the_road)
        assert len({(row[0], row[1], row[2]) for row in held}) == len(held)
        issued: Counter[tuple[str, str]] = Counter()
        for device, _, _, body in held:
            event = json.loads(body)
            if event["type"] == "vn.motcua.ticket.issued":
                issued[device, event["data"]["ticket"]] += 1
        assert sorted(issued) == sorted([(home, each) for each in home_ids] + [(away, each) for each in away_ids])
        assert set(issued.values()) == {1}
        (stream,) = store.add(on_the_road[-1:], NOW).streams
        assert (stream.device, stream.watermark, stream.gaps) == (away, len(on_the_road), ())
        sites = {json.loads(row[3])["site"] for row in held}
        assert sites == {"h38-mot-quay", "h38-luu-dong"}, "each says which desk it was"
    finally:
        store.close()
