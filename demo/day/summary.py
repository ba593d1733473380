"""What came of a simulated day: figures, and the sums that must agree. Pure."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from demo.day.table import Told

PEN_S = 30.0
"""How far the simulation's own notes may be from the hub's: real seconds spent on deeds and faults go by in both."""

UNPRINTED = ("cancelled", "void", "done_on_spot")

Ticket = Mapping[str, Any]


def seconds(ticket: Ticket, begin: str, end: str) -> float | None:
    """From one moment of a ticket to another; None where it did not get there."""
    if ticket.get(begin) is None or ticket.get(end) is None:
        return None
    return (datetime.fromisoformat(ticket[end]) - datetime.fromisoformat(ticket[begin])).total_seconds()


def spread(values: Sequence[float]) -> dict[str, float]:
    """n, median, p90 and longest, minutes with one decimal."""
    if not values:
        return {"n": 0}
    ordered = sorted(each / 60 for each in values)
    at90 = ordered[min(len(ordered) - 1, int(0.9 * len(ordered)))]
    return {
        "n": len(ordered),
        "median_min": round(statistics.median(ordered), 1),
        "p90_min": round(at90, 1),
        "max_min": round(ordered[-1], 1),
    }


def by_service(tickets: Sequence[Ticket]) -> list[dict[str, Any]]:
    """Waiting and service time of each service."""
    out = []
    for service in sorted({str(each["service"]) for each in tickets}):
        mine = [each for each in tickets if each["service"] == service]
        waits = [found for each in mine if (found := seconds(each, "issued_at", "called_at")) is not None]
        turns = [found for each in mine if (found := seconds(each, "served_at", "closed_at")) is not None]
        row = {"service": service, "issued": len(mine), "waiting": spread(waits), "serving": spread(turns)}
        out.append(row | {"priority": sum(bool(each["priority"]) for each in mine)})
    return out


def checks(
    *,
    people: int,
    by: Mapping[str, int],
    outside: int,
    refused: Mapping[str, int],
    refused_inside: int,
    tickets: Sequence[Ticket],
    totals: Mapping[str, int],
    seqs: tuple[int, int],
    papers: Sequence[str],
    boards: Sequence[str],
    noted_waits: Mapping[str, float],
    from_queue: int,
    sums: Sequence[Mapping[str, Any]],
    told: Told,
) -> list[dict[str, Any]]:
    """Every sum that must agree: name, ok, and the figures it was judged on."""
    found: list[dict[str, Any]] = []

    def check(name: str, ok: bool, **figures: Any) -> None:
        found.append({"name": name, "ok": ok, **figures})

    states = Counter(str(each["state"]) for each in tickets)
    hub = {name: count for name, count in totals.items() if name != "issued" and count}
    no_number = sum(refused.values())
    check("people = tickets + refused", people == len(tickets) + no_number, people=people, refused=dict(refused))
    check("nobody refused within the hours", refused_inside == 0, refused_inside=refused_inside)
    check("everybody outside the hours refused", no_number - refused_inside == outside, outside=outside)
    check("issued = sum of the states", totals["issued"] == len(tickets) == sum(hub.values()), states=hub)
    check("the hub counts as its list does", dict(states) == hub, listed=dict(states))
    check("everybody got there by somebody", sum(by.values()) == len(tickets), by=dict(by))
    numbers: dict[str, list[int]] = {}
    for each in tickets:
        numbers.setdefault(str(each["letter"]), []).append(int(each["n"]))
    gaps = [letter for letter, seen in numbers.items() if sorted(seen) != list(range(1, len(seen) + 1))]
    check("numbers without gap or double", not gaps, letters={key: len(seen) for key, seen in numbers.items()})
    prints = Counter(str(each["print"]) for each in tickets)
    sure = {str(each["number"]) for each in tickets if each["print"] in ("printed", "copy")}
    maybe = {str(each["number"]) for each in tickets if each["print"] == "unknown"}
    twice = [number for number, count in Counter(papers).items() if count > 1]
    # Paper that had not come out yet when its ticket was withdrawn or answered at the door is not printed any more.
    spared = {
        str(each["number"])
        for each in tickets
        if each["print"] in ("queued", "none", "no_paper", "failed") and each["state"] in UNPRINTED
    }
    good = sure <= set(papers) <= sure | maybe and not twice and len(sure | maybe | spared) == len(tickets)
    check("one paper a ticket", good, prints=dict(prints), papers=len(papers), twice=twice)
    check("boards are empty at the end", not any(boards), boards=list(boards))
    # The hub goes on while the table is read (its heartbeat is an event too), so its own count is a span.
    first, last = seqs
    whole_table = told.seqs == list(range(1, len(told.seqs) + 1)) and first <= len(told.seqs) <= last
    check("every event in the server's table once", whole_table, events=len(told.seqs), seq=list(seqs))
    same = {str(each["id"]): str(each["state"]) for each in tickets}
    check(
        "the table tells the same tickets", told.last == same, differs=[k for k in same if told.last.get(k) != same[k]]
    )
    check("no ticket called to two counters", told.calls_at_two == 0)
    whole = [each for each in sums if each["service"] is not None and each["counter"] is None]
    issued, waits = sum(each["issued"] for each in whole), sum(each["waiting"]["n"] for each in whole)
    good = issued == len(tickets) and waits == from_queue
    check("the hourly sums add up to the day", good, issued=issued, waits=waits, calls_from_the_queue=from_queue)
    check(**_waits(tickets, told, noted_waits))
    return found


def _waits(tickets: Sequence[Ticket], told: Told, noted: Mapping[str, float]) -> dict[str, Any]:
    compared, worst, worst_noted = 0, 0.0, 0.0
    missing = []
    for each in tickets:
        ours = seconds(each, "issued_at", "called_at")
        if ours is None:
            continue
        name = str(each["id"])
        if name not in told.called or name not in told.issued:
            missing.append(name)
            continue
        compared += 1
        worst = max(worst, abs((told.called[name] - told.issued[name]).total_seconds() - ours))
        if name in noted:
            worst_noted = max(worst_noted, abs(noted[name] - ours))
    return {
        "name": "waiting times match the table",
        "ok": not missing and compared > 0 and worst < 0.002 and worst_noted < PEN_S,
        "compared": compared,
        "worst_s": round(worst, 3),
        "worst_against_own_notes_s": round(worst_noted, 1),
        "missing": missing,
    }


def sentences(result: Mapping[str, Any]) -> list[str]:
    """The day for people: Vietnamese first."""
    lines = [
        f"Ngày mô phỏng {result['day']}, hạt giống {result['seed']}: {result['tickets']} phiếu"
        f" | simulated day, seed {result['seed']}: {result['tickets']} tickets",
        "",
        f"{'lĩnh vực | service':24}{'phiếu':>7}{'chờ giữa':>10}{'chờ p90':>9}{'lâu nhất':>10}{'phục vụ':>9}"
        "   (phút | min)",
    ]
    for row in result["services"]:
        wait, turn = row["waiting"], row["serving"]
        cells = [wait.get("median_min", "–"), wait.get("p90_min", "–"), wait.get("max_min", "–")]
        turns = turn.get("median_min", "–")
        lines.append(f"{row['service']:24}{row['issued']:>7}{cells[0]:>10}{cells[1]:>9}{cells[2]:>10}{turns:>9}")
    states = ", ".join(f"{name} {count}" for name, count in sorted(result["states"].items()))
    lines += ["", f"Trạng thái | states: {states}"]
    lines += [f"Sự cố | fault: {each['clock']} {each['vi']} ({each['name']})" for each in result["faults"]]
    lines += [f"{'✓' if each['ok'] else '✗'} {each['name']}" for each in result["checks"]]
    for each in result["checks"]:
        if not each["ok"]:
            lines.append(f"  {each}")
    good = sum(each["ok"] for each in result["checks"])
    lines.append(f"{good}/{len(result['checks'])} phép cộng khớp, {result['wall_s']} giây | sums agree")
    return lines
