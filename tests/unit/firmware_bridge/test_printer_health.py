"""What staff read about the printer, what a status byte means, and what a slow cable may take."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.load import SettingsError
from config.settings import Printer as PrinterSettings
from firmware_bridge.printer import Printer
from firmware_bridge.printer_health import LOW_CLEARS_S, PrinterWatch, doubtful_health, problem_health
from firmware_bridge.printer_profile import load_profile, profile_of, shipped
from firmware_bridge.printer_status import PrinterStatus, from_asb, from_dle_eot, is_asb

OK = PrinterStatus(True, "ok", "ready")
LOW = PrinterStatus(True, "near_end", "low")
OUT = PrinterStatus(False, "out", "out", "no_paper")


def codes(watch: PrinterWatch, status: PrinterStatus, now: float) -> list[str]:
    return [health.code for health in watch.see(status, now)]


def test_near_end_is_said_once_however_the_roll_wobbles() -> None:
    watch = PrinterWatch()
    assert codes(watch, OK, 0) == ["ok", "ok"]
    for now in range(1, 40):
        assert codes(watch, OK if now % 3 != 1 else LOW, now) == ["ok", "printer_paper_low"]
    assert codes(watch, OK, 41) == ["ok", "printer_paper_low"]
    assert codes(watch, OK, 41 + LOW_CLEARS_S) == ["ok", "ok"]


def test_a_new_roll_takes_the_notice_back_at_once() -> None:
    watch = PrinterWatch()
    watch.see(LOW, 0)
    assert codes(watch, OUT, 1) == ["printer_no_paper", "ok"]
    assert codes(watch, OK, 2) == ["ok", "ok"]


def test_low_paper_is_no_broken_printer() -> None:
    printer, roll = PrinterWatch().see(LOW, 0)
    assert (printer.part, printer.state) == ("printer", "ok")
    assert (roll.part, roll.state, roll.public_vi) == ("printer-roll", "degraded", None)


@pytest.mark.parametrize(
    ("answers", "trouble", "paper"),
    [
        ({1: 0x12, 2: 0x12, 3: 0x12, 4: 0x12}, "", "ok"),
        ({1: 0x16, 2: 0x12, 3: 0x12, 4: 0x12}, "", "ok"),
        ({1: 0x12, 2: 0x12, 3: 0x12, 4: 0x1E}, "", "near_end"),
        ({1: 0x1A, 2: 0x32, 3: 0x12, 4: 0x7E}, "no_paper", "out"),
        ({1: 0x1A, 2: 0x16, 3: 0x12, 4: 0x12}, "cover_open", "ok"),
        ({1: 0x1A, 2: 0x36, 3: 0x12, 4: 0x72}, "cover_open", "out"),
        ({1: 0x1A, 2: 0x52, 3: 0x1A, 4: 0x12}, "cutter", "ok"),
        ({1: 0x1A, 2: 0x52, 3: 0x32, 4: 0x12}, "error", "ok"),
        ({1: 0x1A, 2: 0x52, 4: 0x12}, "error", "ok"),
        ({1: 0x1A, 2: 0x12, 4: 0x12}, "offline", "ok"),
    ],
)
def test_dle_eot(answers: dict[int, int], trouble: str, paper: str) -> None:
    status = from_dle_eot(answers)
    assert (status.trouble, status.paper, status.online) == (trouble, paper, trouble == "")


@pytest.mark.parametrize(
    ("block", "trouble", "paper"),
    [
        (b"\x10\x00\x00\x00", "", "ok"),
        (b"\x14\x00\x03\x0f", "", "near_end"),
        (b"\x18\x00\x0c\x0f", "no_paper", "out"),
        (b"\x38\x00\x00\x0f", "cover_open", "ok"),
        (b"\x18\x08\x00\x0f", "cutter", "ok"),
        (b"\x18\x20\x00\x0f", "error", "ok"),
        (b"\x18\x00\x00\x0f", "offline", "ok"),
    ],
)
def test_automatic_status(block: bytes, trouble: str, paper: str) -> None:
    assert is_asb(block)
    status = from_asb(block)
    assert (status.trouble, status.paper, status.online) == (trouble, paper, trouble == "")


def test_what_is_no_status_block() -> None:
    assert not any(is_asb(block) for block in (b"\x12\x12\x12\x12", b"\x10\x00\x00", b"\x10\x90\x00\x00", b"abcd"))


def test_doubtful_papers_until_a_copy_a_void_or_a_call() -> None:
    ticket = {"id": "20261123-A042", "number": "A042", "state": "waiting", "print": "unknown"}
    health = doubtful_health([ticket, ticket | {"number": "B007"}])
    assert health.code == "print_unknown"
    assert "A042, B007" in health.vi
    for settled in ({"print": "copy"}, {"state": "void"}, {"state": "called"}, {"print": "printing"}):
        assert doubtful_health([ticket | settled]).code == "ok"
    assert doubtful_health([]).code == "ok"


def test_a_slow_cable_gets_the_time_its_bytes_need() -> None:
    slow = Printer(PrinterSettings(kind="serial", device="/dev/motcua/printer", baud=9600, timeout_s=10))
    assert slow._time_for(38_000) > 10 + 38_000 / 960
    assert Printer(PrinterSettings(kind="network", host="x", timeout_s=10))._time_for(38_000) == 10


def test_a_paper_that_takes_minutes_is_no_hanging_thread(tmp_path: Path) -> None:
    beats: list[int] = []
    printer = Printer(PrinterSettings(kind="file", device=str(tmp_path / "out.bin")))
    printer.beat = lambda: beats.append(1)
    job = {"kind": "ticket", "ticket": {"number": "A042"}}
    assert printer.print_job(job).state == "printed"
    assert len(beats) > 3
    printer.close()


def test_shipped_profiles_are_right_and_differ() -> None:
    profiles = [load_profile(name) for name in shipped()]
    assert len({profile.name for profile in profiles}) == len(profiles) >= 5
    assert {profile.paper_mm for profile in profiles} == {58, 80}
    assert {profile.status.ask for profile in profiles} == {"dle-eot", "gs-a", "none"}


def test_width_and_status_of_the_settings_go_before_the_profile() -> None:
    own = profile_of(PrinterSettings(profile="generic-80", width_dots=384, status=False))
    assert (own.width_dots, own.paper_mm, own.status.ask) == (384, 58, "none")
    assert profile_of(PrinterSettings(profile="generic-58", status=True)).status.ask == "dle-eot"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('paper_mm = 80\nwidth_dots = 576\nnam = "x"\nname = "x"\n', [":3: nam: ", "name?"]),
        ('name = "x"\npaper_mm = 70\nwidth_dots = 576\n', [":2: paper_mm: ", "58, 80"]),
        ('name = "x"\npaper_mm = 58\nwidth_dots = 576\n', ["384"]),
        ('name = "x"\npaper_mm = 58\nwidth_dots = 384\n[cut]\nkind = "none"\n', ["feed_mm"]),
        ('name = "x"\npaper_mm = 58\nwidth_dots = 384\n[cut]\nkind = "non"\n', [":5: cut.kind: ", "none?"]),
        ('name = "x"\npaper_mm = 58\nwidth_dots = 384\n[status]\nquestions = [1, 5]\n', [":5: status.questions"]),
        ('name = "x"\npaper_mm = 58\nwidth_dots = 384\n[line]\nband_rows = 25\n', [":5: line.band_rows"]),
        ("name = x\n", [":1: TOML: "]),
    ],
)
def test_a_wrong_profile_of_ones_own_is_told_line_by_line(tmp_path: Path, text: str, expected: list[str]) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        load_profile(str(path))
    told = "\n".join(str(problem) for problem in caught.value.problems)
    assert all(word in told for word in expected), told


def test_an_unknown_name_is_told_with_the_nearest() -> None:
    with pytest.raises(SettingsError, match="generic-80"):
        load_profile("generic-8")


def test_settings_that_cannot_be_used_are_a_sentence() -> None:
    with pytest.raises(SettingsError) as caught:
        load_profile("epson")
    health = problem_health("printer-profile", caught.value)
    assert (health.state, health.code) == ("down", "printer_profile_wrong")
    assert "epson-tm?" in health.vi
    assert problem_health("printer-profile", None).code == "ok"
    assert len(health.vi) <= 200
    assert len(health.en) <= 200
