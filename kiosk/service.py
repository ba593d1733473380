"""The kiosk process: `motcua kiosk run`. Puts the screen, the hub, the look-up and the scanner together.

Threads: the screen (main), one that follows the hub, three workers for everything that may have to wait, the
scanner's own. The screen only ever posts to the others and is posted to.
"""

from __future__ import annotations

import logging
import queue
import secrets
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from config.clock import Clock, make_clock
from config.process import (
    EXIT_OK,
    EXIT_UNREACHABLE,
    Heart,
    LossLog,
    die_on_thread_exception,
    notify,
    setup_logging,
    stop_on_signals,
)
from config.settings import Settings
from kiosk.app import App, NoDisplay
from kiosk.catalogue import Catalogue, load_catalogue
from kiosk.control import Control
from kiosk.flow import Flow
from kiosk.locale import languages
from kiosk.lookup import Lookup
from kiosk.model import (
    CallHelper,
    CameraState,
    Effect,
    Forget,
    HelpDay,
    HelperCalled,
    HubChanged,
    HubView,
    Issue,
    LookedUp,
    LookUp,
    PaperState,
    Report,
    Scanned,
    ServiceLine,
    Ticket,
    TicketGiven,
    Watch,
)
from kiosk.moves import Env
from kiosk.scanner import ScannerProcess, ScannerState, ScanResult
from kiosk.search import Search
from kiosk.stage import Stage
from kiosk.view.metrics import Panel
from queue_display.client import HubClient, HubRefused, HubUnreachable, merge

log = logging.getLogger("kiosk")

WORKERS = 3
TRIES_S = (0.0, 0.3, 1.0)
"""Waits before each try to reach the hub for a ticket; every try carries the same key."""
PAPER_S = 12.0
"""So long the screen hopes for paper; then it says "please write this number down"."""
BACKLOG = 200
"""Reports that wait for the hub to come back; older ones are dropped first."""
BROKEN_PAPER = {"no_paper", "failed", "unknown", "none"}


def panel_of(settings: Settings) -> Panel:
    """The site's panel."""
    wide, _, high = settings.kiosk.panel.partition("x")
    return Panel(int(wide), int(high), settings.kiosk.diagonal_in)


def make_env(settings: Settings, catalogue: Catalogue) -> Env:
    """What the flow is told once."""
    search = Search(catalogue)
    services = {each.code: each.service for each in catalogue.procedures}
    return Env(
        settings.kiosk.idle_s,
        settings.kiosk.warn_s,
        settings.kiosk.language,
        languages(),
        settings.kiosk.faces,
        lambda text: tuple(hit.procedure.code for hit in search.find(text, top=10)),
        services.get,
    )


def hub_view(snapshot: dict[str, Any]) -> HubView:
    """What the screen needs of the hub's snapshot."""
    services = tuple(service_line(each) for each in snapshot.get("services", []))
    calls: list[tuple[str, int]] = []
    for call in snapshot.get("calls", []):
        if call["counter"] not in [counter for _number, counter in calls]:
            calls.append((call["number"], call["counter"]))
    parts = tuple(
        (each["part"], each.get("public_vi") or "", each.get("public_en") or "")
        for each in snapshot.get("notices", [])
        if each.get("part") == "printer" or each.get("public_vi")
    )
    told = snapshot.get("broadcast")
    message = (told["vi"], told.get("en") or "") if told else None
    days = tuple(
        HelpDay(each["from"], each["to"], each["who"], each["who_en"], each["what"], each["what_en"])
        for each in snapshot.get("help_days") or []
    )
    return HubView(True, services, tuple(calls[:3]), parts, message, days)


def service_line(each: dict[str, Any]) -> ServiceLine:
    """One service of the snapshot. A hub of before says `open` alone."""
    status = each.get("status") or {"code": "open" if each["open"] else "closed", "opens_at": None}
    # No counter has opened yet: the hub gives numbers all the same, and people wait for the desk to open.
    takes = status["code"] in ("open", "no_counter")
    estimate = each.get("estimate")
    return ServiceLine(
        each["id"],
        each["letter"],
        each["name"],
        each.get("name_en") or each["name"],
        int(each["waiting"]),
        (int(estimate[0]), int(estimate[1])) if estimate else None,
        takes,
        status["code"],
        status.get("opens_at"),
        bool(each.get("long_wait")),
    )


