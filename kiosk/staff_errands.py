"""What the staff screen asks for, done by a worker: a PIN compared, a sound, a test slip, how the links stand.

Every answer is an event. A PIN is never logged, and asked of the hub only where it is not the kiosk's own.
"""

from __future__ import annotations

import logging
import secrets
import socket
import threading
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from config import __version__
from config.settings import Settings
from kiosk.model import CheckPin, Event, Link, LinksSeen, PinChecked, StaffDone, StaffWork
from kiosk.pin import fits
from queue_display.client import HubClient, HubRefused, HubUnreachable

log = logging.getLogger("kiosk")

SLIP_S = 10.0
"""So long a test slip is waited for."""
SERVER_S = 2.0


class StaffErrands:
    """`play(volume)` sounds the test and tells whether it can; `scanner` tells (fine, words); `restart` ends us."""

    def __init__(
        self,
        settings: Settings,
        hub: HubClient,
        stop: threading.Event,
        post: Callable[[Event], None],
        play: Callable[[int], bool],
        scanner: Callable[[], tuple[bool, str]],
        restart: Callable[[], None],
    ) -> None:
        self._settings = settings
        self._hub = hub
        self._stop = stop
        self._post = post
        self._play = play
        self._scanner = scanner
        self._restart = restart

    def check(self, effect: CheckPin) -> None:
        """The kiosk's own PIN first, then a supervisor's at the hub."""
        own = self._settings.kiosk.staff_pin
        if own and fits(effect.pin, own):
            log.info("staff screen opened by the kiosk's PIN")
            self._post(PinChecked(effect.request, "right"))
            return
        try:
            self._hub.post("/v1/session", {"pin": effect.pin, "role": "supervisor"}, f"pin:{secrets.token_hex(8)}")
        except HubUnreachable:
            self._post(PinChecked(effect.request, "wrong" if own else "unreachable"))
        except HubRefused as error:
            log.warning("staff screen: a PIN was refused: %s", error.code)
            wait = error.allowed.get("retry_s") if isinstance(error.allowed, dict) else None
            self._post(PinChecked(effect.request, "wrong", int(wait or 0)))
        else:
            log.info("staff screen opened by a supervisor's PIN")
            self._post(PinChecked(effect.request, "right"))

    def work(self, effect: StaffWork) -> None:
        """Sound, test slip, links, restart."""
        match effect.what:
            case "sound":
                self._post(StaffDone(effect.request, "played" if self._play(effect.value) else "silent"))
            case "printer":
                self._post(StaffDone(effect.request, self._slip()))
            case "links":
                self._post(LinksSeen(effect.request, self._links()))
            case "restart":
                log.warning("restart asked for at the staff screen")
                self._restart()

    def _slip(self) -> str:
        try:
            job = self._hub.post("/v1/jobs", {"kind": "test"}, f"test:{secrets.token_hex(8)}")["job"]
            until = time.monotonic() + SLIP_S
            state = str(job["state"])
            while state in ("queued", "printing") and time.monotonic() < until and not self._stop.wait(0.3):
                state = str(self._hub.get(f"/v1/jobs/{job['id']}")["job"]["state"])
        except HubUnreachable:
            return "unreachable"
        except HubRefused as error:
            log.warning("no test slip: %s", error.code)
            return "failed"
        return state if state in ("printed", "no_paper", "failed") else "unknown"

    def _links(self) -> tuple[Link, ...]:
        health = self._asked("/v1/health")
        uplink = self._asked("/v1/uplink")
        fine, said = self._scanner()
        versions = f"kiosk {__version__}" + (f" · hub {health['version']}" if health else "")
        return (
            Link("hub", health is not None, f"rev {health['rev']}" if health else self._hub.address),
            Link("uplink", None if uplink is None else bool(uplink["connected"]), _queue(uplink)),
            self._server(),
            Link("scanner", fine, said),
            Link("versions", None, versions),
            Link("addresses", None, " · ".join(addresses()) or "–"),
        )

    def _asked(self, path: str) -> dict[str, Any] | None:
        try:
            return self._hub.get(path)
        except HubUnreachable:
            return None
        except HubRefused as error:
            log.warning("staff screen: %s: %s", path, error.code)
            return None

    def _server(self) -> Link:
        """Whether the commune server's address can be connected to; nothing is asked of it."""
        base = self._settings.lookup.base_url
        if not base:
            return Link("server", None, "–")
        parts = urlsplit(base)
        try:
            began = time.monotonic()
            socket.create_connection((parts.hostname or "", parts.port or 443), SERVER_S).close()
        except OSError:
            return Link("server", False, parts.netloc)
        return Link("server", True, f"{parts.netloc} {round((time.monotonic() - began) * 1000)} ms")


def _queue(uplink: dict[str, Any] | None) -> str:
    if uplink is None:
        return "–"
    oldest = uplink.get("oldest_s")
    return f"{uplink['depth']}" + (f" · {round(float(oldest))} s" if oldest else "")


def addresses() -> list[str]:
    """The machine's own addresses, without asking any name server."""
    found: list[str] = []
    for family, probe in ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1")):
        with socket.socket(family, socket.SOCK_DGRAM) as opened:
            try:
                opened.connect((probe, 9))  # a datagram socket sends nothing by this; it only picks the way out
                found.append(str(opened.getsockname()[0]))
            except OSError:
                continue
    return found
