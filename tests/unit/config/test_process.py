"""How a process lives: the watchdog is fed only while every part beats; a lost thread ends the process."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from config.process import EXIT_THREAD_DIED, Heart, notify


def test_notify_reaches_systemd(monkeypatch: pytest.MonkeyPatch) -> None:
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        path = Path(folder) / "n"
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as inbox:
            inbox.bind(str(path))
            monkeypatch.setenv("NOTIFY_SOCKET", str(path))
            assert notify("READY=1")
            assert inbox.recv(100) == b"READY=1"
    assert not notify("READY=1")  # systemd is gone: said, not raised
    monkeypatch.delenv("NOTIFY_SOCKET")
    assert not notify("READY=1")


def test_heart_names_the_part_that_stopped() -> None:
    heart = Heart({"serial": 0.0, "stream": 3600.0})
    assert heart.late() == ["serial"]
    heart.pause("serial")
    assert heart.late() == []
    with pytest.raises(KeyError, match="stream"):
        heart.beat("typo")


def test_dead_thread_ends_the_process() -> None:
    code = (
        "import threading,time\n"
        "from config.process import die_on_thread_exception, setup_logging\n"
        "setup_logging('t'); die_on_thread_exception()\n"
        "threading.Thread(target=lambda: 1/0, name='reader').start(); time.sleep(60)\n"
    )
    environ = {key: value for key, value in os.environ.items() if key != "JOURNAL_STREAM"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=50, env=environ)
    assert done.returncode == EXIT_THREAD_DIED
    assert "thread reader died" in done.stderr
    assert "ZeroDivisionError" in done.stderr
