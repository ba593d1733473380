"""Results that need no cable: no printer set up, a job that cannot be drawn, a file in place of a device."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from config.settings import Printer as PrinterSettings
from firmware_bridge.printer import Printer
from firmware_bridge.virtual.escpos_reader import Paper, Reader

JOB: dict[str, Any] = {"kind": "ticket", "ticket": {"number": "A042"}, "qr": "MC1/h38-dong-thanh/20261123/A042"}


def test_no_printer_set_up() -> None:
    printer = Printer(PrinterSettings())
    assert printer.print_job(JOB).state == "failed"
    assert printer.status().online is False
    assert "no printer" in printer.status().detail


def test_a_job_that_cannot_be_drawn_fails_before_the_printer_is_touched(tmp_path: Path) -> None:
    file = tmp_path / "out.bin"
    result = Printer(PrinterSettings(kind="file", device=str(file))).print_job({"kind": "ticket"})
    assert result.state == "failed"
    assert "ticket.number" in result.detail
    assert not file.exists()


def test_a_file_takes_one_whole_paper_a_job(tmp_path: Path) -> None:
    file = tmp_path / "out.bin"
    printer = Printer(PrinterSettings(kind="file", device=str(file)))
    for _ in range(2):
        assert printer.print_job(JOB).state == "printed"
        papers: list[Paper] = []
        Reader(on_paper=papers.append).feed(file.read_bytes())
        assert [paper.cuts for paper in papers] == [1]


@pytest.mark.parametrize("kind", ["file", "serial"])
def test_a_device_that_is_not_there_is_a_failure_that_may_be_tried_again(kind: str, tmp_path: Path) -> None:
    device = tmp_path / "dev" / "serial" / "by-id" / "usb-printer"
    printer = Printer(PrinterSettings.model_validate({"kind": kind, "device": str(device)}))
    result = printer.print_job(JOB)
    assert result.state == "failed"
    assert "cannot open" in result.detail
    assert printer.status().online is False


def test_a_printer_on_usb_that_is_not_plugged_in() -> None:
    printer = Printer(PrinterSettings(kind="usb", usb_vendor=0x04B8, usb_product=0x0E15))
    assert printer.print_job(JOB).state == "failed"
