"""A Monday morning in the virtual waiting room, and the pictures taken in it: `.venv/bin/python docs/pictures/hall.py`.

Every process is the product's own, every paper went through the ticket printer's wire, every board through its
firmware. Only the clock is steered: all parts think it is Monday, 23 November 2026, and end at 08:42.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

HERE = Path(__file__).parent
REPOSITORY = HERE.parents[1]
sys.path.insert(0, str(REPOSITORY))

from config.clock import CLOCK_FILE_VARIABLE  # noqa: E402  (the path must be set first)
from demo.hub import Hub  # noqa: E402
from demo.room.server import serve  # noqa: E402
from demo.start import Room, runtime_folder, start_room  # noqa: E402
from tests.fixtures.pages import Browser, until  # noqa: E402

NOW = datetime(2026, 11, 23, 8, 42, 10, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
PAPER_S = 60.0


class Clock:
    """The clock of every process of the room."""

    def __init__(self, path: Path) -> None:
        self.path = path
        # Certificates are made while the room starts: they must be valid by the machine's own clock.
        self._write(0.0)

    def before(self, minutes: float) -> None:
        """So many minutes before 08:42."""
        self._write((NOW - timedelta(minutes=minutes)).timestamp() - time.time())

    def _write(self, offset: float) -> None:
        fresh = self.path.with_suffix(".new")
        fresh.write_text(json.dumps({"offset_s": offset, "scale": 1, "trust": None}), encoding="ascii")
        fresh.replace(self.path)


class Morning:
    """The room, its clock and its papers."""

    def __init__(self, room: Room, clock: Clock) -> None:
        self.room, self.clock = room, clock
        self.hub = Hub(room.site)

    def papers(self) -> list[dict[str, str]]:
        """What the printer has cut off so far."""
        found: list[dict[str, str]] = self.room.cabinet.ask("paper")
        return found

    def printed(self, count: int, name: str) -> None:
        """Wait for the paper after the first `count`, and keep it under `name`."""
        until(lambda: len(self.papers()) > count, f"the paper of {name}", PAPER_S)
        paper = self.papers()[count]
        shutil.copyfile(self.room.site.folder / "paper" / Path(paper["file"]).name, HERE / name)
        print(HERE / name)

    def people_come(self) -> None:
        """Buttons are pressed, counters call, one comes back later, one does not come."""
        clock, hub = self.clock, self.hub
        clock.before(60)
        self.room.cabinet.ask("press", button="button-civil-status")
        self.printed(0, "ticket.png")
        for count, service in ((15, "civil-status"), (7, "land"), (9, "reception"), (4, "police"), (3, "social")):
            for number in range(count):
                clock.before(60 - number * 3.2)
                priority = service == "civil-status" and number == 12
                hub.post("/v1/tickets", {"service": service, "priority": priority})
        until(lambda: len(self.papers()) >= 39, "all papers", PAPER_S)
        minutes = 57.0
        for turn in range(7):  # each counter needs some seven to nine minutes a person
            for counter, calls in ((2, 7), (1, 6), (3, 4), (5, 2)):
                if turn < calls:
                    minutes -= 2.1
                    clock.before(minutes)
                    hub.post(f"/v1/counters/{counter}/next")
                    clock.before(minutes - 0.6)
                    hub.post(f"/v1/counters/{counter}/start")
        clock.before(14)
        hub.post("/v1/counters/2/park")
        clock.before(13)
        hub.post("/v1/counters/2/next")
        clock.before(11)
        hub.post("/v1/counters/2/no-show")
        clock.before(9)
        hub.post("/v1/counters/4/pause", {"reason": "meeting", "minutes": 20})
        clock.before(2.2)
        hub.post("/v1/counters/5/next")
        hub.post("/v1/counters/5/start")
        clock.before(1.5)
        hub.post("/v1/counters/3/next")
        clock.before(1)
        hub.post("/v1/counters/1/next")
        hub.post("/v1/counters/1/start")
        hub.post("/v1/counters/3/start")
        clock.before(0.5)
        hub.post("/v1/help", {"where": "kiosk", "what": "write"})

    def special_papers(self) -> None:
        """A priority number, its copy, and the slip of a button that is pressed after the day's end."""
        count = len(self.papers())
        given = self.hub.post("/v1/tickets", {"service": "civil-status", "priority": True})["ticket"]
        self.printed(count, "ticket-priority.png")
        self.hub.post(f"/v1/tickets/{given['id']}/reprint")
        self.printed(count + 1, "ticket-copy.png")

    def after_hours(self) -> None:
        """The day is closed; who presses the button all the same gets a slip that says when to come."""
        count = len(self.papers())
        self.hub.post("/v1/day/close")
        self.room.cabinet.ask("press", button="button-civil-status")
        self.printed(count, "ticket-closed.png")


