"""The stream of a real hub: whoever follows it sees what a fresh snapshot says, across kills and slow moments."""

from __future__ import annotations

import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from queue_display.client import HubClient, HubRefused, merge
from tests.fixtures.hub import HubProcess, hub_process


def wait_for(what: str, check: Callable[[], Any], seconds: float = 40.0) -> Any:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = check()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError(f"not within {seconds} s: {what}")


class Follower:
    """A subscriber that keeps a copy."""

    def __init__(self, client: HubClient) -> None:
        self.copy: dict[str, Any] = {}
        self.kinds: list[str] = []
        self.said: list[dict[str, Any]] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=client.stream, args=(self.hear, self._stop))
        self._thread.start()

    def hear(self, kind: str, data: dict[str, Any]) -> None:
        self.kinds.append(kind)
        if kind == "snapshot":
            self.copy = data
        elif kind == "change":
            merge(self.copy, data)
        elif kind == "announce":
            self.said.append(data)

    def rev(self) -> int:
        return int(self.copy.get("rev", 0))

    def close(self) -> None:
        self._stop.set()
        self._thread.join(30)
        assert not self._thread.is_alive()


@pytest.fixture
def hub() -> Iterator[HubProcess]:
    with hub_process() as running:
        yield running


def visit(hub: HubProcess, begin: int) -> None:
    """A busy quarter of an hour."""
    bridge, staff = hub.client("bridge"), hub.client()
    for press in range(begin, begin + 8):
        bridge.press("00000001", 1, press, 0, "civil-status" if press % 2 else "land")
    for counter in (1, 2, 3):
        staff.next(counter)
    staff.act(1, "recall")
    staff.act(1, "transfer", to_counter=2)
    staff.act(2, "start")
    staff.act(2, "done")
    staff.act(3, "no-show")
    staff.act(3, "pause", reason="meeting", minutes=20)
    job = bridge.jobs("queued")[0]["id"]
    bridge.take(job)
    bridge.report_job(job, "printed")
    bridge.part("printer", "down", "printer_no_paper", "Hết giấy.", "No paper.")


@pytest.mark.parametrize("role", ["bridge", "clerk", "display"])
def test_a_follower_sees_what_a_snapshot_says(hub: HubProcess, role: str) -> None:
    client = hub.client(role, counter=1 if role == "clerk" else None)
    follower = Follower(client)
    try:
        wait_for("the first snapshot", follower.rev)
        visit(hub, 1)
        assert hub.client("bridge").part("printer", "ok", "ok")["changed"]

        def same() -> bool:
            fresh = client.snapshot()
            return fresh["rev"] == follower.rev() and not differences(fresh, follower.copy)

        wait_for("the copy to be like the snapshot", same)
        assert [each["text"] for each in follower.said][0] == "Mời công dân số A một đến quầy số một."
        if role == "display":
            assert all(ticket["state"] in ("called", "serving") for ticket in follower.copy["tickets"])
        assert ("jobs" in follower.copy) == (role == "bridge")
    finally:
        follower.close()


def differences(fresh: dict[str, Any], copy: dict[str, Any]) -> list[str]:
    moving = {"now", "uplink", "announcements"}

    def plain(value: Any) -> Any:
        return (
            sorted(value, key=lambda each: str(each["id"]))
            if value and isinstance(value, list) and "id" in value[0]
            else value
        )

    return [key for key in fresh if key not in moving and plain(fresh[key]) != plain(copy.get(key))]


def test_a_killed_hub_is_told_once_and_comes_back_by_itself(hub: HubProcess) -> None:
    follower = Follower(hub.client("bridge"))
    try:
        wait_for("the first snapshot", follower.rev)
        visit(hub, 1)
        before = hub.client().snapshot()
        hub.kill()
        wait_for("the loss", lambda: "lost" in follower.kinds)
        hub.start()
        wait_for("the return", lambda: follower.kinds[-1] in ("snapshot", "change") and "back" in follower.kinds)
        assert follower.kinds.count("lost") == 1
        assert follower.rev() > before["rev"], "revisions never go back, also after a kill"
        assert [board["rev"] for board in follower.copy["boards"]] > [board["rev"] for board in before["boards"]]
        for key in ("tickets", "counters", "presses", "totals"):
            assert follower.copy[key] == before[key], key
    finally:
        follower.close()


def test_the_printer_does_not_hold_up_a_call(hub: HubProcess) -> None:
    bridge, staff = hub.client("bridge"), hub.client()
    for press in range(1, 5):
        bridge.press("00000001", 1, press, 0, "civil-status")
    for job in bridge.jobs("queued"):
        bridge.take(job["id"])  # and never reported: the printer is slow, or dead
    assert [staff.next(counter)["ticket"]["number"] for counter in (1, 2)] == ["A001", "A002"]
    assert {job["state"] for job in bridge.jobs()} == {"printing"}


