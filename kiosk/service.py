"""The kiosk process: `motcua kiosk run`. Puts the screen, the hub, the look-up and the scanner together.

Threads: the screen (main), one that follows the hub, three workers for everything that may have to wait, the
scanner's own. The screen only ever posts to the others and is posted to.
"""

from __future__ import annotations

import logging
import threading
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
    no_dump,
    notify,
    setup_logging,
    stop_on_signals,
)
from config.settings import Settings
from kiosk import takeaway
from kiosk.app import App, NoDisplay
from kiosk.catalogue import Catalogue, catalogue_of
from kiosk.control import Control
from kiosk.errands import Errands
from kiosk.flow import Flow
from kiosk.locale import FIRST, Words, offered
from kiosk.lookup import Lookup
from kiosk.model import (
    CameraState,
    Effect,
    Guidance,
    HelpDay,
    HubChanged,
    HubView,
    Keyboard,
    Scanned,
    ServiceLine,
    VoiceLost,
)
from kiosk.moves import Env
from kiosk.scanner import ScannerProcess, ScannerState, ScanResult, View
from kiosk.search.engine import Search
from kiosk.speech.narrator import Narrator
from kiosk.speech.voice import Speech, open_voice
from kiosk.staff_errands import StaffErrands
from kiosk.stage import Stage
from kiosk.view.live import Frame
from kiosk.view.metrics import Panel
from queue_display.client import HubClient, HubRefused, HubUnreachable, merge

log = logging.getLogger("kiosk")

TEST_SENTENCE = "Đây là tiếng thử loa của màn hình."


def panel_of(settings: Settings) -> Panel:
    """The site's panel."""
    wide, _, high = settings.kiosk.panel.partition("x")
    return Panel(int(wide), int(high), settings.kiosk.diagonal_in)


def make_env(settings: Settings, catalogue: Catalogue, search: Search | None = None) -> Env:
    """What the flow is told once."""
    search = search or Search(catalogue)
    services = {each.code: each.service for each in catalogue.procedures}
    fees = {each.code: each.fee for each in catalogue.procedures}
    languages = offered(settings)
    return Env(
        settings.kiosk.idle_s,
        settings.kiosk.warn_s,
        settings.kiosk.language if settings.kiosk.language in languages else FIRST,
        languages,
        settings.kiosk.faces,
        lambda text: tuple(hit.procedure.code for hit in search.find(text, top=10)),
        services.get,
        bool(settings.kiosk.speaker),
        settings.kiosk.volume,
        settings.kiosk.attract_s,
        settings.kiosk.attract_turn_s,
        settings.site.id,
        settings.lookup.unit,
        settings.kiosk.counter,
        keyboard=Keyboard(method=settings.kiosk.keyboard, old_style=settings.kiosk.tone_style == "old"),
        staff=bool(settings.kiosk.staff_pin) or any(each.role == "supervisor" for each in settings.staff),
        fee_of=fees.get,
        pays=settings.payment.offered,
        purpose=settings.payment.purpose,
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
    said = tuple((each["vi"], each.get("en") or "") for each in (snapshot.get("idle") or {}).get("items") or [])
    return HubView(True, services, tuple(calls[:3]), parts, message, days, snapshot.get("service_day") or "", said)


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
        self,
        settings: Settings,
        address: str,
        clock: Clock,
        *,
        virtual: bool = False,
        token: str | None = None,
        restart: Callable[[], None] = lambda: None,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._stop = threading.Event()
        self._losses = LossLog(log)
        catalogue = catalogue_of(settings)
        self.heart = Heart({"screen": 30.0})
        search = Search(catalogue)
        flow = Flow(make_env(settings, catalogue, search))
        stage = Stage(settings, catalogue, panel_of(settings))
        voice = open_voice(settings.kiosk.speaker, virtual, self._voice_lost)
        self._voice = voice
        self._narrator = Narrator(voice, settings) if voice else None
        self.app = App(
            settings, flow, stage, clock, self._perform, virtual=virtual, heart=self.heart, narrator=self._narrator
        )
        self._hub = HubClient(address, role="kiosk", device=settings.site.device, token=token)
        self._scanner = ScannerProcess(settings, clock)
        lookup = Lookup(settings, clock)

        def slip(code: str, language: str) -> takeaway.Slip:
            procedure, words = catalogue.procedure(code), Words(language)
            return takeaway.slip(catalogue, procedure, words, takeaway.where(settings, procedure, words))

        staff = StaffErrands(
            settings, self._hub, self._stop, self.app.post, self._test_sound, self._scanner_said, restart
        )
        self._errands = Errands(
            self._hub, lookup, self._scanner, clock, self._stop, self.app.post, lambda: self.app.model.hub, staff,
            search.forget, slip=slip,
        )  # fmt: skip
        self._camera: ScannerState | None = None
        self._connected = False

    def start(self) -> None:
        """Start the threads and the scanner's child."""
        self._errands.start()
        threading.Thread(target=self._follow, name="hub", daemon=True).start()
        # A camera that is set up counts as working until its child says otherwise: it is only opened when somebody
        # comes to the scan screen.
        self.app.post(CameraState(self._settings.scanner.source != "none" or bool(self._settings.scanner.hand)))
        self._scanner.start(self._scanned, self._camera_state, self._guided, self._viewed)
        self._scanner.watch(False)

    def _perform(self, effect: Effect) -> None:
        self._errands.perform(effect)

    def close(self) -> None:
        """End the child and let the threads go."""
        self._stop.set()
        if self._narrator:
            self._narrator.close()
        self._scanner.stop()
        self._errands.close()

    def _test_sound(self, volume: int) -> bool:
        """The sentence of the staff screen's test on the kiosk's own sound device; False where there is none."""
        if self._voice is None:
            return False
        self._voice.say(Speech((TEST_SENTENCE,), "vi", volume))
        return True

    def _scanner_said(self) -> tuple[bool, str]:
        """How the scanner stands, for the staff screen."""
        source = self._settings.scanner.source
        if self._camera is None:
            return source != "none", source
        code = f" · {self._camera.code}" if self._camera.code else ""
        return self._camera.state != "down", f"{source} · {self._camera.state}{code}"

    def _voice_lost(self, why: str) -> None:
        self.app.post(VoiceLost())

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
                    self._errands.in_order(self._catch_up)
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
        """The hub is there again: tell it how the camera is, and what could not be told."""
        if self._camera:
            self._tell_camera(self._camera)
        self._errands.catch_up()

    # the scanner ----------------------------------------------------------------------------------

    def _scanned(self, result: ScanResult) -> None:
        self.app.post(Scanned(result.kind, result.code))

    def _guided(self, hint: str) -> None:
        self.app.post(Guidance(hint))
        if hint == "light":
            self._errands.light()

    def _viewed(self, view: View) -> None:
        self.app.frame(Frame(view.luma, view.width, view.height, polygon=view.polygon, read=view.read))
        self._errands.keep_light()

    def _camera_state(self, state: ScannerState) -> None:
        self._camera = state
        working = state.state != "down" and state.code != "camera_off"
        self.app.post(CameraState(working))
        self._errands.in_order(lambda: self._tell_camera(state))

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
    no_dump()
    die_on_thread_exception()
    stop = stop_on_signals()
    clock = make_clock(settings.site.timezone, settings.clock.trust)
    kiosk = Kiosk(settings, address, clock, virtual=virtual is not None, token=token, restart=stop.set)
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
