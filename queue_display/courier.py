"""Delivery rules of the uplink, without a socket, a thread or a clock: what to send next, and when it is delivered.

House rule (docs/architecture.md §4.6): an event is delivered when the **server's commit watermark** passes it, never
on a broker's PUBACK. Everything here follows from that: the broker may lose all it holds at any moment.

Times are seconds of a monotonic clock, given by the caller.
"""

from __future__ import annotations

import json
import random
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field

RESEND_FIRST_S = 5.0
RESEND_LONGEST_S = 300.0
GAP_REST_S = 0.3
"""An event the server misses is not sent again sooner than this after its last sending."""
HELLO_WAIT_S = 5.0
"""How long a new connection waits for the server's word before it sends from its own mark: a broker with a durable
queue may be up while the server is away."""


def full_jitter(attempt: int, rng: random.Random, first: float = 1.0, longest: float = 300.0) -> float:
    """Seconds to wait before attempt `attempt` (from 0): anything from 0 to `first`·2^attempt, at most `longest`.

    Full jitter, so that ten thousand devices do not come back in one wave (facts: 15 s of one core).
    """
    return rng.uniform(0.0, min(longest, first * 2.0 ** min(attempt, 30)))


@dataclass(frozen=True)
class Ack:
    """The server's watermark: every event of `epoch` up to `seq` is committed; `gaps` above it are missing."""

    generation: str
    epoch: str
    seq: int
    gaps: tuple[tuple[int, int], ...] = ()

    @classmethod
    def parse(cls, payload: bytes) -> Ack:
        """Read an ack. Raises `ValueError` for anything that is not one; unknown keys are let pass."""
        try:
            raw = json.loads(payload)
            seq = raw["seq"]
            gaps = tuple((low, high) for low, high in raw.get("gaps", []))
            generation, epoch = raw["generation"], raw["epoch"]
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise ValueError(f"not an ack: {error}") from error
        numbers = [seq, *(each for gap in gaps for each in gap)]
        if any(type(each) is not int or not 0 <= each < 2**31 for each in numbers) or any(a > b for a, b in gaps):
            raise ValueError("not an ack: a sequence number is out of range")
        if not isinstance(generation, str) or not isinstance(epoch, str):
            raise ValueError("not an ack: generation and epoch must be strings")
        return cls(generation, epoch, seq, gaps)


@dataclass
class _Sent:
    at: float
    tries: int = 1


