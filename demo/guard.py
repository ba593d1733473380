"""The guard: a small process that ends everything the demo started when the demo ends in any way, kill -9 included.

It holds the reading end of a pipe whose writing end only the demo has. The kernel closes that end with the demo; the
guard then kills every process that carries the demo's mark in its environment (grandchildren and those in sessions of
their own too), and removes the runtime folder. Standard library only, so that it starts at once and needs little.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import time
from pathlib import Path

MARK = "MOTCUA_DEMO"
"""Environment variable that every process of one demo carries; its value is different for each demo."""


def marked(mark: str) -> dict[int, str]:
    """Living processes that carry this mark: pid → command line. Zombies and the asking process are left out."""
    wanted = f"{MARK}={mark}".encode()
    found: dict[int, str] = {}
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit() or int(folder.name) == os.getpid():
            continue
        try:
            if wanted not in (folder / "environ").read_bytes().split(b"\0"):
                continue
            line = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
        except OSError:
            continue  # it ended meanwhile, or belongs to somebody else: then it is none of ours
        if line:
            found[int(folder.name)] = line
    return found


def kill_marked(mark: str, spare: frozenset[int] = frozenset(), deadline_s: float = 5.0) -> list[str]:
    """Kill (SIGKILL) what carries the mark, until nothing is left. Gives the command lines of what had to be killed."""
    killed: dict[int, str] = {}
    end = time.monotonic() + deadline_s
    while time.monotonic() < end:
        left = {pid: line for pid, line in marked(mark).items() if pid not in spare}
        if not left:
            break
        for pid, line in left.items():
            killed[pid] = line
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        time.sleep(0.05)
    return list(killed.values())


def main() -> int:
    """`guard MARK FOLDER KEEP`: wait for the end of standard input, then clean up."""
    mark, folder, keep = sys.argv[1], Path(sys.argv[2]), sys.argv[3] == "keep"
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # Ctrl-C in the terminal is for the demo; the pipe tells us
    while os.read(0, 64):
        pass
    kill_marked(mark)
    if not keep:
        shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
