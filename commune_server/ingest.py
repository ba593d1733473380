"""MQTT into the table, and the watermark back. The only importer of paho in this room.

Two threads: one keeps the connection, one writes. Messages wait in memory only between them; losing them is harmless,
because no device counts an event as delivered before the watermark that `store.add` has committed.

Nothing here depends on what a broker keeps: a new client per connection, clean start, QoS 1. After each connection of
its own the server tells every known device its watermark, so that events which came while it was away are sent again.
"""

from __future__ import annotations

import json
import logging
import queue
import random
import socket
import threading
from collections.abc import Iterable
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode
from sqlalchemy.exc import OperationalError

from commune_server.inbox import Hello, Presence, read_event
from commune_server.store import Arrival, Store, Stored, Stream
from config.clock import Clock
from config.process import Heart, LossLog
from config.settings import Ingest as IngestSettings
from config.tls import client_context
from config.topics import ROOT, TopicError, Topics

log = logging.getLogger("ingest")

EVENTS = f"{ROOT}/+/+/+/ev/#"
STATES = f"{ROOT}/+/+/+/state"
WAITING_MOST = 20_000
"""Messages that may wait for the writer; beyond that they are dropped here and sent again by their devices."""

_Item = Arrival | Hello | Presence | None  # None: the connection is new, tell everybody where they stand


def ack_of(stream: Stream, generation: str) -> tuple[str, str]:
    """Topic and payload of a stream's ack."""
    body = {
        "generation": generation,
        "epoch": stream.epoch,
        "seq": stream.watermark,
        "gaps": [list(gap) for gap in stream.gaps],
    }
    return Topics(*stream.device.split("/")).ack, json.dumps(body)


