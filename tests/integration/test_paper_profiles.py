"""Every kind of printer over a real connection: its paper, its troubles, its second paper, its slow cable."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageOps

from config.settings import Printer as PrinterSettings
from firmware_bridge.printer import Printer
from firmware_bridge.printer_health import printer_health
from firmware_bridge.printer_profile import load_profile, shipped
from firmware_bridge.template import load_template
from firmware_bridge.ticket import draw_paper
from firmware_bridge.virtual.printer import VirtualPrinter, printer_for
from tests.fixtures.paper import JOB, NEXT
from tests.fixtures.ports import free_port

Pair = Callable[..., tuple[VirtualPrinter, Printer]]


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    """A printer of a profile and ours at the other end of the cable."""
    far: list[VirtualPrinter] = []

    def make(profile: str, **more: Any) -> tuple[VirtualPrinter, Printer]:
        raw = {"kind": "network", "host": "127.0.0.1", "port": free_port(), "profile": profile, "timeout_s": 8} | more
        settings = PrinterSettings.model_validate(raw)
        device = printer_for(settings, tmp_path / "paper")
        device.start()
        far.append(device)
        return device, Printer(settings)

    yield make
    for device in far:
        device.stop()


def eventually(true: Callable[[], bool], what: str, limit_s: float = 20) -> None:
    deadline = time.monotonic() + limit_s
    while not true():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


def picture(file: str) -> Image.Image:
    with Image.open(file) as image:
        return image.convert("1")


def trimmed(image: Image.Image) -> Image.Image:
    return image.crop(ImageOps.invert(image.convert("L")).getbbox())


@pytest.mark.parametrize("name", sorted(shipped()))
def test_one_job_is_one_whole_paper_on_every_kind(pair: Pair, name: str) -> None:
    far, near = pair(name)
    profile = load_profile(name)
    for job in (JOB, NEXT):
        assert near.print_job(job).state == "printed"
    eventually(lambda: len(far.paper()) == 2, "two papers")
    papers = far.paper()
    assert [each["qr"] for each in papers] == [[JOB["qr"]], [NEXT["qr"]]]
    assert [each["cuts"] for each in papers] == [0 if profile.cut.kind == "none" else 1] * 2
    drawn = draw_paper(JOB, profile.paper(), load_template()).image
    if profile.line.dots == "half":
        drawn = drawn.resize((drawn.width * 2, drawn.height * 2), Image.Resampling.NEAREST)
    paper = picture(papers[0]["file"])
    assert paper.width == profile.width_dots
    assert trimmed(paper).tobytes() == trimmed(drawn).tobytes()
    assert far.state()["errors"] == []


TROUBLES = {
    "paper_out": ("no_paper", "printer_no_paper", "no_paper"),
    "cover_open": ("cover_open", "printer_cover_open", "failed"),
    "offline": ("offline", "printer_offline", "failed"),
    "error": ("error", "printer_error", "failed"),
    "cutter": ("cutter", "printer_cutter", "failed"),
    "dead": ("silent", "printer_offline", "failed"),
    "unplugged": ("silent", "printer_offline", "failed"),
}


@pytest.mark.parametrize("profile", ["generic-80", "epson-tm-asb"])
@pytest.mark.parametrize("mode", sorted(TROUBLES))
def test_each_trouble_has_its_name_its_sentence_and_its_end(pair: Pair, profile: str, mode: str) -> None:
    trouble, code, result = TROUBLES[mode]
    far, near = pair(profile)
    assert near.status().online
    far.misbehave(mode)
    status = near.status()
    assert (status.online, status.trouble) == (False, trouble)
    health = printer_health(status)
    assert health.code == code
    assert health.vi
    assert health.en
    assert health.public_vi
    assert health.public_en
    assert near.print_job(JOB).state == result
    far.misbehave("none")
    assert far.paper() == [], "what was refused does not come out later"
    assert near.status().online
    assert near.print_job(JOB).state == "printed"
    assert len(far.paper()) == 1


@pytest.mark.parametrize("profile", ["generic-80", "epson-tm-asb"])
def test_near_end_prints_on(pair: Pair, profile: str) -> None:
    far, near = pair(profile)
    far.misbehave("near_end")
    assert near.status().paper == "near_end"
    assert printer_health(near.status()).code == "ok", "it prints on"
    assert near.print_job(JOB).state == "printed"


def test_two_papers_the_second_marked_for_the_desk(pair: Pair) -> None:
    far, near = pair("generic-80", copies=2)
    assert near.print_job(JOB).state == "printed"
    mine, desk = far.paper()
    profile, template = load_profile("generic-80"), load_template()
    assert picture(mine["file"]).tobytes() == draw_paper(JOB, profile.paper(), template).image.tobytes()
    assert picture(desk["file"]).tobytes() == draw_paper(JOB, profile.paper(), template, desk=True).image.tobytes()
    assert desk["qr"] == [JOB["qr"]]
    assert near.print_job(JOB | {"kind": "copy"}).state == "printed"
    assert len(far.paper()) == 3, "a reprinted copy is one paper"


def test_a_desk_copy_that_does_not_come_takes_nothing_from_the_citizen(pair: Pair) -> None:
    far, near = pair("generic-80", copies=2, timeout_s=1.5)
    done: list[bool] = []
    drop = far._drop

    def empty_after_one(paper: Any) -> None:
        drop(paper)
        if not done:
            done.append(True)
            far._mode = "runs_out"  # enough for one paper, not for two

    far._reader.on_paper = empty_after_one
    result = near.print_job(JOB)
    assert result.state == "printed"
    assert "desk" in result.detail
    assert len(far.paper()) == 1


def test_a_cutter_that_jams_while_printing_is_for_a_person_to_judge(pair: Pair) -> None:
    far, near = pair("epson-tm")
    drop = far._drop

    def jam(paper: Any) -> None:
        far._mode = "cutter"
        drop(paper)

    far._reader.on_paper = jam
    assert near.print_job(JOB).state == "unknown"


def test_a_native_code_reads_like_a_drawn_one(pair: Pair, tmp_path: Path) -> None:
    template = tmp_path / "mau.txt"
    template.write_text("[ticket]\nhuge: {number}\ngap 20\nqr\ngap 20\nnormal: {service}\n", encoding="utf-8")
    sizes = {}
    for name in ("epson-tm", "generic-80"):
        far, near = pair(name, template=str(template))
        assert near.print_job(JOB).state == "printed"
        assert far.paper()[0]["qr"] == [JOB["qr"]]
        sizes[name] = far.state()["bytes_in"]
    assert sizes["epson-tm"] < sizes["generic-80"]


def test_half_the_dots_are_less_than_half_the_bytes(pair: Pair) -> None:
    sizes = {}
    for name in ("serial-slow", "generic-80"):
        far, near = pair(name)
        assert near.print_job(JOB).state == "printed"
        sizes[name] = far.state()["bytes_in"]
    assert sizes["serial-slow"] < 0.45 * sizes["generic-80"]
    assert sizes["serial-slow"] < 9600 / 10 * 18, "a ticket in 18 s at 9600 baud"


def test_a_wrong_profile_is_a_sentence_and_a_failed_job(pair: Pair, tmp_path: Path) -> None:
    printer = Printer(PrinterSettings(kind="network", host="127.0.0.1", port=9, profile="generic-90"))
    assert printer.problem is not None
    assert "generic-80" in str(printer.problem)
    assert printer.print_job(JOB).state == "failed"
    assert printer.status().online is False


def test_a_wrong_template_prints_in_the_shipped_one_and_says_so(pair: Pair, tmp_path: Path) -> None:
    template = tmp_path / "mau.txt"
    template.write_text("[ticket]\nhuge: {numbre}\n", encoding="utf-8")
    far, near = pair("generic-80", template=str(template))
    assert near.print_job(JOB).state == "printed"
    assert "numbre" in str(near.template_problem)
    shown = draw_paper(JOB, load_profile("generic-80").paper(), load_template()).image
    assert picture(far.paper()[0]["file"]).tobytes() == shown.tobytes()


def test_a_printer_without_a_knife_that_died_in_the_middle_spoils_no_number(pair: Pair) -> None:
    far, near = pair("pos-5890")
    far.misbehave("cut", 6000)
    assert near.print_job(JOB).state == "unknown"
    far.misbehave("none")
    assert near.print_job(NEXT).state == "printed"
    assert far.paper()[-1]["qr"] == [NEXT["qr"]]
