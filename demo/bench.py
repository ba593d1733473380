"""`motcua bench walk`: how long the walk takes through the real processes, in figures with their units.

Nothing is judged here. Times that a citizen or a clerk feels are measured from the finger to the far end; the
wire's own share is told beside them, since a pseudo-terminal is faster than a cable.
"""

from __future__ import annotations

import json
import sqlite3
import statistics
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from config.load import load_settings
from demo.bench_voice import first_sounds, last_sound, raw_player
from demo.hub import NotSeen, wait_for
from demo.start import Room, runtime_folder, start_room
from queue_display.client import HubClient

SERVICE, COUNTER = "civil-status", 2
CALLS, CALL_EVERY_S, SLOW_S, PRINTER_ROUNDS = 20, 0.15, 3.0, 5
IDLE_S = 4.0
PAYLOAD = 48
"""Bytes a message may hold (config/contracts/serial.toml)."""


@dataclass
class Watch:
    """When the hub's stream told of a press or a ticket, on this process's monotonic clock."""

    presses: dict[int, float] = field(default_factory=dict)
    changed: threading.Condition = field(default_factory=threading.Condition)

    def told(self, kind: str, data: dict[str, Any]) -> None:
        """One message of the stream."""
        if kind not in ("snapshot", "change"):
            return
        now = time.monotonic()
        with self.changed:
            for known in data.get("presses", {}).values():
                self.presses.setdefault(int(known["press"]), now)
            self.changed.notify_all()

    def press(self, number: int, timeout_s: float = 15.0) -> float:
        """When this press was seen committed. Raises `NotSeen`."""
        with self.changed:
            if not self.changed.wait_for(lambda: number in self.presses, timeout_s):
                raise NotSeen(f"press {number} was not committed within {timeout_s:.0f} s")
            return self.presses[number]


class Rows(threading.Thread):
    """Looks at the server's table as often as it can, and notes when its count grew."""

    def __init__(self, database: Path) -> None:
        super().__init__(daemon=True)
        self._database = database
        self._ended = threading.Event()
        self.seen: dict[int, float] = {}

    def run(self) -> None:
        """Until `end`."""
        connection = sqlite3.connect(f"file:{self._database}?mode=ro", uri=True, timeout=5)
        while not self._ended.wait(0.001):
            (top,) = connection.execute("SELECT coalesce(max(seq), 0) FROM events").fetchone()
            self.seen.setdefault(int(top), time.monotonic())
        connection.close()

    def end(self) -> None:
        """Stop looking."""
        self._ended.set()
        self.join(5)

    def at(self, seq: int, timeout_s: float = 15.0) -> float:
        """When a row of this or a later number stood in the table. Raises `NotSeen`."""
        return wait_for(f"event {seq} at the server", lambda: self._first(seq), timeout_s)

    def _first(self, seq: int) -> float | None:
        return min((at for top, at in list(self.seen.items()) if top >= seq), default=None)


def percentile(values: list[float], share: float) -> float:
    """The value that `share` (0..1) of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def rss_mib(pid: int) -> float:
    """Resident memory of a process, MiB."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


def children(pid: int) -> list[int]:
    """Processes whose parent this is."""
    found = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(each) for path in found for each in path.read_text(encoding="ascii").split()]


