"""What a decoded text is: a dossier code, a ticket, a card, … Pure: no clock, no image, no log.

Rules: the dossier code of TT 01/2018/TT-VPCP Art. 19 and of QĐ 20/2020/QĐ-TTg Art. 4 (unit, day, number of the day),
with the wider shapes met on real receipts (8-digit date, longer numbers); QR of identity cards (seven fields, later
eleven); EMVCo merchant QR (VietQR). Nothing here keeps, logs or returns the raw text: whoever calls `classify` gets
a kind and, where the grammar accepts one, a code; the rest of the text is the caller's to forget.
"""

from __future__ import annotations

import binascii
import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qsl, unquote, urlsplit

Kind = Literal[
    "dossier",
    "url_with_dossier",
    "ticket",
    "appointment",
    "card",
    "payment",
    "health",
    "vneid",
    "postal",
    "product",
    "unknown",
    "none",
]

#: Best first. Of several codes in one picture the first kind of this list wins.
PRIORITY: tuple[Kind, ...] = (
    "dossier", "url_with_dossier", "ticket", "appointment", "card", "payment", "health", "vneid", "postal", "product",
    "unknown", "none",
)  # fmt: skip

#: Kinds that may carry a code.
WITH_CODE: frozenset[Kind] = frozenset({"dossier", "url_with_dossier", "ticket", "appointment"})

FIRST_DAY = dt.date(2018, 1, 1)  # the present form of the code began with TT 01/2018
FUTURE_DAYS = 1  # an office's clock may be ahead of ours, not by more
MAX_RAW = 4296  # characters of the largest QR; a longer text came from no symbol we allow
MAX_URL = 2048
MAX_UNIT = 35  # QĐ 20/2020/QĐ-TTg Art. 4

