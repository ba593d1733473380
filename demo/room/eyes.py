"""What the room's page shows: read from every part as its users would see it, never from what a part was told to do.

One thread a source, so that a part that hangs (it may: that is what the switches are for) delays no other picture.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from demo.control import ControlFailed
from demo.hub import Hub, HubSaidNo
from demo.start import Room
from queue_display.client import HubClient, merge

log = logging.getLogger("room")

State = dict[str, Any]
PAPERS = 8
EVENTS = 40
IDLE_S, TOUCHED_S, TOUCHED_FOR_S = 0.6, 0.12, 2.5


class Eyes:
    """Keeps the newest picture of every part. `changed(key, value)` is called, in any thread, when one is new."""

    def __init__(self, room: Room, changed: Callable[[str, Any], None]) -> None:
        self._room = room
        self._changed = changed
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._state: State = {}
        self._threads: list[threading.Thread] = []
        self._touched = 0.0
        self._watchers = 0
        self._picture: bytes = b""
        self._hub: State = {}
        self._technician = Hub(room.site)

    # -- for the server

    def start(self) -> None:
        """Open the eyes: one thread a source."""
        for name, look, pause_s in (
            ("parts", self._parts, 0.5),
            ("cabinet", self._cabinet, 0.12),
            ("bridge", self._bridge, 0.3),
            ("server", self._server, 0.5),
            ("kiosk", self._kiosk, 0.05),
        ):
            self._thread(name, lambda look=look, pause_s=pause_s: self._again(look, pause_s))  # type: ignore[misc]
        self._thread("stream", self._stream)

    def stop(self) -> None:
        """Close them; returns when every thread has ended or five seconds have passed."""
        self._stop.set()
        for thread in self._threads:
            thread.join(5)

    def state(self) -> State:
        """Everything seen so far."""
        with self._lock:
            return dict(self._state)

    def picture(self) -> bytes:
        """The kiosk's screen as PNG; empty before the first."""
        with self._lock:
            return self._picture

    def touched(self) -> None:
        """Somebody touched the kiosk: look at its screen more often for a while."""
        self._touched = time.monotonic()

    def watch(self, more: int) -> None:
        """A page came (+1) or went (-1): without one the kiosk is not asked for pictures."""
        with self._lock:
            self._watchers += more

    def see(self, key: str, value: Any) -> None:
        """Note what is seen; tell when it is new."""
        with self._lock:
            if self._state.get(key, self) == value:
                return
            self._state[key] = value
        self._changed(key, value)

    # -- the loops

    def _thread(self, name: str, run: Callable[[], None]) -> None:
        thread = threading.Thread(target=run, name=f"eye-{name}", daemon=True)
        self._threads.append(thread)
        thread.start()

    def _again(self, look: Callable[[], None], pause_s: float) -> None:
        while not self._stop.is_set():
            look()
            self._stop.wait(pause_s)

    def _parts(self) -> None:
        parts = self._room.supervisor.parts.values()
        self.see(
            "processes",
            [
                {"name": each.name, "vi": each.title_vi, "en": each.title_en, "pid": each.pid}
                for each in list(parts)
            ],
        )  # fmt: skip

    def _cabinet(self) -> None:
        try:
            boards = self._room.cabinet.ask("boards")
            lamps = self._room.cabinet.ask("lamp")
            papers = self._room.cabinet.ask("paper")
            state = self._room.cabinet.ask("state")
        except ControlFailed:
            self.see("boards", None)
            return
        self.see("boards", boards)
        self.see("lamps", lamps)
        self.see(
            "papers",
            [
                {"name": Path(each["file"]).name, "at": each["at"], "qr": each["qr"]}
                for each in papers[-PAPERS:]
            ],
        )  # fmt: skip
        self.see("waiting_presses", sum(chip.get("waiting", 0) for chip in state["chips"]))

    def _bridge(self) -> None:
        try:
            state = self._room.bridge.ask("state")
        except ControlFailed:
            self.see("links", None)
            return
        links = {
            name: {"open": link["open"], "up": all(node["up"] for node in link["nodes"].values())}
            for name, link in state["links"].items()
        }
        self.see("links", links)
        spoken = state["speaker"].get("last") or []
        self.see(
            "speech",
            [
                {
                    "id": each["id"], "text": each["text"], "seconds": each.get("seconds"), "at": each["at"],
                    "file": Path(each["file"]).name if each.get("file") else None,
                }
                for each in spoken[-6:]
            ],
        )  # fmt: skip

    def _server(self) -> None:
        try:
            uplink = self._technician.get("/v1/uplink")
            uplink.pop("rev", None)
        except HubSaidNo:
            uplink = None
        self.see("uplink", uplink)
        connection = http.client.HTTPConnection("127.0.0.1", self._room.site.admin_port, timeout=2)
        try:
            connection.request("GET", f"/v1/events?newest=true&limit={EVENTS}")
            response = connection.getresponse()
            answer = json.loads(response.read()) if response.status == 200 else None
        except (OSError, http.client.HTTPException, json.JSONDecodeError):
            answer = None
        finally:
            connection.close()
        if answer is None:
            self.see("server", None)
            return
        rows = [
            {"seq": row["seq"], "type": row["type"], "time": row["time"], "data": row["data"]}
            for row in sorted(answer["events"], key=lambda row: (row["epoch"], row["seq"]), reverse=True)
        ]
        self.see("server", {"count": answer["count"], "events": rows})

    def _kiosk(self) -> None:
        recently = time.monotonic() - self._touched < TOUCHED_FOR_S
        if self._stop.wait(TOUCHED_S if recently else IDLE_S):
            return
        with self._lock:
            watched = self._watchers > 0
        if not watched and self._picture:
            return
        path = self._room.site.folder / "kiosk-now.png"
        try:
            screen = self._room.kiosk.ask("screen")
            self._room.kiosk.ask("screenshot", path=str(path))
            picture = path.read_bytes()
        except (ControlFailed, OSError):
            self.see("kiosk", None)
            return
        with self._lock:
            self._picture = picture
        self.see("kiosk", {"name": screen["name"], "picture": hashlib.sha256(picture).hexdigest()[:16]})

    # -- the hub's stream

    def _stream(self) -> None:
        client = HubClient(self._room.site.hub_address, role="technician", device="demo-room")
        client.stream(self._told, self._stop)

    def _told(self, kind: str, data: dict[str, Any]) -> None:
        if kind == "lost":
            self.see("hub", None)
            return
        if kind == "snapshot":
            self._hub = data
        elif kind == "change":
            merge(self._hub, data)
        else:
            return
        names = {each["id"]: each for each in self._hub.get("tickets", [])}
        waiting = [
            {"number": each["number"], "service": each["service"], "priority": each["priority"]}
            for each in sorted(names.values(), key=lambda each: each["issued_at"])
            if each["state"] == "waiting"
        ]
        counters = [
            {
                "id": each["id"], "state": each["state"],
                "number": names[each["ticket"]]["number"] if each["ticket"] in names else None,
                "ticket_state": names[each["ticket"]]["state"] if each["ticket"] in names else None,
            }
            for each in self._hub.get("counters", [])
        ]  # fmt: skip
        self.see(
            "hub",
            {
                "waiting": waiting, "counters": counters, "totals": self._hub.get("totals", {}),
                "notices": self._hub.get("notices", []), "day": self._hub.get("service_day"),
            },
        )  # fmt: skip