class Walk:
    """One room, measured."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._hub = HubClient(room.site.hub_address, role="technician", device="demo-bench")
        self._watch = Watch()
        self._stop = threading.Event()
        self._stream = HubClient(room.site.hub_address, role="technician", device="demo-bench-eye")
        threading.Thread(target=self._stream.stream, args=(self._watch.told, self._stop), daemon=True).start()

    def end(self) -> None:
        """Close the eye on the hub."""
        self._stop.set()

    def memory(self) -> dict[str, float]:
        """Idle memory of each process, MiB; the kiosk without and its camera child beside it."""
        time.sleep(IDLE_S)
        out = {}
        for name in ("hub", "bridge", "kiosk", "server"):
            part = self._room.part(name)
            if part is not None and part.pid is not None:
                out[f"{name}_rss_mib"] = round(rss_mib(part.pid), 1)
                if name == "kiosk":
                    out["scanner_rss_mib"] = round(sum(rss_mib(each) for each in children(part.pid)), 1)
        return out

    def presses(self, rounds: int) -> dict[str, float]:
        """Finger on the button → committed in the hub, → paper, → row in the server's table; then key → board."""
        committed, paper, board, served = [], [], [], []
        rows = Rows(self._room.site.server_database)
        rows.start()
        before = self._room.bridge.ask("state")["links"]["main"]
        try:
            for _ in range(rounds):
                papers = len(self._room.cabinet.ask("paper"))
                began, said = time.monotonic(), self._room.cabinet.ask("press", button=f"button-{SERVICE}")
                seen = self._watch.press(int(said["press"]))
                committed.append(seen - began)
                paper.append(wait_for("paper", lambda papers=papers: self._paper(papers), 30) - began)  # type: ignore[misc]
                board.append(float(self._room.cabinet.ask("call_to_board", counter=COUNTER)["ms"]) / 1000)
                served.append(self._one_event(rows))
        finally:
            rows.end()
        after = self._room.bridge.ask("state")["links"]["main"]
        figures: dict[str, float] = {}
        for name, took in (("press_commit", committed), ("press_paper", paper), ("call", board), ("commit", served)):
            figures[f"{name}_p50_ms"] = round(percentile(took, 0.5) * 1000, 1)
            figures[f"{name}_p95_ms"] = round(percentile(took, 0.95) * 1000, 1)
        figures["link_bytes_in_per_round"] = round((after["bytes_in"] - before["bytes_in"]) / rounds, 1)
        figures["link_repeats"] = after["repeats"] - before["repeats"]
        figures["wire_ms"] = round(wire_ms(self._room), 1)
        return figures

    def _paper(self, papers: int) -> float | None:
        return time.monotonic() if len(self._room.cabinet.ask("paper")) > papers else None

    def _one_event(self, rows: Rows) -> float:
        """A recall from the API: its commit in the hub → its row in the server's table, seconds."""
        self._hub.act(COUNTER, "recall", None)
        answered = time.monotonic()
        return rows.at(int(self._hub.get("/v1/uplink")["seq"])) - answered

    def next_calls(self) -> dict[str, float]:
        """Call-next over the hub while the printer is fast, and while it takes three seconds a ticket; in turn."""
        took: dict[str, list[list[float]]] = {"none": [], "slow": []}
        for _ in range(PRINTER_ROUNDS):
            for mode in took:
                self._room.cabinet.ask("misbehave", device="printer", mode="none")
                wait_for("all paper out", lambda: self._no_jobs() or None, 60)
                self._room.cabinet.ask("misbehave", device="printer", mode=mode, value=SLOW_S)
                for _ in range(CALLS):
                    self._hub.post("/v1/tickets", {"service": SERVICE})
                took[mode].append([self._timed_next() for _ in range(CALLS)])
        self._room.cabinet.ask("misbehave", device="printer", mode="none")
        fast, slow = (statistics.median(percentile(each, 0.95) for each in took[mode]) for mode in ("none", "slow"))
        return {
            "next_fast_printer_p95_ms": round(fast * 1000, 2),
            "next_slow_printer_p95_ms": round(slow * 1000, 2),
            "next_slow_to_fast": round(slow / fast, 2),
        }

    def sounds(self, rounds: int) -> dict[str, float]:
        """Call sent → first sound at the loudspeaker, beside a raw player; nothing where this machine has no voice."""
        if "voice" in self._room.absent:
            return {}
        took = first_sounds(self._room, self._hub, SERVICE, COUNTER, rounds)
        raw = raw_player(last_sound(self._room), rounds)
        ours, bare = percentile(took, 0.5), percentile(raw, 0.5)
        return {
            "sound_p50_ms": round(ours * 1000, 1),
            "sound_p95_ms": round(percentile(took, 0.95) * 1000, 1),
            "raw_player_p50_ms": round(bare * 1000, 1),
            "sound_to_raw_player": round(ours / bare, 2),
        }

    def _timed_next(self) -> float:
        time.sleep(CALL_EVERY_S)  # spread over a ticket's printing, so that calls meet the printer at work
        began = time.monotonic()
        self._hub.post(f"/v1/counters/{COUNTER}/next")
        return time.monotonic() - began

    def _no_jobs(self) -> bool:
        return not [each for each in self._hub.snapshot()["jobs"] if each["state"] in ("queued", "printing")]


