"""What a text held before the camera is: dossier, address, ticket, card, payment, or nothing of ours."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.scanner.grammar import NONE, UNKNOWN, Reading, best, classify

TODAY = dt.date(2026, 11, 21)
CODE = "H38.12.25-240815-0003"
CARD = "001099012345||NGUYỄN VĂN THỬ|01011990|Nam|Thôn Mẫu, Xã Mẫu, Tỉnh Mẫu|02012022"


@pytest.mark.parametrize(
    "code",
    [
        "000.00.15.H38-240815-0001",
        CODE,
        "000.00.06.H56-231027-0361",
        "000.17.22.H56-210531-0001",
        "H56.14-240823-0001",
        "G09.20-20260609-0092637",
        "G12.18.112.001-250701-0004",
        "H38.001.002-260125-150007",
    ],
)
def test_codes_met_on_real_receipts_are_dossiers(code: str) -> None:
    assert classify(code, TODAY) == Reading("dossier", code)


@pytest.mark.parametrize(
    "printed",
    [
        "  h38.12.25-240815-0003\r\n",
        "H38.12.25 – 240815 – 0003",
        "H38.12.25\u2011240815\u20110003",
        "H38.12.25−240815－0003",
        "\ufeffH38.12.25-240815-0003",
        "H38.12.25\u00a0-240815-0003",
    ],
)
def test_printing_and_typing_variants_give_one_code(printed: str) -> None:
    assert classify(printed, TODAY) == Reading("dossier", CODE)


@pytest.mark.parametrize(
    "text",
    [
        "H38.12.25-240815-003",  # three digits
        "H38.12.25-240815-000312345",  # nine digits
        "Z38.12.25-240815-0003",
        "H38.12.25-240230-0003",  # 30 February
        "H38.12.25-241315-0003",
        "H38.12.25-171231-0003",  # before the form existed
        "H38.12.25-261123-0003",  # the day after tomorrow
        "H38.12.25-240815-0003\n0004",  # two lines are two texts
        "ſ38.12.25-240815-0003",
        "H38.12.25-２４0815-0003",  # digits of another script
        "H38.12.25-240815-0003; DROP TABLE dossiers",
        "1.001193",
        "",
        "   ",
    ],
)
def test_what_cannot_be_a_code_is_unknown(text: str) -> None:
    assert classify(text, TODAY) == UNKNOWN


def test_tomorrow_is_allowed_and_an_untrusted_clock_bounds_nothing() -> None:
    assert classify("H38.12.25-261122-0003", TODAY).kind == "dossier"
    assert classify("H38.12.25-991231-0003", TODAY) == UNKNOWN
    assert classify("H38.12.25-991231-0003", None).kind == "dossier"
    assert classify("H38.12.25-171231-0003", None) == UNKNOWN


@pytest.mark.parametrize(
    "url",
    [
        f"https://dvc.example.gov.vn/portaldvc/tra-cuu?SGT=001099012345&MHS={CODE}",
        f"https://dvc.example.gov.vn/tra-cuu?SoDinhDanh=001099012345&MaHoSo={CODE.lower()}",
        f"http://hcc.example.gov.vn/KenhTin/tra-cuu.aspx?mahs={CODE}",
        f"HTTPS://HCC.EXAMPLE.GOV.VN/?MAHS={CODE}",
        f"hcc.example.gov.vn/tra-cuu?mahs={CODE}",
        f"https://dvc.example.gov.vn/#/tra-cuu?mahs={CODE}&x=1",
        f"https://dvc.example.gov.vn/tra-cuu/{CODE}",
        f"https://dvc.example.gov.vn/?a=1&amp;MHS={CODE}",
        "https://dvc.example.gov.vn/?mahs=H38.12.25%2D240815%2D0003",
        f"https://dvc.example.gov.vn/?x=G09.20-20260609-0092637&MHS={CODE}",
    ],
)
def test_an_address_gives_its_code_and_nothing_else(url: str) -> None:
    assert classify(url, TODAY) == Reading("url_with_dossier", CODE)


@pytest.mark.parametrize(
    "text",
    [
        "https://dvc.example.gov.vn/apiqr/qr?id=4be0643f-1d98-573b-97cd-ca98a65347dd",
        f"https://dvc.example.gov.vn/?MHS={CODE}&MaHoSo=H38.12.25-240815-0004",
        f"javascript:alert(1)?MHS={CODE}",
        f"https://dvc.example.gov.vn/?MHS={CODE}' OR 1=1",
        "https://dvc.example.gov.vn/?MHS=../../etc/passwd",
        "https://[dvc/?MHS=" + CODE,
        "https://dvc.example.gov.vn/?" + "&".join(f"a{i}=1" for i in range(80)) + f"&MHS={CODE}",
        "https://dvc.example.gov.vn/?MHS=" + CODE + "&x=" + "a" * 3000,
        f"look at https://dvc.example.gov.vn/?MHS={CODE}",
    ],
)
def test_other_addresses_are_unknown(text: str) -> None:
    assert classify(text, TODAY) == UNKNOWN


def test_our_own_ticket() -> None:
    text = "MC1/h38-dong-thanh/20261121/A012"
    assert classify(text, TODAY) == Reading("ticket", text)
    for wrong in ("MC1/h38/20261321/A012", "MC1/H38/20261121/A012", "MC1/h38/20261121/a012", "MC1//20261121/A012",
                  "MC1/h38/20261121/A0123", "MC2/h38/20261121/A012"):  # fmt: skip
        assert classify(wrong, TODAY) == UNKNOWN


@pytest.mark.parametrize("tail", ["", "|", "||||", "|x|||y", "\r\n"])
def test_identity_cards_old_and_new(tail: str) -> None:
    assert classify(CARD + tail, TODAY) == Reading("card")


def test_cards_with_gaps_and_garbled_letters() -> None:
    assert classify("001099012345|012345678|LE VAN A||Nữ|Xã Mẫu|", TODAY).kind == "card"
    assert classify("001199012345||N盻ｯ|00001950|N盻ｯ|X繽|", TODAY).kind == "card"
    assert classify("|".join(CARD.split("|")[:6]), TODAY) == UNKNOWN  # six fields
    assert classify(CARD + "|||||||", TODAY) == UNKNOWN  # fourteen
    assert classify("HS4010012345678|4e677579|01011990|1|x|y|z", TODAY) == Reading("health")


@pytest.mark.parametrize(
    ("payload", "crc"),
    [
        ("00020101021138570010A00000072701270006970403011200110123456780208QRIBFTTA53037045802VN6304", "F4E5"),
        ("00020101021138600010A00000072701300006970403011697040311012345670208QRIBFTTC53037045802VN6304", "4F52"),
        (
            "00020101021238540010A00000072701240006970415011000000000010208QRIBFTTA53037045405200005802VN62280824"
            "LP H38.12.25-240815-00036304",
            "0A99",
        ),
    ],
)
def test_payments_are_known_by_their_checksum(payload: str, crc: str) -> None:
    assert classify(payload + crc, TODAY) == Reading("payment")
    assert classify(payload + "0000", TODAY) == UNKNOWN


@pytest.mark.parametrize(
    "raw",
    [
        "A" * 7000,
        CODE + "\x00",
        "\x1b]0;owned\x07" + CODE,
        "\x1b[2J",
        "../../../../etc/shadow",
        "' OR '1'='1' --",
        b"\xff\xfe" + CODE.encode(),
        b"\x80\x81\x82",
        CODE + "\u202e",
        "|" * 4000,
        "0" * 4000,
        "http://" + "a." * 900 + "vn/?x=" + CODE[:-1],
    ],
)
def test_hostile_texts_are_unknown(raw: str | bytes) -> None:
    assert classify(raw, TODAY) == UNKNOWN


@given(st.one_of(st.text(max_size=300), st.binary(max_size=300)))
def test_any_text_gets_an_answer_and_no_code_but_of_an_allowed_shape(raw: str | bytes) -> None:
    reading = classify(raw, TODAY)
    assert reading.code is None or set(reading.code) <= set(
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ.-/abcdefghijklmnopqrstuvwxyz"
    )


def test_the_best_of_several() -> None:
    dossier, url, ticket = (
        Reading("dossier", CODE),
        Reading("url_with_dossier", "H38-240815-0009"),
        Reading("ticket", "T"),
    )
    card, payment = Reading("card"), Reading("payment")
    everything = [UNKNOWN, payment, card, ticket, url, dossier]
    for expected in (dossier, url, ticket, card, payment, UNKNOWN):
        assert best(everything) == expected
        everything.remove(expected)
    assert best([]) == NONE


def test_two_different_dossiers_give_no_code() -> None:
    assert best([Reading("dossier", CODE), Reading("dossier", "H38-240815-0009")]) == Reading("dossier", None)
    assert best([Reading("dossier", CODE), Reading("dossier", CODE)]) == Reading("dossier", CODE)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("MCA1/h38-dong-thanh/K7QF2A", "appointment"),
        ("DN4797912345678|4e677579e1bb856e2056c4836e205468e1bbad|01/01/1990|1|58c3a3204de1baab75|79 - 034|", "health"),
        ("7912345678|4e677579e1bb856e|01/01/1990|1||", "health"),
        ("https://vneid.gov.vn/qr?x=1", "vneid"),
        ("EB123456785VN", "postal"),
        ("4006381333931", "product"),
        ("https://zalo.example/oa", "unknown"),
    ],
)
def test_other_papers_are_called_by_their_name_and_nothing_is_kept(text: str, kind: str) -> None:
    code = text if kind == "appointment" else None
    assert classify(text, TODAY) == Reading(kind, code)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    [
        "MCA1/h38/k7qf2a",
        "MCA1/../K7QF2A",
        "EB123456784VN",
        "4006381333932",
        "http://[x",
        "VNE",
        "https://a b",
        "1|4e67|",
    ],
)
def test_what_only_looks_like_them_is_unknown(text: str) -> None:
    assert classify(text, TODAY) == UNKNOWN
