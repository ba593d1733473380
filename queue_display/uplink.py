"""The uplink: the ledger's outbox to the commune server over MQTT. The only importer of paho in this room.

One thread owns everything, the paho client included: a new client for every connection, clean start, session expiry 0,
QoS 1, and of MQTT 5 only what 3.1.1 means too, so that any clustered engine serves (docs/architecture.md §6). What is
sent when, and what counts as delivered, is decided in `courier.py`.
"""

from __future__ import annotations

import json
import logging
import random
import select
import socket
import ssl
import threading
import uuid
from collections.abc import Callable
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from config import __version__
from config.clock import Clock
from config.process import LossLog
from config.settings import Settings
from config.tls import client_context
from config.topics import Topics
from queue_display.courier import Ack, Courier, full_jitter
from queue_display.outbox import PROBLEMS, Outbox, Problem, UplinkState

__all__ = ["Outbox", "Uplink", "UplinkState"]

log = logging.getLogger("uplink")

HEARTBEAT_S = 60.0
"""Presence and a question for the watermark at least this often; the server counts a device as stale after 150 s."""
CONNACK_S = 10.0
SILENT_REST_S = 30.0
"""Between brokers that let us in but have no server behind them: there is no storm to fear at a broker's door."""
_NOT_YET_VALID, _EXPIRED = 9, 10  # X509_V_ERR_* of OpenSSL


class _Lost(Exception):
    """The connection ended; carries the problem's code."""


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    return host.strip("[]"), int(port)


