"""What the bridge knows and wants of one microcontroller: handshake, contents, presses. No I/O; `now` is in ms.

To a board go states, and the whole set of them again after every hello. What a board reports comes out as events.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from firmware_bridge.dictionary import TO_HOST, BadFields, Dictionary
from firmware_bridge.frame import Frame
from firmware_bridge.link import BAD_FIELDS, PING, SAY_HELLO, UNKNOWN_TYPE, Link

HELLO_MS = 1000
Row = tuple[str, int]


@dataclass(frozen=True)
class Identity:
    """What a hello says. `firmware` as "0.1"."""

    protocol: int
    dictionary: int
    firmware: str
    uid: str
    boot: int
    press: int
    key: int
    reset: int


@dataclass(frozen=True)
class Pressed:
    uid: str
    boot: int
    press: int
    button: int


@dataclass(frozen=True)
class KeyPressed:
    uid: str
    boot: int
    key: int
    pad: int
    what: int


@dataclass(frozen=True)
class Greeted:
    """The board answers and speaks our words; `restarted` when it is another run of it than the last one we knew."""

    identity: Identity
    restarted: bool


@dataclass(frozen=True)
class Mismatch:
    """The board has other firmware than this bridge speaks to."""

    identity: Identity
    protocol: int
    dictionary: int


@dataclass(frozen=True)
class WentSilent:
    """No answer, or no port."""


@dataclass(frozen=True)
class Missing:
    """A display was given characters it has no shape for."""

    slot: int
    text: str


@dataclass(frozen=True)
class LinkStats:
    values: dict[str, int]


Event = Pressed | KeyPressed | Greeted | Mismatch | WentSilent | Missing | LinkStats


class Node:
    """One address on a bus."""

    def __init__(self, address: int, dictionary: Dictionary, session: int, first_sequence: int = 0) -> None:
        self.address = address
        self._words = dictionary
        self.link = Link(address, False, session, first_sequence, self._judge)
        self.identity: Identity | None = None
        self.up = False
        self._mismatch = False
        self._told_silent = False
        self._port_open = False
        self._hub = False
        self._contents: dict[tuple[str, int], dict[str, Any]] = {}
        self._hub_presses: dict[str, tuple[int, int]] = {}
        self._answered: tuple[int, int, int] = (0, 0, 0)  # boot, press, key
        self._passed_on: tuple[int, int, int] = (0, 0, 0)
        self._hello_due = 0
        self._asked_since: int | None = None
        self._pulse_due = 0
        self._pulse = dictionary.timing["heartbeat_ms"]
        self._events: list[Event] = []

    # -- what the bridge wants

    def set_hub(self, alive: bool, now: int) -> None:
        """Heartbeats go out only while the hub's stream is alive; on its return the board gets everything again."""
        if alive and not self._hub:
            self._hub = True
            self._say_all()
        self._hub = alive
        self._pulse_due = now

    def want_board(self, slot: int, rev: int, text: str) -> None:
        """Whole content of a counter board; at most 8 printable ASCII characters."""
        self._want("board", slot, rev=rev & 0xFFFF, text=text[:8])

    def want_panel(self, slot: int, rev: int, rows: Sequence[Row]) -> None:
        """Whole content of a main panel, top row first."""
        self._want("panel", slot, rev=rev & 0xFFFF, rows=tuple(rows)[:8])

    def _want(self, name: str, slot: int, **values: Any) -> None:
        values["slot"] = slot
        if self._contents.get((name, slot)) != values:
            self._contents[(name, slot)] = values
            if self.up and self._hub:
                self._send(name, f"{name}:{slot}", **values)

    def light(self, lamp: int, tenths: int) -> bool:
        """Lamp on for so many tenths of a second. False when the board is not there (a light is not worth keeping)."""
        return self.up and self._send("lamp", f"lamp:{lamp}", lamp=lamp, tenths=tenths)

    def hub_presses(self, presses: dict[str, tuple[int, int]]) -> None:
        """The hub's highest committed (boot, press) of each board's uid."""
        before = self._committed()
        self._hub_presses = presses
        if self.up and self._hub and self._committed() != before:
            self._say_committed()

    def answered_press(self, boot: int, press: int) -> None:
        """The hub has answered this press: the board may stop repeating it."""
        self._answer(boot, press, 0)

    def answered_key(self, boot: int, key: int) -> None:
        self._answer(boot, 0, key)

    def _answer(self, boot: int, press: int, key: int) -> None:
        known = self._answered
        if known[0] == boot:
            self._answered = (boot, max(known[1], press), max(known[2], key))
        elif boot > known[0]:
            self._answered = (boot, press, key)
        if self.up and self._hub:
            self._say_committed()

    def port_opened(self, now: int) -> None:
        self._port_open = True
        self._hello_due = now

    def port_lost(self) -> None:
        self._port_open = False
        self._go_silent()

    # -- what comes in

    def _judge(self, kind: int, payload: bytes) -> int:
        if not self._words.goes(kind, TO_HOST):
            return UNKNOWN_TYPE
        if not self.up and self._words.name_of(kind) != "hello":
            return SAY_HELLO
        try:
            self._words.decode(kind, payload)
        except BadFields:
            return BAD_FIELDS
        return 0

    def receive(self, frame: Frame, now: int) -> None:
        """A whole frame from this board."""
        message = self.link.receive(frame, now)
        if message is None:
            return
        name, values = self._words.decode(message[0], message[1])
        if name == "hello":
            self._hello(values)
        elif name == "press":
            self._press(values)
        elif name == "key":
            self._key(values)
        elif name == "hole":
            self._events.append(Missing(values["slot"], values["text"]))
        elif name == "stats":
            self._events.append(LinkStats(values))

    def _hello(self, values: dict[str, Any]) -> None:
        new = Identity(
            values["protocol"],
            values["dictionary"],
            f"{values['firmware'] >> 8}.{values['firmware'] & 0xFF}",
            values["uid"],
            values["boot"],
            values["press"],
            values["key"],
            values["reset"],
        )
        old, self.identity = self.identity, new
        if (new.protocol, new.dictionary) != (self._words.protocol, self._words.hash):
            if not self._mismatch:
                self._events.append(Mismatch(new, self._words.protocol, self._words.hash))
            self._mismatch, self.up = True, False
            return
        restarted = old is None or (old.uid, old.boot) != (new.uid, new.boot)
        if restarted:
            self.link.drop_all()
            self.link.forget_peer()
            self._passed_on = (new.boot, 0, 0)  # presses passed on raise what its hello said it has given out
        if not self.up or restarted:
            self._events.append(Greeted(new, restarted))
        self.up, self._mismatch, self._told_silent, self._asked_since = True, False, False, None
        self._say_all()

    def _press(self, values: dict[str, Any]) -> None:
        identity = self.identity
        if identity is None or values["boot"] != identity.boot:
            self._hello_due = 0
            self.up = False
            return
        press = values["press"]
        if press <= self._committed()[1]:
            self._say_committed()
        elif press > self._passed_on[1]:
            self._passed_on = (identity.boot, press, self._passed_on[2])
            self._events.append(Pressed(identity.uid, identity.boot, press, values["button"]))

    def _key(self, values: dict[str, Any]) -> None:
        identity = self.identity
        if identity is None or values["boot"] != identity.boot:
            self._hello_due = 0
            self.up = False
            return
        key = values["key"]
        if key <= self._committed()[2]:
            self._say_committed()
        elif key > self._passed_on[2]:
            self._passed_on = (identity.boot, self._passed_on[1], key)
            self._events.append(KeyPressed(identity.uid, identity.boot, key, values["pad"], values["what"]))

    def events(self) -> list[Event]:
        """What happened since the last call, oldest first."""
        events, self._events = self._events, []
        return events

    # -- what goes out

    def _send(self, name: str, replaces: str, **values: Any) -> bool:
        payload = self._words.encode(name, **values)
        return bool(self.link.send(self._words.id_of(name), payload, replaces, self._words.needs_ack(name)))

    def _committed(self) -> tuple[int, int, int]:
        """(boot, press, key) that the board may take as done, for the run it is in."""
        identity = self.identity
        if identity is None:
            return (0, 0, 0)
        boot, press = self._hub_presses.get(identity.uid, (0, 0))
        known = press if boot == identity.boot else 0
        mine = self._answered if self._answered[0] == identity.boot else (0, 0, 0)
        return (identity.boot, max(known, mine[1]), mine[2])

    def _say_committed(self) -> None:
        boot, press, key = self._committed()
        self._send("committed", "committed", boot=boot, press=press, key=key)

    def _floor(self) -> int:
        """The boot counter this board must be raised to, 0 if it is high enough."""
        identity = self.identity
        if identity is None:
            return 0
        boot, press = self._hub_presses.get(identity.uid, (0, 0))
        # Its flash forgot: under this counter it would give a new press the identity of an old one.
        if identity.boot < boot or (identity.boot == boot and max(identity.press, self._passed_on[1]) < press):
            return boot + 1
        return 0

    def _say_all(self) -> None:
        if not (self.up and self._hub):
            return
        floor = self._floor()
        if floor:
            self._send("boot_floor", "boot_floor", boot=floor)
            return  # it will say hello under the new counter, and then gets everything
        for (name, slot), values in self._contents.items():
            self._send(name, f"{name}:{slot}", **values)
        self._say_committed()  # last: it tells the board that it has everything

    def _go_silent(self) -> None:
        self.link.drop_all()
        self.up = False
        if not self._told_silent:
            self._told_silent = True
            self._events.append(WentSilent())

    def step(self, now: int) -> bytes:
        """Everything that is due, as bytes for the bus."""
        if not self._port_open:
            return b""
        if self.link.lost:
            self.link.lost.clear()
            self._go_silent()
            self._hello_due = now
        self.link.refused.clear()  # an old firmware's nak changes nothing here; the mismatch was told
        if not self.up:
            if now >= self._hello_due:
                self._hello_due = now + HELLO_MS
                payload = self._words.encode("hello_ask", protocol=self._words.protocol, dictionary=self._words.hash)
                self.link.send(self._words.id_of("hello_ask"), payload, None, False)
                self._unanswered(now)
        elif now >= self._pulse_due:
            self._pulse_due = now + self._pulse
            if self._hub:
                self._send("heartbeat", "pulse")
            else:
                self.link.send(PING, b"", "pulse")
        return bytes(self.link.poll(now))

    def _unanswered(self, now: int) -> None:
        """Asked and heard nothing for three seconds: the board is away, even if it never was there."""
        if self._asked_since is None:
            self._asked_since = now
        heard = self.link.heard_at
        if now - max(self._asked_since, heard or 0) >= 3 * HELLO_MS and not self._mismatch:
            self._go_silent()

    def wait_ms(self, now: int) -> int:
        """Milliseconds until step() has something to do."""
        wait = (self._pulse_due if self.up else self._hello_due) - now
        other = self.link.wait_ms(now)
        return max(0, wait if other is None else min(wait, other))
