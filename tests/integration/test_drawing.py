"""The process that draws: it starts when wanted, outlives nothing, and its death costs no ticket."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from firmware_bridge import drawing
from firmware_bridge.drawing import Drawer, DrawerLost, Undrawable
from firmware_bridge.rows import PaperKind, as_plain, from_plain
from firmware_bridge.template import load_template

JOB: dict[str, Any] = {"kind": "ticket", "ticket": {"number": "A042"}, "service": {"name": "Tư pháp – Hộ tịch"}}
TEMPLATE, PAPER = load_template(), PaperKind()


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def test_what_the_child_draws_is_what_is_drawn_here() -> None:
    drawer = Drawer()
    assert drawer.pid is None, "no child before it is wanted"
    here = drawing.drawn({"job": JOB, "desk": False, **as_plain(TEMPLATE, PAPER)})
    assert drawer.draw(JOB, TEMPLATE, PAPER) == here
    first = drawer.pid
    assert drawer.draw(JOB, TEMPLATE, PAPER, desk=True) != here
    assert drawer.pid == first
    drawer.close()
    assert first
    assert gone(first)


def test_rows_and_paper_survive_the_way_to_the_child() -> None:
    assert from_plain(as_plain(TEMPLATE, PaperKind(384, half=True, cut="none"))) == (
        TEMPLATE,
        PaperKind(384, half=True, cut="none"),
    )


def test_a_job_that_cannot_be_drawn_is_told_and_the_child_goes_on() -> None:
    drawer = Drawer()
    with pytest.raises(Undrawable, match="ticket.number"):
        drawer.draw({"kind": "ticket"}, TEMPLATE, PAPER)
    pid = drawer.pid
    assert drawer.draw(JOB, TEMPLATE, PAPER)
    assert drawer.pid == pid
    drawer.close()


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP], ids=["killed", "hanging"])
def test_a_dead_or_hanging_child_is_replaced_once(how: signal.Signals, monkeypatch: pytest.MonkeyPatch) -> None:
    drawer = Drawer()
    drawer.warm()
    first = drawer.pid
    assert first
    if how == signal.SIGSTOP:
        monkeypatch.setattr(drawing, "LIMIT_S", 3.0)
    os.kill(first, how)
    assert drawer.draw(JOB, TEMPLATE, PAPER)
    assert drawer.pid != first
    assert gone(first)
    drawer.close()


def test_children_that_never_answer_are_a_failed_job(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    drawer = Drawer()
    with pytest.raises(DrawerLost):
        drawer.draw(JOB, TEMPLATE, PAPER)
    drawer.close()


def test_a_quiet_minute_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    drawer = Drawer()
    drawer.draw(JOB, TEMPLATE, PAPER)
    drawer.rest()
    assert drawer.pid is not None
    monkeypatch.setattr(drawing, "QUIET_S", 0.0)
    drawer.rest()
    assert drawer.pid is None


def test_the_child_dies_with_its_bridge(tmp_path: Path) -> None:
    program = (
        "import os, signal\n"
        "from firmware_bridge.drawing import Drawer\n"
        "drawer = Drawer()\n"
        "drawer.warm()\n"
        "print(drawer.pid, flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    child = int(done.stdout)
    deadline = time.monotonic() + 20
    while not gone(child):
        assert time.monotonic() < deadline, "the child stayed behind"
        time.sleep(0.02)


def test_the_bridge_itself_carries_neither_pictures_nor_python_escpos() -> None:
    program = (
        "import sys\n"
        "import firmware_bridge.service\n"
        "heavy = {name.split('.')[0] for name in sys.modules} & {'PIL', 'qrcode', 'escpos', 'barcode', 'numpy'}\n"
        "print(sorted(heavy))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "[]", done.stderr