class Kiosk:
    """Everything of the process but the window."""

    def __init__(
        self, settings: Settings, address: str, clock: Clock, *, virtual: bool = False, token: str | None = None
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._boot = secrets.token_hex(6)
        self._stop = threading.Event()
        self._losses = LossLog(log)
        path = Path(settings.kiosk.catalogue) if settings.kiosk.catalogue else None
        catalogue = load_catalogue(path)
        self.heart = Heart({"screen": 30.0})
        flow = Flow(make_env(settings, catalogue))
        stage = Stage(settings, catalogue, panel_of(settings))
        self.app = App(settings, flow, stage, clock, self.perform, virtual=virtual, heart=self.heart)
        self._hub = HubClient(address, role="kiosk", device=settings.site.device, token=token)
        self._lookup = Lookup(settings)
        self._scanner = ScannerProcess(settings, clock)
        self._work: queue.Queue[Callable[[], None] | None] = queue.Queue()
        self._ordered: queue.Queue[Callable[[], None] | None] = queue.Queue()  # what must keep its order
        self._untold: queue.Queue[tuple[str, dict[str, Any], str]] = queue.Queue(BACKLOG)
        self._camera: ScannerState | None = None
        self._connected = False

    def start(self) -> None:
        """Start the threads and the scanner's child."""
        for number in range(WORKERS):
            threading.Thread(target=self._worker, args=(self._work,), name=f"worker-{number}", daemon=True).start()
        threading.Thread(target=self._worker, args=(self._ordered,), name="ordered", daemon=True).start()
        threading.Thread(target=self._follow, name="hub", daemon=True).start()
        # A camera that is set up counts as working until its child says otherwise: it is only opened when somebody
        # comes to the scan screen.
        self.app.post(CameraState(self._settings.scanner.source != "none"))
        self._scanner.start(self._scanned, self._camera_state)
        self._scanner.watch(False)

    def close(self) -> None:
        """End the child and let the threads go."""
        self._stop.set()
        self._scanner.stop()
        for _ in range(WORKERS):
            self._work.put(None)
        self._ordered.put(None)

    # the hub ------------------------------------------------------------------------------------

    def _follow(self) -> None:
        snapshot: dict[str, Any] = {}

        def on_message(kind: str, data: dict[str, Any]) -> None:
            nonlocal snapshot
            if kind == "lost":
                self._losses.lost("hub", str(data.get("why", "")))
                self._connected = False
                self.app.post(HubChanged(HubView()))
                return
            if kind == "snapshot":
                snapshot = data
                self._losses.back("hub")
                if not self._connected:
                    self._connected = True
                    self._ordered.put(self._catch_up)
            elif kind == "change":
                merge(snapshot, data)
            else:
                return
            self.app.post(HubChanged(hub_view(snapshot)))

        while not self._stop.is_set():
            try:
                self._hub.stream(on_message, self._stop)
            except HubRefused as error:
                # Not a passing loss: the hub does not know us. Say it once, and go on without it.
                self._losses.lost("hub", f"refused: {error.en}")
                self._connected = False
                self.app.post(HubChanged(HubView()))
                self._stop.wait(30.0)

    def _catch_up(self) -> None:
        """The hub is there again: tell it what could not be told."""
        if self._camera:
            self._tell_camera(self._camera)
        while True:
            try:
                kind, data, key = self._untold.get_nowait()
            except queue.Empty:
                return
            if not self._tell(kind, data, key):
                return

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

    # effects ------------------------------------------------------------------------------------

    def perform(self, effect: Effect) -> None:
        """Start an effect; never waits."""
        match effect:
            case Issue():
                self._work.put(lambda: self._issue(effect))
            case CallHelper():
                self._work.put(self._call_helper)
            case LookUp():
                self._work.put(lambda: self._look_up(effect))
            case Report():
                self._work.put(lambda: self._report(effect))
            case Watch():
                self._ordered.put(lambda: self._scanner.watch(effect.on))
            case Forget():
                pass  # the window drops its pictures itself

    @staticmethod
    def _worker(errands: queue.Queue[Callable[[], None] | None]) -> None:
        while (work := errands.get()) is not None:
            work()

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
                self.app.post(TicketGiven(effect.request, None, error.code, opens))
                return
        if raw is None:
            self.app.post(TicketGiven(effect.request, None))
            return
        estimate = raw.get("estimate")
        if estimate is None:
            line = next((s for s in self.app.model.hub.services if s.id == effect.service), None)
            estimate = line.estimate if line else None
        span = (int(estimate[0]), int(estimate[1])) if estimate else None
        ticket = Ticket(raw["id"], raw["number"], raw["service"], int(raw.get("ahead") or 0), span)
        self.app.post(TicketGiven(effect.request, ticket))
        self._watch_paper(ticket, raw.get("print", ""))

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
        self.app.post(PaperState(ticket.id, "broken" if state in BROKEN_PAPER else "printed"))

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
            self.app.post(HelperCalled(True))
            return
        self.app.post(HelperCalled(False))

    def _look_up(self, effect: LookUp) -> None:
        began = time.monotonic()
        result = self._lookup.ask(effect.code, effect.factor)
        spent = round((time.monotonic() - began) * 1000)
        self.app.post(LookedUp(effect.request, result))
        told = {"result": result.kind, "ms": spent, "factor": effect.factor is not None, "source": effect.source}
        self._tell("lookup.answered", told, f"lookup:{self._boot}:{effect.request}")

    def _report(self, effect: Report) -> None:
        data = {name: list(value) if isinstance(value, tuple) else value for name, value in effect.data}
        if data.get("hour") is None:
            data["hour"] = self._clock.wall().hour
        self._tell(effect.type, data, f"report:{secrets.token_hex(8)}")

    # the scanner ----------------------------------------------------------------------------------

    def _scanned(self, result: ScanResult) -> None:
        self.app.post(Scanned(result.kind, result.code))

    def _camera_state(self, state: ScannerState) -> None:
        self._camera = state
        working = state.state != "down" and state.code != "camera_off"
        self.app.post(CameraState(working))
        self._ordered.put(lambda: self._tell_camera(state))

    def _tell_camera(self, state: ScannerState) -> None:
        try:
            self._hub.part(
                "camera",
                state.state,
                state.code,
                state.vi,
                state.en,
                public_vi=state.public_vi,
                public_en=state.public_en,
            )
        except HubUnreachable:
            pass  # told again when the hub is back
        except HubRefused as error:
            log.error("the hub refused the camera's state: %s", error.code)


def run(settings: Settings, address: str, virtual: Path | None = None, token: str | None = None) -> int:
    """Run the kiosk until a signal or the window's close; the exit status."""
    setup_logging("kiosk")
    if not settings.kiosk.enabled:
        log.info("kiosk.enabled = false: không lắp màn hình chạm / no touchscreen is set up")
        return EXIT_OK
    die_on_thread_exception()
    stop = stop_on_signals()
    clock = make_clock(settings.site.timezone, settings.clock.trust)
    kiosk = Kiosk(settings, address, clock, virtual=virtual is not None, token=token)
    try:
        kiosk.app.open()
    except NoDisplay as error:
        log.error("Không mở được màn hình / no screen can be opened: %s", error)
        return EXIT_UNREACHABLE
    control = Control(kiosk.app, virtual / "control" / "kiosk.sock") if virtual else None
    kiosk.start()
    kiosk.heart.start()
    notify("READY=1")
    try:
        kiosk.app.run(stop)
    finally:
        notify("STOPPING=1")
        kiosk.heart.stop()
        if control:
            control.close()
        kiosk.close()
    return EXIT_OK
