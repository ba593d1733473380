"""What the simulated day sees of the real room: the hub's stream kept merged, and the clock it is shown."""

from __future__ import annotations

import threading
import time
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from config.clock import Steering
from queue_display.client import HubClient, merge


class DayClock:
    """The clock file of the hub (config/clock.py): moved from moment to moment, never back."""

    def __init__(self, path: Path, day: date, zone: str, real: float) -> None:
        self.path = path
        self._midnight = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).timestamp()
        self._real = real - time.monotonic()
        self._shown = 0.0

    def to(self, moment: float) -> None:
        """Show `moment` (seconds since that day's midnight) from now on; real seconds go on from there."""
        real = self._real + time.monotonic()
        # What already went by is not taken back: a real second spent on a deed is a second of the day.
        offset = max(self._midnight + moment - real, self._shown)
        self._shown = offset
        Steering(offset, trust="trusted").write(self.path)


class Eye(threading.Thread):
    """Follows the hub as a technician's screen does."""

    def __init__(self, address: str) -> None:
        super().__init__(name="eye", daemon=True)
        self._client = HubClient(address, role="technician", device="sim-eye")
        self._halt = threading.Event()
        self._lock = threading.Lock()
        self._seen: dict[str, Any] = {}
        self._tickets: dict[str, dict[str, Any]] = {}
        self.start()

    def run(self) -> None:
        """Until `end`."""
        self._client.stream(self._told, self._halt)

    def end(self) -> None:
        """Stop following."""
        self._halt.set()
        self.join(5)

    def _told(self, kind: str, data: dict[str, Any]) -> None:
        if kind not in ("snapshot", "change"):
            return
        with self._lock:
            if kind == "snapshot":
                self._seen = data
            else:
                merge(self._seen, data)
            # Closed ones leave the snapshot after a while; whoever was issued is remembered here.
            self._tickets.update({each["id"]: each for each in data.get("tickets", ())})

    def unheld(self, held: set[str]) -> list[dict[str, Any]]:
        """Tickets that nobody of the simulation holds yet, oldest first."""
        with self._lock:
            found = [each for each in self._tickets.values() if each["id"] not in held]
        return sorted(found, key=lambda each: str(each["issued_at"]))

    def at_counter(self, counter: int) -> str | None:
        """The ticket at a counter."""
        with self._lock:
            return next((each["ticket"] for each in self._seen.get("counters", ()) if each["id"] == counter), None)

    def new_at_counter(self, counter: int, before: str | None) -> str | None:
        """The ticket at a counter, once it is another one than `before`."""
        now = self.at_counter(counter)
        return now if now != before else None

    def waits_for(self, counter: int) -> bool:
        """Whether anybody waits whom this counter could call."""
        with self._lock:
            served: list[str] = next(
                (each["services"] for each in self._seen.get("counters", ()) if each["id"] == counter), []
            )
            waiting = [each for each in self._seen.get("tickets", ()) if each["state"] == "waiting"]
        return any(
            each["counter"] == counter or (each["counter"] is None and each["service"] in served) for each in waiting
        )


def next_monday(today: date) -> date:
    """The Monday after `today`: a working day whose hours every ready site knows."""
    return today + timedelta(days=7 - today.weekday())
