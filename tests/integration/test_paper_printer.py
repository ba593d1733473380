"""A job over real connectors to a printer that fails in every way one does: the right result, and never a second
paper by itself."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
import tty
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from config.settings import Printer as PrinterSettings
from firmware_bridge.printer import Printer
from firmware_bridge.virtual.escpos_reader import Paper, Reader
from firmware_bridge.virtual.printer import VirtualPrinter
from tests.fixtures.paper import JOB, NEXT, draw_job


def eventually(true: Callable[[], bool], what: str, limit_s: float = 20) -> None:
    deadline = time.monotonic() + limit_s
    while not true():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


@pytest.fixture
def far(tmp_path: Path) -> Iterator[VirtualPrinter]:
    device = VirtualPrinter("127.0.0.1", 0, tmp_path / "paper")
    device.start()
    yield device
    device.stop()


def near(far: VirtualPrinter, timeout_s: float = 8.0, **more: Any) -> Printer:
    return Printer(PrinterSettings(kind="network", host=far.host, port=far.port, timeout_s=timeout_s, **more))


def test_one_job_is_one_paper_dot_by_dot(far: VirtualPrinter) -> None:
    printer = near(far)
    assert printer.print_job(JOB).state == "printed"
    (paper,) = far.paper()
    assert paper["cuts"] == 1
    assert paper["qr"] == [JOB["qr"]]
    with Image.open(paper["file"]) as image:
        assert image.convert("1").tobytes() == draw_job(JOB).tobytes()
    assert printer.status().paper == "ok"
    assert far.state()["errors"] == []


def test_printing_leaves_no_temporary_folder_and_no_chatter_behind(far: VirtualPrinter, tmp_path: Path) -> None:
    """In a process of its own: the first import of the printer library is what would leave them."""
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    program = (
        "import logging, sys\n"
        "logging.basicConfig(level=logging.INFO)\n"
        "from config.settings import Printer as PrinterSettings\n"
        "from firmware_bridge.printer import Printer\n"
        f"p = Printer(PrinterSettings(kind='network', host={far.host!r}, port={far.port}))\n"
        "print(p.print_job({'kind': 'ticket', 'ticket': {'number': 'A042'}}).state)\n"
    )
    environment = os.environ | {"TMPDIR": str(temporary)}
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, env=environment)
    assert done.stdout == "printed\n", done.stderr
    assert done.stderr == ""
    assert list(temporary.iterdir()) == []


def test_paper_out_before(far: VirtualPrinter) -> None:
    far.misbehave("paper_out")
    printer = near(far)
    assert printer.print_job(JOB).state == "no_paper"
    status = printer.status()
    assert (status.online, status.paper) == (False, "out")
    far.misbehave("none")
    assert far.paper() == [], "nothing may come out by itself once paper is there"
    assert printer.print_job(JOB).state == "printed"
    assert len(far.paper()) == 1


def test_near_end_prints_and_says_so(far: VirtualPrinter) -> None:
    far.misbehave("near_end")
    printer = near(far)
    result = printer.print_job(JOB)
    assert (result.state, printer.status().paper) == ("printed", "near_end")
    assert "nearly" in result.detail


def test_slow_is_waited_for(far: VirtualPrinter) -> None:
    far.misbehave("slow", 1.0)
    started = time.monotonic()
    assert near(far).print_job(JOB).state == "printed"
    assert time.monotonic() - started >= 1.0, "printed was claimed before the paper was out"
    assert len(far.paper()) == 1


def test_slower_than_the_deadline_is_unknown_and_comes_out_once(far: VirtualPrinter) -> None:
    far.misbehave("slow", 3.0)
    assert near(far, timeout_s=1.0).print_job(JOB).state == "unknown"
    eventually(lambda: len(far.paper()) == 1, "the paper that was on its way")
    far.misbehave("none")
    assert len(far.paper()) == 1


@pytest.mark.parametrize("mode", ["dead", "garbage", "unplugged"])
def test_refused_before_the_first_byte_is_failed_and_may_be_tried_again(far: VirtualPrinter, mode: str) -> None:
    printer = near(far)
    far.misbehave(mode)
    assert printer.print_job(JOB).state == "failed"
    assert printer.status().online is False
    assert far.paper() == []
    far.misbehave("none")
    assert printer.print_job(JOB).state == "printed"
    assert [each["qr"] for each in far.paper()] == [[JOB["qr"]]]


@pytest.mark.parametrize("at", [60, 700, 8000, 30_000])
def test_connection_cut_in_the_middle_is_unknown_and_the_next_ticket_is_whole(far: VirtualPrinter, at: int) -> None:
    printer = near(far)
    far.misbehave("cut", at)
    assert printer.print_job(JOB).state == "unknown"
    connections = far.state()["connections"]
    assert far.paper() == []
    far.misbehave("none")
    assert far.state()["connections"] == connections, "nobody tried again by himself"
    assert printer.print_job(NEXT).state == "printed"
    papers = far.paper()
    assert [each["cuts"] for each in papers] == [1] * len(papers)
    assert papers[-1]["qr"] == [NEXT["qr"]]
    with Image.open(papers[-1]["file"]) as image:
        assert image.convert("1").tobytes() == draw_job(NEXT).tobytes(), "a torn piece hangs on the next number"
    assert far.state()["errors"] == []


def test_a_bridge_that_died_in_the_middle_leaves_no_torn_ticket_on_the_next(far: VirtualPrinter) -> None:
    before = near(far)
    far.misbehave("cut", 8000)
    assert before.print_job(JOB).state == "unknown"
    far.misbehave("none")
    after = near(far)
    after.expect_remains()
    assert after.print_job(NEXT).state == "printed"
    with Image.open(far.paper()[-1]["file"]) as image:
        assert image.convert("1").tobytes() == draw_job(NEXT).tobytes()


def test_unplugged_while_printing_is_unknown(far: VirtualPrinter) -> None:
    far.misbehave("slow", 30.0)
    results: list[str] = []
    thread = threading.Thread(target=lambda: results.append(near(far).print_job(JOB).state))
    thread.start()
    eventually(lambda: far.state()["bytes_in"] > 20_000, "the ticket on its way")
    far.misbehave("unplugged")
    thread.join(20)
    assert results == ["unknown"]


def test_paper_that_runs_out_in_the_middle_is_unknown_and_comes_out_later_once(far: VirtualPrinter) -> None:
    printer = near(far, timeout_s=1.5)
    assert printer.print_job(JOB).state == "printed"
    far.misbehave("runs_out")
    assert printer.print_job(NEXT).state == "unknown"
    assert len(far.paper()) == 1
    far.misbehave("none")
    assert [each["qr"] for each in far.paper()] == [[JOB["qr"]], [NEXT["qr"]]]


def test_a_printer_without_answers_is_believed_when_so_set_up(far: VirtualPrinter) -> None:
    far.misbehave("mute")
    assert near(far).print_job(JOB).state == "failed"
    assert near(far, status=False).print_job(JOB).state == "printed"
    eventually(lambda: len(far.paper()) == 1, "the paper")


def test_rubbish_on_the_port_is_reported_not_printed(far: VirtualPrinter) -> None:
    import socket

    with socket.create_connection((far.host, far.port), 5) as host:
        host.sendall("Xin chào".encode())
        eventually(lambda: bool(far.state()["errors"]), "a report of the unknown bytes")
    assert "58 69 6e" in far.state()["errors"][0]
    assert near(far).print_job(JOB).state == "printed"


def test_unknown_misbehaviour_is_refused(far: VirtualPrinter) -> None:
    with pytest.raises(ValueError, match="paper_out"):
        far.misbehave("explode")


@pytest.mark.parametrize("kind", ["serial", "file"])
def test_a_printer_behind_a_device_that_answers(kind: str, tmp_path: Path) -> None:
    """On a pseudo-terminal: a serial port, and a device file as /dev/usb/lp0."""
    master, slave = os.openpty()
    tty.setraw(slave)
    link = tmp_path / "dev" / "serial" / "by-id" / "usb-Ticket_Printer-if00"
    link.parent.mkdir(parents=True)
    link.symlink_to(os.ttyname(slave))
    papers: list[Paper] = []

    def answer(data: bytes) -> None:
        os.write(master, data)

    reader = Reader(on_paper=papers.append, on_answer=answer)
    stop = threading.Event()
    alive = threading.Event()
    alive.set()  # cleared: the printer is switched off, its cable still plugged in

    def pump() -> None:
        os.set_blocking(master, False)
        while not stop.is_set():
            try:
                data = os.read(master, 4096) if alive.is_set() else b""
            except BlockingIOError:
                data = b""
            if data:
                reader.feed(data)
            else:
                stop.wait(0.005)

    thread = threading.Thread(target=pump)
    thread.start()
    try:
        printer = Printer(PrinterSettings.model_validate({"kind": kind, "device": str(link), "timeout_s": 8}))
        assert printer.status().online
        assert printer.print_job(JOB).state == "printed"
        assert [paper.cuts for paper in papers] == [1]
        assert papers[0].image.tobytes() == draw_job(JOB).tobytes()
        alive.clear()
        assert printer.print_job(JOB).state == "failed"
        assert len(papers) == 1
    finally:
        stop.set()
        thread.join(5)
        os.close(master)
        os.close(slave)
