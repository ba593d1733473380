"""The table of events: once each, watermark without gaps, restored copies, alarms."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from commune_server.store import Arrival, Store, StoreBusy, backup, dead_letters, events, quarantine
from tests.fixtures.farend import DEVICE, envelope

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
NAME, EPOCH = f"h38/dong-thanh/{DEVICE}", "k3f9a1c2"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    one = Store(tmp_path / "server.db")
    yield one
    one.close()


def arrival(seq: int, *, number: int | None = None, why: str | None = None) -> Arrival:
    payload = json.dumps(envelope(seq, number=number)).encode()
    return Arrival(NAME, payload, EPOCH, seq, "vn.motcua.ticket.issued", "ticket", "2026-11-23", "trusted", True, why)


def rows(store: Store) -> list[int]:
    with store.engine.connect() as connection:
        return list(connection.execute(select(events.c.seq).order_by(events.c.seq)).scalars())


def test_the_watermark_stops_at_the_first_gap_and_names_the_gaps(store: Store) -> None:
    done = store.add([arrival(seq) for seq in (1, 2, 5, 6, 9)], NOW)
    assert done.fresh == 5
    assert (done.streams[0].watermark, done.streams[0].gaps) == (2, ((3, 4), (7, 8)))
    done = store.add([arrival(seq) for seq in (4, 3)], NOW)
    assert (done.streams[0].watermark, done.streams[0].gaps) == (6, ((7, 8),))


def test_copies_are_dropped_in_any_order_and_any_serialisation(store: Store) -> None:
    batch = [arrival(seq) for seq in range(1, 40)]
    batch += [
        Arrival(**{**vars(each), "payload": json.dumps(json.loads(each.payload), indent=1).encode()}) for each in batch
    ]
    random.Random(3).shuffle(batch)
    done = store.add(batch, NOW)
    assert (done.fresh, done.repeated, done.quarantined) == (39, 39, 0)
    assert rows(store) == list(range(1, 40)) and done.streams[0].watermark == 39


def test_two_contents_of_one_event_are_set_aside_with_one_alarm(store: Store) -> None:
    store.add([arrival(1)], NOW)
    for _ in range(3):
        done = store.add([arrival(1, number=500)], NOW)
    assert done.streams[0].watermark == 1
    with store.engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(quarantine)).scalar_one() == 1
        assert connection.exec_driver_sql("SELECT code, device FROM alarms").all() == [("two_contents", NAME)]
        held = connection.execute(select(events.c.body)).scalar_one()
    assert json.loads(held)["data"]["number"] != "A501", "the first stays"


def test_a_dead_letter_counts_for_the_watermark_and_is_kept_once(store: Store) -> None:
    for _ in range(2):
        done = store.add([arrival(1), arrival(2, why="clock: no such word"), arrival(3)], NOW)
    assert done.streams[0].watermark == 3 and rows(store) == [1, 3]
    store.add([Arrival(NAME, b"\xff", why="not JSON")], NOW)
    with store.engine.connect() as connection:
        found = connection.execute(select(dead_letters.c.seq, dead_letters.c.why)).all()
    assert [tuple(row) for row in found] == [(2, "clock: no such word"), (None, "not JSON")]


def test_devices_and_epochs_do_not_share_a_watermark(store: Store) -> None:
    store.add([arrival(1), arrival(2)], NOW)
    other = replace(arrival(1), device="h38/dong-thanh/edge-02")
    newer = replace(arrival(1), epoch="zzzz1111")
    done = store.add([other, newer], NOW)
    assert sorted((each.device[-2:], each.epoch, each.watermark) for each in done.streams) == [
        ("01", "zzzz1111", 1), ("02", EPOCH, 1),
    ]  # fmt: skip
    assert store.stream(NAME, EPOCH, NOW).watermark == 2


def test_events_nobody_keeps_are_given_up_once_with_an_alarm(store: Store) -> None:
    store.add([arrival(4), arrival(12)], NOW)
    for _ in range(2):
        stream = store.stream(NAME, EPOCH, NOW, first=11)
    assert (stream.watermark, stream.gaps) == (10, ((11, 11),))
    with store.engine.connect() as connection:
        texts = connection.exec_driver_sql("SELECT text FROM alarms").scalars().all()
    assert len(texts) == 1 and texts[0].startswith("9 events")


def test_a_copy_put_back_is_another_generation_and_a_restart_is_not(tmp_path: Path) -> None:
    path = tmp_path / "server.db"
    store = Store(path)
    store.add([arrival(1)], NOW)
    backup(path, tmp_path / "copy.db")
    store.add([arrival(2)], NOW)
    generation = store.generation
    store.close()
    store = Store(path)
    assert store.generation == generation and store.stream(NAME, EPOCH, NOW).watermark == 2
    store.close()
    for tail in ("-wal", "-shm"):
        (tmp_path / f"server.db{tail}").unlink(missing_ok=True)
    shutil.copy(tmp_path / "copy.db", path)
    store = Store(path)
    assert store.generation != generation and store.stream(NAME, EPOCH, NOW).watermark == 1
    store.close()


def test_two_servers_never_write_one_database(store: Store) -> None:
    with pytest.raises(StoreBusy):
        Store(store.path)
    store.close()
    Store(store.path).close()


def test_a_backup_overwrites_nothing(tmp_path: Path, store: Store) -> None:
    (tmp_path / "there.db").write_text("mine")
    with pytest.raises(FileExistsError):
        backup(store.path, tmp_path / "there.db")
    with pytest.raises(FileNotFoundError):
        backup(tmp_path / "none.db", tmp_path / "new.db")


def test_only_the_death_of_the_present_connection_counts(store: Store) -> None:
    store.seen(NAME, NOW, online=True, birth="b2", epoch=EPOCH)
    assert store.died(NAME, "b1") is False
    assert store.died(NAME, "b2") is True
