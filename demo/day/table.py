"""The same day as the commune server's table tells it, read over the server's own route."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from urllib.request import urlopen

PAGE = 5000


@dataclass
class Told:
    """What the events of one epoch say: `called` holds the first call."""

    seqs: list[int] = field(default_factory=list)
    issued: dict[str, datetime] = field(default_factory=dict)
    called: dict[str, datetime] = field(default_factory=dict)
    last: dict[str, str] = field(default_factory=dict)
    """Ticket → the state its last event left it in."""
    calls_at_two: int = 0
    """Calls of a ticket that stood at another counter at that moment."""


def read_table(admin_url: str, epoch: str) -> Told:
    """Every event of `epoch`, in order of its number. Raises `OSError`."""
    told, after = Told(), 0
    standing: dict[str, int] = {}
    while True:
        query = urlencode({"epoch": epoch, "after": after, "limit": PAGE})
        with urlopen(f"{admin_url}/v1/events?{query}", timeout=20) as answer:
            events: list[dict[str, Any]] = json.load(answer)["events"]
        if not events:
            return told
        for each in sorted(events, key=lambda one: int(one["seq"])):
            after = int(each["seq"])
            told.seqs.append(after)
            _learn(told, standing, each)


def _learn(told: Told, standing: dict[str, int], event: dict[str, Any]) -> None:
    data = event["data"]
    ticket = data.get("ticket")
    if ticket is None or "ticket." not in event["type"]:
        return
    at = datetime.fromisoformat(event["time"])
    told.last[ticket] = data["state"]
    if event["type"].endswith("ticket.issued"):
        told.issued[ticket] = at
    elif event["type"].endswith("ticket.called"):
        told.called.setdefault(ticket, at)
        told.calls_at_two += standing.get(ticket, data["counter"]) != data["counter"]
        standing[ticket] = data["counter"]
    if data["state"] not in ("called", "serving"):
        standing.pop(ticket, None)
