"""What the screen asks for, done by workers: each effect of the flow is a method. A worker may wait, the screen never.

Answers go back to the screen as events.
"""

from __future__ import annotations

import logging
import queue
import secrets
import threading
import time
from collections.abc import Callable
from typing import Any

from config.clock import Clock
from kiosk.lamp import LIGHT_S, Lamp
from kiosk.lookup import Lookup
from kiosk.model import (
    AskTicket,
    CallHelper,
    CheckedIn,
    CheckIn,
    CheckPin,
    Effect,
    Event,
    Forget,
    HelperCalled,
    HubView,
    Issue,
    ListPaper,
    ListState,
    LookedUp,
    LookUp,
    PaperState,
    PrintList,
    Report,
    StaffWork,
    Ticket,
    TicketGiven,
    TicketNow,
    TicketSeen,
    Watch,
)
from kiosk.scanner import ScannerProcess
from kiosk.staff_errands import StaffErrands
from kiosk.takeaway import Slip
from queue_display.client import HubClient, HubRefused, HubUnreachable

log = logging.getLogger("kiosk")

WORKERS = 3
TRIES_S = (0.0, 0.3, 1.0)
"""Waits before each try to reach the hub for a ticket; every try carries the same key."""
PAPER_S = 12.0
"""So long the screen hopes for paper; then it says "please write this number down"."""
BACKLOG = 200
"""Reports that wait for the hub to come back; older ones are dropped first."""
BROKEN_PAPER = {"no_paper", "failed", "unknown", "none"}

Errand = Callable[[], None]


