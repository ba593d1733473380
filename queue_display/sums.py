"""Hourly sums: how long people waited, came, were served, and counters stood idle. Pure.

A sum is `{n, sum_s, median_s, p90_s}`, seconds; p90 is the smallest value that 90 of 100 do not exceed. One row for a
service as a whole (`counter` null), one for each of its counters, one for each counter's idle time (`service` null).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import ceil
from statistics import median
from typing import Any

from queue_display.model import Sample, Ticket

KINDS = {"waiting": "waiting", "arrival": "arrival", "service": "serving", "idle": "idle"}
"""Kind of a sample → its key in a row."""

Row = dict[str, Any]


def summed(values: Iterable[float]) -> Row:
    """One sum. Of nothing: n = 0 and no median."""
    seen = sorted(values)
    if not seen:
        return {"n": 0, "sum_s": 0.0, "median_s": None, "p90_s": None}
    p90 = seen[ceil(0.9 * len(seen)) - 1]
    return {"n": len(seen), "sum_s": round(sum(seen), 1), "median_s": round(median(seen), 1), "p90_s": round(p90, 1)}


def hour_rows(hour: int, samples: Iterable[Sample], issued: Mapping[str, int]) -> list[Row]:
    """The rows of one hour. `issued`: service → tickets issued in it."""
    values: dict[tuple[str, int], dict[str, list[float]]] = {}
    for service in issued:
        values.setdefault((service, 0), {})
    for each in samples:
        key = KINDS[each.kind]
        values.setdefault((each.service, each.counter), {}).setdefault(key, []).append(each.seconds)
        if each.service:
            values.setdefault((each.service, 0), {}).setdefault(key, []).append(each.seconds)
    return [
        {
            "hour": hour,
            "service": service or None,
            "counter": counter or None,
            "issued": issued.get(service, 0) if not counter else 0,
            **{key: summed(kinds.get(key, ())) for key in KINDS.values()},
        }
        for (service, counter), kinds in sorted(values.items())
    ]


def merged(old: Iterable[Row], new: Iterable[Row]) -> list[Row]:
    """Rows of an hour that was summed before (the clock went back): counts and sums add up, the rest is weighted."""
    found = {(each["service"], each["counter"]): each for each in old}
    for row in new:
        key = (row["service"], row["counter"])
        before = found.get(key)
        found[key] = row if before is None else _add(before, row)
    return list(found.values())


def _add(one: Row, other: Row) -> Row:
    out = {**other, "issued": max(one["issued"], other["issued"])}
    for key in KINDS.values():
        a, b = one[key], other[key]
        n = a["n"] + b["n"]
        out[key] = {"n": n, "sum_s": round(a["sum_s"] + b["sum_s"], 1)}
        for name in ("median_s", "p90_s"):
            weighted = sum((each[name] or 0.0) * each["n"] for each in (a, b))
            out[key][name] = round(weighted / n, 1) if n else None
    return out


def issued_by_hour(tickets: Iterable[Ticket], letters: Mapping[str, str]) -> dict[int, dict[str, int]]:
    """Hour → service → tickets issued in it. `letters`: letter → service, since a ticket may have moved on."""
    found: dict[int, dict[str, int]] = {}
    for each in tickets:
        if each.id[:8] != each.service_day.replace("-", ""):
            continue  # kept from another day, where it was counted
        service = letters.get(each.letter, each.service)
        hour = found.setdefault(int(each.issued_at[11:13]), {})
        hour[service] = hour.get(service, 0) + 1
    return found