class Camera:
    """One browser; every page signed in with the token of its role."""

    def __init__(self, room: Room) -> None:
        self.room = room
        self.browser = Browser()
        self.driver = self.browser.driver

    def sign_in(self, role: str, counter: int | None = None) -> None:
        """As the sign-in page does it. A cookie of one host holds for all its pages."""
        self.driver.get(f"{self.room.site.hub_url}/static/theme.css")
        body = {"token": self.room.site.tokens[role], **({"counter": counter} if counter else {})}
        answer = self.driver.execute_async_script(
            "const done = arguments[arguments.length - 1];"
            "fetch('/v1/session', {method: 'POST', headers: {'Content-Type': 'application/json',"
            " 'Idempotency-Key': 'picture-' + Math.random()}, body: arguments[0]}).then((a) => done(a.status));",
            json.dumps(body),
        )
        assert answer == 200, answer

    def see(self, script: str, said: str) -> None:
        """Wait until a script gives something true."""
        until(lambda: self.driver.execute_script(f"return {script}"), said)

    def take(self, name: str) -> None:
        """Fonts loaded, no focus ring, then the picture."""
        self.driver.execute_async_script("document.fonts.ready.then(() => arguments[0]())")
        self.driver.execute_script("if (document.activeElement) document.activeElement.blur()")
        self.driver.save_screenshot(str(HERE / name))
        print(HERE / name)

    def page(self, path: str, size: tuple[int, int], ready: str, name: str) -> None:
        """A page of the hub, as large as its screen."""
        self.browser.size(*size)
        self.driver.get(f"{self.room.site.hub_url}/{path}")
        self.see(ready, f"/{path}")
        self.take(name)


def pages(morning: Morning, camera: Camera) -> None:
    """The staff's pages, and the TV between calls and during one."""
    hub = morning.hub
    camera.page("login", (1280, 800), "document.querySelector('input')", "login.png")
    camera.sign_in("display")
    camera.page("tv", (1280, 720), "document.querySelector('.idle')", "tv-between.png")
    morning.clock.before(0.3)
    hub.post("/v1/counters/2/next")
    hub.post("/v1/counters/3/next")
    morning.clock.before(0)
    camera.page("tv", (1280, 720), "document.querySelectorAll('.newest.loud').length > 1", "tv.png")
    camera.sign_in("reception")
    camera.browser.size(1280, 800)
    camera.driver.get(f"{camera.room.site.hub_url}/reception")
    camera.see("document.querySelector('.tile:enabled')", "/reception")
    camera.driver.execute_script("document.querySelector('#take-land').click()")
    camera.see(
        "document.querySelector('#last-number') && document.querySelector('#last-paper')", "the number given out"
    )
    until(
        lambda: "đã in" in camera.driver.execute_script("return document.querySelector('#last-paper').textContent"),
        "paper",
    )
    camera.driver.execute_script("document.querySelector('#toast').replaceChildren()")
    camera.take("reception.png")
    camera.sign_in("supervisor")
    camera.page("supervisor", (1280, 800), "document.querySelector('#counters .number')", "supervisor.png")
    camera.driver.execute_script("document.querySelector('#view-day').click()")
    camera.see("document.querySelector('#figures .fill')", "the figures")
    camera.take("supervisor-day.png")
    camera.sign_in("clerk", 2)
    camera.page("clerk", (1280, 800), "document.querySelector('#do-main:enabled')", "clerk.png")


def the_room(morning: Morning, camera: Camera) -> None:
    """The whole virtual room on one page: boards read back from their firmware, paper, touchscreen, events."""
    stop = threading.Event()
    said: list[str] = []
    serving = threading.Thread(target=serve, args=(morning.room, 0, stop, said.append))
    serving.start()
    try:
        until(lambda: said, "the room's address")
        camera.browser.size(1600, 1180)
        camera.driver.get(said[0].split()[-1])
        camera.see("document.body.dataset.ready", "the room")
        camera.see("document.querySelectorAll('.sample').length === 5", "the sample receipts")
        camera.see("document.querySelector('#kiosk img')?.naturalWidth > 100", "the touchscreen")
        camera.see("document.querySelectorAll('#events li').length > 10", "events at the server")
        camera.see("[...document.querySelectorAll('.papers img')].some((each) => each.naturalWidth > 100)", "papers")
        camera.take("room.png")
    finally:
        stop.set()
        serving.join(20)


@contextmanager
def a_room() -> Iterator[Morning]:
    """The demo's room with a steered clock."""
    folder = runtime_folder(None)
    clock = Clock(folder / "clock.json")
    os.environ[CLOCK_FILE_VARIABLE] = str(clock.path)
    room = start_room(folder, lambda vi, _en: print(vi, flush=True), headless=True)
    try:
        yield Morning(room, clock)
    finally:
        room.supervisor.stop_all()


def main() -> None:
    """All pictures of the running product."""
    with a_room() as morning:
        camera = Camera(morning.room)
        try:
            morning.people_come()
            pages(morning, camera)
            morning.special_papers()
            the_room(morning, camera)
            morning.after_hours()
        finally:
            camera.browser.close()


if __name__ == "__main__":
    main()