class Uplink:
    """Sends the outbox until stopped. `start` gives back at once; nothing is raised for a server that is away.

    `on_change` is called from the uplink's thread when `connected` or the problem changes.
    """

    def __init__(
        self,
        settings: Settings,
        outbox: Outbox,
        clock: Clock,
        *,
        on_change: Callable[[UplinkState], None] | None = None,
        rng: random.Random | None = None,
    ) -> None:
        self._settings = settings.uplink
        self._topics = Topics(settings.site.province, settings.site.commune, settings.site.device)
        self._outbox = outbox
        self._clock = clock
        self._on_change = on_change
        self._rng = rng or random.Random()
        self._courier = self._new_courier()
        self._stop = threading.Event()
        self._wake_read, self._wake_write = socket.socketpair()
        self._wake_read.setblocking(False)
        self._wake_write.setblocking(False)
        self._thread: threading.Thread | None = None
        self._broker: str | None = None
        self._connected = False
        self._problem: Problem | None = None
        self._losses = LossLog(log)
        # Of the connection that stands:
        self._birth = ""
        self._asked_at: float | None = None
        self._beat_at = 0.0
        self._connack: ReasonCode | None = None
        self._receive_maximum: int | None = None

    # -- for the hub ---------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Begin. Does nothing when the settings say `enabled = false`."""
        if not self._settings.enabled or self._thread is not None:
            return
        self._outbox.wakeup(self.wake)
        self._thread = threading.Thread(target=self._run, name="uplink", daemon=True)
        self._thread.start()

    def stop(self, timeout_s: float = 7.0) -> None:
        """Say goodbye to the broker and end the thread."""
        self._stop.set()
        self.wake()
        if self._thread is not None:
            self._thread.join(timeout_s)
            if self._thread.is_alive():
                log.warning("the uplink's thread is still connecting; it ends with the process")
                return
            self._thread = None
        self._wake_read.close()
        self._wake_write.close()

    def wake(self) -> None:
        """There may be something to send. Cheap, from any thread."""
        try:
            self._wake_write.send(b"w")
        except (BlockingIOError, OSError):
            # Full: it is awake already. Closed: it has stopped.
            return

    def state(self) -> UplinkState:
        """How the uplink stands now."""
        depth, oldest_s = self._outbox.depth()
        return UplinkState(
            self._connected, depth, round(oldest_s, 1), self._courier.watermark, self._courier.epoch,
            self._broker, self._problem,
        )  # fmt: skip

    # -- the thread ----------------------------------------------------------------------------------------------

    def _new_courier(self) -> Courier:
        return Courier(self._outbox.epoch(), self._outbox.watermark(), self._settings.window, rng=self._rng)

    def _run(self) -> None:
        failures, at = 0, 0
        while not self._stop.is_set():
            broker = self._settings.brokers[at % len(self._settings.brokers)]
            code = self._one_connection(broker)
            answered = self._courier.acked_at is not None
            self._courier.disconnected()
            if self._stop.is_set():
                break
            failures = 0 if answered and code != "uplink_silent" else failures + 1
            if not answered or code == "uplink_silent":
                at += 1
            self._tell(connected=False, problem=PROBLEMS[code])
            self._losses.lost("commune server", f"{code} at {broker}")
            longest = SILENT_REST_S if code == "uplink_silent" else 300.0
            self._rest(full_jitter(failures // len(self._settings.brokers), self._rng, longest=longest))
        self._tell(connected=False, problem=self._problem)

    def _rest(self, seconds: float) -> None:
        """Wait, but not past the moment the clock becomes right: that is what a fresh boot waits for."""
        end = self._clock.monotonic() + seconds
        trust = self._clock.trust()
        while not self._stop.is_set() and self._clock.trust() == trust:
            left = end - self._clock.monotonic()
            if left <= 0:
                return
            self._stop.wait(min(left, 1.0))

    def _tell(self, *, connected: bool, problem: Problem | None) -> None:
        if (connected, problem) == (self._connected, self._problem):
            return
        self._connected, self._problem = connected, problem
        if self._on_change is not None:
            self._on_change(self.state())

    def _one_connection(self, broker: str) -> str:
        """Connect, serve until the end, and say why it ended (a key of `PROBLEMS`)."""
        self._broker = broker
        self._birth = uuid.uuid4().hex[:12]
        self._asked_at, self._connack, self._receive_maximum = None, None, None
        if self._outbox.epoch() != self._courier.epoch:
            self._courier = self._new_courier()
        try:
            client = self._client()
        except OSError as error:  # a file is missing, or not what it should be
            self._losses.lost("certificate", str(error))
            return "uplink_certificate"
        try:
            host, port = _address(broker)
            client.connect(host, port, keepalive=self._settings.keepalive_s, clean_start=True)
        except ssl.SSLCertVerificationError as error:
            return self._certificate_problem(error)
        except ssl.SSLError as error:
            self._losses.lost("TLS", str(error.reason or error))
            return "uplink_certificate"
        except OSError as error:
            self._losses.lost(f"broker {broker}", str(error))
            return "uplink_unreachable"
        try:
            self._serve(client)
        except _Lost as lost:
            return str(lost)
        finally:
            client.disconnect()
            # The goodbye and paho's socket must go before the next client is made.
            client.loop_write()
            sock = client.socket()
            if sock is not None:
                sock.close()
        return "uplink_unreachable"

    def _certificate_problem(self, error: ssl.SSLCertVerificationError) -> str:
        self._losses.lost("TLS", error.verify_message or str(error))
        wrong_time = error.verify_code == _NOT_YET_VALID or (
            error.verify_code == _EXPIRED and self._clock.trust() != "trusted"
        )
        return "uplink_clock" if wrong_time else "uplink_certificate"

    def _client(self) -> mqtt.Client:
        client = mqtt.Client(
            CallbackAPIVersion.VERSION2, client_id=self._topics.device, protocol=mqtt.MQTTv5, reconnect_on_failure=False
        )
        client.connect_timeout = 5.0
        if self._settings.ca:
            client.tls_set_context(client_context(self._settings.ca, self._settings.cert, self._settings.key))
        client.will_set(self._topics.state, self._presence(online=False), qos=1, retain=True)
        client.on_socket_open = self._socket_opened
        client.on_connect = self._connack_came
        client.on_publish = self._puback_came
        client.on_message = self._message_came
        return client

    @staticmethod
    def _socket_opened(_client: mqtt.Client, _userdata: Any, sock: Any) -> None:
        # Without this a small publish waits for the ACK of the one before it (Nagle): 40 ms on a quiet line.
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def _connack_came(
        self, _client: mqtt.Client, _userdata: Any, _flags: Any, reason: ReasonCode, properties: Properties | None
    ) -> None:
        self._connack = reason
        self._receive_maximum = getattr(properties, "ReceiveMaximum", None)

    def _puback_came(
        self, _client: mqtt.Client, _userdata: Any, mid: int, reason: ReasonCode, _properties: Properties | None
    ) -> None:
        if not self._courier.puback(mid, int(reason.value)) and self._courier.refused == 1:
            log.warning("the broker did not store a publish: %s", reason)

    def _message_came(self, _client: mqtt.Client, _userdata: Any, message: mqtt.MQTTMessage) -> None:
        if message.topic != self._topics.ack or message.retain:
            # A retained watermark may be older than the server: it was asked for a new one by hello.
            return
        try:
            ack = Ack.parse(bytes(message.payload))
        except ValueError as error:
            log.warning("an ack was not understood: %s", error)
            return
        moved = self._courier.ack(ack, self._clock.monotonic())
        if self._courier.acked_at is None:
            return  # of another epoch
        self._asked_at = None
        if moved is not None:
            self._outbox.delivered(moved)
        if not self._connected:
            self._losses.back("commune server")
            self._losses.back("TLS")
            self._losses.back(f"broker {self._broker}")
            self._tell(connected=True, problem=None)

    # -- one connection ------------------------------------------------------------------------------------------

    def _serve(self, client: mqtt.Client) -> None:
        """Run the connection. Returns when stopped; raises `_Lost`."""
        deadline = self._clock.monotonic() + CONNACK_S
        while self._connack is None:
            try:
                self._turn(client, deadline)
            except _Lost:
                # With TLS 1.3 a broker turns our certificate away after the handshake: by hanging up.
                raise _Lost("uplink_refused") from None
            if self._clock.monotonic() >= deadline:
                raise _Lost("uplink_unreachable")
            if self._stop.is_set():
                return
        if self._connack.is_failure:
            self._losses.lost(f"broker {self._broker}", f"CONNACK {self._connack}")
            raise _Lost("uplink_refused")
        self._courier.connected(self._clock.monotonic(), self._receive_maximum)
        self._checked(client.subscribe(self._topics.ack, qos=1)[0])
        self._beat(client)
        while not self._stop.is_set():
            now = self._clock.monotonic()
            if self._courier.stalled(now, self._asked_at, self._settings.stall_s):
                if len(self._settings.brokers) > 1:
                    raise _Lost("uplink_silent")
                # Nowhere else to go: stay, so that the server finds us the moment it is back.
                self._losses.lost("commune server", f"uplink_silent at {self._broker}")
                self._tell(connected=False, problem=PROBLEMS["uplink_silent"])
            if now >= self._beat_at:
                self._beat(client)
            elif self._courier.tick(now):
                self._hello(client)
            self._pump(client, now)
            self._turn(client, min(self._courier.next_tick(), self._beat_at))
        self._publish(client, self._topics.state, self._presence(online=False), retain=True)

    def _turn(self, client: mqtt.Client, until: float) -> None:
        """Wait for the socket or a wake-up, at most until `until`, and let paho read and write."""
        sock = client.socket()
        if sock is None:
            raise _Lost("uplink_unreachable")
        poll = select.poll()
        poll.register(sock, select.POLLIN | (select.POLLOUT if client.want_write() else 0))
        poll.register(self._wake_read, select.POLLIN)
        wait = max(0.0, min(until - self._clock.monotonic(), 1.0))
        ready = dict(poll.poll(wait * 1000))
        if ready.get(self._wake_read.fileno()):
            self._drain_wakeups()
        events = ready.get(sock.fileno(), 0)
        if events & ~select.POLLOUT:
            self._checked(client.loop_read())
            # TLS may hold decrypted bytes that poll cannot see.
            while client.socket() is sock and isinstance(sock, ssl.SSLSocket) and ssl.SSLSocket.pending(sock):
                self._checked(client.loop_read())
        if client.want_write():
            self._checked(client.loop_write())
        self._checked(client.loop_misc())

    def _drain_wakeups(self) -> None:
        try:
            while self._wake_read.recv(4096):
                continue
        except BlockingIOError:
            return

    def _pump(self, client: mqtt.Client, now: float) -> None:
        """Send what window and credit allow: the missed first, then the new."""
        room = self._courier.room(now)
        for seq in self._courier.again(room):
            rows = self._outbox.read(seq - 1, 1)
            if rows:
                self._send(client, rows[0], now)
                room -= 1
        count = min(room, self._courier.fresh_room())
        if count > 0:
            for row in self._outbox.read(self._courier.fresh_after, count):
                self._send(client, row, now)

    def _send(self, client: mqtt.Client, row: tuple[int, str, str], now: float) -> None:
        seq, event_class, text = row
        mid = self._publish(client, self._topics.event(event_class), text)
        self._courier.sent(seq, mid, now)

    def _beat(self, client: mqtt.Client) -> None:
        self._publish(client, self._topics.state, self._presence(online=True), retain=True)
        self._hello(client)
        self._beat_at = self._clock.monotonic() + HEARTBEAT_S

    def _hello(self, client: mqtt.Client) -> None:
        """Ask for the watermark."""
        body = {"epoch": self._courier.epoch, "first": self._first_kept()}
        self._publish(client, self._topics.hello, json.dumps(body))
        if self._asked_at is None:
            self._asked_at = self._clock.monotonic()

    def _first_kept(self) -> int:
        """The oldest event still kept: a server that lost older ones need not wait for them."""
        oldest = self._outbox.read(0, 1)
        return oldest[0][0] if oldest else self._courier.watermark + 1

    def _presence(self, *, online: bool) -> str:
        # Birth and death carry the same id, so that a late will cannot kill a newer connection.
        body: dict[str, Any] = {"online": online, "id": self._birth}
        if online:
            body |= {
                "epoch": self._courier.epoch, "first": self._first_kept(), "version": __version__,
                "clock": self._clock.trust(),
            }  # fmt: skip
        return json.dumps(body)

    def _publish(self, client: mqtt.Client, topic: str, payload: str, *, retain: bool = False) -> int:
        info = client.publish(topic, payload, qos=1, retain=retain)
        self._checked(info.rc)
        return info.mid

    @staticmethod
    def _checked(code: MQTTErrorCode) -> None:
        if code != MQTTErrorCode.MQTT_ERR_SUCCESS:
            raise _Lost("uplink_unreachable")