@dataclass
class Courier:
    """One epoch's delivery over one connection after another.

    `window`: publishes without PUBACK, 1..20. `credit`: events the server has not committed, 1..200; so the server's
    commit rate paces the device.
    """

    epoch: str
    watermark: int
    window: int = 20
    credit: int = 200
    rng: random.Random = field(default_factory=random.Random)

    generation: str | None = None
    connected_at: float | None = None
    acked_at: float | None = None
    """When the server last spoke on this connection."""
    refused: int = 0
    """Publishes of this connection that the broker said it did not store."""

    def __post_init__(self) -> None:
        self._sent: OrderedDict[int, _Sent] = OrderedDict()  # above the watermark, sent on this connection
        self._again: OrderedDict[int, None] = OrderedDict()  # of those, to be sent once more
        self._unacked: set[int] = set()  # packet ids without PUBACK
        self._limit = self.window
        self._rounds = 0
        self._moved_at = 0.0
        self._resend_at = float("inf")
        self._cursor = self.watermark

    # -- the connection ------------------------------------------------------------------------------------------

    def connected(self, now: float, receive_maximum: int | None = None) -> None:
        """A new connection stands: nothing sent before counts, all above the watermark is sent anew."""
        self._sent.clear()
        self._again.clear()
        self._unacked.clear()
        self._limit = max(1, min(self.window, receive_maximum or self.window))
        self._cursor = self.watermark
        self._rounds = 0
        self.refused = 0
        self.connected_at, self.acked_at = now, None
        self._moved_at = now
        self._arm(now)

    def disconnected(self) -> None:
        """The connection is gone."""
        self.connected_at = self.acked_at = None
        self._unacked.clear()

    # -- sending -------------------------------------------------------------------------------------------------

    def room(self, now: float) -> int:
        """How many publishes may leave now."""
        if self.connected_at is None:
            return 0
        if self.acked_at is None and now < self.connected_at + HELLO_WAIT_S:
            return 0
        return self._limit - len(self._unacked)

    def again(self, count: int) -> list[int]:
        """Up to `count` events to send once more, in order."""
        return sorted(self._again)[:count]

    @property
    def fresh_after(self) -> int:
        """New events are those after this one."""
        return self._cursor

    def fresh_room(self) -> int:
        """How many new events the credit still allows."""
        return max(0, self.credit - len(self._sent))

    def sent(self, seq: int, packet: int, now: float) -> None:
        """Event `seq` left as packet `packet`."""
        self._unacked.add(packet)
        self._again.pop(seq, None)
        entry = self._sent.get(seq)
        if entry is None:
            self._sent[seq] = _Sent(now)
            self._cursor = max(self._cursor, seq)
            if len(self._sent) == 1:
                self._moved_at = now
                self._arm(now)
        else:
            entry.at, entry.tries = now, entry.tries + 1

    def puback(self, packet: int, reason: int = 0) -> bool:
        """The broker answered. False when it says it did not store it: 16 (nobody listens) or an error ≥ 128.

        Either way only the window moves; delivery is the server's word alone.
        """
        self._unacked.discard(packet)
        stored = reason != 16 and reason < 128
        if not stored:
            self.refused += 1
        return stored

    # -- the server's word ---------------------------------------------------------------------------------------

    def ack(self, ack: Ack, now: float) -> int | None:
        """Take the server's watermark; the new watermark if it moved (either way), else None.

        A lower one, or another generation, means a server restored from a backup: it gets again what it lost.
        """
        if ack.epoch != self.epoch:
            return None
        silence = 0.0 if self.acked_at is None else now - self.acked_at
        self.acked_at = now
        new_server = self.generation is not None and ack.generation != self.generation
        self.generation = ack.generation
        before = self.watermark
        self.watermark = ack.seq
        if new_server or ack.seq < before:
            self._sent.clear()
            self._again.clear()
            self._cursor = ack.seq
        for seq in [each for each in self._sent if each <= ack.seq]:
            del self._sent[seq]
            self._again.pop(seq, None)
        # A server that already holds what we were about to send (its old backlog) moves the cursor on.
        self._cursor = max(self._cursor, ack.seq)
        self._miss(ack.gaps, now)
        if self.watermark == before:
            if silence > RESEND_FIRST_S:
                # A word after a silence, and it lacks all we sent: the server was away. Do not sit out the back-off.
                self._miss([(ack.seq + 1, self._cursor)], now)
            return None
        self._moved_at, self._rounds = now, 0
        self._arm(now)
        return self.watermark

    def _miss(self, gaps: Iterable[tuple[int, int]], now: float) -> None:
        for low, high in gaps:
            for seq, entry in self._sent.items():
                if low <= seq <= high and now - entry.at >= GAP_REST_S * 2 ** min(entry.tries - 1, 6):
                    self._again[seq] = None

    # -- time ----------------------------------------------------------------------------------------------------

    def _arm(self, now: float) -> None:
        wait = min(RESEND_LONGEST_S, RESEND_FIRST_S * 2.0 ** min(self._rounds, 30))
        self._resend_at = now + wait * self.rng.uniform(0.8, 1.2)

    def tick(self, now: float) -> bool:
        """Time went by. True when the server has to be asked again (`ev/hello`): it owes us a word."""
        if self.connected_at is None or now < self._resend_at:
            return False
        self._rounds += 1
        self._arm(now)
        if not self._sent and self.acked_at is not None:
            return False
        for seq in self._sent:
            self._again[seq] = None
        return True

    def next_tick(self) -> float:
        """When `tick` wants to be called at the latest."""
        if self.connected_at is not None and self.acked_at is None:
            return min(self._resend_at, self.connected_at + HELLO_WAIT_S)
        return self._resend_at

    def stalled(self, now: float, asked_at: float | None, stall_s: float) -> bool:
        """The server's word has been missing for `stall_s`: events stand still, or a hello went unanswered.

        `asked_at`: when the oldest unanswered hello was sent.
        """
        if self.connected_at is None:
            return False
        if self._sent and now - self._moved_at >= stall_s:
            return True
        return asked_at is not None and now - asked_at >= stall_s
