"""How the serial links are doing, told to the hub once an hour: the line that solves most reports from the field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from firmware_bridge.node import Node

EVERY_MS = 3_600_000
COUNTED = ("sent", "resent", "bad_crc", "out_of_order")


class LinkReports:
    """Turns counters that only grow into `link.stats` bodies of what came since the last one. Pure; `now` in ms."""

    def __init__(self) -> None:
        self._last: dict[str, dict[str, int]] = {}
        self._due: dict[str, int] = {}

    def report(self, link: str, node: Node, board: Mapping[str, int], now: int) -> dict[str, Any] | None:
        """Body for the hub, or None while it is too early. `board`: the board's own `stats` message."""
        if now < self._due.setdefault(link, now):
            return None
        self._due[link] = now + EVERY_MS
        counts = {
            "sent": node.link.sent,
            "resent": node.link.repeats + board["repeats"],
            "bad_crc": board["bad"],
            "out_of_order": node.link.duplicates + node.link.late + board["duplicates"],
        }
        before = self._last.get(link, dict.fromkeys(COUNTED, 0))
        self._last[link] = counts
        body: dict[str, Any] = {
            # A board that restarted counts from nought again: then its count is the difference.
            name: counts[name] - before[name] if counts[name] >= before[name] else counts[name]
            for name in COUNTED
        }
        body["link"] = link
        trip = node.link.round_trip()
        if trip is not None:
            body["rtt_ms"] = round(trip, 2)
        return body