def wire_ms(room: Room) -> float:
    """The longest a key's frame and its board's frame can take on a real cable: both at full length, ms."""
    baud = load_settings(room.site.config).buses[0].baud
    # Head, check and the two bytes of framing around the payload; ten bits a byte on the line.
    return 2 * (PAYLOAD + 10) * 10 * 1000 / baud


UNITS: tuple[tuple[str, str], ...] = (
    ("press_commit", "ngón tay trên nút → đã ghi sổ (gồm 20 ms chống dội) / finger on the button → committed"),
    ("press_paper", "ngón tay trên nút → giấy ra / finger on the button → paper"),
    ("call", "phím Gọi → bảng quầy, đọc lại từ vi điều khiển / key → counter board, read back from the firmware"),
    ("commit", "sự kiện ghi ở sổ → có trong bảng của máy chủ / event committed at the hub → row at the server"),
)


def sentences(figures: dict[str, Any]) -> list[str]:
    """The figures for people."""
    lines = [f"{figures[f'{key}_p50_ms']:>8} / {figures[f'{key}_p95_ms']} ms p50/p95  {what}" for key, what in UNITS]
    if "sound_p50_ms" in figures:
        lines.append(
            f"{figures['sound_p50_ms']:>8} / {figures['sound_p95_ms']} ms p50/p95  gọi số → tiếng đầu tiên ra loa / "
            f"call → first sound at the loudspeaker (≤ 300); a raw player {figures['raw_player_p50_ms']} ms: "
            f"ratio {figures['sound_to_raw_player']}"
        )
    lines.append(f"{figures['wire_ms']:>8} ms  dây thật nhiều nhất thêm / a real cable adds at most")
    lines.append(
        f"{figures['next_fast_printer_p95_ms']:>8} → {figures['next_slow_printer_p95_ms']} ms p95  gọi số khi máy in "
        f"nhanh → khi in 3 giây một phiếu / call-next, fast → slow printer: ratio {figures['next_slow_to_fast']}"
    )
    lines += [f"{figures[key]:>8} MiB  {key.removesuffix('_rss_mib')}" for key in figures if key.endswith("_rss_mib")]
    return lines


def run(rounds: int, as_json: bool) -> int:
    """Measure and print. Raises `NotReady` when a part does not start."""
    quiet: Callable[[str, str], None] = lambda _vi, _en: None  # noqa: E731 - figures only, no start-up lines
    room = start_room(runtime_folder(None), quiet, headless=True)
    try:
        walk = Walk(room)
        try:
            wait_for("the board is linked", lambda: _linked(room) or None, 20)
            figures: dict[str, Any] = {"rounds": rounds, **walk.memory(), **walk.presses(rounds)}
            figures |= {**walk.sounds(rounds), **walk.next_calls()}
        finally:
            walk.end()
    finally:
        room.supervisor.stop_all()
    print(json.dumps(figures, ensure_ascii=False) if as_json else "\n".join(sentences(figures)))
    return 0


def _linked(room: Room) -> bool:
    return all(node["up"] for link in room.bridge.ask("state")["links"].values() for node in link["nodes"].values())
