"""The deeper rules through the real hub: what the button, the kiosk, clerks and supervisors get over the wire."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from config.clock import Trust
from queue_display.client import HubRefused, merge
from tests.fixtures.hub import BOARD, HubProcess, hub_process
from tests.fixtures.morning import ZONE

HOURS = """
[hours.week]
mon = ["07:30-11:30", "13:00-17:00"]
tue = ["07:30-11:30", "13:00-17:00"]
[queue]
undo_s = 60
"""


def moment(hub: HubProcess, text: str, trust: Trust = "trusted") -> None:
    """Put the hub's clock there (and let it run on)."""
    hub.stand(datetime.fromisoformat(text).replace(tzinfo=ZONE), trust)


@pytest.fixture
def hub() -> Iterator[HubProcess]:
    with hub_process(HOURS, start=False) as running:
        moment(running, "2026-11-23T08:00:00")
        running.start()
        yield running


def refused(act: Any) -> HubRefused:
    with pytest.raises(HubRefused) as raised:
        act()
    assert raised.value.vi and raised.value.en
    return raised.value


def motcua(hub: HubProcess, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "config.cli", *arguments, "--config", str(hub.site)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def test_after_hours_the_button_stops_and_the_kiosk_is_told(hub: HubProcess) -> None:
    bridge, kiosk, desk = hub.client("bridge"), hub.client("kiosk"), hub.client("reception")
    assert bridge.press(BOARD, 1, 1, 0, "land")["ticket"]["number"] == "B001"
    moment(hub, "2026-11-23T17:30:00")
    answer = bridge.press(BOARD, 1, 2, 0, "land")
    assert answer["ticket"] is None
    assert (answer["refused"]["code"], answer["refused"]["opens_at"]) == ("closed", "2026-11-24T07:30+07:00")
    snapshot = bridge.snapshot()
    assert snapshot["presses"][BOARD] == {"boot": 1, "press": 2}, "committed: the firmware stops repeating"
    slips = [each for each in snapshot["jobs"] if each["kind"] == "list"]
    assert len(slips) == 1
    again = bridge.press(BOARD, 1, 2, 0, "land")
    assert (again["ticket"], again["refused"], again["repeated"]) == (None, answer["refused"], True)
    error = refused(lambda: kiosk.issue("land"))
    assert (error.status, error.code, error.allowed) == (409, "closed", {"opens_at": "2026-11-24T07:30+07:00"})
    assert refused(lambda: kiosk.post("/v1/tickets", {"service": "land", "beyond": True})).status == 403
    assert desk.post("/v1/tickets", {"service": "land", "beyond": True})["ticket"]["number"] == "B002"
    shown = kiosk.snapshot()
    assert shown["hours"] == {
        "today": [["07:30", "11:30"], ["13:00", "17:00"]],
        "open_now": False,
        "next": "2026-11-24T07:30+07:00",
    }
    assert {each["status"]["code"] for each in shown["services"]} == {"closed"}
    taken = bridge.take(slips[0]["id"])
    assert taken["payload"]["title"] == "Đất đai"
    hub.kill()
    hub.start()
    assert hub.client("bridge").press(BOARD, 1, 2, 0, "land")["refused"]["code"] == "closed"


def test_the_day_by_hand(hub: HubProcess) -> None:
    boss, kiosk = hub.client("supervisor"), hub.client("kiosk")
    kiosk.issue("land")
    assert refused(lambda: hub.client("clerk", 1).post("/v1/day/close")).status == 403
    assert boss.post("/v1/day/close")["ended"] == 1
    assert refused(lambda: kiosk.issue("land")).code == "day_closed"
    assert kiosk.snapshot()["day_closed"] is True
    assert refused(lambda: boss.post("/v1/day/close")).code == "day_closed"
    boss.post("/v1/day/open")
    assert kiosk.issue("land")["ticket"]["number"] == "B002"
    assert refused(lambda: boss.post("/v1/day/open", {"day": "2026-11-31"})).status == 422
    moment(hub, "2026-11-24T08:00:00", "untrusted")
    done = motcua(hub, "day", "open", "2026-11-24", "--json")
    assert json.loads(done.stdout)["day"] == "2026-11-24", done.stderr
    assert kiosk.issue("land")["ticket"]["id"] == "20261124-B001"


def test_a_visit_with_everything(hub: HubProcess) -> None:
    one, three = hub.client("clerk", 1), hub.client("clerk", 3)
    desk, boss = hub.client("reception"), hub.client("supervisor")
    ticket = desk.issue("civil-status")["ticket"]["id"]
    one.next(1)
    assert one.ticket_act(ticket, "also", service="land")["ticket"]["also"] == ["land"]
    sent = one.act(1, "transfer", to_counter=3, back=True)["ticket"]
    assert (sent["back_to"], sent["counter"]) == (1, 3)
    assert three.next(3)["ticket"]["id"] == ticket
    assert three.act(3, "undo")["ticket"] is None, "called by mistake"
    assert three.next(3)["ticket"]["id"] == ticket
    assert three.act(3, "done")["ticket"]["counter"] == 1
    staff = next(each for each in boss.snapshot()["counters"] if each["id"] == 1)
    assert staff["upcoming"] == [ticket]
    assert one.next(1)["ticket"]["id"] == ticket
    assert one.act(1, "done")["ticket"]["service"] == "land"
    moved = boss.ticket_act(ticket, "move", to_counter=1)["ticket"]
    assert moved["counter"] == 1
    assert one.next(1)["ticket"]["id"] == ticket
    parked = one.act(1, "park", note="cho-anh")["ticket"]
    assert (parked["state"], parked["note"]) == ("parked", "cho-anh")
    one.ticket_act(ticket, "call", counter=1)
    one.act(1, "done")
    assert [each["id"] for each in one.get("/v1/history", counter=1)["tickets"]] == [ticket]
    assert one.ticket_act(ticket, "reopen")["ticket"]["state"] == "parked"
    assert desk.ticket_act(ticket, "carry")["ticket"]["carry"] is True
    assert desk.ticket_act(ticket, "note", code=None)["ticket"].get("note") is None
    rows = boss.get("/v1/stats")["hours"]
    assert sum(each["issued"] for each in rows) == 1
    assert sum(each["serving"]["n"] for each in rows if each["counter"]) == 4


def test_the_room_hears_and_staff_alone_see_the_emergency(hub: HubProcess) -> None:
    clerk, boss, tv = hub.client("clerk", 2), hub.client("supervisor"), hub.client("display")
    boss.post(
        "/v1/broadcast", {"vi": "Máy lạnh hỏng, mời ngồi gần quạt.", "en": "Please sit near the fans.", "minutes": 5}
    )
    assert tv.snapshot()["broadcast"]["en"] == "Please sit near the fans."
    boss.post("/v1/broadcast/clear")
    assert tv.snapshot()["broadcast"] is None
    clerk.act(2, "emergency")
    assert [each["part"] for each in boss.snapshot()["notices"] if each["code"] == "counter_emergency"] == ["counter-2"]
    assert "emergency" not in json.dumps(tv.snapshot())
    clerk.act(2, "emergency-clear")
    asked = hub.client("kiosk").post("/v1/help", {"where": "kiosk", "what": "write"})["help"]
    assert [each["id"] for each in boss.snapshot()["helps"]] == [asked["id"]]
    assert "helps" not in tv.snapshot()
    hub.client("reception").post(f"/v1/help/{asked['id']}/done")
    assert boss.snapshot()["helps"] == []
    boss.post("/v1/counters/2/services", {"services": ["land"]})
    assert boss.snapshot()["counters"][1]["services"] == ["land"]
    boss.post("/v1/counters/2/services", {"services": None})
    assert boss.snapshot()["counters"][1]["services"] == ["civil-status"]


def test_a_follower_needs_no_second_snapshot(hub: HubProcess) -> None:
    """What the stream says, merged, is what the snapshot says: for every field that was added."""
    import threading

    seen: dict[str, Any] = {}
    stop, ready = threading.Event(), threading.Event()

    def on_message(kind: str, data: dict[str, Any]) -> None:
        if kind == "snapshot":
            seen.clear()
            seen.update(data)
            ready.set()
        elif kind == "change":
            merge(seen, data)

    boss = hub.client("supervisor")
    follower = threading.Thread(target=boss.stream, args=(on_message, stop))
    follower.start()
    try:
        assert ready.wait(20)
        other = hub.client("supervisor")
        for service in ("land", "civil-status", "civil-status", "land"):
            other.issue(service, service == "land")
        other.next(1)
        other.next(3)
        other.act(1, "park", note="cho-anh")
        other.post("/v1/counters/2/services", {"services": ["land"]})
        other.act(3, "emergency")
        other.act(2, "pause", reason="meeting", minutes=20)
        other.post("/v1/help", {"where": "reception", "what": "guide"})
        other.post("/v1/broadcast", {"vi": "Mời chờ.", "minutes": 5})
        last = other.post("/v1/day/close")["rev"]
        end = time.monotonic() + 30
        while seen.get("rev", 0) < last and time.monotonic() < end:
            stop.wait(0.02)
        whole = other.snapshot()
        for key in ("services", "counters", "helps", "broadcast", "day_closed", "hours", "totals", "help_days"):
            assert seen[key] == whole[key], key
        assert {each["code"] for each in seen["notices"]} == {each["code"] for each in whole["notices"]}
        assert {each["id"]: each["state"] for each in seen["tickets"]} == {
            each["id"]: each["state"] for each in whole["tickets"]
        }
    finally:
        stop.set()
        follower.join()


def test_commands_of_the_deeper_rules(hub: HubProcess, tmp_path: Any) -> None:
    wrong = motcua(hub, "tickets", "--service", "nope")
    assert wrong.returncode == 4
    assert "unknown_service" in wrong.stderr and "civil-status" in wrong.stderr
    path = tmp_path / "hen.csv"
    path.write_text("code,service,at\nAB12,land,2026-11-23T08:10\nCD34,land,2026-11-24T09:00\n", encoding="utf-8")
    taken = motcua(hub, "appointments", "import", str(path), "--json")
    assert json.loads(taken.stdout) == {"added": 2, "changed": 0, "dropped": 0, "kept": 0, "past": 0}
    assert "CD34" in motcua(hub, "appointments", "list").stdout
    assert motcua(hub, "appointments", "checkin", "ab12").stdout.startswith("B001")
    early = motcua(hub, "appointments", "checkin", "CD34")
    assert (early.returncode, "early" in early.stderr) == (4, True)
    path.write_text("code,service,at,phone\nAB12,land,2026-11-23T08:10,0900000000\n", encoding="utf-8")
    named = motcua(hub, "appointments", "import", str(path))
    assert (named.returncode, "phone" in named.stderr) == (2, True)
    assert "B001" in motcua(hub, "ticket", "note", "b001", "--code", "cho-anh").stdout
    assert "land" in motcua(hub, "stats").stdout
    moment(hub, "2026-11-23T18:00:00")
    closed = motcua(hub, "press", "--service", "land")
    assert (closed.returncode, "7:30 ngày mai" in closed.stderr) == (4, True)
    assert motcua(hub, "issue", "land", "--beyond").stdout.startswith("B002")
