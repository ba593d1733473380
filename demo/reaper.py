"""Outlives the demo by seconds: when the demo ends, however it ends, no process of it stays and its folder goes.

Started as `python -m demo.reaper`; reads lines `+PID` (a process group to end), `-PID` (it ended by itself) and
`rm PATH` from standard input. The end of that input means that the demo is gone: kill -9 closes a pipe too. A
parent-death signal would not do: Mosquitto loses it when it drops its privileges.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import time


def _alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _signal(group: int, number: signal.Signals) -> None:
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        return


def main() -> int:
    """Wait for the end of the demo, then clean up after it."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # Ctrl-C reaches the whole terminal; this one must finish its work
    groups: list[int] = []
    folders: list[str] = []
    for line in sys.stdin:
        word = line.strip()
        if word.startswith("+"):
            groups.append(int(word[1:]))
        elif word.startswith("-"):
            groups = [each for each in groups if each != int(word[1:])]
        elif word.startswith("rm "):
            folders.append(word[3:])
    for group in reversed(groups):
        _signal(group, signal.SIGTERM)
    until = time.monotonic() + 3.0
    while time.monotonic() < until and any(_alive(group) for group in groups):
        time.sleep(0.05)
    for group in groups:
        _signal(group, signal.SIGKILL)
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