class Ingest:
    """Runs until stopped; `start` gives back at once. A broker that is away is waited for."""

    def __init__(self, settings: IngestSettings, store: Store, clock: Clock, heart: Heart | None = None) -> None:
        self._settings = settings
        self._store = store
        self._clock = clock
        self._heart = heart
        self._inbox: queue.Queue[_Item] = queue.Queue(WAITING_MOST)
        self._stop = threading.Event()
        self._client: mqtt.Client | None = None
        self._connected = threading.Event()
        self._ended = threading.Event()
        self._threads: list[threading.Thread] = []
        self._losses = LossLog(log)
        self._rng = random.Random()
        self.dropped = 0

    @property
    def connected(self) -> bool:
        """Whether the broker has us."""
        return self._connected.is_set()

    def start(self) -> None:
        """Begin both threads."""
        for name, run in (("ingest-writer", self._write), ("ingest-broker", self._listen)):
            thread = threading.Thread(target=run, name=name, daemon=True)
            thread.start()
            self._threads.append(thread)

    def stop(self) -> None:
        """Commit what is at hand, say goodbye."""
        self._stop.set()
        for thread in self._threads:
            thread.join(7.0)

    # -- the connection ------------------------------------------------------------------------------------------

    def _listen(self) -> None:
        host, _, port = self._settings.broker.rpartition(":")
        attempt = 0
        while not self._stop.is_set():
            client = self._make_client()
            self._ended.clear()
            try:
                client.connect(host.strip("[]"), int(port), keepalive=30, clean_start=True)
            except OSError as error:  # TLS errors are OSErrors too
                self._losses.lost("broker", str(error))
            else:
                # paho's own loop thread: with it, `publish` from the writer only queues and never touches the socket.
                self._client = client
                client.loop_start()
                while not self._stop.is_set() and not self._ended.wait(0.5):
                    continue
                if self._connected.is_set():
                    attempt = 0
                if not self._stop.is_set():
                    self._losses.lost("broker", "the connection ended")
                self._client = None
                self._connected.clear()
                client.disconnect()
                client.loop_stop()
            self._stop.wait(self._rng.uniform(0.05, min(30.0, 0.5 * 2.0 ** min(attempt, 10))))
            attempt += 1

    def _make_client(self) -> mqtt.Client:
        client = mqtt.Client(
            CallbackAPIVersion.VERSION2, client_id=self._settings.client, protocol=mqtt.MQTTv5,
            reconnect_on_failure=False,
        )  # fmt: skip
        client.connect_timeout = 5.0
        if self._settings.ca:
            client.tls_set_context(client_context(self._settings.ca, self._settings.cert, self._settings.key))
        client.on_socket_open = self._socket_opened
        client.on_connect = self._connack_came
        client.on_subscribe = self._suback_came
        client.on_message = self._message_came
        client.on_disconnect = lambda *_: self._ended.set()
        return client

    @staticmethod
    def _socket_opened(_client: mqtt.Client, _userdata: Any, sock: Any) -> None:
        # The ack follows the PUBACK at once; with Nagle it would wait 40 ms for the broker's delayed TCP ACK.
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def _connack_came(
        self, client: mqtt.Client, _userdata: Any, _flags: Any, reason: ReasonCode, _properties: Any
    ) -> None:
        if reason.is_failure:
            self._losses.lost("broker", f"CONNACK {reason}")
            return
        client.subscribe([(EVENTS, 1), (STATES, 1)])

    def _suback_came(
        self, _client: mqtt.Client, _userdata: Any, _mid: int, reasons: list[ReasonCode], _properties: Any
    ) -> None:
        if any(reason.is_failure for reason in reasons):
            self._losses.lost("broker", f"SUBACK {', '.join(str(each) for each in reasons)}")
            return
        self._losses.back("broker")
        self._connected.set()
        self._put(None)

    def _message_came(self, _client: mqtt.Client, _userdata: Any, message: mqtt.MQTTMessage) -> None:
        try:
            self._put(read_event(message.topic, bytes(message.payload)))
        except TopicError as error:
            log.warning("a message outside the contract was dropped: %s", error)

    def _put(self, item: _Item) -> None:
        try:
            self._inbox.put_nowait(item)
        except queue.Full:
            self.dropped += 1

    # -- the writer ----------------------------------------------------------------------------------------------

    def _write(self) -> None:
        while not (self._stop.is_set() and self._inbox.empty()):
            if self._heart is not None:
                self._heart.beat("ingest")
            batch = self._gather()
            if not batch:
                continue
            try:
                self._settle(batch)
                self._losses.back("database")
            except OperationalError as error:
                # A full disk, a lock: nothing was committed, nothing is acknowledged, the devices send again.
                self._losses.lost("database", str(error.orig))
                self._stop.wait(1.0)

    def _gather(self) -> list[_Item]:
        """All that waits, up to a batch. Commits make their own batches: while one runs, the next gathers.

        Only a burst that is still coming in is waited for, and at most `batch_ms`.
        """
        batch: list[_Item] = []
        end = 0.0
        while len(batch) < self._settings.batch:
            try:
                if not batch:
                    batch.append(self._inbox.get(timeout=0.5))
                    end = self._clock.monotonic() + self._settings.batch_ms / 1000
                elif self._clock.monotonic() >= end:
                    break
                else:
                    batch.append(self._inbox.get(timeout=0.002))
            except queue.Empty:
                break
        return batch

    def _settle(self, batch: Iterable[_Item]) -> None:
        items = list(batch)
        now = self._clock.wall()
        arrivals = [each for each in items if isinstance(each, Arrival)]
        streams: dict[tuple[str, str], Stream] = {}
        if arrivals:
            done = self._store.add(arrivals, now)
            self._report(done)
            streams |= {(each.device, each.epoch): each for each in done.streams}
        for item in items:
            if isinstance(item, Presence):
                self._presence(item)
                if item.online and item.epoch:
                    # A retained birth found on connecting: that device need not wait until it asks again.
                    streams[(item.device, item.epoch)] = self._store.stream(item.device, item.epoch, now, item.first)
            elif isinstance(item, Hello):
                self._store.seen(item.device, now, epoch=item.epoch)
                streams[(item.device, item.epoch)] = self._store.stream(item.device, item.epoch, now, item.first)
            elif item is None:
                streams |= {(each.device, each.epoch): each for each in self._store.known_streams()}
        for stream in streams.values():
            self._acknowledge(stream)

    def _presence(self, item: Presence) -> None:
        now = self._clock.wall()
        if item.online:
            told = {"epoch": item.epoch, "version": item.version, "clock": item.clock}
            self._store.seen(item.device, now, online=True, birth=item.birth, **{k: v for k, v in told.items() if v})
        elif self._store.died(item.device, item.birth):
            log.info("%s went offline", item.device)

    def _acknowledge(self, stream: Stream) -> None:
        client = self._client
        if client is not None and self._connected.is_set():
            # A lost ack is asked for again by the device; the return code needs no care.
            client.publish(*ack_of(stream, self._store.generation), qos=1)

    @staticmethod
    def _report(done: Stored) -> None:
        if done.dead:
            log.warning("%d messages went to the dead letters", done.dead)
        if done.quarantined:
            log.error("%d events came with two contents; see the alarms", done.quarantined)
