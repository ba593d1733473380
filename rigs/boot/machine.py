"""A whole machine under systemd, from outside: start, power cut, and commands run in it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

HERE = Path(__file__).parent
CLEAN = ["env", "-i", "PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8", "HOME=/root"]
Answer = TypeVar("Answer")


def until(what: str, ask: Callable[[], Answer | None], seconds: float = 120.0) -> Answer:
    """The first answer that is true. The limit is for a machine that hangs, not a measure."""
    end = time.monotonic() + seconds
    while True:
        answer = ask()
        if answer:
            return answer
        assert time.monotonic() < end, f"not within {seconds:.0f} s: {what}"
        time.sleep(0.1)


class Machine:
    """`base`: a Debian tree; `image`: the product's layer over it. Nothing of the machine outlives `remove()`."""

    def __init__(self, base: Path, image: Path) -> None:
        self._base, self._image = base, image
        self.run = Path(tempfile.mkdtemp(prefix="motcua-rig-"))
        self._log = self.run / "console"
        self._process: subprocess.Popen[bytes] | None = None
        self._first = 0

    def start(self) -> None:
        """Switch it on and wait until its process 1 takes commands."""
        # setpriv: a test that is killed takes the machine with it.
        apart = ["unshare", "--mount", "--pid", "--mount-proc", "--fork", "--kill-child", "--propagation", "private"]
        command = ["setpriv", "--pdeathsig", "KILL", *apart, "bash", str(HERE / "machine.sh")]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [*command, str(self._base), str(self._image), str(self.run)], stdout=log, stderr=log
            )
        self.await_boot()

    def await_boot(self) -> None:
        """Wait for all units to be up, or some to have failed (which ones is in the assertion)."""
        before = self._first
        self._first = until("process 1 of the machine", lambda: self._find_first(before))
        state = until("the end of the boot", self._settled)
        failed = self.do("systemctl", "--failed", "--no-legend", "--plain").stdout
        assert state == "running", f"{state}: {failed}\n{self.journal()}"

    def _settled(self) -> str | None:
        # Not --wait: it needs the bus, and just after the start there is none.
        state = self.do("systemctl", "is-system-running").stdout.strip()
        return state if state in ("running", "degraded") else None

    def _find_first(self, before: int) -> int | None:
        """The machine's process 1, as this machine numbers it: the one two process namespaces below the starter's."""
        assert self._process is not None
        assert self._process.poll() is None, f"the machine ended:\n{self._log.read_text(errors='replace')[-3000:]}"
        for status in Path("/proc").glob("[0-9]*/status"):
            try:
                words = dict(line.split(":", 1) for line in status.read_text().splitlines() if ":" in line)
                numbers = words["NSpid"].split()
                first = len(numbers) >= 3 and numbers[-1] == "1" and words["Name"].strip() == "systemd"
                if first and int(numbers[0]) != before and str(self.run) in (status.parent / "mountinfo").read_text():
                    return int(numbers[0])
            except (OSError, KeyError, ValueError):
                continue  # a process that has just ended
        return None

    def power_cut(self) -> None:
        """Everything in it ends at once, with nothing written down."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait(30)
            self._process = None
            until("the end of the machine", lambda: not Path(f"/proc/{self._first}").exists())

    def remove(self) -> None:
        """Power cut, and nothing left: files, control groups (their folders stay when a machine is killed)."""
        self.power_cut()
        sweep = 'mount -t cgroup2 none /mnt && [ ! -d "/mnt/$1" ] || find "/mnt/$1" -depth -type d -exec rmdir {} +'
        subprocess.run(
            ["unshare", "--mount", "--propagation", "private", "bash", "-c", sweep, "sweep", self.run.name],
            check=True,
            timeout=60,
        )
        shutil.rmtree(self.run)

    # -- inside

    def do(self, *command: str, user: str | None = None, seconds: float = 120.0) -> subprocess.CompletedProcess[str]:
        """Run a command in the machine, as root or as one of its users."""
        enter = ["nsenter", "--target", str(self._first), "--mount", "--uts", "--ipc", "--net", "--pid"]
        if user:
            command = ("runuser", "-u", user, "--", *command)
        return subprocess.run([*enter, *CLEAN, *command], check=False, capture_output=True, text=True, timeout=seconds)

    def write(self, path: str, text: str) -> None:
        """Write a file in the machine, keeping its owner and mode."""
        done = self.do("sh", "-c", 'printf %s "$2" >"$1"', "write", path, text)
        assert done.returncode == 0, done.stderr

    def show(self, unit: str, what: str) -> str:
        return self.do("systemctl", "show", "--value", "--property", what, unit).stdout.strip()

    def main_pid(self, unit: str) -> int:
        """Main process of a unit that is up; 0 while it is not."""
        up = self.show(unit, "ActiveState") == "active"
        return int(self.show(unit, "MainPID") or 0) if up else 0

    def journal(self, *units: str) -> str:
        return self.do(
            "journalctl", "--no-pager", "-o", "cat", *(word for each in units for word in ("-u", each))
        ).stdout

    def hub(self, role: str, deed: str, user: str | None = None) -> Any:
        """What the hub answers to `deed` (an expression over `hub`, the product's own client), asked on its socket."""
        program = (
            "import json; from queue_display.client import HubClient, new_key; "
            f"hub = HubClient('unix:/run/motcua/hub.sock', role={role!r}, device='rig'); print(json.dumps({deed}))"
        )
        done = self.do("/opt/motcua/venv/bin/python", "-c", program, user=user)
        assert done.returncode == 0, done.stderr + self.journal("motcua-hub.service")
        return json.loads(done.stdout)

    def snapshot(self) -> dict[str, Any]:
        found: dict[str, Any] = self.hub("technician", "hub.get('/v1/snapshot')")
        return found


def from_environment() -> Machine:
    """The machine the rig's script has prepared."""
    return Machine(Path(os.environ["MOTCUA_RIG_TREE"]), Path(os.environ["MOTCUA_RIG_INSTALLED"]))
