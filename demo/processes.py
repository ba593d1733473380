"""The processes of the virtual room: started by their own commands, watched, ended in reverse order."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path


class NotReady(RuntimeError):
    """A process ended or did not become ready; the text carries the end of its log."""


@dataclass
class Part:
    """One process of the room."""

    name: str
    command: list[str]
    log: Path
    ready: Callable[[], bool]
    title_vi: str
    title_en: str
    environ: Mapping[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """The process id while it runs."""
        return self.process.pid if self.process is not None and self.process.poll() is None else None

    def command_line(self) -> str:
        """What the kernel says this process was started as; empty when it does not run."""
        if self.pid is None:
            return ""
        raw = Path(f"/proc/{self.pid}/cmdline").read_bytes()
        return raw.replace(b"\0", b" ").decode(errors="replace").strip()

    def tail(self, lines: int = 12) -> str:
        """The end of its log."""
        if not self.log.exists():
            return ""
        return "\n".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])


class Supervisor:
    """Starts parts and ends them. Every part is a session of its own, known to the reaper."""

    def __init__(self, folder: Path, remove: bool) -> None:
        self.parts: dict[str, Part] = {}
        self._reaper = subprocess.Popen(
            [sys.executable, "-m", "demo.reaper"],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, start_new_session=True, text=True, bufsize=1,
        )  # fmt: skip
        if remove:
            self._tell(f"rm {folder}")

    def _tell(self, line: str) -> None:
        if self._reaper.stdin is not None and self._reaper.poll() is None:
            self._reaper.stdin.write(line + "\n")
            self._reaper.stdin.flush()

    def start(self, part: Part, timeout_s: float = 30.0) -> None:
        """Start a part (again) and wait until it is ready. Raises `NotReady`."""
        self.parts[part.name] = part
        part.log.parent.mkdir(parents=True, exist_ok=True)
        with part.log.open("ab") as log:
            part.process = subprocess.Popen(
                part.command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                env={**os.environ, **part.environ},
            )  # fmt: skip
        self._tell(f"+{part.process.pid}")
        until = time.monotonic() + timeout_s
        while not part.ready():
            code = part.process.poll()
            if code is not None:
                raise NotReady(f"{part.name} ended with status {code}:\n{part.tail()}")
            if time.monotonic() > until:
                raise NotReady(f"{part.name} was not ready within {timeout_s:.0f} s:\n{part.tail()}")
            time.sleep(0.02)

    def stop(self, name: str, number: signal.Signals = signal.SIGTERM, timeout_s: float = 5.0) -> None:
        """End a part and all it started. SIGKILL after the time-out."""
        part = self.parts.get(name)
        if part is None or part.process is None:
            return
        group = part.process.pid
        for each in (number, signal.SIGKILL):
            try:
                # The leader alone first: it ends its own children in order.
                (os.kill if each is signal.SIGTERM else os.killpg)(group, each)
            except ProcessLookupError:
                break
            try:
                part.process.wait(timeout_s)
                if each is not signal.SIGKILL:
                    continue  # sweep what it may have left in its group
            except subprocess.TimeoutExpired:
                continue
        part.process.wait()
        self._tell(f"-{group}")

    def restart(self, name: str) -> None:
        """Start a part again as it was first started."""
        self.start(self.parts[name])

    def stop_all(self) -> None:
        """End everything in reverse order, then the reaper."""
        for name in reversed(self.parts):
            self.stop(name)
        if self._reaper.stdin is not None:
            self._reaper.stdin.close()
        self._reaper.wait(10)
