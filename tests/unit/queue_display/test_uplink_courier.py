"""Delivery rules: what is sent, sent again, and counted as delivered. No socket, no thread, no clock."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from queue_display.courier import HELLO_WAIT_S, Ack, Courier, full_jitter


def ack(seq: int, *gaps: tuple[int, int], generation: str = "g1", epoch: str = "e") -> Ack:
    return Ack(generation, epoch, seq, gaps)


class Line:
    """A courier with an outbox of `top` events, and packet ids."""

    def __init__(self, top: int, watermark: int = 0, **options: int) -> None:
        self.top = top
        self.courier = Courier("e", watermark, rng=random.Random(1), **options)
        self.packet = 0
        self.packets: dict[int, int] = {}

    def pump(self, now: float) -> list[int]:
        """What leaves now."""
        room = self.courier.room(now)
        seqs = self.courier.again(room)
        fresh = min(room - len(seqs), self.courier.fresh_room())
        after = self.courier.fresh_after
        seqs += list(range(after + 1, min(self.top, after + fresh) + 1))
        for seq in seqs:
            self.packet += 1
            self.packets[self.packet] = seq
            self.courier.sent(seq, self.packet, now)
        return seqs

    def pubacks(self, reason: int = 0) -> None:
        for packet in list(self.packets):
            self.courier.puback(packet, reason)
            del self.packets[packet]


def test_nothing_leaves_before_the_server_has_spoken_or_the_wait_is_over() -> None:
    line = Line(5)
    assert line.pump(0.0) == []
    line.courier.connected(10.0)
    assert line.pump(10.0) == []
    assert line.pump(10.0 + HELLO_WAIT_S) == [1, 2, 3, 4, 5]
    line.courier.connected(30.0)
    line.courier.ack(ack(2), 30.1)
    assert line.pump(30.1) == [3, 4, 5]


def test_the_window_is_the_smaller_of_ours_and_the_brokers() -> None:
    line = Line(100)
    line.courier.connected(0.0, 10)
    line.courier.ack(ack(0), 0.0)
    assert line.pump(0.0) == list(range(1, 11))
    assert line.pump(0.0) == []
    line.pubacks()
    assert line.pump(0.1) == list(range(11, 21))


def test_a_puback_is_not_delivery_and_the_credit_ends_at_what_the_server_lacks() -> None:
    line = Line(1000, credit=50)
    line.courier.connected(0.0)
    line.courier.ack(ack(0), 0.0)
    sent = []
    for _ in range(10):
        sent += line.pump(0.0)
        line.pubacks()
    assert sent == list(range(1, 51)) and line.courier.watermark == 0
    assert line.courier.ack(ack(30), 0.5) == 30
    assert line.pump(0.5) == list(range(51, 71))


@pytest.mark.parametrize("reason", [16, 128, 135, 151])
def test_a_broker_that_stored_nothing_says_so(reason: int) -> None:
    line = Line(1)
    line.courier.connected(0.0)
    line.courier.ack(ack(0), 0.0)
    line.pump(0.0)
    assert line.courier.puback(1, reason) is False and line.courier.refused == 1
    assert line.courier.puback(2, 0) is True


def test_a_gap_is_sent_again_once_and_not_at_once() -> None:
    line = Line(9)
    line.courier.connected(0.0)
    line.courier.ack(ack(0), 0.0)
    line.pump(0.0)
    line.pubacks()
    assert line.courier.ack(ack(2, (3, 4), (7, 7)), 0.1) == 2
    assert line.pump(0.1) == [], "it may still be on its way"
    line.courier.ack(ack(2, (3, 4), (7, 7)), 1.0)
    assert line.pump(1.0) == [3, 4, 7]
    line.pubacks()
    line.courier.ack(ack(2, (3, 4), (7, 7)), 1.2)
    assert line.pump(1.2) == []


@pytest.mark.parametrize("restored", [ack(4), ack(4, generation="g2"), ack(9, generation="g2")])
def test_a_restored_server_gets_again_what_it_lost(restored: Ack) -> None:
    line = Line(12)
    line.courier.connected(0.0)
    line.courier.ack(ack(0), 0.0)
    line.pump(0.0)
    line.pubacks()
    assert line.courier.ack(ack(9), 0.1) == 9
    assert line.courier.ack(restored, 5.0) == (None if restored.seq == 9 else 4)
    assert line.pump(5.0) == list(range(restored.seq + 1, 13))


def test_the_first_word_after_a_silence_has_all_sent_again_at_once() -> None:
    line = Line(3)
    line.courier.connected(0.0)
    line.courier.ack(ack(0), 0.0)
    line.pump(0.0)
    line.pubacks()
    line.courier.ack(ack(0), 4.0)
    assert line.pump(4.0) == [], "they may still be on their way"
    line.courier.ack(ack(0), 10.0)
    assert line.pump(10.0) == [1, 2, 3], "the server was away"


def test_an_ack_of_another_epoch_is_not_ours() -> None:
    line = Line(3)
    line.courier.connected(0.0)
    assert line.courier.ack(ack(50, epoch="other"), 0.0) is None
    assert line.courier.acked_at is None and line.courier.watermark == 0


def test_silence_is_asked_about_and_everything_sent_again_ever_more_slowly() -> None:
    line = Line(3)
    line.courier.connected(0.0)
    line.courier.ack(ack(0), 0.0)
    line.pump(0.0)
    line.pubacks()
    times, now = [], 0.0
    while now < 400:
        now += 0.1
        if line.courier.tick(now):
            times.append(now)
            assert line.pump(now) == [1, 2, 3]
            line.pubacks()
    waits = [b - a for a, b in zip([0.0, *times], times, strict=False)]
    for wait, nominal in zip(waits, (5, 10, 20, 40, 80, 160), strict=False):
        assert 0.75 * nominal <= wait <= 1.3 * nominal
    line.courier.ack(ack(3), now)
    assert not line.courier.tick(now + 1000), "nothing is owed any more"


def test_a_stall_is_events_standing_still_or_a_question_without_an_answer() -> None:
    line = Line(3)
    line.courier.connected(0.0)
    assert not line.courier.stalled(29.0, 0.0, 30.0)
    assert line.courier.stalled(30.0, 0.0, 30.0)
    line.courier.ack(ack(0), 30.0)
    assert not line.courier.stalled(500.0, None, 30.0), "nothing was sent, nothing is owed"
    line.pump(500.0)
    assert not line.courier.stalled(529.0, None, 30.0)
    assert line.courier.stalled(530.0, None, 30.0), "a server that answers but never commits"
    line.courier.ack(ack(1), 530.0)
    assert not line.courier.stalled(531.0, None, 30.0)


@pytest.mark.parametrize(
    "payload",
    [b"", b"{}", b"[]", b"null", b"\xff", b'{"generation":"g","epoch":"e","seq":-1}', b'{"generation":"g","epoch":"e"}',
     b'{"generation":"g","epoch":"e","seq":true}', b'{"generation":1,"epoch":"e","seq":1}',
     b'{"generation":"g","epoch":"e","seq":1,"gaps":[[4,3]]}', b'{"generation":"g","epoch":"e","seq":1,"gaps":[3]}',
     b'{"generation":"g","epoch":"e","seq":2147483648}', b"[" * 100_000],
)  # fmt: skip
def test_a_broken_ack_is_refused(payload: bytes) -> None:
    with pytest.raises(ValueError):
        Ack.parse(payload)


def test_an_ack_of_a_newer_server_is_read() -> None:
    assert Ack.parse(b'{"generation":"g","epoch":"e","seq":3,"gaps":[[5,6]],"new":1}') == ack(3, (5, 6), generation="g")


def test_back_off_has_full_jitter_between_nothing_and_300_s() -> None:
    rng = random.Random(7)
    for attempt, most in ((0, 1), (3, 8), (8, 256), (20, 300), (5000, 300)):
        waits = [full_jitter(attempt, rng) for _ in range(500)]
        assert 0 <= min(waits) < most * 0.1 and most * 0.9 < max(waits) <= most


Step = st.sampled_from(["pump", "puback", "lose", "server", "cut", "restore", "tick"])


@settings(max_examples=300, deadline=None)
@given(st.lists(Step, max_size=60), st.integers(1, 60), st.randoms(use_true_random=False))
def test_whatever_happens_all_arrives_once_it_calms_down(steps: list[str], top: int, rng: random.Random) -> None:
    line = Line(top)
    courier, now = line.courier, 0.0
    server: set[int] = set()
    wire: list[int] = []

    def answer() -> Ack:
        mark = 0
        while mark + 1 in server:
            mark += 1
        above = sorted(each for each in server if each > mark)
        gaps, reached = [], mark
        for seq in above:
            if seq != reached + 1:
                gaps.append((reached + 1, seq - 1))
            reached = seq
        return ack(mark, *gaps)

    def calm() -> None:
        wire.extend(line.pump(now))
        line.pubacks()
        server.update(wire)
        wire.clear()
        courier.ack(answer(), now)

    courier.connected(now)
    for step in steps:
        now += rng.uniform(0.0, 4.0)
        if step == "pump":
            wire.extend(line.pump(now))
        elif step == "puback":
            line.pubacks()
        elif step == "lose" and wire:
            wire.remove(rng.choice(wire))
        elif step == "server":
            server.update(wire)
            wire.clear()
            courier.ack(answer(), now)
        elif step == "cut":
            wire.clear()
            line.packets.clear()
            courier.disconnected()
            courier.connected(now)
        elif step == "restore":
            server.difference_update(rng.sample(sorted(server), len(server) // 2))
        else:
            courier.tick(now)
        delivered = set(range(1, courier.watermark + 1))
        assert step == "restore" or courier.acked_at is None or delivered <= server or "restore" in steps
    for _ in range(40):
        now += 400.0
        courier.tick(now)
        calm()
    assert server == set(range(1, top + 1)) and courier.watermark == top
