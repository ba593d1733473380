"""The staff screen's errands at a real hub: a supervisor's PIN, guessing, a test slip, how the links stand."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from kiosk.model import CheckPin, Event, LinksSeen, PinChecked, StaffDone, StaffWork
from kiosk.staff_errands import StaffErrands
from tests.fixtures.hub import HubProcess, hub_process
from tests.fixtures.staff import pin_of, staff_tables


@pytest.fixture(scope="module")
def hub() -> Iterator[HubProcess]:
    with hub_process(start=False) as running:
        with running.site.open("a", encoding="utf-8") as site:
            site.write(staff_tables())
        running.start()
        yield running


def errands(hub: HubProcess) -> tuple[StaffErrands, list[Event]]:
    told: list[Event] = []
    client = hub.client("kiosk")
    made = StaffErrands(
        hub.settings, client, threading.Event(), told.append, lambda _v: False, lambda: (True, ""), lambda: None
    )
    return made, told


def test_a_supervisor_gets_in_and_a_clerk_does_not(hub: HubProcess) -> None:
    work, told = errands(hub)
    work.check(CheckPin(1, pin_of("tt-1")))
    work.check(CheckPin(2, pin_of("cb-2")))
    assert told[0] == PinChecked(1, "right")
    assert isinstance(told[1], PinChecked) and told[1].verdict == "wrong"


def test_a_test_slip_is_printed_by_the_way_of_a_ticket(hub: HubProcess) -> None:
    work, told = errands(hub)
    bridge = hub.client("bridge")

    def print_it() -> None:
        while not (jobs := bridge.get("/v1/jobs", state="queued")["jobs"]):
            done.wait(0.05)
        kinds.extend(each["kind"] for each in jobs)
        bridge.take(jobs[0]["id"])
        bridge.report_job(jobs[0]["id"], "printed")

    kinds: list[str] = []
    done = threading.Event()
    printer = threading.Thread(target=print_it)
    printer.start()
    work.work(StaffWork(1, "printer"))
    printer.join(20)
    assert kinds == ["test"] and told == [StaffDone(1, "printed")]


def test_links_tell_hub_and_uplink(hub: HubProcess) -> None:
    work, told = errands(hub)
    work.work(StaffWork(1, "links"))
    seen = told[0]
    assert isinstance(seen, LinksSeen)
    parts = {each.part: each for each in seen.links}
    assert parts["hub"].fine is True and parts["hub"].told.startswith("rev ")
    assert parts["uplink"].told[0].isdigit()
    assert "hub" in parts["versions"].told
