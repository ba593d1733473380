"""VietQR against published payloads (docs: NAPAS template of EMVCo), byte for byte, and what is refused."""

from __future__ import annotations

import random

import pytest

from kiosk.scanner.grammar import is_payment
from kiosk.vietqr import NOTE_LENGTH, BadCode, Transfer, crc, decode, encode, note

PUBLISHED = [
    (
        Transfer("970403", "0011012345678", point="11"),
        "00020101021138570010A00000072701270006970403011300110123456780208QRIBFTTA53037045802VN63049E6F",
    ),
    (
        Transfer("970403", "9704031101234567", by="QRIBFTTC", point="11"),
        "00020101021138600010A00000072701300006970403011697040311012345670208QRIBFTTC53037045802VN63044F52",
    ),
    (
        Transfer("970415", "123456789", point="11"),
        "00020101021138530010A0000007270123000697041501091234567890208QRIBFTTA53037045802VN63046376",
    ),
    (
        Transfer("970436", "1234567890", 50_000, "Payment", point="11"),
        "00020101021138540010A00000072701240006970436011012345678900208QRIBFTTA53037045405500005802VN62110807Payment6304D309",
    ),
    (
        Transfer("970436", "1234567890", 50_000, "Payment"),
        "00020101021238540010A00000072701240006970436011012345678900208QRIBFTTA53037045405500005802VN62110807Payment63045882",
    ),
    (
        Transfer("970415", "0000000001", 20_000, "LP H38.12.25-240815-0003"),
        "00020101021238540010A00000072701240006970415011000000000010208QRIBFTTA53037045405200005802VN"
        "62280824LP H38.12.25-240815-000363040A99",
    ),
]
SLIPPED = "00020101021138570010A00000072701270006970403011200110123456780208QRIBFTTA53037045802VN6304F4E5"
"""Met in print: 12 characters are announced for an account of 13. Its CRC is right, and still no bank can read it."""


def test_the_checksum_is_the_published_one() -> None:
    assert crc("123456789") == "29B1"
    assert crc(SLIPPED[:-4]) == "F4E5"


@pytest.mark.parametrize(("transfer", "payload"), PUBLISHED)
def test_published_payloads_byte_for_byte(transfer: Transfer, payload: str) -> None:
    assert encode(transfer) == payload
    assert decode(payload) == transfer
    assert is_payment(payload)  # what our own scanner says when such a code is held before it


def test_what_was_made_is_read_back() -> None:
    dice = random.Random(4)
    for _ in range(300):
        account = "".join(dice.choices("0123456789ABCXYZ", k=dice.randint(6, 19)))
        amount = dice.choice([None, dice.randint(1, 9_999_999_999)])
        said = note("".join(dice.choices("Lệ phí H38.12.25-0123456789 Đ", k=dice.randint(0, 40))))
        transfer = Transfer(f"{dice.randint(0, 999_999):06}", account, amount, said)
        assert decode(encode(transfer)) == transfer


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        (SLIPPED, "field 38.01"),
        (PUBLISHED[4][1][:-4] + "5883", "computed 5882"),
        (PUBLISHED[4][1].replace("50000", "90000"), "computed"),
        (PUBLISHED[4][1].lower(), "the CRC"),
        (PUBLISHED[4][1] + " ", "not at the end"),
        ("", "not at the end"),
        ("Lệ phí", "ASCII"),
    ],
)
def test_a_payload_that_is_not_whole_is_refused_with_its_place(payload: str, expected: str) -> None:
    with pytest.raises(BadCode, match=expected):
        decode(payload)


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        (Transfer("97043", "1234567890", 1), "six digits"),
        (Transfer("97043x", "1234567890", 1), "six digits"),
        (Transfer("970436", "12345", 1), "6 to 19"),
        (Transfer("970436", "1" * 20, 1), "6 to 19"),
        (Transfer("970436", "1234 67890", 1), "6 to 19"),
        (Transfer("970436", "1234567890", 0), "amount"),
        (Transfer("970436", "1234567890", -5), "amount"),
        (Transfer("970436", "1234567890", 1, "Lệ phí"), "ASCII"),
    ],
)
def test_what_no_bank_could_read_is_never_made(wrong: Transfer, expected: str) -> None:
    with pytest.raises(BadCode, match=expected):
        encode(wrong)


def test_a_note_is_plain_and_short() -> None:
    assert note("LP H38.12.25-240815-0003") == "LP H38.12.25-240815-0003"
    assert note("Lệ phí  đăng ký|khai sinh; năm 2026") == "Le phi dang ky khai sinh"
    assert all(len(note(text)) <= NOTE_LENGTH for text in ("x" * 99, "Đ" * 40))