def test_a_part_tells_once_and_again_only_when_it_changes(hub: HubProcess) -> None:
    bridge = hub.client("bridge")
    words = {"vi": "Máy in hết giấy.", "en": "No paper.", "public_vi": "Máy tạm hết giấy."}
    assert bridge.part("printer", "down", "printer_no_paper", **words)["changed"] is True
    assert bridge.part("printer", "down", "printer_no_paper", **words)["changed"] is False
    (notice,) = hub.client("display").snapshot()["notices"]
    assert (notice["code"], notice["level"], notice["public_vi"]) == ("printer_no_paper", "error", "Máy tạm hết giấy.")
    assert hub.client().get("/v1/health")["degraded"] == ["printer_no_paper"]
    assert bridge.part("printer", "ok", "ok")["changed"] is True
    hub.stop()
    ledger = sqlite3.connect(hub.folder / "ledger.db")
    told = [body for (body,) in ledger.execute("SELECT body FROM outbox WHERE class = 'health'")]
    ledger.close()
    assert len(told) == 2


def test_ratings_and_lookups_become_events(hub: HubProcess) -> None:
    kiosk = hub.client("kiosk")
    rating = {"score": 5, "of": 5, "reasons": ["friendly"], "counter": 1, "hour": 9}
    kiosk.report("rating.given", rating, key="rating-key-1")
    assert kiosk.report("rating.given", rating, key="rating-key-1")["repeated"] is True
    kiosk.report("lookup.answered", {"result": "found", "ms": 120, "factor": False, "source": "scan"})
    for wrong in ({**rating, "score": 6}, {**rating, "name": "Nguyễn Văn A"}, {}):
        with pytest.raises(HubRefused) as refused:
            kiosk.report("rating.given", wrong)
        assert refused.value.code == "bad_data"
    hub.stop()
    ledger = sqlite3.connect(hub.folder / "ledger.db")
    counts = dict(ledger.execute("SELECT class, count(*) FROM outbox GROUP BY class").fetchall())
    ledger.close()
    assert (counts["rating"], counts["lookup"]) == (1, 1)


def test_the_kiosk_prints_a_list_and_asks_for_light(hub: HubProcess) -> None:
    kiosk, bridge = hub.client("kiosk"), hub.client("bridge")
    payload = {"title": "Giấy tờ cần mang", "lines": ["Tờ khai", "Giấy chứng sinh"]}
    job = kiosk.post("/v1/jobs", {"kind": "list", "payload": payload})["job"]
    assert bridge.take(job["id"])["payload"] == payload
    light = kiosk.post("/v1/jobs", {"kind": "light", "payload": {"seconds": 20}})["job"]
    hub.kill()
    hub.start()
    states = {each["id"]: each["state"] for each in bridge.jobs()}
    assert states == {job["id"]: "unknown"}, "a light that was not switched on in time is not wanted any more"
    assert light["id"] not in states
    with pytest.raises(HubRefused):
        hub.client("display").post("/v1/jobs", {"kind": "test"})


def test_a_second_hub_on_the_same_ledger_ends_with_a_sentence(hub: HubProcess) -> None:
    from queue_display import ledger_file

    assert ledger_file.CLAIM_WAIT_S < 60
    command = [sys.executable, "-m", "queue_display.service", str(hub.site)]
    second = subprocess.run(command, capture_output=True, text=True, timeout=90, check=False)
    assert second.returncode == 2
    assert "another hub" in second.stderr
    assert hub.client().get("/v1/health")["ok"] is True


def test_systemd_may_open_the_socket_and_is_told_when_ready(hub: HubProcess) -> None:
    hub.stop()
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(str(hub.folder / "hub.sock"))
    listener.listen(8)
    notice = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    notice.bind(str(hub.folder / "notify"))
    notice.settimeout(60)
    # What systemd does: the socket is descriptor 3 of the service, which finds its own pid in LISTEN_PID.
    script = (
        "import os, sys; os.dup2(int(sys.argv[1]), 3); os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS='1', "
        f"NOTIFY_SOCKET='{hub.folder}/notify'); "
        "os.execv(sys.executable, [sys.executable, '-m', 'queue_display.service', sys.argv[2]])"
    )
    command = [sys.executable, "-c", script, str(listener.fileno()), str(hub.site)]
    process = subprocess.Popen(command, pass_fds=[listener.fileno()])
    try:
        assert notice.recv(100) == b"READY=1"
        assert hub.client().get("/v1/health")["pid"] == process.pid
    finally:
        process.terminate()
        assert process.wait(30) == 0
        assert (hub.folder / "hub.sock").exists(), "the socket is systemd's, not the hub's to remove"
        listener.close()
        notice.close()
