"""Print jobs of the hub, one at a time in a thread of their own: a slow printer delays neither boards nor presses.

What certainly is not on paper (`queued`, `no_paper`, `failed`) is tried again; `unknown` never is: staff decide.
"""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from config.settings import Settings
from firmware_bridge.parts import Parts
from firmware_bridge.printer import Printer, PrintResult
from firmware_bridge.printer_health import PrinterWatch, doubtful_health, problem_health
from firmware_bridge.printer_status import PrinterStatus
from queue_display.client import HubClient, HubRefused, HubUnreachable

log = logging.getLogger("jobs")

LOOK_S = 1.0  # a printer nobody uses is asked so often how it is: a trouble is on /clerk within 2 s
AGAIN_S = 3.0  # at least so long between two tries of one job
MAX_FAILURES = 5  # a job that fails so often by itself waits for staff
LIGHT = "light"

Light = Callable[[int], bool]
"""Light for so many tenths of a second; False when there is none."""


class JobWorker:
    """Takes the hub's jobs to the printer (and `light` to a lamp) and reports each end."""

    def __init__(
        self, settings: Settings, hub: HubClient, printer: Printer, parts: Parts, light: Light, beat: Callable[[], None]
    ) -> None:
        self._has_printer = settings.printer.kind != "none"
        self._hub = hub
        self._printer = printer
        printer.beat = beat
        self._parts = parts
        self._light = light
        self._beat = beat
        self._jobs: dict[int, Mapping[str, Any]] = {}
        self._tries: dict[int, int] = {}
        self._next_try: dict[int, float] = {}
        self._mine: set[int] = set()  # taken by this process, ever
        self._taking: set[int] = set()  # asked for, but the answer got lost: ask again with the same key
        self._unreported: dict[int, PrintResult] = {}
        self._run_id = secrets.token_hex(6)  # keys of an earlier process must not answer ours
        self._looked = float("-inf")
        self._watch = PrinterWatch()
        self._expected = False
        self._fit = True
        self._changed = threading.Condition()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="jobs", daemon=True)

    def start(self) -> None:
        self._parts.tell(problem_health("printer-profile", self._printer.problem))
        self._thread.start()

    def stop(self) -> None:
        """Finish the paper that is on its way, then end."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        self._thread.join(20)
        self._printer.close()

    def expect(self) -> None:
        """A button was pressed: a paper will be wanted in a moment."""
        with self._changed:
            self._expected = True
            self._changed.notify_all()

    def see(self, jobs: Iterable[Mapping[str, Any]], tickets: Iterable[Mapping[str, Any]] = ()) -> None:
        """The hub's open jobs and its tickets, as of now."""
        with self._changed:
            self._jobs = {int(job["id"]): job for job in jobs}
            self._changed.notify_all()
        self._parts.tell(doubtful_health(tickets))

    def _run(self) -> None:
        while True:
            self._beat()
            with self._changed:
                if self._stopping:
                    return
                job = self._due()
                if job is None and not self._unreported and not self._expected:
                    self._changed.wait(0.5)
            try:
                self._round(job)
            except HubUnreachable:
                # The answer of a take may be lost with its job taken; the same key then gives the same answer.
                with self._changed:
                    self._changed.wait(0.3)

    def _round(self, job: Mapping[str, Any] | None) -> None:
        if self._expected:
            self._expected = False
            self._printer.warm()
        for number, result in list(self._unreported.items()):
            self._report(number, result)
        if job is not None:
            self._do(job)
        elif time.monotonic() - self._looked >= LOOK_S:
            self._look()
            self._printer.rest()

    def _due(self) -> Mapping[str, Any] | None:
        now = time.monotonic()
        for number in sorted(self._jobs):
            job = self._jobs[number]
            state = job["state"]
            if number in self._unreported or (self._next_try.get(number, 0.0) > now and number not in self._taking):
                continue
            if number in self._taking or (state == "printing" and number not in self._mine):
                return job
            if state == "queued" or (
                state in ("no_paper", "failed") and self._fit and self._tries.get(number, 0) < MAX_FAILURES
            ):
                return job
        return None

    def _look(self) -> None:
        if not self._has_printer:
            return
        self._looked = time.monotonic()
        if self._printer.problem is not None:
            self._fit = False
            return
        status = self._printer.status()
        self._fit = status.online
        self._tell(status)

    def _tell(self, status: PrinterStatus) -> None:
        for health in self._watch.see(status, self._looked):
            self._parts.tell(health)

    def _do(self, job: Mapping[str, Any]) -> None:
        number = int(job["id"])
        self._next_try[number] = time.monotonic() + AGAIN_S
        if job["state"] == "printing" and number not in self._taking:
            # Somebody before us took it and died: what is on paper nobody knows, and something may hang in the printer.
            self._mine.add(number)
            self._printer.expect_remains()
            self._report(number, PrintResult("unknown", "the bridge stopped while this was printed"))
            return
        try:
            self._taking.add(number)
            taken = self._hub.take(number, f"take:{self._run_id}:{number}:{self._tries.get(number, 0)}")
        except HubRefused as refusal:
            if refusal.status >= 500:
                raise HubUnreachable(str(refusal)) from refusal
            self._taking.discard(number)
            log.warning("job %d not taken: %s", number, refusal)
            return
        self._taking.discard(number)
        self._mine.add(number)
        self._tries[number] = self._tries.get(number, 0) + 1
        if taken["kind"] == LIGHT:
            seconds = int((taken.get("payload") or {}).get("seconds", 1))
            lit = self._light(seconds * 10)
            result = PrintResult("printed" if lit else "failed", "" if lit else "no lamp is there")
        else:
            result = self._printer.print_job(taken)
            self._judge(result)
            self._parts.tell(problem_health("ticket-template", self._printer.template_problem))
        self._report(number, result)

    def _judge(self, result: PrintResult) -> None:
        if result.state == "printed":
            self._fit = True
            self._looked = 0.0  # ask at the next quiet moment: paper may be low now
        elif result.state == "no_paper":
            self._fit = False
            self._looked = time.monotonic()
            self._tell(PrinterStatus(False, "out", result.detail, "no_paper"))
        else:
            self._look()

    def _report(self, number: int, result: PrintResult) -> None:
        self._unreported[number] = result
        try:
            self._hub.report_job(
                number, result.state, result.detail[:200] or None, f"report:{number}:{self._key(number)}"
            )
        except HubRefused as refusal:
            if refusal.status >= 500:
                raise HubUnreachable(str(refusal)) from refusal
            log.warning("job %d: report refused: %s", number, refusal)
        del self._unreported[number]

    def _key(self, number: int) -> str:
        return f"{self._run_id}:{self._tries.get(number, 0)}:{self._unreported[number].state}"
