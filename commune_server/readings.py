"""What the status page and the admin interface read: never written, never personal."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, func, select

from commune_server.store import alarms, dead_letters, devices, events, quarantine, streams

STALE_AFTER = timedelta(seconds=150)
"""2.5 heartbeats. A broker that dies with the device leaves it *online* for ever; time does not."""


def presence(online: bool, last_seen: datetime, now: datetime) -> str:
    """`online`, `stale` (says online but has been silent), or `offline`."""
    if not online:
        return "offline"
    return "online" if now - last_seen <= STALE_AFTER else "stale"


@dataclass
class Day:
    """The counts of one day. Keys of `types` are event types without `vn.motcua.`; of `scores` 1..5."""

    types: dict[str, int] = field(default_factory=dict)
    scores: dict[int, int] = field(default_factory=dict)
    lookups: dict[str, int] = field(default_factory=dict)

    def count(self, *types: str) -> int:
        """Events of these types."""
        return sum(self.types.get(each, 0) for each in types)


class Readings:
    """Queries over the store's database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def events(
        self, device: str | None = None, epoch: str | None = None, after: int = 0, limit: int = 200,
        newest: bool = False,
    ) -> dict[str, Any]:  # fmt: skip
        """Events by (device, epoch, seq), or the newest first; `count` is all that match.

        `device` is the whole `province/commune/device` or its last level.
        """
        statement = select(events)
        if device:
            # Levels hold no wildcard of LIKE: the interface allows letters, digits, - and / only.
            statement = statement.where((events.c.device == device) | events.c.device.like(f"%/{device}"))
        if epoch:
            statement = statement.where(events.c.epoch == epoch)
        if after:
            statement = statement.where(events.c.seq > after)
        order = (
            (events.c.received_at.desc(), events.c.seq.desc())
            if newest
            else (events.c.device, events.c.epoch, events.c.seq)
        )
        with self._engine.connect() as connection:
            count = connection.execute(select(func.count()).select_from(statement.subquery())).scalar_one()
            rows = connection.execute(statement.order_by(*order).limit(limit)).mappings().all()
        hidden = ("body", "hash")
        return {
            "count": count,
            "events": [
                {key: value for key, value in row.items() if key not in hidden}
                | {"id": (body := json.loads(row["body"])).get("id"), "data": body.get("data")}
                for row in rows
            ],
        }

    def devices(self, now: datetime) -> list[dict[str, Any]]:
        """Every device with its presence, watermark, and how many events it is known to miss."""
        joined = devices.outerjoin(
            streams, (streams.c.device == devices.c.device) & (streams.c.epoch == devices.c.epoch)
        )
        columns = (devices, streams.c.watermark, streams.c.top, streams.c.given_up)
        with self._engine.connect() as connection:
            rows = connection.execute(select(*columns).select_from(joined).order_by(devices.c.device)).mappings().all()
        return [
            {
                "device": row["device"], "epoch": row["epoch"], "version": row["version"], "clock": row["clock"],
                "state": presence(row["online"], datetime.fromisoformat(row["last_seen"]), now),
                "first_seen": row["first_seen"], "last_seen": row["last_seen"],
                "watermark": row["watermark"] or 0, "top": row["top"] or 0,
                "behind": max(0, (row["top"] or 0) - (row["watermark"] or 0)), "given_up": row["given_up"] or 0,
            }
            for row in rows
        ]  # fmt: skip

    def day(self, day: str) -> Day:
        """Counts of the day `YYYY-MM-DD`, by the devices' own time."""
        today = events.c.time.like(f"{day}%")
        score = func.json_extract(events.c.body, "$.data.score")
        result = func.json_extract(events.c.body, "$.data.result")
        found = Day()
        with self._engine.connect() as connection:
            by_type = select(events.c.type, func.count()).where(today).group_by(events.c.type)
            for name, count in connection.execute(by_type):
                found.types[str(name).removeprefix("vn.motcua.")] = int(count)
            for value, kind, into in (
                (score, "vn.motcua.rating.given", found.scores),
                (result, "vn.motcua.lookup.answered", found.lookups),
            ):
                counted = select(value, func.count()).where(today, events.c.type == kind).group_by(value)
                into.update({key: int(count) for key, count in connection.execute(counted).tuples()})
        return found

    def totals(self) -> dict[str, int]:
        """Rows of every table that matters."""
        with self._engine.connect() as connection:
            return {
                table.name: int(connection.execute(select(func.count()).select_from(table)).scalar_one())
                for table in (events, dead_letters, quarantine, alarms)
            }

    def alarms(self, limit: int = 10) -> list[dict[str, Any]]:
        """The newest alarms."""
        with self._engine.connect() as connection:
            rows = connection.execute(select(alarms).order_by(alarms.c.id.desc()).limit(limit)).mappings()
            return [dict(row) for row in rows]