_DOSSIER = re.compile(
    r"(?P<unit>[0-9]{3}\.[0-9]{2}\.[0-9]{2}\.[A-Y][0-9]{2}|[A-Y][0-9]{2}(?:\.[0-9A-Z]{2,3}){0,6})"
    r"-(?P<day>[0-9]{6}|[0-9]{8})-(?P<number>[0-9]{4,8})"
)
_TICKET = re.compile(r"MC1/[a-z0-9-]{1,32}/(?P<day>[0-9]{8})/[A-Z][0-9]{3}")
_APPOINTMENT = re.compile(r"MCA1/[a-z0-9-]{1,32}/[A-Z0-9]{4,8}")
_HEALTH_NUMBER = re.compile(r"[A-Z]{2}[0-9][0-9]{12}|[0-9]{10}")
_HEALTH_NAME = re.compile(r"(?:[0-9A-Fa-f]{2}){2,120}")
_POSTAL = re.compile(r"[A-Z]{2}(?P<number>[0-9]{8})(?P<check>[0-9])[A-Z]{2}")
_PRODUCT = re.compile(r"[0-9]{8}|[0-9]{12,14}")
_PAYMENT = re.compile(r"000201.*6304(?P<crc>[0-9A-Fa-f]{4})", re.ASCII | re.DOTALL)
_CARD_ID = re.compile(r"[0-9]{12}")
_CARD_OLD_ID = re.compile(r"(?:[0-9]{9})?")
_CARD_DATE = re.compile(r"(?:(?:[0-2][0-9]|3[01])(?:0[0-9]|1[0-2])[0-9]{4})?")
_BARE_HOST = re.compile(r"(?:[a-z0-9-]{1,63}\.){1,8}[a-z]{2,24}(?::[0-9]{1,5})?[/?#]", re.ASCII | re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")

# Names of the parameter that carries the code, compared without case.
_URL_NAMES = frozenset({"mhs", "mahoso", "mahs", "ma_ho_so", "ma-ho-so", "sohoso"})
# Hyphens and dashes that printers, word processors and input methods put in the place of "-".
_DASHES = dict.fromkeys(map(ord, "\u00ad\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u2212\ufe58\ufe63\uff0d"), "-")
_BLANKS = dict.fromkeys(map(ord, " \t\u00a0\u2009\u202f\u200b\ufeff"), None)
# str.upper() would turn letters from elsewhere (ſ, ı) into ASCII ones; a code has only ASCII.
_UPPER = {ord(c): ord(c) - 32 for c in "abcdefghijklmnopqrstuvwxyz"}


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text is. `code` is set only for the kinds of `WITH_CODE`, and always normalised."""

    kind: Kind
    code: str | None = None


UNKNOWN = Reading("unknown")
NONE = Reading("none")


def classify(raw: str | bytes, today: dt.date | None) -> Reading:
    """Say what a decoded text is.

    `today` is the date at the site; None (clock not trusted) takes the upper bound off dossier dates. Bytes are read
    as UTF-8; anything undecodable, too long, or holding control characters is unknown.
    """
    if isinstance(raw, bytes):
        try:
            raw = raw.decode("utf-8")
        except UnicodeDecodeError:
            return UNKNOWN
    if not raw or len(raw) > MAX_RAW:
        return UNKNOWN
    text = raw.strip(" \t\r\n\u00a0\ufeff")
    if _CONTROL.search(text):
        return UNKNOWN
    if code := dossier_code(text, today):
        return Reading("dossier", code)
    if ticket := ticket_code(text):
        return Reading("ticket", ticket)
    if _APPOINTMENT.fullmatch(text):
        return Reading("appointment", text)
    if is_payment(text):  # before the URL: a payment's purpose may name a dossier, and pays for it only
        return Reading("payment")
    if is_card(text):
        return Reading("card")
    if code := dossier_in_url(text, today):
        return Reading("url_with_dossier", code)
    return Reading(_other(text))


def normalise(text: str) -> str:
    """A dossier code as people and printers vary it → as it is stored: no blanks, ASCII capitals, plain hyphens.

    Line breaks go at both ends only: two lines are two texts, and joining them could make a third, valid code.
    """
    return text.strip("\r\n \t").translate(_BLANKS).translate(_DASHES).translate(_UPPER)


def dossier_code(text: str, today: dt.date | None) -> str | None:
    """The normalised dossier code, or None when the text is no possible one."""
    if len(text) > 4 * MAX_UNIT:
        return None
    code = normalise(text)
    match = _DOSSIER.fullmatch(code)
    if match is None or len(match["unit"]) > MAX_UNIT:
        return None
    day = match["day"]
    date = _date(day if len(day) == 8 else "20" + day)
    if date is None or date < FIRST_DAY:
        return None
    if today is not None and date > today + dt.timedelta(days=FUTURE_DAYS):
        return None
    return code


def ticket_code(text: str) -> str | None:
    """The text of our own ticket's QR, or None. A ticket has no upper bound: it only asks what stands on the board."""
    match = _TICKET.fullmatch(text)
    return text if match is not None and _date(match["day"]) is not None else None


def dossier_in_url(text: str, today: dt.date | None) -> str | None:
    """The dossier code a web address carries, or None. Everything else in the address is dropped here.

    A parameter with a name seen on receipts goes before any other; then any parameter, then a whole part of the path.
    Two different codes at the same step are no answer.
    """
    if len(text) > MAX_URL or any(c.isspace() for c in text):
        return None
    if not text.lower().startswith(("http://", "https://")):
        if not _BARE_HOST.match(text):
            return None
        text = "https://" + text
    try:
        parts = urlsplit(text)
        pairs: list[tuple[str, str]] = []
        # One-page portals put the parameters behind the '#'.
        for query in (parts.query, parts.fragment.partition("?")[2], parts.fragment):
            pairs += parse_qsl(query, max_num_fields=64)
    except ValueError:
        return None
    named = [value for name, value in pairs if name.lower().removeprefix("amp;") in _URL_NAMES]
    path = [unquote(part) for part in f"{parts.path}/{parts.fragment.partition('?')[0]}".split("/")]
    for values in (named, [value for _, value in pairs], path):
        codes = {code for value in values if (code := dossier_code(value, today))}
        if codes:
            return codes.pop() if len(codes) == 1 else None
    return None


def is_card(text: str) -> bool:
    """Whether the text has the shape of an identity card's QR: 7 to 12 fields, number, sex, dates in their places.

    The name may come garbled (wedge scanners, charset guesses): no letter is looked at but the first of the sex.
    """
    fields = [field.strip() for field in text.split("|")]
    if not 7 <= len(fields) <= 12:
        return False
    number, old, _name, born, sex, _address, issued = fields[:7]
    return bool(
        _CARD_ID.fullmatch(number)
        and _CARD_OLD_ID.fullmatch(old)
        and _CARD_DATE.fullmatch(born)
        and _CARD_DATE.fullmatch(issued)
        and sex[:1] in ("N", "n")
        and len(sex) <= 8
    )


def is_health(text: str) -> bool:
    """Whether the text has the shape of a health-insurance card's QR: the card's number, then the name in hex."""
    fields = text.split("|")
    return len(fields) >= 5 and bool(_HEALTH_NUMBER.fullmatch(fields[0]) and _HEALTH_NAME.fullmatch(fields[1]))


def is_postal(text: str) -> bool:
    """Whether the text is the number of a letter or parcel (UPU S10: check digit by the weights 8 6 4 2 3 5 9 7)."""
    match = _POSTAL.fullmatch(text)
    if match is None:
        return False
    rest = sum(int(d) * w for d, w in zip(match["number"], (8, 6, 4, 2, 3, 5, 9, 7), strict=True)) % 11
    return int(match["check"]) == {0: 5, 1: 0}.get(rest, 11 - rest)


def is_product(text: str) -> bool:
    """Whether the text is an article number (GTIN-8, -12, -13 or -14 with a right check digit)."""
    if not _PRODUCT.fullmatch(text):
        return False
    return sum(int(d) * (3 if i % 2 else 1) for i, d in enumerate(reversed(text))) % 10 == 0


def _other(text: str) -> Kind:
    """Texts of no use here that the screen can call by their name."""
    if is_health(text):
        return "health"
    address = text.lower()
    is_address = address.startswith(("http://", "https://")) and not any(c.isspace() for c in text)
    # What VNeID shows is meant for its own readers and no source tells its form: known only where it names itself.
    if address.startswith("vneid") or (is_address and _host(address).endswith("vneid.gov.vn")):
        return "vneid"
    if is_postal(text):
        return "postal"
    if is_product(text):
        return "product"
    return "unknown"


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def is_payment(text: str) -> bool:
    """Whether the text is an EMVCo merchant payment (VietQR among them) with a right checksum.

    CRC-16/CCITT-FALSE over everything up to and including `6304`.
    """
    match = _PAYMENT.fullmatch(text)
    if match is None:
        return False
    return binascii.crc_hqx(text[:-4].encode("utf-8"), 0xFFFF) == int(match["crc"], 16)


def best(readings: Iterable[Reading]) -> Reading:
    """One answer for several codes seen together: the best kind of `PRIORITY`.

    Two different codes of that kind (two receipts held up together) give the kind without a code: a guess would show
    a stranger's dossier. A web address that carries another code than a dossier code beside it loses to that one.
    """
    seen = set(readings)
    for kind in PRIORITY:
        of_kind = {reading for reading in seen if reading.kind == kind}
        if len(of_kind) == 1:
            return of_kind.pop()
        if of_kind:
            return Reading(kind)
    return NONE


def _date(yyyymmdd: str) -> dt.date | None:
    try:
        return dt.date(int(yyyymmdd[:4]), int(yyyymmdd[4:6]), int(yyyymmdd[6:]))
    except ValueError:
        return None
