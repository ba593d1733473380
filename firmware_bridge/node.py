"""What the bridge knows and wants of one microcontroller: handshake, contents, presses. No I/O; `now` is in ms.

To a board go states, and the whole set of them again after every hello. What a board reports comes out as events.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from firmware_bridge.answers import Answers
from firmware_bridge.bitmaps import Bitmaps, Line
from firmware_bridge.dictionary import TO_HOST, BadFields, Dictionary
from firmware_bridge.frame import Frame
from firmware_bridge.link import BAD_FIELDS, PING, SAY_HELLO, UNKNOWN_TYPE, Link
from firmware_bridge.told import (
    SLOTS,
    TRIAL,
    Event,
    Greeted,
    Identity,
    KeyPressed,
    LineState,
    LinkStats,
    Mismatch,
    Missing,
    Pressed,
    Shows,
    Twins,
    UpdateState,
    WentSilent,
)

if TYPE_CHECKING:
    from firmware_bridge.loading import Loading

__all__ = [
    "Event",
    "Greeted",
    "Identity",
    "KeyPressed",
    "LineState",
    "LinkStats",
    "Mismatch",
    "Missing",
    "Node",
    "Pressed",
    "Row",
    "Shows",
    "Twins",
    "UpdateState",
    "WentSilent",
]

HELLO_MS = 1000
CONFIRM_MS = 2000  # a firmware on trial is confirmed when it has answered for so long
TWIN_MS = 10000
TRIPS = 600  # round trips remembered until the next report
FOR_EVER = ("hello", "update_state")  # heard from boards with other words too
INPUT_KINDS = {0: "button", 1: "key"}
INPUT_STATES = {0: "ok", 1: "stuck", 2: "chattering"}
CONFIRMED = 4
Row = tuple[str, int]


class Node:
    """One address on a bus."""

    def __init__(self, address: int, dictionary: Dictionary, session: int, first_sequence: int = 0) -> None:
        self.address = address
        self._words = dictionary
        self.link = Link(address, False, session, first_sequence, self._judge)
        self.trips: deque[int] = deque(maxlen=TRIPS)
        self.link.on_trip = self.trips.append
        self.identity: Identity | None = None
        self.loading: Loading | None = None
        self.up = False
        self._mismatch = False
        self._told_silent = False
        self._port_open = False
        self._hub = False
        self._contents: dict[tuple[str, int], dict[str, Any]] = {}
        self._bitmaps = Bitmaps()
        self._answers = Answers()
        self._seen: dict[str, int] = {}  # uid → when it last said hello under this address
        self._refused = (0, 0)  # the last press that got no ticket
        self._twins_until = 0
        self._confirm_due = 0
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

    def want_bitmap(self, slot: int, rev: int, columns: int, data: bytes, speed: int, hold: int) -> None:
        """Whole text line of a matrix; `speed` columns a second, `hold` tenths of a second."""
        self._bitmaps.want(slot, Line(rev & 0xFFFF, columns, data, min(speed, 255), min(hold, 255)))

    def test(self, pattern: int, tenths: int) -> bool:
        """A test pattern on everything the board has; False when it is not there."""
        return self.up and self._send("test", "test", pattern=pattern, tenths=tenths)

    def ask(self, name: str) -> bool:
        """`stats_ask` or `shows_ask`; the answer comes as events. False when the board is not there."""
        return self.up and self._send(name, name)

    def say(self, name: str, **values: Any) -> None:
        """A message of the update, which a board with other words understands too."""
        self._send(name, None, **values)

    def _want(self, name: str, slot: int, **values: Any) -> None:
        values["slot"] = slot
        if self._contents.get((name, slot)) != values:
            self._contents[(name, slot)] = values
            if self.up and self._hub:
                self._send(name, f"{name}:{slot}", **values)

    def light(self, lamp: int, tenths: int) -> bool:
        """Lamp on for so many tenths of a second. False when the board is not there (a light is not worth keeping)."""
        return self.up and self._send("lamp", f"lamp:{lamp}", lamp=lamp, tenths=tenths)

    def hub_presses(self, presses: Mapping[str, tuple[int, int]]) -> None:
        """The hub's highest committed (boot, press) of each board's uid."""
        before, floor = self._answers.committed(), self._answers.floor()
        self._answers.hub(presses)
        if not (self.up and self._hub):
            return
        if self._answers.floor() and not floor:
            self._say_all()
        elif self._answers.committed() != before:
            self._say_committed()

    def answered_press(self, boot: int, press: int, refused: bool = False) -> None:
        """The hub has answered this press, with a ticket or a refusal: the board may stop repeating it."""
        self._answers.answered_press(boot, press)
        if refused:
            self._refused = (boot, press)
        if self.up and self._hub:
            self._say_done(boot, press)

    def answered_key(self, boot: int, key: int) -> None:
        self._answers.answered_key(boot, key)
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
        if not self.up and self._words.name_of(kind) not in FOR_EVER:
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
            self._hello(values, now)
        elif name == "press":
            self._press(values)
        elif name == "key":
            self._key(values)
        elif name == "hole":
            self._events.append(Missing(values["slot"], values["text"]))
        elif name == "bitmap_missing":
            self._bitmaps.missing(values["slot"], values["rev"], now)
        elif name == "line":
            kind, state = INPUT_KINDS.get(values["what"], "button"), INPUT_STATES.get(values["state"], "stuck")
            self._events.append(LineState(kind, values["index"], state))
        elif name == "shows":
            self._events.append(Shows(values["kind"], values["slot"], values["row"], values["data"]))
        elif name == "stats":
            self._events.append(LinkStats(values))
        elif name == "update_state":
            self._update_state(UpdateState(values["state"], values["at"]), now)

    def _hello(self, values: dict[str, Any], now: int) -> None:
        slot = values["slot"] & ~TRIAL
        new = Identity(
            values["protocol"],
            values["dictionary"],
            f"{values['firmware'] >> 8}.{values['firmware'] & 0xFF}",
            values["uid"],
            values["boot"],
            values["press"],
            values["key"],
            values["reset"],
            values["kind"],
            SLOTS[slot] if slot < len(SLOTS) else "?",
            bool(values["slot"] & TRIAL),
            values["title"],
            values["asks"],
        )
        if self._is_twin(new.uid, now):
            return
        old, self.identity = self.identity, new
        if self.loading:
            self.loading.greeted(new, now)
        if (new.protocol, new.dictionary) != (self._words.protocol, self._words.hash):
            if not self._mismatch:
                self._events.append(Mismatch(new, self._words.protocol, self._words.hash))
            self._mismatch, self.up = True, False
            return
        restarted = old is None or (old.uid, old.boot) != (new.uid, new.boot)
        if restarted:
            self.link.drop_all()
            self.link.forget_peer()
        self._answers.met(new, restarted)
        if not self.up or restarted:
            self._events.append(Greeted(new, restarted))
            self._confirm_due = now + CONFIRM_MS
        self.up, self._mismatch, self._told_silent, self._asked_since = True, False, False, None
        self._say_all()

    def _is_twin(self, uid: str, now: int) -> bool:
        """Two boards take turns saying hello under this address."""
        other = self.identity.uid if self.identity else uid
        last = self._seen.get(uid)
        # This one, another one, this one again: a board that was replaced does not come back.
        back = uid != other and last is not None and now - last < TWIN_MS and self._seen.get(other, last) > last
        self._seen[uid] = now
        if back:
            if now >= self._twins_until:
                self._events.append(Twins(*sorted((uid, other))))
            self._twins_until = now + TWIN_MS
            self.up = False
            self.link.drop_all()
        return now < self._twins_until

    def _press(self, values: dict[str, Any]) -> None:
        boot, press = values["boot"], values["press"]
        verdict = self._answers.press(boot, press)
        if verdict == "strange":
            self._who_are_you()
        elif verdict == "done":
            self._say_done(boot, press)
        elif verdict == "new" and self.identity:
            self._events.append(Pressed(self.identity.uid, boot, press, values["button"]))

    def _key(self, values: dict[str, Any]) -> None:
        boot, key = values["boot"], values["key"]
        verdict = self._answers.key(boot, key)
        if verdict == "strange":
            self._who_are_you()
        elif verdict == "done":
            self._say_committed()
        elif verdict == "new" and self.identity:
            self._events.append(KeyPressed(self.identity.uid, boot, key, values["pad"], values["what"]))

    def _who_are_you(self) -> None:
        self._hello_due = 0
        self.up = False

    def _update_state(self, told: UpdateState, now: int) -> None:
        if told.state == CONFIRMED and self.identity:
            self.identity = replace(self.identity, trial=False)
        if self.loading:
            self.loading.told(told, now)
        self._events.append(told)

    def events(self) -> list[Event]:
        """What happened since the last call, oldest first."""
        events, self._events = self._events, []
        return events

    # -- what goes out

    def _send(self, name: str, replaces: str | None, **values: Any) -> bool:
        payload = self._words.encode(name, **values)
        return bool(self.link.send(self._words.id_of(name), payload, replaces, self._words.needs_ack(name)))

    def _say_committed(self) -> None:
        boot, press, key = self._answers.committed()
        asks = self.identity.asks if self.identity else 0
        self._send("committed", "committed", boot=boot, press=press, key=key, told=asks)

    def _say_refused(self) -> None:
        """Nothing happens where the board knows it already."""
        self.link.drop("committed")  # it must not overtake: it would light the lamp
        self._send("refused", "refused", boot=self._refused[0], press=self._refused[1])

    def _say_done(self, boot: int, press: int) -> None:
        """This press is done; one of an older boot is told by itself."""
        if (boot, press) == self._refused:
            self._say_refused()
        if self.identity and boot != self.identity.boot:
            self._send("committed", "committed:left", boot=boot, press=press, key=0, told=0)
        else:
            self._say_committed()

    def _say_all(self) -> None:
        if not (self.up and self._hub):
            return
        floor = self._answers.floor()
        if floor:
            self._send("boot_floor", "boot_floor", boot=floor)
            return  # it will say hello under the new counter, and then gets everything
        for (name, slot), values in self._contents.items():
            self._send(name, f"{name}:{slot}", **values)
        self._bitmaps.say_all()
        if self.identity and self._refused[0] == self.identity.boot:
            self._say_refused()
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
        if self.up and self.identity and self.identity.trial and now >= self._confirm_due:
            self._confirm_due = now + CONFIRM_MS
            self._send("update_confirm", "update_confirm")
        if self.loading:
            self.loading.step(self, now)
        elif self.up and self._hub and not self.link.waiting() and (piece := self._bitmaps.next()):
            self._send(piece[0], f"bitmap:{piece[1]}", **piece[2])
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
        if self.loading and not self.link.waiting():
            wait = min(wait, 20)
        return max(0, wait if other is None else min(wait, other))
