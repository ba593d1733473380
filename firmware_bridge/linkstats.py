"""How the serial links are doing, told to the hub every minute: the line that solves most reports from the field."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from config.process import LossLog
from firmware_bridge.node import Node

EVERY_MS = 55_000  # the board says its counters every minute by its own clock
COUNTED = ("sent", "resent", "bad_crc", "out_of_order")
POOR = 0.05  # share of messages said again or broken at which a link is worth a line in the log

log = logging.getLogger("link")


def percentile(values: Sequence[int], share: float) -> float | None:
    """The smallest value that at least `share` of them do not exceed; None of none."""
    if not values:
        return None
    ordered = sorted(values)
    return float(ordered[min(len(ordered) - 1, int(share * len(ordered)))])


class LinkReports:
    """Turns counters that only grow into `link.stats` bodies of what came since the last one. `now` in ms."""

    def __init__(self) -> None:
        self._last: dict[str, dict[str, int]] = {}
        self._due: dict[str, int] = {}
        self._losses = LossLog(log)
        self.latest: dict[str, dict[str, Any]] = {}

    def report(self, link: str, node: Node, board: Mapping[str, int], now: int) -> dict[str, Any] | None:
        """Body for the hub, or None while it is too early. `board`: the board's own `stats` message."""
        if now < self._due.setdefault(link, now):
            return None
        self._due[link] = now + EVERY_MS
        counts = {
            "sent": node.link.sent + board["sent"],
            "resent": node.link.repeats + board["repeats"],
            "bad_crc": board["bad"],
            "out_of_order": node.link.duplicates + node.link.late + board["duplicates"] + board["late"],
        }
        before = self._last.get(link, dict.fromkeys(COUNTED, 0))
        self._last[link] = counts
        body: dict[str, Any] = {
            # A board that restarted counts from nought again: then its count is the difference.
            name: counts[name] - before[name] if counts[name] >= before[name] else counts[name]
            for name in COUNTED
        }
        body["link"] = link
        trips = list(node.trips)
        node.trips.clear()
        trip = node.link.round_trip()
        if trip is not None:
            body["rtt_ms"] = round(trip, 2)
        for name, share in (("rtt_p50_ms", 0.5), ("rtt_p95_ms", 0.95)):
            value = percentile(trips, share)
            if value is not None:
                body[name] = value
        self.latest[link] = body
        self._note(link, body)
        return body

    def _note(self, link: str, body: Mapping[str, Any]) -> None:
        """A link that became poor is one line in the log, and one when it is well again."""
        if body["resent"] + body["bad_crc"] > max(3, POOR * body["sent"]):
            told = " ".join(f"{name}={value}" for name, value in body.items() if name != "link")
            self._losses.lost(link, f"the link is poor: {told}")
        else:
            self._losses.back(link)