class Errands:
    """Workers and what they do. `post` gives the screen an event, `hub_view` is what it knows of the hub; `slip` makes
    the list of a procedure in a language."""

    def __init__(
        self,
        hub: HubClient,
        lookup: Lookup,
        scanner: ScannerProcess,
        clock: Clock,
        stop: threading.Event,
        post: Callable[[Event], None],
        hub_view: Callable[[], HubView],
        staff: StaffErrands,
        forget: Callable[[], None] = lambda: None,
        *,
        slip: Callable[[str, str], Slip],
    ) -> None:
        self._hub = hub
        self._lookup = lookup
        self._scanner = scanner
        self._clock = clock
        self._stop = stop
        self._post = post
        self._hub_view = hub_view
        self._slip = slip
        self._forget = forget
        self.staff = staff
        self._boot = secrets.token_hex(6)
        self._work: queue.Queue[Errand | None] = queue.Queue()
        self._asking: queue.Queue[Errand | None] = queue.Queue()  # look-ups: a hub that hangs must not hold them
        self._papers: queue.Queue[Errand | None] = queue.Queue()  # following a paper takes seconds
        self._ordered: queue.Queue[Errand | None] = queue.Queue()  # what must keep its order
        self._lamp = Lamp()
        self._untold: queue.Queue[tuple[str, dict[str, Any], str]] = queue.Queue(BACKLOG)

    def start(self) -> None:
        """Start the workers."""
        for lane, number in self._lanes():
            for at in range(number):
                threading.Thread(target=self._worker, args=(lane,), name=f"worker-{at}", daemon=True).start()

    def _lanes(self) -> tuple[tuple[queue.Queue[Errand | None], int], ...]:
        """Each lane and its workers: what may wait for one thing does not wait behind another."""
        return (self._work, WORKERS), (self._asking, 2), (self._papers, 2), (self._ordered, 1)

    def close(self) -> None:
        """Let the workers go once they have done what they are at."""
        for lane, number in self._lanes():
            for _ in range(number):
                lane.put(None)

    def in_order(self, errand: Errand) -> None:
        """Do it after everything that was given here before."""
        self._ordered.put(errand)

    def catch_up(self) -> None:
        """The hub is there again: tell it what could not be told."""
        while True:
            try:
                kind, data, key = self._untold.get_nowait()
            except queue.Empty:
                return
            if not self._tell(kind, data, key):
                return

    def _told(self, kind: str, data: dict[str, Any], key: str) -> None:
        self._tell(kind, data, key)

    def _tell(self, kind: str, data: dict[str, Any], key: str) -> bool:
        try:
            self._hub.report(kind, data, key)
        except HubUnreachable:
            if self._untold.full():
                self._untold.get_nowait()
            self._untold.put_nowait((kind, data, key))
            return False
        except HubRefused as error:
            log.error("the hub refused a %s report: %s", kind, error.code)
        return True

    def perform(self, effect: Effect) -> None:
        """Start an effect; never waits."""
        match effect:
            case Issue():
                self._work.put(lambda: self._issue(effect))
            case PrintList():
                self._papers.put(lambda: self._print_list(effect))
            case CallHelper():
                self._work.put(self._call_helper)
            case LookUp():
                self._asking.put(lambda: self._look_up(effect))
            case AskTicket():
                self._work.put(lambda: self._ask_ticket(effect))
            case CheckIn():
                self._work.put(lambda: self._check_in(effect))
            case Report():
                self._work.put(lambda: self._report(effect))
            case CheckPin():
                self._work.put(lambda: self.staff.check(effect))
            case StaffWork():
                self._work.put(lambda: self.staff.work(effect))
            case Watch():
                self._ordered.put(lambda: self._scanner.watch(effect.on))
            case Forget():
                self._forget()  # the window drops its pictures itself

    @staticmethod
    def _worker(errands: queue.Queue[Callable[[], None] | None]) -> None:
        while (work := errands.get()) is not None:
            work()
            work = None  # an errand knows a person's code and factor: not until the next one comes

    def _issue(self, effect: Issue) -> None:
        key = f"kiosk:{self._boot}:{effect.request}"
        raw: dict[str, Any] | None = None
        for wait in TRIES_S:
            if self._stop.wait(wait):
                return
            try:
                raw = self._hub.issue(effect.service, effect.priority, key)["ticket"]
                break
            except HubUnreachable:
                continue
            except HubRefused as error:
                log.warning("no ticket for %s: %s", effect.service, error.code)
                opens = error.allowed.get("opens_at") if isinstance(error.allowed, dict) else None
                self._post(TicketGiven(effect.request, None, error.code, opens))
                return
        if raw is None:
            self._post(TicketGiven(effect.request, None))
            return
        ticket = self._ticket(raw)
        self._post(TicketGiven(effect.request, ticket))
        self._follow(ticket, raw.get("print", ""))

    def _ticket(self, raw: dict[str, Any]) -> Ticket:
        estimate = raw.get("estimate")
        if estimate is None:
            line = self._hub_view().service(raw["service"])
            estimate = line.estimate if line else None
        return Ticket(raw["id"], raw["number"], raw["service"], int(raw.get("ahead") or 0), _span(estimate))

    def _check_in(self, effect: CheckIn) -> None:
        key = f"kiosk:{self._boot}:{effect.request}"
        for wait in TRIES_S:
            if self._stop.wait(wait):
                return
            try:
                raw = self._hub.post(f"/v1/appointments/{effect.code}/checkin", {"priority": effect.priority}, key)
            except HubUnreachable:
                continue
            except HubRefused as error:
                log.info("no number for an appointment: %s", error.code)
                more = error.allowed if isinstance(error.allowed, dict) else {}
                number = str(more.get("ticket") or "").rpartition("-")[2]
                self._post(CheckedIn(effect.request, None, error.code, more.get("opens_at"), number))
                return
            ticket = self._ticket(raw["ticket"])
            self._post(CheckedIn(effect.request, ticket))
            self._follow(ticket, raw["ticket"].get("print", ""))
            return
        self._post(CheckedIn(effect.request, None))

    def _ask_ticket(self, effect: AskTicket) -> None:
        for wait in TRIES_S:
            if self._stop.wait(wait):
                return
            try:
                answer = self._hub.get(f"/v1/tickets/{effect.id}")
            except HubUnreachable:
                continue
            except HubRefused as error:
                self._post(TicketSeen(effect.request, None, "unknown" if error.status == 404 else "unreachable"))
                return
            raw = answer["ticket"]
            seen = TicketNow(
                raw["id"],
                raw["number"],
                raw["service"],
                raw["state"],
                raw["service_day"],
                raw.get("counter"),
                answer.get("before"),
                _span(answer.get("estimate")),
            )
            self._post(TicketSeen(effect.request, seen))
            return
        self._post(TicketSeen(effect.request, None, "unreachable"))

    def _follow(self, ticket: Ticket, state: str) -> None:
        self._papers.put(lambda: self._watch_paper(ticket, state))

    def _watch_paper(self, ticket: Ticket, state: str) -> None:
        until = time.monotonic() + PAPER_S
        while state not in BROKEN_PAPER and state not in ("printed", "copy"):
            if time.monotonic() > until or self._stop.wait(0.4):
                state = "unknown"
                break
            try:
                state = self._hub.get(f"/v1/tickets/{ticket.id}")["ticket"]["print"]
            except HubUnreachable:
                continue
            except HubRefused as error:
                log.warning("the paper of a ticket cannot be followed: %s", error.code)
                return
        self._post(PaperState(ticket.id, "broken" if state in BROKEN_PAPER else "printed"))

    def light(self) -> None:
        """It is too dark for the camera: ask for the lamp, once in a while."""
        if self._lamp.wanted(time.monotonic()):
            self._work.put(self._light)

    def keep_light(self) -> None:
        """The camera is looking on: a lamp that was asked for stays lit."""
        if self._lamp.renew(time.monotonic()):
            self._work.put(self._light)

    def _light(self) -> None:
        try:
            self._hub.post(
                "/v1/jobs", {"kind": "light", "payload": {"seconds": LIGHT_S}}, f"light:{secrets.token_hex(8)}"
            )
        except HubUnreachable:
            pass  # asked again while it is dark
        except HubRefused as error:
            log.warning("no light could be asked for: %s", error.code)

    def _print_list(self, effect: PrintList) -> None:
        slip = self._slip(effect.procedure, effect.language)
        payload = {"title": slip.title, "lines": list(slip.lines), "notes": list(slip.notes)}
        key = f"list:{self._boot}:{effect.request}"
        job: dict[str, Any] | None = None
        for wait in TRIES_S:
            if self._stop.wait(wait):
                return
            try:
                job = self._hub.post("/v1/jobs", {"kind": "list", "payload": payload}, key)["job"]
                break
            except HubUnreachable:
                continue
            except HubRefused as error:
                log.warning("no list is printed: %s", error.code)
                break
        self._post(ListState(effect.request, self._list_paper(job) if job else "failed"))

    def _list_paper(self, job: dict[str, Any]) -> ListPaper:
        """What becomes of a list's job; patience ends after `PAPER_S`."""
        until, state = time.monotonic() + PAPER_S, str(job["state"])
        while state in ("queued", "printing"):
            if time.monotonic() > until or self._stop.wait(0.4):
                return "failed"
            try:
                state = str(self._hub.get(f"/v1/jobs/{job['id']}")["job"]["state"])
            except HubUnreachable:
                continue
            except HubRefused as error:
                log.warning("the paper of a list cannot be followed: %s", error.code)
                return "failed"
        return "printed" if state == "printed" else "no_paper" if state == "no_paper" else "failed"

    def _call_helper(self) -> None:
        key = f"helper:{self._boot}:{secrets.token_hex(8)}"
        for wait in TRIES_S:
            if self._stop.wait(wait):
                return
            try:
                self._hub.post("/v1/help", {"where": "kiosk", "what": "write"}, key)
            except HubUnreachable:
                continue
            except HubRefused as error:
                log.warning("no helper could be called: %s", error.code)
                break
            self._post(HelperCalled(True))
            return
        self._post(HelperCalled(False))

    def _look_up(self, effect: LookUp) -> None:
        began = time.monotonic()
        result = self._lookup.ask(effect.code, effect.factor)
        spent = round((time.monotonic() - began) * 1000)
        self._post(LookedUp(effect.request, result))
        told = {"result": result.kind, "ms": spent, "factor": effect.factor is not None, "source": effect.source}
        self._work.put(lambda: self._told("lookup.answered", told, f"lookup:{self._boot}:{effect.request}"))

    def _report(self, effect: Report) -> None:
        data = {name: list(value) if isinstance(value, tuple) else value for name, value in effect.data}
        if data.get("hour") is None:
            data["hour"] = self._clock.wall().hour
        self._tell(effect.type, data, f"report:{secrets.token_hex(8)}")


def _span(raw: Any) -> tuple[int, int] | None:
    """A range of minutes."""
    return (int(raw[0]), int(raw[1])) if raw else None
