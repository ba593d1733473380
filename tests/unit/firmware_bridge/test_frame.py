"""Frames: against `cobs` and `binascii.crc_hqx` as oracles, and through noise."""

from __future__ import annotations

import binascii
import random

import pytest
from cobs import cobs
from hypothesis import example, given, settings
from hypothesis import strategies as st

from firmware_bridge.frame import (
    MAX_PAYLOAD,
    MAX_STUFFED,
    Decoder,
    Frame,
    cobs_decode,
    cobs_encode,
    crc16,
)

RUNS = [bytes(range(1, 255)), b"\x01" * 254 + b"\x00", b"\x01" * 253, b"\x01" * 255, b"\x07" * 508, b"\x00" * 3, b""]


@settings(deadline=None)
@given(st.binary(max_size=800))
@example(RUNS[0])
@example(RUNS[1])
@example(RUNS[2])
@example(RUNS[3])
@example(RUNS[4])
@example(RUNS[5])
def test_stuffing_is_the_canonical_form(data: bytes) -> None:
    stuffed = cobs_encode(data)
    assert stuffed == cobs.encode(data)
    assert 0 not in stuffed
    assert cobs_decode(stuffed) == data


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_unstuffing_agrees_with_the_oracle_on_anything(data: bytes) -> None:
    try:
        expected: bytes | None = cobs.decode(data)
    except cobs.DecodeError:
        expected = None
    assert cobs_decode(data) == expected


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_crc_is_ccitt(data: bytes) -> None:
    assert crc16(data) == binascii.crc_hqx(data, 0xFFFF)


frames = st.builds(
    Frame,
    kind=st.integers(0, 255),
    sequence=st.integers(0, 255),
    flags=st.integers(0, 255),
    node=st.integers(0, 255),
    payload=st.binary(max_size=MAX_PAYLOAD),
)


def fields(frame: Frame) -> tuple[int, int, int, int, bytes]:
    return frame.kind, frame.sequence, frame.flags, frame.node, frame.payload


@settings(deadline=None)
@given(frames)
def test_a_frame_on_the_wire_is_what_the_oracles_make(frame: Frame) -> None:
    raw = bytes((frame.kind, frame.sequence, frame.flags, frame.node)) + frame.payload
    crc = binascii.crc_hqx(raw, 0xFFFF) ^ 0xFFFF
    assert frame.encode() == b"\0" + cobs.encode(raw + crc.to_bytes(2, "big")) + b"\0"


@settings(deadline=None)
@given(st.lists(frames, max_size=6), st.integers(1, 90))
def test_frames_survive_any_split(sent: list[Frame], step: int) -> None:
    wire = b"".join(frame.encode() for frame in sent)
    decoder = Decoder()
    heard: list[Frame] = []
    for at in range(0, len(wire), step):
        heard += decoder.feed(wire[at : at + step])
    assert [fields(frame) for frame in heard] == [fields(frame) for frame in sent]
    assert (decoder.good, decoder.bad()) == (len(sent), 0)


@settings(deadline=None)
@given(frames, st.binary(max_size=400))
def test_noise_before_a_frame_costs_nothing(frame: Frame, noise: bytes) -> None:
    decoder = Decoder()
    heard = decoder.feed(noise + frame.encode())
    assert heard and fields(heard[-1]) == fields(frame)


def test_memory_is_bounded() -> None:
    decoder = Decoder()
    for _ in range(100):
        assert decoder.feed(b"\x55" * 1000) == []
    assert decoder.too_long == 1
    assert len(decoder._buffer) == MAX_STUFFED
    heard = decoder.feed(b"\x00" + Frame(1, 2, 3, 4, b"x").encode())
    assert [fields(frame) for frame in heard] == [(1, 2, 3, 4, b"x")]


def test_every_single_bit_error_is_refused() -> None:
    wire = Frame(0x12, 7, 0x12, 1, bytes(range(9))).encode()
    for bit in range(8 * len(wire)):
        harmed = bytearray(wire)
        harmed[bit // 8] ^= 1 << bit % 8
        for frame in Decoder().feed(bytes(harmed) + b"\x00"):
            assert fields(frame) == (0x12, 7, 0x12, 1, bytes(range(9))), bit


def test_counters_name_the_damage() -> None:
    decoder = Decoder()
    good = Frame(1, 1, 0, 1, b"abc").encode()
    decoder.feed(good)
    decoder.feed(good[:-3] + bytes((good[-3] ^ 1,)) + good[-2:])
    decoder.feed(b"\x00\x09\x01\x00")  # promises eight bytes and has one
    decoder.feed(b"\x00" + cobs_encode(b"ab") + b"\x00")
    decoder.feed(b"\x11" * 200 + b"\x00")
    assert (decoder.good, decoder.bad_crc, decoder.bad_stuffing, decoder.too_short, decoder.too_long) == (1, 1, 1, 1, 1)
    assert decoder.bytes_in == 2 * len(good) + 4 + 5 + 201


def test_a_payload_too_long_is_refused() -> None:
    with pytest.raises(ValueError, match="48"):
        Frame(1, 1, 0, 1, bytes(MAX_PAYLOAD + 1))


def test_random_bytes_almost_never_make_a_frame() -> None:
    decoder = Decoder()
    assert decoder.feed(random.Random(20261121).randbytes(100_000)) == []
    assert decoder.bad() > 300
