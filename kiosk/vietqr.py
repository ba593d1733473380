"""VietQR: what a banking app reads to fill in a transfer (EMVCo merchant-presented QR with the NAPAS template).

Tag, length of two digits, value; ASCII throughout. Field 38 carries `A000000727`, bank and account; 63 the CRC over
everything before it, its own `6304` included. A QR shown is no proof that anything was paid.
"""

from __future__ import annotations

import binascii
import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

AID = "A000000727"
NOTE_LENGTH = 25
"""Longer notes are cut or changed by some banks."""
MOST_VND = 9_999_999_999
_NOTE_LETTERS = re.compile(r"[^A-Za-z0-9 .\-]+")


class BadCode(ValueError):
    """Not a VietQR payload, or one that cannot be made; the text says where."""


@dataclass(frozen=True, slots=True)
class Transfer:
    """What a VietQR says. `amount` in đồng, None: the payer types it. `by`: an account's number or a card's.

    `extra`: further sub-fields of field 62 as (id, value); `08` is the note. `point`: 11 for a code that is used many
    times, 12 for one that is made for one payment.
    """

    bank: str
    account: str
    amount: int | None = None
    note: str = ""
    by: Literal["QRIBFTTA", "QRIBFTTC"] = "QRIBFTTA"
    point: Literal["11", "12"] = "12"
    extra: tuple[tuple[str, str], ...] = ()


def crc(text: str) -> str:
    """CRC-16/CCITT-FALSE of ASCII text as four upper-case hex digits; "123456789" gives 29B1."""
    return f"{binascii.crc_hqx(text.encode('ascii'), 0xFFFF):04X}"


def note(text: str) -> str:
    """A transfer's note that every bank takes: no marks, letters, digits, blank, dot and dash, at most 25."""
    bare = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    letters = "".join(each for each in bare if not unicodedata.combining(each))
    return " ".join(_NOTE_LETTERS.sub(" ", letters).split())[:NOTE_LENGTH].strip()


def _field(tag: str, value: str) -> str:
    if not value.isascii() or not 1 <= len(value) <= 99:
        raise BadCode(f"field {tag}: 1 to 99 ASCII characters are wanted, these are {len(value)}: {value[:30]!r}")
    return f"{tag}{len(value):02}{value}"


def encode(given: Transfer) -> str:
    """The payload with its CRC. Raises `BadCode` for a bank, account, amount or note that cannot be one."""
    if not re.fullmatch(r"[0-9]{6}", given.bank):
        raise BadCode(f"a bank's BIN has six digits, this is {given.bank!r}")
    if not re.fullmatch(r"[0-9A-Za-z]{6,19}", given.account):
        raise BadCode(f"an account has 6 to 19 letters or digits, this has {len(given.account)}")
    if given.amount is not None and not 0 < given.amount <= MOST_VND:
        raise BadCode(f"{given.amount} đồng cannot be an amount")
    holder = _field("00", AID) + _field("01", _field("00", given.bank) + _field("01", given.account))
    parts = [_field("00", "01"), _field("01", given.point), _field("38", holder + _field("02", given.by))]
    parts.append(_field("53", "704"))
    if given.amount is not None:
        parts.append(_field("54", str(given.amount)))
    parts.append(_field("58", "VN"))
    more = [*given.extra, *((("08", given.note),) if given.note else ())]
    if more:
        parts.append(_field("62", "".join(_field(tag, value) for tag, value in more)))
    text = "".join(parts) + "6304"
    return text + crc(text)


def _fields(text: str, where: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    at = 0
    while at < len(text):
        head = text[at : at + 4]
        if not re.fullmatch(r"[0-9]{4}", head):
            raise BadCode(f"{where}, position {at}: four digits (tag, length) are wanted, this is {head!r}")
        length = int(head[2:])
        value = text[at + 4 : at + 4 + length]
        if len(value) != length:
            raise BadCode(f"{where}, field {head[:2]}: {length} characters are announced, {len(value)} are there")
        if head[:2] in (tag for tag, _value in found):
            raise BadCode(f"{where}: field {head[:2]} stands twice")
        found.append((head[:2], value))
        at += 4 + length
    return found


def decode(text: str) -> Transfer:
    """What a payload says. Raises `BadCode` where it is not a whole, true VietQR."""
    if not text.isascii():
        raise BadCode("a VietQR is plain ASCII")
    if not re.search(r"6304[0-9A-F]{4}$", text):
        raise BadCode("the CRC (field 63) is not at the end")
    if crc(text[:-4]) != text[-4:]:
        raise BadCode(f"the CRC is {text[-4:]}, computed {crc(text[:-4])}")
    top = dict(_fields(text, "payload"))
    for tag, wanted in (("00", ("01",)), ("01", ("11", "12")), ("53", ("704",)), ("58", ("VN",))):
        if top.get(tag) not in wanted:
            raise BadCode(f"field {tag} is {top.get(tag)!r}, not {' or '.join(wanted)}")
    napas = dict(_fields(top.get("38", ""), "field 38"))
    if napas.get("00") != AID:
        raise BadCode(f"field 38: {napas.get('00')!r} is not NAPAS ({AID})")
    party = dict(_fields(napas.get("01", ""), "field 38.01"))
    by = napas.get("02")
    if by not in ("QRIBFTTA", "QRIBFTTC") or not {"00", "01"} <= set(party):
        raise BadCode("field 38: bank, account or service is missing")
    amount = top.get("54")
    if amount is not None and not re.fullmatch(r"[1-9][0-9]{0,9}", amount):
        raise BadCode(f"field 54: {amount!r} is not an amount in đồng")
    more = _fields(top.get("62", ""), "field 62")
    return Transfer(
        party["00"],
        party["01"],
        int(amount) if amount else None,
        dict(more).get("08", ""),
        by,  # type: ignore[arg-type]
        top["01"],  # type: ignore[arg-type]
        tuple((tag, value) for tag, value in more if tag != "08"),
    )
