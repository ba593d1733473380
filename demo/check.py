"""`motcua demo --check`: a whole visit through the real processes; every step is seen at the far end, or fails."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import time
import wave
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PIL import Image, ImageChops

from demo.control import ControlFailed
from demo.evidence import command_of, short
from demo.hub import Hub, HubSaidNo, NotSeen, wait_for
from demo.receipts import held, hold, receipt, take_away
from demo.start import MOTCUA, Room

BUTTON_SERVICE = "civil-status"
COUNTER, OTHER = 2, 1


@dataclass
class Visit:
    """What one step learns and a later one needs."""

    press: dict[str, Any] = field(default_factory=dict)
    ticket: dict[str, Any] = field(default_factory=dict)
    dossier: dict[str, Any] = field(default_factory=dict)
    at: float = 0.0


@dataclass
class Check:
    """Runs the steps and keeps what each saw."""

    room: Room
    keep: Path
    visit: Visit = field(default_factory=Visit)
    steps: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.hub = Hub(self.room.site)
        self.clerk = Hub(self.room.site, "clerk", COUNTER)
        self.other_clerk = Hub(self.room.site, "clerk", OTHER)
        self.keep.mkdir(parents=True, exist_ok=True)

    def run(self, tell: Callable[[str], None]) -> bool:
        """Every step in order; True when each was seen."""
        for name, step in self.plan():
            began = time.monotonic()
            try:
                evidence: Any = step()
                ok = True
            except (NotSeen, ControlFailed, HubSaidNo, OSError, LookupError, subprocess.SubprocessError) as error:
                evidence, ok = {"error": f"{type(error).__name__}: {error}"}, False
            ms = round((time.monotonic() - began) * 1000)
            self.steps.append({"name": name, "ok": ok, "ms": ms, "evidence": evidence})
            tell(f"{'✓' if ok else '✗'} {name:<16} {ms:>6} ms  {short(evidence)}")
        return all(step["ok"] for step in self.steps)

    def plan(self) -> list[tuple[str, Callable[[], Any]]]:
        """The visit, step by step."""
        return [
            ("processes", self.processes),
            ("press", self.press),
            ("number", self.number),
            ("paper", self.paper),
            ("call", self.call),
            ("board", self.board),
            ("voice", self.voice),
            ("transfer", self.transfer),
            ("done", self.done),
            ("receipt", self.receipt),
            ("status", self.status),
            ("factor", self.factor),
            ("rating", self.rating),
            ("events", self.events),
        ]

    # the room -----------------------------------------------------------------------------------

    def processes(self) -> Any:
        """Every process of the room, by pid and command line, the firmware's among them."""
        seen = []
        for part in self.room.supervisor.parts.values():
            if part.pid is None:
                raise NotSeen(f"{part.name} does not run:\n{part.tail()}")
            seen.append({"name": part.name, "pid": part.pid, "command": part.command_line()})
        for chip in self.room.cabinet.ask("state")["chips"]:
            if not chip["pid"]:
                raise NotSeen(f"firmware of node {chip['node']} does not run")
            seen.append({"name": f"firmware-{chip['node']}", "pid": chip["pid"], "command": command_of(chip["pid"])})
        missing = {"broker", "server", "cabinet", "hub", "bridge", "kiosk"} - {each["name"] for each in seen}
        if missing:
            raise NotSeen(f"not running: {', '.join(sorted(missing))}; {self.room.absent}")
        return seen

    def press(self) -> Any:
        """A finger on the button of the firmware; the chip gives the press an identity."""
        wait_for("the bus is linked", lambda: _linked(self.room.bridge.ask("state")) or None, 20)
        self.visit.at = time.monotonic()
        said = self.room.cabinet.ask("press", button=f"button-{BUTTON_SERVICE}")
        if "press" not in said:
            raise NotSeen(f"the firmware did not count the press: {said}")
        self.visit.press = said
        return said

    def number(self) -> Any:
        """The hub committed that very press, and a ticket stands for it."""
        press = self.visit.press

        def look() -> dict[str, Any] | None:
            snapshot = self.hub.get("/v1/snapshot")
            data = snapshot.get("data", snapshot)
            seen = data["presses"].get(press["uid"])
            if not seen or (seen["boot"], seen["press"]) < (press["boot"], press["press"]):
                return None
            mine = [each for each in data["tickets"] if each["service"] == BUTTON_SERVICE]
            return max(mine, key=lambda each: each["issued_at"]) if mine else None

        ticket = wait_for("the ticket of the press", look)
        if ticket["state"] != "waiting":
            raise NotSeen(f"the new ticket is {ticket['state']}, not waiting")
        self.visit.ticket = ticket
        return {"ticket": ticket["id"], "number": ticket["number"], "ms_since_press": self._since_press()}

    def _since_press(self) -> int:
        return round((time.monotonic() - self.visit.at) * 1000)

    def paper(self) -> Any:
        """Paper came out of the printer; its QR, scanned again by the product, says number, day and site."""
        ticket, site_id = self.visit.ticket, self._site_id()
        want = f"MC1/{site_id}/{ticket['service_day'].replace('-', '')}/{ticket['number']}"

        def look() -> dict[str, Any] | None:
            return next((each for each in self.room.cabinet.ask("paper") if want in each.get("qr", [])), None)

        sheet = wait_for(f"paper with {want}", look, 15)
        file = self._kept(Path(sheet["file"]), "paper.png")
        scan = subprocess.run(
            [*MOTCUA, "scan", str(file), "--raw", "--json"], capture_output=True, text=True, timeout=60, check=True
        )
        row = json.loads(scan.stdout.splitlines()[-1])
        if row["kind"] != "ticket" or row["raw"] != want:
            raise NotSeen(f"the paper's QR reads {row}, wanted {want}")
        state = wait_for("print state printed", lambda: self._printed(ticket["id"]))
        return {"file": str(file), "qr": row["raw"], "engine": row["engine"], "print": state}

    def _printed(self, ticket_id: str) -> str | None:
        state = self.hub.ticket(ticket_id)["print"]
        return state if state == "printed" else None

    def call(self) -> Any:
        """The clerk's key pad calls it: a key of the firmware, not of the API."""
        self.visit.at = time.monotonic()
        said = self.room.cabinet.ask("key", counter=COUNTER, key="call")
        ticket = self.visit.ticket

        def look() -> dict[str, Any] | None:
            now = self.hub.ticket(ticket["id"])
            return now if now["state"] == "called" and now["counter"] == COUNTER else None

        now = wait_for(f"{ticket['number']} called to counter {COUNTER}", look)
        return {"key": said, "state": now["state"], "counter": now["counter"]}

    def board(self) -> Any:
        """What the display chips hold, read back from the firmware: counter board and main panel."""
        number = self.visit.ticket["number"]

        def look() -> dict[str, Any] | None:
            boards = self.room.cabinet.ask("boards")
            mine = next((each for each in boards if each.get("counter") == COUNTER), None)
            panel = next((each for each in boards if each["kind"] == "main"), None)
            if mine is None or mine["text"].strip() != number:
                return None
            rows = [f"{row['number'].strip()} {row['counter'].strip()}" for row in panel["rows"]] if panel else []
            if panel is not None and f"{number} {COUNTER}" not in rows:
                return None
            return {"counter_board": mine["text"], "main_panel": [row for row in rows if row.strip()]}

        seen = wait_for(f"{number} on the board of counter {COUNTER}", look)
        return {**seen, "ms_since_key": self._since_press()}

    def voice(self) -> Any:
        """A WAV longer than 2 s, and the phrase it says."""
        if "voice" in self.room.absent:
            raise NotSeen(self.room.absent["voice"])
        number = self.visit.ticket["number"]
        words = subprocess.run(
            [*MOTCUA, "say", number, str(COUNTER)], capture_output=True, text=True, timeout=30, check=True
        ).stdout.strip()

        def look() -> dict[str, Any] | None:
            spoken = self.room.bridge.ask("state")["speaker"]["last"]
            return next((each for each in spoken if each["text"] == words and each.get("file")), None)

        said = wait_for(f"“{words}” spoken", look, 15)
        file = self._kept(Path(said["file"]), "call.wav")
        with wave.open(str(file)) as sound:
            seconds = sound.getnframes() / sound.getframerate()
        if seconds <= 2.0:
            raise NotSeen(f"the call is {seconds:.2f} s long, wanted more than 2")
        return {"file": str(file), "seconds": round(seconds, 2), "phrase": words}

    # the clerk ----------------------------------------------------------------------------------

    def transfer(self) -> Any:
        """Served at one counter, transferred to another from the web API; the number stays."""
        ticket = self.visit.ticket
        self.clerk.post(f"/v1/counters/{COUNTER}/start", {"ticket": ticket["id"]})
        self.clerk.post(f"/v1/counters/{COUNTER}/transfer", {"ticket": ticket["id"], "to_counter": OTHER})
        now = self.hub.ticket(ticket["id"])
        if now["state"] != "waiting" or now["number"] != ticket["number"]:
            raise NotSeen(f"after the transfer: {now['state']} as {now['number']}")
        dark = wait_for("the counter board is clear again", self._board_clear)
        return {"state": now["state"], "number": now["number"], "board": dark}

    def _board_clear(self) -> str | None:
        boards = self.room.cabinet.ask("boards")
        text = next(each["text"] for each in boards if each.get("counter") == COUNTER)
        return repr(text) if self.visit.ticket["number"] not in text else None

    def done(self) -> Any:
        """Called at the other counter, served, done."""
        ticket_id = self.visit.ticket["id"]
        self.other_clerk.post(f"/v1/tickets/{ticket_id}/call", {"counter": OTHER})
        for verb in ("start", "done"):
            self.other_clerk.post(f"/v1/counters/{OTHER}/{verb}", {"ticket": ticket_id})
        now = self.hub.ticket(ticket_id)
        if now["state"] != "done":
            raise NotSeen(f"the ticket is {now['state']}, not done")
        return {"state": now["state"], "counter": now["counter"], "print": now["print"]}

    # the citizen --------------------------------------------------------------------------------

    def receipt(self) -> Any:
        """A sample receipt held before the camera; the kiosk leaves its scan screen because it read it."""
        told = subprocess.run(
            [*MOTCUA, "server", "samples", "--config", str(self.room.site.server_config), "--status", "come",
             "--n", "1", "--json"], capture_output=True, text=True, timeout=60, check=True,
        )  # fmt: skip
        self.visit.dossier = json.loads(told.stdout)["samples"][0]
        dossier = self.visit.dossier
        before = self.screenshot("home")
        self.room.kiosk.ask("tap", id="go:scan")
        wait_for("the scan screen", lambda: self._screen("scan"))
        picture = held(receipt(dossier["code"], dossier["field"], "Xã Đông Thạnh"))
        picture.save(self.keep / "receipt.png")
        hold(self.room.site.camera, picture)
        self.visit.at = time.monotonic()
        wait_for("the receipt was read", lambda: self._screen("searching", "status"), 20)
        return {"file": str(self.keep / "receipt.png"), "code": dossier["code"], "home": str(before)}

    def status(self) -> Any:
        """The code-only view on the screen: its picture differs from before, its words say how the dossier stands."""
        screen = wait_for("the dossier's status", lambda: self._screen("status"), 20)
        take_away(self.room.site.camera)
        shown = json.dumps(screen, ensure_ascii=False)
        if self.visit.dossier["code"] not in shown:
            raise NotSeen(f"the screen does not name the dossier: {shown[:400]}")
        if screen.get("group") != "come" or "mời đến nhận" not in shown:
            raise NotSeen(f"the screen does not say how the dossier stands: {shown[:400]}")
        picture = self.screenshot("status")
        self._differs(self.keep / "home.png", picture)
        seen = {"screen": screen["name"], "group": screen["group"], "file": str(picture)}
        return {**seen, "ms_since_held": self._since_press()}

    def factor(self) -> Any:
        """The second factor typed on the screen opens the details; the name is masked."""
        self.room.kiosk.ask("tap", id="go:factor")
        wait_for("the factor screen", lambda: self._screen("factor"))
        self.room.kiosk.ask("tap", id="factorkind:lookup_code")
        self.room.kiosk.ask("type", text=self.visit.dossier["lookup_code"])
        self.room.kiosk.ask("tap", id="unlock")
        screen = wait_for("the details", lambda: self._screen("details"), 20)
        picture = self.screenshot("details")
        self._differs(self.keep / "status.png", picture)
        shown = json.dumps(screen, ensure_ascii=False)
        if "***" not in shown:
            raise NotSeen(f"no masked name on the details screen: {shown[:400]}")
        return {"screen": screen["name"], "file": str(picture)}

    def rating(self) -> Any:
        """Rated on the screen; the answer is an event of the hub."""
        self.room.kiosk.ask("tap", id="home")
        wait_for("home", lambda: self._screen("home"))
        self.room.kiosk.ask("tap", id="go:rate")
        wait_for("the rating screen", lambda: self._screen("rate"))
        self.room.kiosk.ask("tap", id="face:5")
        self.screenshot("rate")
        self.room.kiosk.ask("tap", id="send")
        wait_for("thanks", lambda: self._screen("thanks"))
        found = wait_for("the rating in the ledger", lambda: _rating(self._outbox()))
        return {"event": found["id"], "score": found["data"]["score"], "file": str(self.screenshot("thanks"))}

    def _screen(self, *names: str) -> dict[str, Any] | None:
        screen: dict[str, Any] = self.room.kiosk.ask("screen")
        return screen if screen["name"] in names else None

    def screenshot(self, name: str) -> Path:
        """The kiosk's own picture of its screen."""
        path = self.keep / f"{name}.png"
        self.room.kiosk.ask("screenshot", path=str(path))
        return path

    @staticmethod
    def _differs(one: Path, other: Path) -> None:
        with Image.open(one) as first, Image.open(other) as second:
            box = ImageChops.difference(first.convert("RGB"), second.convert("RGB")).getbbox()
        if box is None:
            raise NotSeen(f"{other.name} is the same picture as {one.name}")

    # the far end --------------------------------------------------------------------------------

    def events(self) -> Any:
        """Every event of the ledger stands in the server's table exactly once, by query of both databases."""
        stable = wait_for("the server holds all events", self._all_arrived, 30)
        mine, theirs = stable
        if len(theirs) != len(set(theirs)):
            raise NotSeen("an event stands twice in the server's table")
        top = max(seq for _, seq, _ in mine)
        if sorted(seq for _, seq, _ in mine) != list(range(1, top + 1)):
            raise NotSeen("the ledger's sequence has a gap")
        uplink = wait_for("the watermark", lambda: self._watermark(top))
        return {
            "events": len(mine),
            "rows": len(theirs),
            "watermark": uplink["watermark"],
            "types": sorted({t for *_, t in mine}),
        }

    def _watermark(self, top: int) -> dict[str, Any] | None:
        uplink = self.hub.get("/v1/uplink")
        return uplink if uplink["watermark"] >= top else None

    def _outbox(self) -> list[dict[str, Any]]:
        rows = _query(self.room.site.ledger, "SELECT body FROM outbox ORDER BY epoch, seq")
        return [json.loads(body) for (body,) in rows]

    def _all_arrived(self) -> tuple[list[tuple[str, int, str]], list[tuple[str, int, str]]] | None:
        mine = [(each["epoch"], each["seq"], each["type"]) for each in self._outbox()]
        rows = _query(self.room.site.server_database, "SELECT epoch, seq, type FROM events")
        theirs = [(str(epoch), int(seq), str(kind)) for epoch, seq, kind in rows]
        return (mine, theirs) if mine and sorted(mine) == sorted(theirs) else None

    def _site_id(self) -> str:
        snapshot = self.hub.get("/v1/snapshot")
        return str(snapshot.get("data", snapshot)["site"]["id"])

    def _kept(self, file: Path, name: str) -> Path:
        target = self.keep / name
        shutil.copyfile(file, target)
        return target


def _query(path: Path, sql: str) -> list[tuple[Any, ...]]:
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=5)
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


def _rating(events: list[dict[str, Any]]) -> dict[str, Any] | None:
    return next((each for each in events if each["type"] == "vn.motcua.rating.given"), None)


def _linked(state: dict[str, Any]) -> bool:
    links = state["links"].values()
    return bool(links) and all(node["up"] for link in links for node in link["nodes"].values())
