"""`motcua sim day`: starts the room's real processes without the kiosk, lives through the day, adds everything up."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from config.clock import CLOCK_FILE_VARIABLE, SystemClock
from config.load import load_settings
from config.settings import Settings
from config.settings_hours import span_minutes
from demo.day.desk import Desk, Hours
from demo.day.eye import DayClock, next_monday
from demo.day.faults import make_faults, wires_up
from demo.day.people import Workload, make_people
from demo.day.summary import by_service, checks, seconds, sentences
from demo.day.table import read_table
from demo.hub import wait_for
from demo.processes import NotReady, Supervisor
from demo.site import make_site
from demo.start import Room, mosquitto, parts_of, prepare_uplink, runtime_folder
from queue_display.client import HubClient

PARTS = ("broker", "server", "cabinet", "hub", "bridge")
OPEN_JOBS = {"queued", "printing", "no_paper", "failed"}
DRAIN_S = 60.0


def simulate(tickets: int, seed: int, *, site_name: str = "six-counters", faults: bool = True) -> dict[str, Any]:
    """The day's figures and checks (`ok`: all agree). Raises `NotReady`, `NotSeen`, `UnknownSite`."""
    began = time.monotonic()
    if mosquitto() is None:
        raise NotReady("Chưa cài Mosquitto: không có đường lên máy chủ / no Mosquitto, no road to the server")
    folder = runtime_folder(None)
    os.chmod(folder, 0o755)  # Mosquitto drops its privileges and must still reach its certificates
    supervisor = Supervisor(folder, remove=True)
    try:
        site = make_site(folder, site_name, hours=True, voice=False)
        room = Room(site, supervisor)
        settings = load_settings(site.config)
        # The machine's own clock, not a steered one: the day's offsets count from it.
        real = SystemClock(ZoneInfo(settings.site.timezone)).wall()
        clock = DayClock(folder / "clock.json", next_monday(real.date()), settings.site.timezone, real.timestamp())
        hours = _hours(settings)
        clock.to(hours.spans[0][0] - settings.hours.early_ticket_min * 60 - 1800)
        _start(room, clock.path)
        return _live(room, settings, clock, hours, tickets, seed, faults, began)
    finally:
        supervisor.stop_all()


def _start(room: Room, clock_file: Path) -> None:
    prepare_uplink(room)
    parts = parts_of(room.site, headless=True)
    # The hub alone lives in the simulated day: the wires and the uplink keep their own short times.
    parts["hub"].environ = {CLOCK_FILE_VARIABLE: str(clock_file)}
    for name in PARTS:
        room.supervisor.start(parts[name], 60.0)
    wait_for("the bus is linked", lambda: wires_up(room) or None, 30)


def _hours(settings: Settings) -> Hours:
    week = settings.hours.week.mon or ["07:30-11:30", "13:00-17:00"]
    last = settings.hours.last_ticket_min * 60
    spans = sorted(span_minutes(each) for each in week)
    return Hours(tuple((start * 60.0, end * 60.0 - last) for start, end in spans))


def _workloads(settings: Settings) -> dict[str, Workload]:
    buttons = {each.service for each in settings.buttons}
    out = {}
    for service in settings.services:
        counters = sum(service.id in each.services for each in settings.counters)
        out[service.id] = Workload(service.minutes, counters, service.id in buttons)
    return out


def _live(
    room: Room,
    settings: Settings,
    clock: DayClock,
    hours: Hours,
    tickets: int,
    seed: int,
    with_faults: bool,
    began: float,
) -> dict[str, Any]:
    people = make_people(seed, tickets, _workloads(settings), hours.spans, settings.hours.early_ticket_min * 60.0)
    start, end = hours.spans[0][0] + 600, hours.spans[-1][1]
    faults = make_faults(room, seed, start, end) if with_faults else []
    # One clerk calls by key pad: a finger on a key takes the firmware a tenth of a real second.
    pads = frozenset(each.counter for each in settings.keypads[seed % max(1, len(settings.keypads)) :][:1])
    desk = Desk(room, settings, clock, hours, pads)
    started = time.monotonic()
    desk.run(people, faults)
    lived = time.monotonic() - started
    hub = HubClient(room.site.hub_address, role="technician", device="sim")
    wait_for("every paper is out", lambda: not [each for each in hub.jobs() if each["state"] in OPEN_JOBS], DRAIN_S)
    wait_for("the boards have followed", lambda: not any(_boards(room)) or None, 10)
    desk.eye.end()
    delivered = wait_for("every event is delivered", lambda: _delivered(hub), DRAIN_S)
    snapshot = hub.snapshot()
    told = read_table(room.site.admin_url, str(snapshot["epoch"]))
    seqs = (delivered, int(hub.get("/v1/uplink")["seq"]))
    listed = hub.get("/v1/tickets")["tickets"]
    noted = {name: desk.called_at[name] - at for name, at in desk.issued_at.items() if name in desk.called_at}
    judged = checks(
        people=len(people),
        by=desk.by,
        outside=sum(each.outside for each in people),
        refused=desk.refused,
        refused_inside=desk.refused_inside,
        tickets=listed,
        totals=snapshot["totals"],
        seqs=seqs,
        papers=[each["qr"][0].rpartition("/")[2] for each in room.cabinet.ask("paper") if each["qr"]],
        boards=_boards(room),
        noted_waits=noted,
        from_queue=desk.deeds["call"] - desk.deeds["call_set_aside"],
        sums=HubClient(room.site.hub_address, role="supervisor", device="sim").get("/v1/stats")["hours"],
        told=told,
    )
    waits = [found for each in listed if (found := seconds(each, "issued_at", "called_at")) is not None]
    return {
        "seed": seed,
        "day": snapshot["service_day"],
        "site": room.site.name,
        "tickets": len(listed),
        "people": len(people),
        "refused": dict(desk.refused),
        "by": dict(desk.by),
        "deeds": dict(desk.deeds),
        "retries": desk.retries,
        "states": {name: count for name, count in snapshot["totals"].items() if count and name != "issued"},
        "totals": snapshot["totals"],
        "waiting_s": {"n": len(waits), "sum": round(sum(waits), 3)},
        "services": by_service(listed),
        "faults": [{"name": each.name, "vi": each.vi, "clock": _clock(each.at)} for each in faults],
        "checks": judged,
        "ok": all(each["ok"] for each in judged),
        "day_s": round(lived, 1),
        "wall_s": round(time.monotonic() - began, 1),
    }


def _clock(moment: float) -> str:
    return f"{int(moment) // 3600:02d}:{int(moment) // 60 % 60:02d}"


def _delivered(hub: HubClient) -> int | None:
    """The number of the hub's last event, once it and all before it have reached the server; one answer says both."""
    uplink = hub.get("/v1/uplink")
    return int(uplink["seq"]) if uplink["watermark"] == uplink["seq"] else None


def _boards(room: Room) -> list[str]:
    return [str(each["text"]).strip() for each in room.cabinet.ask("boards") if each["kind"] == "counter"]


def run(tickets: int, seed: int, site: str, faults: bool, as_json: bool) -> int:
    """Simulate and print. 0 when every sum agrees, 1 otherwise."""
    result = simulate(tickets, seed, site_name=site, faults=faults)
    print(json.dumps(result, ensure_ascii=False) if as_json else "\n".join(sentences(result)))
    return 0 if result["ok"] else 1
