"""The ticket printer: a job in, one of four results out, and never a second paper by itself.

`printed`: the printer said so after the last byte. `no_paper`: it said so before the first. `failed`: refused before
the first byte of the picture left, so trying again is safe. `unknown`: something left and nobody can say what came
of it; a person looks at the paper and decides (house §4, step 4).

What it can do comes from its profile (printer_profile.py), how it is from printer_status.py, the cable is
printer_wire.py, drawing is done in a process of its own (drawing.py).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from config.load import SettingsError
from config.settings import Printer as PrinterSettings
from config.settings import Settings
from firmware_bridge.drawing import Drawer, DrawerLost, Undrawable
from firmware_bridge.printer_profile import PrinterProfile, profile_of
from firmware_bridge.printer_status import (
    ASB_OFF,
    ASB_ON,
    FENCE,
    RECOVER,
    SILENT,
    PrinterStatus,
    from_asb,
    from_dle_eot,
    is_asb,
    question,
)
from firmware_bridge.printer_wire import CHUNK, Wire, open_wire, plain
from firmware_bridge.raster import off_the_roll, rescue_bytes
from firmware_bridge.rows import PaperKind, Template
from firmware_bridge.template import load_template

State = Literal["printed", "no_paper", "failed", "unknown"]

STATUS_LIMIT_S = 1.5
"""A printer answers DLE EOT at once or not at all; busy ones were seen to take most of a second."""
LOOK_LIMIT_S = 0.9
"""An idle printer has nothing to be busy with."""
RECOVER_EVERY_S = 10.0


@dataclass(frozen=True)
class PrintResult:
    """`detail`: one English sentence for the log and the technician, without anything a job carries."""

    state: State
    detail: str


@dataclass(frozen=True)
class Papers:
    """A job drawn: the bytes of each paper, in the order they come out."""

    first: bytes
    desk: bytes | None = None


class Printer:
    """One ticket printer. Methods may be called from several threads; one job is on the wire at a time."""

    def __init__(self, settings: PrinterSettings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._remains = False
        self._has_fence: bool | None = None
        self._file_answers: bool | None = None  # learned at the first question to a device file
        self._recovered = float("-inf")
        self.beat: Callable[[], None] = lambda: None
        """Called at least every two seconds while a paper is on its way: a slow cable may take minutes for one."""
        self.problem: SettingsError | None = None
        """Why this printer cannot be used: its profile is wrong. Then every job fails with that sentence."""
        self.template_problem: SettingsError | None = None
        """The own template cannot be used; papers come in the shipped one until it is mended."""
        self._template: Template | None = None
        self._drawer = Drawer()
        try:
            self._profile: PrinterProfile | None = profile_of(settings)
        except SettingsError as error:
            self._profile = None
            self.problem = error
        if self._profile is not None and not self._profile.status.fence:
            self._has_fence = False

    @property
    def answers(self) -> bool:
        """Whether this printer can be asked how it is."""
        return self._profile is not None and (self._profile.status.ask != "none" or self._settings.kind == "file")

    def expect_remains(self) -> None:
        """Say that an earlier process may have died inside a picture: the next job first frees the printer."""
        self._remains = True

    def status(self) -> PrinterStatus:
        """Ask the printer. Never raises; one that does not answer costs at most 0.9 s + the connect limit."""
        if self._settings.kind == "none":
            return PrinterStatus(False, "unknown", "no printer is set up", "offline")
        if self._profile is None:
            return PrinterStatus(False, "unknown", "the printer profile is wrong", "offline")
        with self._lock:
            try:
                wire = open_wire(self._settings)
            except OSError as error:
                self._file_answers = None  # whoever comes back may be another printer
                return PrinterStatus(False, "unknown", plain(error), "silent")
            try:
                status = self._ask(wire, LOOK_LIMIT_S)
                self._mend(wire, status)
                return status
            except OSError as error:
                return PrinterStatus(False, "unknown", plain(error), "silent")
            finally:
                wire.close()

    def print_job(self, job: Mapping[str, Any]) -> PrintResult:
        """Draw and print one job of the hub. Never raises for a broken printer or an undrawable job.

        Takes at most `timeout_s` for the paper, and the time its bytes need on a slow cable, plus the limits of the
        status questions. The desk's copy, where `copies = 2`, is printed after the citizen's has certainly come; what
        becomes of it does not change the result: the citizen has the number.
        """
        if self._settings.kind == "none":
            return PrintResult("failed", "no printer is set up")
        if self._profile is None:
            return PrintResult("failed", f"the printer profile is wrong: {self.problem}")
        try:
            papers = self._draw(job, self._profile.paper())
        except Undrawable as error:
            return PrintResult("failed", f"the job cannot be drawn: {error}")
        except DrawerLost as error:
            return PrintResult("failed", str(error))
        except FileNotFoundError as error:
            return PrintResult("failed", f"a typeface is missing: {error}")
        with self._lock:
            result = self._paper(papers.first, self._profile)
            if papers.desk is None or result.state != "printed":
                return result
            desk = self._paper(papers.desk, self._profile)
        if desk.state == "printed":
            return PrintResult("printed", desk.detail)
        return PrintResult("printed", f"the desk's copy: {desk.state}: {desk.detail}")

    def warm(self) -> None:
        """A job is on its way."""
        if self._profile is not None and self._settings.kind != "none":
            self._drawer.warm()

    def rest(self) -> None:
        """Called while nothing is to be printed: what costs memory is given back after a while."""
        self._drawer.rest()

    def close(self) -> None:
        self._drawer.close()

    def _draw(self, job: Mapping[str, Any], paper: PaperKind) -> Papers:
        if self._template is None:
            try:
                self._template = load_template(self._settings.template)
            except SettingsError as error:
                self.template_problem = error
                self._template = load_template("")
        two = self._settings.copies == 2 and job.get("kind") == "ticket"
        first = self._drawer.draw(job, self._template, paper)
        return Papers(first, self._drawer.draw(job, self._template, paper, desk=True) if two else None)

    # -- one paper

    def _paper(self, data: bytes, profile: PrinterProfile) -> PrintResult:
        try:
            wire = open_wire(self._settings)
        except OSError as error:
            return PrintResult("failed", plain(error))
        try:
            refused = self._before(wire, profile)
            if refused:
                return refused
            if self._remains:
                # The torn piece must not hang on the next citizen's number.
                data = off_the_roll(profile.paper()) + data
            return self._send(wire, data)
        finally:
            wire.close()

    def _before(self, wire: Wire, profile: PrinterProfile) -> PrintResult | None:
        try:
            if self._remains:
                # Not every printer hears a question in the middle of a picture: first end the picture.
                rescue = rescue_bytes(profile.width_dots, profile.line.band_rows)
                self._say(wire, rescue, time.monotonic() + self._time_for(len(rescue)))
            status = self._ask(wire)
            if status.trouble == "no_paper":
                return PrintResult("no_paper", status.detail)
            if not status.online:
                return PrintResult("failed", status.detail)
            if self._has_fence is None and self.answers and (self._settings.kind != "file" or self._file_answers):
                # Learned while the printer is idle: not every clone knows GS r.
                self._has_fence = self._fence(wire, time.monotonic() + STATUS_LIMIT_S) is not None
        except OSError as error:
            return PrintResult("failed", f"the printer was lost before anything was printed: {plain(error)}")
        return None

    def _pace(self) -> float:
        """Bytes a second this cable takes; 0: as fast as it likes."""
        pace = float(self._profile.line.bytes_per_s) if self._profile else 0.0
        serial = self._settings.baud / 10 if self._settings.kind == "serial" else 0.0
        return min(filter(None, (pace, serial)), default=0.0)

    def _time_for(self, size: int) -> float:
        """Limit in seconds for so many bytes: the setting, and what a slow cable needs on top."""
        pace = self._pace()
        return self._settings.timeout_s + (size / pace * 1.2 if pace else 0.0)

    def _send(self, wire: Wire, data: bytes) -> PrintResult:
        deadline = time.monotonic() + self._time_for(len(data))
        pace = float(self._profile.line.bytes_per_s) if self._profile else 0.0
        sent = 0
        try:
            while sent < len(data):
                self.beat()
                sent += wire.write(data[sent : sent + (256 if pace else CHUNK)], deadline)
                if pace:
                    time.sleep(256 / pace)
        except OSError as error:
            # The write that failed may have left in part: nobody knows, so nobody claims.
            self._remains = True
            return PrintResult("unknown", f"lost after {sent} of {len(data)} bytes: {plain(error)}")
        try:
            result = self._after(wire, deadline)
        except OSError as error:
            result = PrintResult("unknown", f"all bytes were sent, then the printer was lost: {plain(error)}")
        # Sent is not arrived: after any doubt the next job begins by freeing the printer.
        self._remains = result.state == "unknown"
        return result

    def _after(self, wire: Wire, deadline: float) -> PrintResult:
        if not self.answers:
            return PrintResult("printed", "sent; this printer is set up as one that answers no questions")
        done = True
        if self._has_fence:
            done = self._fence(wire, deadline) is not None
        else:
            # Dots that look like a question were answered while they went by: those answers are not ours.
            while wire.read(time.monotonic() + 0.2):
                continue
        status = self._ask(wire)
        if status.paper == "unknown":
            if self._settings.kind == "file" and status.online:
                return PrintResult("printed", status.detail)
            return PrintResult("unknown", f"all bytes were sent, no sound answer came after them: {status.detail}")
        if not done:
            return PrintResult("unknown", f"all bytes were sent, the printer did not finish them: {status.detail}")
        if status.trouble == "cutter":
            return PrintResult("unknown", f"all bytes were sent, then: {status.detail}")
        if self._has_fence or status.online:
            return PrintResult("printed", status.detail)
        return PrintResult("unknown", f"all bytes were sent, then: {status.detail}")

    # -- questions

    def _ask(self, wire: Wire, limit_s: float = STATUS_LIMIT_S) -> PrinterStatus:
        """How the printer is. OSError when the connection is lost; no or a senseless answer is a status as well."""
        if self._settings.kind == "file" and not self._asks_through_file(wire):
            return self._ask_driver(wire)
        if self._profile is None or self._profile.status.ask == "none":
            return PrinterStatus(True, "unknown", "this printer is set up as one that answers no questions")
        deadline = time.monotonic() + limit_s
        if self._profile.status.ask == "gs-a":
            return self._ask_asb(wire, deadline)
        got: dict[int, int] = {}
        for n in self._profile.status.questions:
            self._say(wire, question(n), deadline)
            answer = self._answer(wire, deadline, mask=0x93, fixed=0x12)
            if answer is None:
                return SILENT
            got[n] = answer
        return from_dle_eot(got)

    def _asks_through_file(self, wire: Wire) -> bool:
        """Whether the printer behind a device file answers our questions; else only its driver can be asked.

        Learned once: printers on USB answer as network ones do, some cables and old drivers carry nothing back.
        """
        if self._file_answers is None:
            asked = self._profile is not None and self._profile.status.ask == "dle-eot"
            self._file_answers = False
            if wire.two_way and asked:
                deadline = time.monotonic() + LOOK_LIMIT_S
                self._say(wire, question(1), deadline)
                self._file_answers = self._answer(wire, deadline, mask=0x93, fixed=0x12) is not None
        return self._file_answers

    def _ask_asb(self, wire: Wire, deadline: float) -> PrinterStatus:
        """Status by GS a: switched on, the four bytes it sends at once are read, and it is switched off again."""
        self._say(wire, ASB_ON, deadline)
        block = b""
        while time.monotonic() < deadline:
            block += wire.read(deadline)
            while len(block) >= 4 and not is_asb(block[:4]):
                block = block[1:]
            if len(block) >= 4:
                self._say(wire, ASB_OFF, deadline)
                return from_asb(block[:4])
        return SILENT

    @staticmethod
    def _ask_driver(wire: Wire) -> PrinterStatus:
        """What the kernel's printer driver knows (LPGETSTATUS: 0x20 no paper, 0x10 selected, 0x08 no error)."""
        line = wire.line_status()
        if line is None:
            return PrinterStatus(True, "unknown", "a file answers no questions")
        if line & 0x20:
            return PrinterStatus(False, "out", "the printer is out of paper", "no_paper")
        if not line & 0x08:
            return PrinterStatus(False, "ok", "the printer reports an error", "error")
        if not line & 0x10:
            return PrinterStatus(False, "ok", "the printer is offline", "offline")
        return PrinterStatus(True, "ok", "ready")

    def _mend(self, wire: Wire, status: PrinterStatus) -> None:
        """Once in a while tell a printer with a jammed cutter to try again, where it understands that."""
        if self._profile is None or not self._profile.status.recover or status.trouble != "cutter":
            return
        if time.monotonic() - self._recovered >= RECOVER_EVERY_S:
            self._recovered = time.monotonic()
            self._say(wire, RECOVER, time.monotonic() + LOOK_LIMIT_S)

    def _fence(self, wire: Wire, deadline: float) -> int | None:
        self._say(wire, FENCE, deadline)
        return self._answer(wire, deadline, mask=0x90, fixed=0x00)

    @staticmethod
    def _say(wire: Wire, words: bytes, deadline: float) -> None:
        while words:
            words = words[wire.write(words, deadline) :]

    def _answer(self, wire: Wire, deadline: float, mask: int, fixed: int) -> int | None:
        """The first byte whose `mask` bits are `fixed` (0x93, 0x12: DLE EOT; 0x90, 0x00: GS r); None when none came.

        Picture data can look like a question to a printer, so answers of the other sort are passed over, and so are
        XON and XOFF. Anything else is a printer that talks nonsense.
        """
        while time.monotonic() < deadline:
            self.beat()
            for byte in wire.read(min(deadline, time.monotonic() + 1.0)):
                if byte & mask == fixed:
                    return byte
                if byte & 0x93 != 0x12 and byte & 0x90 != 0x00 and byte not in (0x11, 0x13):
                    return None
        return None


def open_printer(settings: Settings) -> Printer:
    """The printer of `[printer]`. Touches nothing yet: a printer that is off is found at the first question."""
    return Printer(settings.printer)
