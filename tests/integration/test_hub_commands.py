"""The technician's hands on a running hub: every command, its JSON, and its sentence when something is wrong."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fixtures.hub import HubProcess, hub_process


@pytest.fixture(scope="module")
def hub() -> Iterator[HubProcess]:
    with hub_process() as running:
        yield running


def motcua(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "config.cli", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def ask(hub: HubProcess, *arguments: str) -> Any:
    done = motcua(*arguments, "--config", str(hub.site), "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_visit_by_commands(hub: HubProcess) -> None:
    identity = ("--board", "00c0ffee", "--boot", "3", "--press", "9")
    first = ask(hub, "press", "--service", "land", *identity)
    assert first["ticket"]["number"] == "B001"
    assert ask(hub, "press", "--service", "land", *identity)["repeated"] is True
    assert ask(hub, "press")["ticket"]["number"] == "A001"
    assert ask(hub, "press", "--priority")["ticket"]["priority"] is True
    assert ask(hub, "call", "1")["ticket"]["number"] == "A002", "priority first"
    assert ask(hub, "recall", "1")["ticket"]["calls"] == 2
    assert ask(hub, "transfer", "1")["ticket"]["counter"] == 2, "the setting says where"
    assert ask(hub, "call", "1", "--ticket", "a001")["ticket"]["state"] == "called"
    assert ask(hub, "counter", "park", "1", "--papers")["ticket"]["state"] == "waiting_papers"
    assert ask(hub, "counter", "pause", "3", "--reason", "meeting", "--minutes", "30")["counter"]["state"] == "paused"
    assert ask(hub, "call", "3")["ticket"]["number"] == "B001"
    assert ask(hub, "counter", "done", "3")["ticket"]["state"] == "done"
    assert [each["number"] for each in ask(hub, "tickets", "--state", "waiting")["tickets"]] == ["A002"]
    shown = motcua("tickets", "--config", str(hub.site)).stdout
    assert "3 phiếu" in shown
    assert "ưu tiên" in shown


def test_watch_begins_with_everything(hub: HubProcess) -> None:
    done = motcua("watch", "--seconds", "1", "--json", "--hub", hub.address)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[0])["type"] == "snapshot"


def test_a_refusal_is_a_sentence_and_status_4(hub: HubProcess) -> None:
    done = motcua("call", "9", "--hub", hub.address, "--json")
    assert done.returncode == 4
    assert json.loads(done.stdout)["error"]["code"] == "unknown_counter"
    assert "Không có quầy 9." in done.stderr


def test_a_hub_that_is_away_is_a_sentence_and_status_3(tmp_path: Path) -> None:
    for command in (("press", "--service", "land"), ("call", "1"), ("tickets",), ("watch",)):
        done = motcua(*command, "--hub", f"unix:{tmp_path}/nothing.sock")
        assert done.returncode == 3, command
        assert "Không nối được hub" in done.stderr
        assert "Traceback" not in done.stderr
    assert motcua("call", "1", "--hub", "ftp://x").returncode == 2


@pytest.mark.slow
def test_bench_gives_every_figure() -> None:
    done = motcua("bench", "issue", "--json", "--rounds", "1", "--measure", "40", "--tickets", "1000")
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout)
    names = (
        "issue_p50_ms issue_p95_ms tickets_per_s call_p50_ms call_p95_ms commit_p50_ms cpu_ms_per_ticket first_ticket_s"
    )
    for name in (*names.split(), "hub_rss_mib", "bare_issue_p50_ms", "bare_tickets_per_s", "bare_first_ticket_s"):
        assert figures[name] > 0, name
    assert figures["ratio_issue_p50_ms"] > 0
    # Memory is no matter of luck: it may be asserted.
    assert figures["hub_rss_mib"] <= 64


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("call", "1", "--key", "khóa-dài-ký-tự"), "ASCII"),
        (("call", "1", "--key", "short"), "8"),
        (("tickets", "--state", "waitin"), "waiting"),
    ],
)
def test_what_cannot_be_asked_is_refused_before_the_hub(hub: HubProcess, arguments: tuple[str, ...], word: str) -> None:
    done = motcua(*arguments, "--config", str(hub.site))
    assert done.returncode == 2
    assert word in done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize("ticket", ["../../x", "Đ001", "A 1", "?", "%00"])
def test_no_text_given_as_a_ticket_names_another_route(hub: HubProcess, ticket: str) -> None:
    done = motcua("call", "1", "--ticket", ticket, "--config", str(hub.site), "--json")
    assert done.returncode == 4
    assert json.loads(done.stdout)["error"]["code"] in ("bad_request", "not_found", "unknown_ticket")
    assert "Traceback" not in done.stderr


def test_a_hub_that_is_away_is_said_in_json_too() -> None:
    done = motcua("recall", "1", "--hub", "unix:/nonexistent/hub.sock", "--json")
    assert done.returncode == 3
    assert json.loads(done.stdout)["error"]["code"] == "unreachable"
