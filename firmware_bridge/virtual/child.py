"""One microcontroller: the firmware in MicroPython, its tty, its flash, and the wires to its pins."""

from __future__ import annotations

import json
import os
import select
import subprocess
import threading
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from firmware_bridge.control import ControlError

RESET_POWER, RESET_WATCHDOG, RESET_BUTTON = 1, 2, 3


@dataclass
class Wiring:
    """What hangs on the chip: (place, digits), (place, rows), (place, width, height), numbers of inputs."""

    uid: str
    node: int
    boards: list[tuple[int, int]] = field(default_factory=list)
    panels: list[tuple[int, int]] = field(default_factory=list)
    matrices: list[tuple[int, int, int]] = field(default_factory=list)
    buttons: int = 0
    keypads: int = 0
    driver: str = "max7219"


class FirmwareChild:
    """The chip. `flash` is a folder that outlives resets; `image` holds the assembled firmware."""

    def __init__(self, interpreter: Path, image: Path, flash: Path, tty: str, wiring: Wiring) -> None:
        self._interpreter = interpreter
        self._image = image
        self._flash = flash
        self._tty = tty
        self.wiring = wiring
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.RLock()
        self._count = 0
        self._rest = b""
        self._held: set[tuple[str, int, int]] = set()  # inputs a finger is on: a reset does not lift it

    @property
    def flash(self) -> Path:
        return self._flash

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process and self._process.poll() is None else None

    def revive(self) -> int | None:
        """Start it again if it ended by itself (nobody cut its power); its exit status then, else None.

        Status 0: it wanted to start anew, with a new firmware.
        """
        with self._lock:
            status = self._process.poll() if self._process else None
            if status is not None:
                self.reset(RESET_BUTTON if status == 0 else RESET_WATCHDOG)
            return status

    @property
    def command(self) -> list[str]:
        return [str(self._interpreter), "main.py"]

    def start(self, reset: int = RESET_POWER) -> None:
        with self._lock:
            self._flash.mkdir(parents=True, exist_ok=True)
            config = asdict(self.wiring) | {"tty": self._tty, "flash": str(self._flash), "reset": reset}
            config["held"] = sorted(self._held)
            self._rest = b""
            # In a file: an argument of more than 255 bytes ends this interpreter before it begins.
            wired = self._flash.with_name(f"{self._flash.name}.wired.json")
            wired.write_text(json.dumps(config), encoding="utf-8")
            self._process = subprocess.Popen(
                [*self.command, str(wired)],
                cwd=self._image,
                env={"MICROPYPATH": f"{self._image}:.frozen", "PATH": os.environ.get("PATH", "")},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                start_new_session=True,
            )

    def kill(self) -> None:
        """Power off, in the middle of whatever it did."""
        with self._lock:
            process, self._process = self._process, None
            if process is None:
                return
            process.kill()
            process.wait(5)
            for pipe in (process.stdin, process.stdout):
                if pipe:
                    pipe.close()

    def reset(self, cause: int = RESET_BUTTON) -> None:
        with self._lock:
            self.kill()
            self.start(cause)

    def ask(self, do: str, timeout_s: float = 3.0, **arguments: Any) -> dict[str, Any]:
        """One line to the board file, one line back. Raises ControlError when the chip is off or does not answer."""
        with self._lock:
            self._remember(do, arguments)
            process = self._process
            if process is None or process.poll() is not None or process.stdin is None or process.stdout is None:
                raise ControlError(f"the microcontroller {self.wiring.node} is off")
            self._count += 1
            try:
                process.stdin.write(json.dumps({"id": self._count, "do": do, **arguments}).encode() + b"\n")
                process.stdin.flush()
            except BrokenPipeError as error:
                raise ControlError(f"the microcontroller {self.wiring.node} is off") from error
            while True:
                while b"\n" not in self._rest:
                    ready, _, _ = select.select([process.stdout], [], [], timeout_s)
                    data = os.read(process.stdout.fileno(), 65536) if ready else b""
                    if not data:
                        last = self._rest.decode(errors="replace")
                        raise ControlError(f"the microcontroller {self.wiring.node} does not answer {last}".strip())
                    self._rest += data
                line, self._rest = self._rest.split(b"\n", 1)
                answer = json.loads(line)
                if answer["id"] == self._count:  # an older one belongs to an asker who gave up
                    result: dict[str, Any] = answer["result"]
                    return result

    def _remember(self, do: str, pin: dict[str, Any]) -> None:
        if do in ("button", "key"):
            which = (do, pin["index"], 0) if do == "button" else (do, pin["pad"], pin["key"])
            (self._held.add if pin["level"] else self._held.discard)(which)
