"""Modbus RTU frames: against pymodbus as oracle, and answers among noise, echoes and late ones."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymodbus.framer.rtu import FramerRTU

from firmware_bridge import modbus


def test_frames_of_the_standard() -> None:
    """Examples of the MODBUS specification, and CRCs known from elsewhere."""
    assert modbus.read(0x11, 3, 0x006B, 3).hex() == "1103006b00037687"
    assert modbus.write(0x11, 5, 0x00AC, [1]).hex() == "110500acff004e8b"
    assert modbus.write(0x11, 6, 0x0001, [3]).hex() == "1106000100039a9b"
    assert modbus.write(0x11, 16, 0x0001, [0x000A, 0x0102]).hex() == "11100001000204000a0102c6f0"
    assert modbus.write(0x11, 15, 0x0013, [1, 0, 1, 1, 0, 0, 1, 1, 1, 0]).hex() == "110f0013000a02cd01bf0b"


@given(st.binary(max_size=300))
def test_crc_is_pymodbus_crc(data: bytes) -> None:
    theirs = FramerRTU.compute_CRC(data)  # high byte first on the wire
    assert struct.pack("<H", modbus.crc16(data)) == theirs.to_bytes(2, "big")


@given(
    st.integers(1, 247),
    st.sampled_from([6, 16]),
    st.integers(0, 0xFFFF),
    st.lists(st.integers(0, 0xFFFF), min_size=1, max_size=123),
    st.binary(max_size=40),
)
def test_an_answer_is_found_behind_noise(
    unit: int, function: int, address: int, values: list[int], noise: bytes
) -> None:
    values = values[:1] if function == 6 else values
    request = modbus.write(unit, function, address, values)
    answer = request if function == 6 else modbus.framed(request[:6])
    assert modbus.judge(request, noise + answer) == modbus.Reply("ok")


@given(st.binary(max_size=300))
def test_noise_is_no_answer_to_a_read(noise: bytes) -> None:
    request = modbus.read(7, 3, 100, 40)
    reply = modbus.judge(request, noise)
    assert reply is None or reply.kind == "refused"  # 5 bytes with a right CRC: one in 10^10


def test_late_and_foreign_answers_are_not_taken() -> None:
    request = modbus.write(3, 16, 0x10, [1, 2])
    assert modbus.judge(request, modbus.framed(modbus.write(3, 16, 0x20, [1, 2])[:6])) is None
    assert modbus.judge(request, modbus.framed(modbus.write(4, 16, 0x10, [1, 2])[:6])) is None
    late = modbus.framed(modbus.write(3, 16, 0x20, [1, 2])[:6])
    assert modbus.judge(request, late + modbus.framed(request[:6])) == modbus.Reply("ok")


def test_exceptions_and_coils() -> None:
    request = modbus.read(3, 1, 0, 10)
    assert modbus.judge(request, modbus.framed(bytes([3, 0x81, 2]))) == modbus.Reply("refused", exception=2)
    assert modbus.judge(request, modbus.framed(bytes([3, 1, 2, 0b101, 0b10]))) == modbus.Reply(
        "ok", (1, 0, 1, 0, 0, 0, 0, 0, 0, 1)
    )


@pytest.mark.parametrize("cut", range(1, 8))
def test_a_piece_is_not_an_answer_yet(cut: int) -> None:
    request = modbus.write(3, 6, 1, [5])
    assert modbus.judge(request, request[:cut]) is None


@pytest.mark.parametrize("code", range(1, 12))
def test_every_exception_has_words(code: int) -> None:
    vi, en = modbus.exception_words(code)
    assert str(code) in vi and str(code) in en
