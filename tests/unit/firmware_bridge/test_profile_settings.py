"""What site.toml may say about boards sold by others, and what it is told when it does not fit."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.load import SettingsError, load_settings
from firmware_bridge.doctor import checks
from firmware_bridge.profile_check import problems_of

VENDORS = Path(__file__).parents[2] / "fixtures" / "vendors"
SITE = """
[[services]]
id = "civil-status"
letter = "K"
name = "Tư pháp – Hộ tịch"
name_en = "Civil status"
[[counters]]
id = 1
services = ["civil-status"]
[[buses]]
id = "led"
port = "/dev/serial/by-id/usb-FTDI-if00"
protocol = "modbus-rtu"
[[boards]]
id = "counter-1"
kind = "counter"
counter = 1
bus = "led"
unit = 3
profile = "modbus-ascii-4"
"""


def site(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "site.toml"
    path.write_text(text, encoding="utf-8")
    return path


def told(path: Path) -> list[str]:
    """Everything that is wrong, as sentences."""
    try:
        settings = load_settings(path, {})
    except SettingsError as error:
        return [str(problem) for problem in error.problems]
    return [str(problem) for problem in problems_of(settings)]


def test_a_bus_of_others_runs_at_9600_unless_it_says_otherwise(tmp_path: Path) -> None:
    bus = load_settings(site(tmp_path, SITE), {}).buses[0]
    assert (bus.baud, bus.format) == (9600, "8N1")
    faster = SITE.replace(
        'protocol = "modbus-rtu"', 'protocol = "modbus-rtu"\nbaud = 19200\nformat = "8E1"\ngap_ms = 5'
    )
    bus = load_settings(site(tmp_path, faster), {}).buses[0]
    assert (bus.baud, bus.format, bus.gap_ms) == (19200, "8E1", 5)
    own = SITE[: SITE.index("[[boards]]")].replace('protocol = "modbus-rtu"', "")
    assert load_settings(site(tmp_path, own), {}).buses[0].baud == 115200


SECOND = (
    '[[boards]]\nid = "counter-2"\nkind = "counter"\ncounter = 1\nbus = "led"\nunit = 3\nprofile = "modbus-ascii-4"\n'
)
PAD = '[[keypads]]\nid = "pad"\ncounter = 1\nbus = "led"\naddress = 0\n'


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("unit = 3\n", "", ":14: boards[0].unit: counter-1: thiếu"),
        ("unit = 3\n", "unit = 248\n", "boards[0].unit: "),
        ('profile = "modbus-ascii-4"\n', "", "boards[0].profile: counter-1: bus modbus-rtu"),
        ('profile = "modbus-ascii-4"', 'profile = "modbus-asci-4"', "did you mean: modbus-ascii-4?"),
        ('profile = "modbus-ascii-4"', 'profile = "gone.toml"', "gone.toml: file: "),
        ('profile = "modbus-ascii-4"', 'profile = "modbus-segments-4"', "no code for the letters K"),
        ('profile = "modbus-ascii-4"', 'profile = "modbus-panel-8"', "the profile is for kind = 'main'"),
        ('profile = "modbus-ascii-4"', 'profile = "ascii-stx-4"', "mẫu nói ascii, bus led nói modbus-rtu"),
        ("unit = 3\n", "unit = 3\naddress = 2\n", "the profile has no place_stride"),
        ('protocol = "modbus-rtu"', 'protocol = "modbus"', "did you mean: modbus-rtu?"),
        ('protocol = "modbus-rtu"', "", "boards[0].profile: counter-1: profile chỉ trên bus"),
        ('protocol = "modbus-rtu"', 'format = "8E1"', "only for protocol modbus-rtu or ascii"),
        ("[[boards]]", SECOND + "[[boards]]", "both are unit 3 on led"),
        ("[[boards]]", PAD + "[[boards]]", "keypad cần/needs protocol motcua"),
    ],
)
def test_what_does_not_fit_is_a_sentence(tmp_path: Path, old: str, new: str, words: str) -> None:
    assert old in SITE
    lines = told(site(tmp_path, SITE.replace(old, new, 1)))
    assert any(words in line for line in lines), lines


def test_the_profile_lies_beside_the_site_file_wherever_the_process_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "boards").mkdir()
    (tmp_path / "boards" / "kd.toml").write_bytes((VENDORS / "kd-500.toml").read_bytes())
    path = site(tmp_path, SITE.replace('"modbus-ascii-4"', '"boards/kd.toml"'))
    monkeypatch.chdir("/")
    assert told(path) == []
    found = {check.part: check for check in checks(load_settings(path, {}))}
    assert found["board-counter-1"].level == "warn" and "19200 8E1" in found["board-counter-1"].en
