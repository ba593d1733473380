"""`motcua demo` for real: the walk is seen step by step, and however it ends nothing of it stays."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from PIL import Image

import demo.bench
import demo.start
from demo.hub import Hub, wait_for
from tests.fixtures.room import Demo, marked, room

pytestmark = pytest.mark.slow

STEPS = [
    "processes", "press", "number", "paper", "call", "board", "voice", "transfer", "done", "receipt", "status",
    "factor", "rating", "events", "stop",
]  # fmt: skip


def test_check_sees_every_step_at_the_far_end(tmp_path: Path) -> None:
    report, pictures = tmp_path / "steps.json", tmp_path / "pictures"
    walked = Demo("--check", "--json", str(report), "--keep", str(pictures))
    status = walked.ended(150)
    said = "".join(walked.words)
    assert report.exists(), said
    steps = json.loads(report.read_text(encoding="utf-8"))["steps"]
    assert [each["name"] for each in steps if not each["ok"]] == [], said
    assert status == 0, said
    assert [each["name"] for each in steps] == STEPS
    assert all(isinstance(each["ms"], int) for each in steps)
    processes = {each["name"]: each for each in steps[0]["evidence"]}
    assert {"broker", "server", "cabinet", "hub", "bridge", "kiosk", "firmware-1"} <= set(processes)
    for name, words in (("hub", "hub run"), ("kiosk", "kiosk run --virtual"), ("firmware-1", "micropython")):
        assert words in processes[name]["command"]
    for name in ("paper", "home", "receipt", "status", "details", "thanks"):
        with Image.open(pictures / f"{name}.png") as picture:
            assert min(picture.size) >= 300, name
    walked.nothing_left(2)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_polite_end_leaves_nothing(number: signal.Signals) -> None:
    run = Demo("--headless", "--site", "two-counters")
    folder = started_in(run)
    run.process.send_signal(number)
    assert run.ended() == 0, "".join(run.words)
    run.nothing_left(2)
    assert not folder.exists()
    assert "Đã dừng" in "".join(run.words)


def test_kill_9_of_the_demo_leaves_nothing() -> None:
    run = Demo("--headless", "--site", "two-counters")
    folder = started_in(run)
    assert len(marked(run.mark)) >= 8, "the demo, its reaper and six parts should run"
    run.process.kill()
    run.ended()
    run.nothing_left()
    assert not folder.exists()


def started_in(run: Demo) -> Path:
    """Wait until the room is ready; its runtime folder, read from the hub's own command line."""
    address = run.says("http://127.0.0.1:").split()[-1]
    with urllib.request.urlopen(address.split("#")[0], timeout=10) as answer:
        assert answer.status == 200
    hub = next(line for line in marked(run.mark) if " hub run " in line)
    folder = Path(hub.split("--config ")[1].split()[0]).parent
    assert folder.is_dir()
    return folder


def test_without_mosquitto_the_room_runs_and_events_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo.start, "mosquitto", lambda: None)
    with room(site_name="two-counters") as started:
        assert "Mosquitto" in started.absent["broker"]
        hub = Hub(started.site)
        before = hub.get("/v1/uplink")["seq"]
        wait_for("the bus is linked", lambda: _linked(started), 30)
        started.cabinet.ask("press", button=0)
        wait_for("paper", lambda: started.cabinet.ask("paper") or None, 30)
        uplink = wait_for("a waiting event", lambda: _deeper(hub, before), 30)
        assert not uplink["connected"]
        assert uplink["depth"] == uplink["seq"]


def test_without_micropython_the_rest_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOTCUA_MICROPYTHON", "/nowhere/micropython")
    with room(site_name="two-counters") as started:
        assert "MicroPython" in started.absent["firmware"]
        hub = Hub(started.site)
        service = hub.get("/v1/snapshot")["services"][0]["id"]
        ticket = hub.post("/v1/tickets", {"service": service})["ticket"]
        wait_for("paper", lambda: started.cabinet.ask("paper") or None, 30)
        wait_for("printed", lambda: hub.ticket(ticket["id"])["print"] == "printed" or None, 30)
        assert started.kiosk.ask("screen")["name"] == "home"


def test_bench_walk_gives_every_figure(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(demo.bench, "CALLS", 2)
    monkeypatch.setattr(demo.bench, "PRINTER_ROUNDS", 1)
    assert demo.bench.run(2, as_json=True) == 0
    figures = json.loads(capsys.readouterr().out)
    wanted = [
        f"{name}_{share}_ms" for name in ("press_commit", "press_paper", "call", "commit") for share in ("p50", "p95")
    ]
    wanted += [
        "wire_ms",
        "hub_rss_mib",
        "bridge_rss_mib",
        "kiosk_rss_mib",
        "next_fast_printer_p95_ms",
        "next_slow_to_fast",
    ]
    assert [name for name in wanted if not figures.get(name, 0) > 0] == []
    assert len(demo.bench.sentences(figures)) >= 9


def _linked(started: demo.start.Room) -> bool | None:
    links = started.bridge.ask("state")["links"].values()
    return all(node["up"] for link in links for node in link["nodes"].values()) or None


def _deeper(hub: Hub, before: int) -> dict[str, object] | None:
    uplink = hub.get("/v1/uplink")
    return uplink if uplink["seq"] >= before + 2 else None


def test_an_unknown_site_is_a_sentence() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "config.cli", "demo", "--check", "--site", "six-countres"],
        capture_output=True, text=True, timeout=60, env=dict(os.environ),
    )  # fmt: skip
    assert run.returncode == 2
    assert "six-counters" in run.stderr
    assert "Traceback" not in run.stderr
