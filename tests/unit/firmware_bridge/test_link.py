"""The link: both ends over transports that lose, delay, cut into pieces and corrupt. Time is counted, not waited."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from firmware_bridge.frame import Decoder
from firmware_bridge.link import BAD_FIELDS, BUSY, MAX_TRIES, Link

MESSAGE = 0x42


class Wire:
    """One direction: perfect; subclasses are not."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.on_way: list[tuple[int, bytes]] = []

    def put(self, data: bytes, now: int) -> None:
        self.on_way.append((now, data))

    def take(self, now: int) -> Iterator[bytes]:
        while self.on_way and self.on_way[0][0] <= now:
            yield self.on_way.pop(0)[1]


class ByteByByte(Wire):
    def put(self, data: bytes, now: int) -> None:
        for at in range(len(data)):
            super().put(data[at : at + 1], now)


class Lossy(Wire):
    def put(self, data: bytes, now: int) -> None:
        if self.random.random() >= 0.2:
            super().put(data, now)


class Delayed(Wire):
    """0 to 400 ms late, in order: longer than the first time-out."""

    def put(self, data: bytes, now: int) -> None:
        late = now + self.random.randrange(400)
        super().put(data, max(late, self.on_way[-1][0] if self.on_way else 0))


class BitErrors(Wire):
    def put(self, data: bytes, now: int) -> None:
        harmed = bytearray(data)
        for at in range(len(harmed)):
            if self.random.random() < 0.01:
                harmed[at] ^= 1 << self.random.randrange(8)
        super().put(bytes(harmed), now)


class End:
    def __init__(self, link: Link, out: Wire) -> None:
        self.link = link
        self.out = out
        self.decoder = Decoder()
        self.heard: list[bytes] = []

    def turn(self, incoming: Wire, now: int) -> None:
        for data in incoming.take(now):
            bad = self.decoder.bad()
            for frame in self.decoder.feed(data):
                message = self.link.receive(frame, now)
                if message:
                    self.heard.append(message[1])
            if self.decoder.bad() != bad:
                self.link.garbled(now)
        out = self.link.poll(now)
        if out:
            self.out.put(out, now)


class Pair:
    def __init__(self, kind: type[Wire], seed: int = 7) -> None:
        self.host = End(Link(1, False, 3, 250), kind(seed))
        self.board = End(Link(1, True, 9, 10), kind(seed + 1))
        self.now = 0

    def run(self, until_ms: int, step: int = 1) -> None:
        end = self.now + until_ms
        while self.now < end and (self.host.link.waiting() or self.board.link.waiting()):
            self.board.turn(self.host.out, self.now)
            self.host.turn(self.board.out, self.now)
            self.now += step


def both_ways(pair: Pair, count: int) -> None:
    """Feed messages as the queue takes them, both ways at once, and let the wire settle."""
    for end in (pair.host, pair.board):
        end_to_send = [bytes((number,)) * 5 for number in range(count)]
        while end_to_send:
            if end.link.send(MESSAGE, end_to_send[0]):
                end_to_send.pop(0)
            else:
                pair.run(20_000)
    pair.run(600_000)


@pytest.mark.parametrize("kind", [Wire, ByteByByte, Lossy, Delayed, BitErrors])
def test_each_message_once_and_in_order(kind: type[Wire]) -> None:
    pair = Pair(kind)
    both_ways(pair, 120)
    expected = [bytes((number,)) * 5 for number in range(120)]
    given_up = pair.host.link.given_up + pair.board.link.given_up
    assert given_up == 0
    assert pair.board.heard == expected
    assert pair.host.heard == expected
    if kind in (Lossy, Delayed, BitErrors):
        assert pair.host.link.repeats > 0
    if kind is Delayed:
        assert pair.host.link.late + pair.board.link.late > 0


@pytest.mark.parametrize("seed", range(5))
def test_no_doubles_at_any_seed(seed: int) -> None:
    pair = Pair(Lossy, seed * 100)
    both_ways(pair, 100)
    for end in (pair.host, pair.board):
        assert len(set(end.heard)) == len(end.heard)


def test_a_dead_wire_is_told_to_the_sender() -> None:
    link = Link(1, False, 1)
    link.send(MESSAGE, b"x")
    now = 0
    while not link.lost and now < 60_000:
        link.poll(now)
        now += link.wait_ms(now) or 1
    assert link.lost == [(MESSAGE, b"x")]
    assert link.repeats == MAX_TRIES - 1
    assert link.wait_ms(now) is None


def test_the_wait_follows_the_measured_round_trip() -> None:
    slow = Pair(Wire)
    slow.host.out.put = lambda data, now: slow.host.out.on_way.append((now + 150, data))  # type: ignore[method-assign]
    for _ in range(30):
        slow.host.link.send(MESSAGE, b"a")
        slow.run(2000)
    assert 150 <= slow.host.link.timeout() < 400
    quick = Pair(Wire)
    for _ in range(30):
        quick.host.link.send(MESSAGE, b"a")
        quick.run(2000)
    assert quick.host.link.timeout() < slow.host.link.timeout()


def test_only_the_newest_state_of_a_key_goes_out() -> None:
    pair = Pair(Wire)
    for number in range(10):
        pair.host.link.send(MESSAGE, bytes((number,)), "board:0")
    pair.host.link.send(MESSAGE, b"other", "board:1")
    pair.run(1000)
    assert pair.board.heard == [b"\x09", b"other"]


def test_refused_for_good_and_refused_for_now() -> None:
    pair = Pair(Wire)
    answers = [BUSY, BUSY, 0, BAD_FIELDS]
    pair.board.link = Link(1, True, 9, 10, lambda kind, payload: answers.pop(0))
    pair.host.link.send(MESSAGE, b"later")
    pair.host.link.send(MESSAGE, b"wrong")
    pair.run(5000)
    assert pair.board.heard == [b"later"]
    assert pair.host.link.refused == [(MESSAGE, b"wrong", BAD_FIELDS)]
    assert pair.host.link.waiting() == 0


def test_a_late_answer_of_an_earlier_run_acknowledges_nothing() -> None:
    board = Link(1, True, 9)
    old = Link(1, False, 4, 0)
    old.send(MESSAGE, b"old")
    (frame,) = Decoder().feed(old.poll(0))
    board.receive(frame, 0)
    late = board.poll(0)
    new = Link(1, False, 5, 0)
    new.send(MESSAGE, b"new")
    new.poll(0)
    (ack,) = Decoder().feed(late)
    new.receive(ack, 1)
    assert new.waiting() == 1 and new.late == 1


def test_a_noisy_wire_is_not_filled_with_complaints() -> None:
    link = Link(1, True, 1)
    for now in range(1000):
        link.garbled(now)
    assert link.naks_out <= 10
