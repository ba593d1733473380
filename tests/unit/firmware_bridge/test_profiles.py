"""Device profiles: four vendor sheets nobody of ours wrote code for, and every way to write one wrong."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.load import SettingsError
from firmware_bridge.boards_trial import letters_of
from firmware_bridge.modbus import crc16
from firmware_bridge.panels.foreign import holes, render
from firmware_bridge.panels.reading import modbus_row
from firmware_bridge.panels.shown import Row, Rows, all_in
from firmware_bridge.profile import Profile
from firmware_bridge.profile_check import load_profile, names
from firmware_bridge.profile_rules import remarks
from firmware_bridge.virtual.rtu import Unit

VENDORS = Path(__file__).parents[2] / "fixtures" / "vendors"
FILES = [*sorted(VENDORS.glob("*.toml")), *names().values()]


def vendor(name: str) -> Profile:
    return load_profile(VENDORS / f"{name}.toml")


def one(text: str, called: bool = False) -> Rows:
    return (Row("number", text, 3, called),)


def told(profile: Profile, rows: Rows, brightness: int = 100) -> list[str]:
    """What goes out, without unit and CRC, as hex."""
    return [request.frame[1:-2].hex() for request in render(profile, 3, 0, rows, brightness)]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_profiles_are_right_and_say_everything(path: Path) -> None:
    profile = load_profile(path)
    count = profile.rows or 1
    rows = tuple(Row("number", f"A{at:03d}", at + 1) for at in range(count))
    number = [request.frame for request in render(profile, 9, 0, rows, 50)]
    assert number == [request.frame for request in render(profile, 9, 0, rows, 50)]
    assert number != [request.frame for request in render(profile, 9, 0, all_in("blank", count), 50)]
    places = [request.place for request in render(profile, 9, 0, rows, 50)]
    assert len(places) == len(set(places))
    assert holes(profile, rows) == ""


def test_a_32_bit_integer_with_the_low_word_first_and_the_letter_in_its_own_register() -> None:
    profile = vendor("kd-500")
    assert told(profile, one("B042")) == [
        "100000000204" + "002a" + "0000",
        "100002000102" + "4200",
        "100009000102" + "0008",
        "050004" + "0000",
    ]
    assert told(profile, one("B042", called=True))[3] == "050004" + "ff00"
    assert told(profile, all_in("blank", 1))[0] == "100000000204" + "ffffffff"
    assert told(profile, all_in("dashes", 1))[0] == "100000000204" + "fffeffff"
    assert told(profile, one("B042"), brightness=0)[2] == "100009000102" + "0001"


def test_packed_digits_low_byte_first_and_bits_of_one_control_register() -> None:
    profile = vendor("hx-4d")
    # A=10, 0 | 4, 2, the left one in the low byte; control: brightness 7, flash, on.
    assert told(profile, one("A042", called=True)) == ["060002000a", "0600030204", "0600088017", "06000ba55a"]
    assert told(profile, one("A042")) == ["060002000a", "0600030204", "0600088007", "06000ba55a"]
    assert told(profile, all_in("blank", 1)) == ["0600022424", "0600032424", "0600080007", "06000ba55a"]
    reads = [request.reads for request in render(profile, 3, 0, one("A042"), 100)]
    assert reads[0][0].frame[1:6].hex() == "0400140001"
    assert reads[1][0].frame[1:6].hex() == "0400150001"
    assert reads[2][0].masks == (0x8017,)
    assert reads[3] == ()


def test_a_panel_of_segments_right_digit_first_between_unlock_and_lock() -> None:
    profile = vendor("vp-16")
    rows = (Row("number", "A042", 12, called=True), *all_in("blank", 5))
    out = told(profile, rows)
    assert out[0] == "1001ff000102" + "0001" and out[-1] == "1001ff000102" + "0000"
    # 2 = a b d e g, 4 = b c f g, 0 = a…f, A = a b c e f g; bit 7 = a … bit 1 = g
    assert out[1] == "100200000408" + "00da" + "0066" + "00fc" + "00ee"
    assert out[2] == "100204000102" + "0012"
    assert out[3] == "100205000102" + "0002"
    assert out[4] == "100208000408" + "0000" * 4
    assert out[5] == "10020c000102" + "00ff"
    assert len(out) == 2 + 6 * 3


def test_an_ascii_board_by_templates() -> None:
    profile = vendor("lx-ascii")
    frames = [request.frame for request in render(profile, 27, 0, one("A042"), 100)]
    assert frames[1] == b"$1B,A042*" + f"{sum(b'1B,A042') & 0xFF:02x}".encode() + b"\r\n"
    assert frames[0].startswith(b"$1B,B100*")
    blank = render(profile, 27, 0, all_in("blank", 1), 10)[1]
    assert blank.frame.startswith(b"$1B,CLR*")
    assert blank.judge(b"xxOK\r\n") is not None and blank.judge(b"ER\r\n").kind == "refused"  # type: ignore[union-attr]


def written(tmp_path: Path, text: str) -> Profile:
    path = tmp_path / "x.toml"
    path.write_text(text, encoding="utf-8")
    return load_profile(path)


def test_digits_of_one_number_in_registers_of_different_kinds() -> None:
    profile = vendor("q4")
    assert told(profile, one("B042", called=True)) == [
        "060065" + "0002",
        "060066" + "0000",
        "060067" + "0042",
        "060064" + "00f3",
        "06006d" + "0001",
    ]
    assert told(profile, all_in("blank", 1))[:3] == ["0600650000", "060066000f", "06006700ff"]


def test_numbering_may_be_written_as_a_number(tmp_path: Path) -> None:
    text = (VENDORS / "kd-500.toml").read_text(encoding="utf-8")
    assert written(tmp_path, text.replace('numbering = "40001"', "numbering = 40001")).numbering == "40001"


def test_neighbouring_registers_go_out_in_one_message_and_each_is_read_back(tmp_path: Path) -> None:
    text = (VENDORS / "vp-16.toml").read_text(encoding="utf-8").replace("most = 4", "join = true")
    profile = written(tmp_path, text)
    rows = (Row("number", "A042", 12, called=True), *all_in("blank", 5))
    out = told(profile, rows)
    assert len(out) == 2 + 6
    assert out[1] == "10020000060c" + "00da006600fc00ee" + "0012" + "0002"
    reads = render(profile, 3, 0, rows, 80)[1].reads
    assert [read.address for read in reads] == [0x200, 0x204, 0x205]
    assert "Row digits" in render(profile, 3, 0, rows, 80)[1].label


def test_a_number_as_a_float(tmp_path: Path) -> None:
    profile = written(
        tmp_path,
        'title = "x"\nprotocol = "modbus-rtu"\nnumbering = "zero"\nlost = "blank"\n'
        '[[write]]\nwhat = "number"\nregister = 2\nencoding = "float"\nword_order = "low-first"\nblank = 0x7FC00000\n',
    )
    assert told(profile, one("A042")) == ["100002000204" + "0000" + "4228"]
    assert told(profile, all_in("blank", 1)) == ["100002000204" + "0000" + "7fc0"]


@pytest.mark.parametrize(
    ("kind", "notation", "expected"),
    [
        ("xor", "hex", b"10"),
        ("sum8", "raw", b"\x92"),
        ("sum8", "decimal", b"146"),
        ("lrc", "hex", b"6E"),
        ("crc16-modbus", "raw", crc16(b"AA\x10").to_bytes(2, "big")),
        ("crc16-modbus", "hex-lower", f"{crc16(b'AA' + bytes([16])):04x}".encode()),
    ],
)
def test_checksums_of_what_stands_between_from_and_to(
    tmp_path: Path, kind: str, notation: str, expected: bytes
) -> None:
    profile = written(
        tmp_path,
        'title = "x"\nprotocol = "ascii"\nanswers = false\n[message]\n'
        'number = "#{from}AA{x10}{to}{text:>4}{checksum}"\n'
        f'checksum = "{kind}"\nchecksum_as = "{notation}"\n',
    )
    assert render(profile, 1, 0, one("A042"), 0)[0].frame == b"#AA\x10A042" + expected


@settings(max_examples=60, deadline=None)
@given(data=st.data())
@pytest.mark.parametrize("path", [path for path in FILES if load_profile(path).write], ids=lambda path: path.stem)
def test_what_was_written_is_what_a_person_reads(path: Path, data: st.DataObject) -> None:
    """Every number, nothing and dashes: encoded, written into a unit, read from its registers again."""
    profile = load_profile(path)
    letters = letters_of(profile)
    count = profile.rows or 1
    texts = data.draw(
        st.lists(
            st.tuples(st.sampled_from(letters), st.integers(0, 999), st.integers(1, 99)), min_size=count, max_size=count
        )
    )
    rows = tuple(Row("number", f"{letter}{number:03d}", counter) for letter, number, counter in texts)
    unit = Unit()
    for shown, wanted in (
        (rows, [(row.text, str(row.counter)) for row in rows]),
        (all_in("blank", count), [("    ", "")] * count),
        (rows, [(row.text, str(row.counter)) for row in rows]),
        *([(all_in("dashes", count), [("----", "--")] * count)] if profile.lost == "dashes" else []),
    ):
        for request in render(profile, 5, 0, shown, 80):
            assert request.frame[1] in unit.functions
            assert not unit.answer(request.frame[:-2])[1] & 0x80
        seen = [modbus_row(profile, unit.registers, unit.coils, 0, at) for at in range(count)]
        has_counter = any(write.what == "counter" for write in profile.write)
        assert [(row["text"], row["counter"].strip() if has_counter else "") for row in seen] == [
            (text, counter if has_counter else "") for text, counter in wanted
        ]


WRONG = [
    ("kd-500", "numbering = ", "numberin = ", r":9: numberin: .*unknown key.*did you mean: numbering\?"),
    (
        "kd-500",
        'numbering = "40001"',
        'numbering = "40000"',
        r":9: numbering: .*allowed: zero, one, 40001; .*e\.g\. numbering",
    ),
    ("kd-500", 'numbering = "40001"', "", r"numbering: .*missing.*zero = addresses as on the wire"),
    (
        "kd-500",
        "register = 40003",
        "register = 3",
        r":27: write\[1\]\.register: .*40001–49999.*e\.g\. register = 40001",
    ),
    ("kd-500", "register = 40003", "", r":24: write\[1\]\.register: .*exactly one of register and coil"),
    ("kd-500", 'what = "letter"', 'what = "leter"', r"write\[1\]\.what: .*did you mean: letter\?"),
    ("kd-500", "blank = 4294967295", "", r"write\[0\]\.blank: .*missing: the value that shows nothing"),
    ("kd-500", "dashes = 4294967294", "", r"write\[0\]\.dashes: .*lost = 'blank'"),
    ("kd-500", "range = [1, 8]", "", r"write\[2\]\.range: .*missing.*e\.g\. range = \[0, 15\]"),
    ("kd-500", "called = 1", "called = 7", r"write\[3\]\.coil: .*0 or 1"),
    ("kd-500", 'what = "number"', 'what = "text"', r"write\[0\]\.encoding: .*an integer has no letters"),
    ("hx-4d", "mask = 0x0010", "mask = 0x0001", r"write\[2\]\.register: .*share it by mask"),
    ("hx-4d", "range = [0, 7]", "range = [0, 15]", r"write\[1\]\.range: .*does not fit in mask 0x0007"),
    ("hx-4d", "letters_from = 10", "", r"write\[0\]\.encoding: .*no codes for letters"),
    ("q4", "part = [2, 3]", "part = [2, 5]", r":\d+: write\[2\]\.part: .*within 1–3"),
    ("vp-16", "rows = 6", "", r"rows: .*needs the number of rows"),
    (
        "vp-16",
        'stride = 8\nencoding = "bcd"',
        'encoding = "bcd"',
        r"write\[2\]\.stride: .*missing: registers from one row",
    ),
    ("vp-16", 'bits = ".gfedcba"', 'bits = ".gfedcbb"', r"write\[1\]\.bits: "),
    ("vp-16", 'lost = "blank"', "", r"write\[2\]\.dashes: .*missing: the code of a dash"),
    ("lx-ascii", "{letter:1}", "{lettre:1}", r"message\.number: .*there is no such name.*did you mean: letter"),
    ("lx-ascii", "{unit:02X},B", "{unit:02Z},B", r"message\.brightness: .*is not right"),
    ("lx-ascii", 'checksum = "sum8"', "", r"message\.checksum: .*checksum = 'none'"),
    ("lx-ascii", 'ack = "OK{CR}{LF}"', "", r"message\.ack: .*answers = false"),
    ("lx-ascii", "[message]", "[mesage]", r"mesage: .*unknown key.*did you mean: message\?"),
]


@pytest.mark.parametrize(
    ("name", "old", "new", "words"), WRONG, ids=[f"{w[0]}: {w[2] or '-' + w[1]}"[:60] for w in WRONG]
)
def test_a_mistake_is_a_line_that_helps(tmp_path: Path, name: str, old: str, new: str, words: str) -> None:
    text = (VENDORS / f"{name}.toml").read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / f"{name}.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        load_profile(path)
    lines = [str(problem) for problem in caught.value.problems]
    assert any(re.search(words, line) for line in lines), lines
    assert all(line.startswith(str(path)) and "\n" not in line for line in lines)


TEXTS = [path.read_text(encoding="utf-8") for path in FILES]
VALUES = [
    "0",
    "-1",
    "65536",
    "99999999999",
    "true",
    '""',
    '"A"',
    "[]",
    "[1]",
    "{}",
    "1.5",
    '"{unit:99}"',
    '"{{"',
    "1979-01-01",
    '"é"',
]


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """A profile with a few lines dropped, doubled, moved or given another value."""
    lines = draw(st.sampled_from(TEXTS)).splitlines()
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(lines) - 1))
        match draw(st.sampled_from(["drop", "double", "move", "value", "bytes"])):
            case "drop":
                lines.pop(at)
            case "double":
                lines.insert(at, lines[at])
            case "move":
                lines.insert(draw(st.integers(0, len(lines) - 1)), lines.pop(at))
            case "value":
                lines[at] = lines[at].partition("=")[0] + "= " + draw(st.sampled_from(VALUES))
            case _:
                lines[at] += draw(st.text(max_size=6))
        if not lines:
            lines = ["x = 1"]
    return "\n".join(lines)


@settings(max_examples=400, deadline=None)
@given(text=mutated(), number=st.text(max_size=8), brightness=st.integers(0, 100))
def test_no_profile_ends_in_a_traceback(
    tmp_path_factory: pytest.TempPathFactory, text: str, number: str, brightness: int
) -> None:
    """A mutated profile is refused in sentences, or it works for whatever the hub may say."""
    path = tmp_path_factory.getbasetemp() / "mutated.toml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        profile = load_profile(path)
    except SettingsError as error:
        assert error.problems
        return
    count = profile.rows or 1
    plain = "".join(char for char in number if 32 <= ord(char) < 127)
    for rows in (*[all_in(state, count) for state in ("blank", "dashes")], (Row("number", plain, 99, True),) * count):
        holes(profile, rows)
        assert all(
            len(request.frame) <= 256 or not request.modbus for request in render(profile, 247, 15, rows, brightness)
        )
    remarks(profile)


HEAD = 'title = "x"\nprotocol = "modbus-rtu"\nnumbering = "zero"\n'


def test_one_unit_with_several_boards_and_a_digit_order_from_the_right(tmp_path: Path) -> None:
    profile = written(
        tmp_path,
        HEAD + "place_stride = 16\ndigits = 3\n"
        '[[write]]\nwhat = "text"\nregister = 0x100\nencoding = "ascii"\nleftmost = "last"\n',
    )
    assert [r.frame[2:4].hex() for r in render(profile, 1, 2, one("A042"), 0)] == ["0120"]
    # Three places: the letter falls off, the right digit stands first.
    assert told(profile, one("A042")) == ["100100000306" + "0032" + "0034" + "0030"]


def test_a_panel_that_is_told_the_row_first(tmp_path: Path) -> None:
    profile = written(
        tmp_path,
        HEAD + 'kind = "main"\nrows = 2\nfunction = 6\nlost = "blank"\n'
        '[[write]]\nwhat = "row"\nregister = 1\nstride = 0\nrow_from = 0\n'
        '[[write]]\nwhat = "number"\nregister = 2\nstride = 0\nencoding = "integer"\nblank = 0xFFFF\n'
        '[[write]]\nwhat = "constant"\nregister = 3\nvalue = 1\nstride = 0\n',
    )
    rows = (Row("number", "A042", 1), Row())
    assert told(profile, rows) == [
        "0600010000", "060002002a", "0600030001",
        "0600010001", "060002ffff", "0600030001",
    ]  # fmt: skip


def test_a_panel_whose_first_row_is_the_lowest(tmp_path: Path) -> None:
    profile = written(
        tmp_path,
        HEAD + 'kind = "main"\nrows = 2\n[[write]]\nwhat = "text"\nregister = 8\nstride = -4\n'
        'encoding = "ascii"\npad = "zero"\n',
    )
    addresses = [r.frame[2:4].hex() for r in render(profile, 1, 0, (Row("number", "A1", 1), Row()), 0)]
    assert addresses == ["0008", "0004"]
    assert told(profile, (Row("number", "A1", 1), Row()))[0].endswith("0041003000300031")


def test_own_codes_win(tmp_path: Path) -> None:
    profile = written(
        tmp_path,
        HEAD + '[[write]]\nwhat = "text"\nregister = 0\nencoding = "digits"\ndigits_from = 0x30\nblank = 0x20\n'
        'dashes = 0x2D\ncodes = { "A" = 0x80, "4" = 0x99 }\n',
    )
    assert told(profile, one("A042")) == ["100000000408" + "0080" + "0030" + "0099" + "0032"]
    assert holes(profile, one("B042")) == "B"


@pytest.mark.parametrize(("byte_order", "words"), [("high-first", "3432" + "4130"), ("low-first", "3234" + "3041")])
def test_the_last_register_first_leaves_the_bytes_to_byte_order(tmp_path: Path, byte_order: str, words: str) -> None:
    profile = written(
        tmp_path,
        HEAD + '[[write]]\nwhat = "text"\nregister = 0\nencoding = "ascii"\nper_register = 2\nleftmost = "last"\n'
        f'byte_order = "{byte_order}"\n',
    )
    assert told(profile, one("A042")) == ["100000000204" + words]
    unit = Unit()
    for request in render(profile, 5, 0, one("A042"), 80):
        unit.answer(request.frame[:-2])
    assert modbus_row(profile, unit.registers, unit.coils, 0, 0)["text"] == "A042"


NUMBER = '[[write]]\nwhat = "number"\nregister = 0\nblank = 15\ndashes = 14\n'
TEXT = '[[write]]\nwhat = "text"\nregister = 0\nencoding = "ascii"\n'
PANEL = 'kind = "main"\nrows = 3\nlost = "blank"\n'


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (TEXT + 'word_order = "low-first"', r"write\[0\]\.word_order: .*leftmost"),
        (TEXT + 'byte_order = "low-first"', r"write\[0\]\.byte_order: .*byte = 'high'"),
        (TEXT + 'per_register = 2\nbyte = "high"', r"write\[0\]\.byte: .*byte_order"),
        (NUMBER + 'encoding = "integer"\nword_order = "low-first"', r"word_order: .*registers = 2"),
        (NUMBER + 'encoding = "bcd"\nword_order = "low-first"', r"word_order: .*only one register"),
        (NUMBER + 'encoding = "integer"\nleftmost = "last"', r"leftmost: .*word_order"),
        (NUMBER + 'encoding = "bcd"\ninvert = true', r"invert: .*segments"),
        (
            NUMBER + 'encoding = "bcd"\n[[write]]\nwhat = "brightness"\nregister = 9\nrange = [0, 7]\nbyte = "high"',
            r"write\[1\]\.byte: .*mask",
        ),
        (PANEL + TEXT + "stride = 2", r"write\[0\]\.stride: .*row 2 over row 1 .*a row needs 4 registers"),
        (
            PANEL + TEXT + 'stride = 4\n[[write]]\nwhat = "counter"\nregister = 4\nstride = 4\nencoding = "ascii"',
            r"write\[\d\]\.stride: .*row 2 over row 1 of \[\[write\]\]",
        ),
        (
            PANEL
            + TEXT
            + 'stride = 5\n[[write]]\nwhat = "counter"\nregister = 4\nstride = 4\nencoding = "bcd"\nblank = 15',
            r"write\[\d\]\.stride: .*row 2 ",
        ),
        (
            TEXT + '[[write]]\nwhat = "brightness"\nregister = 3\nrange = [0, 7]',
            r"write\[1\]\.register: .*writes over \[\[write\]\] thứ/number 1 \(4 registers\)",
        ),
    ],
)
def test_a_key_without_effect_and_places_over_each_other_are_refused(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(SettingsError) as caught:
        written(tmp_path, HEAD + text + "\n")
    lines = [str(problem) for problem in caught.value.problems]
    assert any(re.search(words, line) for line in lines), lines


def test_a_blank_that_is_also_the_digit_nought_is_worth_a_look(tmp_path: Path) -> None:
    number = '[[write]]\nwhat = "number"\nlabel = "Number"\nregister = 0\nencoding = "{}"\nblank = {}\n'
    mode = '[[write]]\nwhat = "mode"\nregister = 9\nnumber = 1\nblank = 0\n'
    head = HEAD + 'lost = "blank"\n'
    for encoding in ("bcd", "integer", "digits"):
        assert "digit 0" in str(remarks(written(tmp_path, head + number.format(encoding, 0))))
        assert "digit 0" not in str(remarks(written(tmp_path, head + number.format(encoding, 15))))
        assert "digit 0" not in str(remarks(written(tmp_path, head + number.format(encoding, 0) + mode)))


def test_a_board_that_knows_no_dash_is_empty_instead(tmp_path: Path) -> None:
    for coded in ('encoding = "integer"\nblank = 0xFFFF\n', 'encoding = "bcd"\nblank = 15\n'):
        text = f'[[write]]\nwhat = "number"\nregister = 0\n{coded}'
        mode = '[[write]]\nwhat = "mode"\nregister = 9\nnumber = 1\nblank = 0\n'
        profile = written(tmp_path, HEAD + 'lost = "blank"\n' + text + mode)
        assert told(profile, all_in("dashes", 1)) == told(profile, all_in("blank", 1)) != told(profile, one("A000"))
