"""The uplink, the broker and the server's ingest, for real: certificates, Mosquitto, SQLite."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from commune_server.ingest import Ingest
from commune_server.store import Store, backup, events
from config.clock import SystemClock
from queue_display.uplink import Uplink
from tests.fixtures.farend import (
    DEVICE,
    OTHER,
    TOPICS,
    Broker,
    Probe,
    SmallOutbox,
    device_settings,
    ingest_settings,
    pki,
    wait_for,
)  # fmt: skip

CLOCK = SystemClock(ZoneInfo("Asia/Ho_Chi_Minh"), vouched=True)


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return pki(tmp_path_factory.mktemp("keys"))


@pytest.fixture
def broker(tmp_path: Path, keys: Path) -> Iterator[Broker]:
    one = Broker(tmp_path, keys)
    one.start()
    yield one
    one.stop()


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[SmallOutbox]:
    box = SmallOutbox(tmp_path / "outbox.db")
    yield box
    box.close()


class Server:
    """Ingest and its store in this process."""

    def __init__(self, path: Path, keys: Path, broker: str) -> None:
        self.store = Store(path)
        self.ingest = Ingest(ingest_settings(keys, broker), self.store, CLOCK)
        self.ingest.start()

    def stop(self) -> None:
        self.ingest.stop()
        self.store.close()

    def seqs(self) -> list[int]:
        with self.store.engine.connect() as connection:
            return list(connection.execute(select(events.c.seq).order_by(events.c.seq)).scalars())

    def device_row(self) -> dict[str, object]:
        with self.store.engine.connect() as connection:
            rows = connection.exec_driver_sql("SELECT * FROM devices").mappings().all()
        return dict(rows[0]) if rows else {}


@pytest.fixture
def server(tmp_path: Path, keys: Path, broker: Broker) -> Iterator[Server]:
    one = Server(tmp_path / "server.db", keys, broker.address)
    # A device sends again what nobody heard; the bare probes of these tests do not.
    wait_for("the server listens", lambda: one.ingest.connected)
    yield one
    one.stop()


@pytest.fixture
def uplink(keys: Path, broker: Broker, outbox: SmallOutbox) -> Iterator[Uplink]:
    one = Uplink(device_settings(keys, [broker.address]), outbox, CLOCK)
    one.start()
    yield one
    one.stop()


def test_every_event_reaches_the_table_once_and_the_watermark_comes_back(
    server: Server, uplink: Uplink, outbox: SmallOutbox
) -> None:
    outbox.put(250)
    wait_for("the watermark passes all", lambda: outbox.watermark() == 250)
    assert server.seqs() == list(range(1, 251))
    state = uplink.state()
    assert state.connected and state.depth == 0 and state.problem is None
    outbox.put(1)
    wait_for("a single event follows", lambda: outbox.watermark() == 251)


def test_events_wait_while_no_server_listens_and_arrive_when_it_comes(
    tmp_path: Path, keys: Path, broker: Broker, outbox: SmallOutbox, uplink: Uplink
) -> None:
    outbox.put(30)
    wait_for("the broker has us", lambda: "edge-01" in broker.log.read_text())
    assert outbox.watermark() == 0 and not uplink.state().connected
    server = Server(tmp_path / "server.db", keys, broker.address)
    wait_for("delivered", lambda: outbox.watermark() == 30)
    assert server.seqs() == list(range(1, 31))
    server.stop()


def test_a_restored_server_gets_the_missing_events_again(
    tmp_path: Path, keys: Path, broker: Broker, outbox: SmallOutbox, uplink: Uplink
) -> None:
    path = tmp_path / "server.db"
    server = Server(path, keys, broker.address)
    outbox.put(20)
    wait_for("the first part", lambda: outbox.watermark() == 20)
    backup(path, tmp_path / "backup.db")
    outbox.put(20)
    wait_for("the second part", lambda: outbox.watermark() == 40)
    generation = server.store.generation
    server.stop()
    for name in ("server.db-wal", "server.db-shm"):
        (tmp_path / name).unlink(missing_ok=True)
    shutil.copy(tmp_path / "backup.db", path)

    server = Server(path, keys, broker.address)
    assert server.store.generation != generation
    wait_for("it has all again", lambda: server.seqs() == list(range(1, 41)))
    wait_for("and says so", lambda: outbox.watermark() == 40)
    server.stop()


def test_a_server_that_lost_everything_does_not_wait_for_events_nobody_keeps(
    tmp_path: Path, keys: Path, broker: Broker, outbox: SmallOutbox, uplink: Uplink
) -> None:
    outbox.put(20)
    outbox.prune(11)
    server = Server(tmp_path / "server.db", keys, broker.address)
    wait_for("the watermark steps over what is gone", lambda: outbox.watermark() == 20)
    assert server.seqs() == list(range(11, 21))
    with server.store.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT code FROM alarms").scalars().all() == ["given_up"]
    server.stop()


def test_a_silent_server_sends_the_device_to_the_next_broker(
    tmp_path: Path, keys: Path, broker: Broker, outbox: SmallOutbox
) -> None:
    other = Broker(tmp_path, keys)
    other.start()
    server = Server(tmp_path / "server.db", keys, other.address)
    problems: list[str] = []
    uplink = Uplink(
        device_settings(keys, [broker.address, other.address], stall_s=1.0), outbox, CLOCK,
        on_change=lambda state: problems.append(state.problem.code if state.problem else "ok"),
    )  # fmt: skip
    outbox.put(5)
    uplink.start()
    wait_for("delivered by way of the second", lambda: outbox.watermark() == 5)
    assert problems == ["uplink_silent", "ok"]
    assert uplink.state().broker == other.address
    uplink.stop()
    server.stop()
    other.stop()


def test_with_one_broker_a_silent_server_is_waited_for_on_the_line(
    tmp_path: Path, keys: Path, broker: Broker, outbox: SmallOutbox
) -> None:
    server = Server(tmp_path / "server.db", keys, broker.address)
    uplink = Uplink(device_settings(keys, [broker.address], stall_s=1.0), outbox, CLOCK)
    uplink.start()
    outbox.put(5)
    wait_for("delivered", lambda: outbox.watermark() == 5)
    server.stop()
    outbox.put(300)
    problem = wait_for("the silence is noticed", lambda: uplink.state().problem)
    assert problem.code == "uplink_silent" and not uplink.state().connected
    server = Server(tmp_path / "server.db", keys, broker.address)
    wait_for("all delivered", lambda: outbox.watermark() == 305)
    assert uplink.state().connected and uplink.state().problem is None
    assert server.seqs() == list(range(1, 306))
    assert broker.log.read_text().count(f"as {DEVICE}") == 1, "it never hung up"
    uplink.stop()
    server.stop()


def test_presence_birth_goodbye_and_a_late_will(
    server: Server, broker: Broker, keys: Path, outbox: SmallOutbox
) -> None:
    uplink = Uplink(device_settings(keys, [broker.address]), outbox, CLOCK)
    uplink.start()
    row = wait_for("birth", lambda: (found := server.device_row()).get("birth") and found)
    assert row["online"] and row["epoch"] == outbox.epoch() and row["clock"] == "trusted"
    uplink.stop()
    wait_for("goodbye", lambda: not server.device_row()["online"])

    uplink = Uplink(device_settings(keys, [broker.address]), outbox, CLOCK)
    uplink.start()
    wait_for("born again", lambda: server.device_row()["online"])
    late = Probe(keys, "server", broker.port, client_id="late")
    # The broker closes our ingest's session for this one (same name); the will of the old connection comes late.
    late.close()
    server.store.died(f"h38/dong-thanh/{DEVICE}", str(row["birth"]))
    assert server.device_row()["online"], "the death of an older connection kills nobody"
    uplink.stop()


def test_a_retained_watermark_alone_is_not_believed(broker: Broker, keys: Path, outbox: SmallOutbox) -> None:
    forger = Probe(keys, "server", broker.port).ready()
    lie = {"generation": "old", "epoch": outbox.epoch(), "seq": 40, "gaps": []}
    assert forger.publish(TOPICS.ack, lie, retain=True) in (0, 16)
    outbox.put(3)
    uplink = Uplink(device_settings(keys, [broker.address]), outbox, CLOCK)
    uplink.start()
    forger.client.subscribe(TOPICS.hello, 1)
    wait_for("the device asks", lambda: any(topic == TOPICS.hello for topic, _, _ in forger.messages) or None, 20)
    assert outbox.watermark() == 0
    forger.publish(TOPICS.ack, {"generation": "new", "epoch": outbox.epoch(), "seq": 3, "gaps": []})
    wait_for("the answer is believed", lambda: outbox.watermark() == 3)
    uplink.stop()
    forger.close()


def test_a_foreign_certificate_with_our_client_id_gets_no_session(broker: Broker, keys: Path) -> None:
    with pytest.raises(OSError):
        stranger = Probe(keys, "foreign", broker.port, client_id=DEVICE)
        wait_for("turned away", stranger.closed.is_set)
        raise OSError("closed by the broker")


def test_another_devices_certificate_does_not_take_our_session(
    server: Server, uplink: Uplink, outbox: SmallOutbox, broker: Broker, keys: Path
) -> None:
    outbox.put(1)
    wait_for("connected", lambda: outbox.watermark() == 1)
    thief = Probe(keys, OTHER, broker.port, client_id=DEVICE)
    wait_for("answered or closed", lambda: thief.connack is not None or thief.closed.is_set())
    assert not thief.session_present
    outbox.put(1)
    wait_for("ours goes on", lambda: outbox.watermark() == 2)
    assert uplink.state().connected
    thief.close()


def test_a_device_cannot_speak_or_listen_for_its_sibling(server: Server, broker: Broker, keys: Path) -> None:
    sibling = Probe(keys, OTHER, broker.port).ready()
    sibling.client.subscribe("#", 1)
    assert sibling.publish(TOPICS.event("ticket"), {"any": "thing"}) == 135, "not authorised"
    assert sibling.publish(TOPICS.ack, {"seq": 9}) == 135
    own = Probe(keys, DEVICE, broker.port).ready()
    assert own.publish(TOPICS.hello, {"epoch": "k3f9a1c2", "first": 1}) == 0
    wait_for("the server took it", lambda: server.device_row().get("epoch") == "k3f9a1c2")
    assert sibling.messages == []
    sibling.close()
    own.close()


def test_a_poisonous_event_is_buried_and_stops_nothing(server: Server, broker: Broker, keys: Path) -> None:
    from tests.fixtures.farend import envelope

    device = Probe(keys, DEVICE, broker.port).ready()
    device.client.subscribe(TOPICS.ack, 1)
    poison = envelope(2) | {"clock": "sundial"}
    for body in (envelope(1), poison, envelope(3), b"\xff\x00", b"[" * 40000, envelope(4) | {"source": "/h38/x/y"}):
        device.publish(TOPICS.event("ticket"), body)
    wait_for("the watermark passes", lambda: any(b'"seq": 4' in body for _, body, _ in device.messages))
    assert server.seqs() == [1, 3]
    with server.store.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT seq, why FROM dead_letters ORDER BY id").all()
    assert [row[0] for row in rows] == [2, None, None, 4]
    assert "clock" in rows[0][1] and "sundial" not in rows[0][1]
    device.publish(TOPICS.event("ticket"), envelope(3, number=77))
    wait_for("two contents raise an alarm", lambda: _alarms(server) == ["two_contents"])
    assert json.loads(device.messages[-1][1])["seq"] == 4
    device.close()


def _alarms(server: Server) -> list[str]:
    with server.store.engine.connect() as connection:
        return list(connection.exec_driver_sql("SELECT code FROM alarms").scalars())
