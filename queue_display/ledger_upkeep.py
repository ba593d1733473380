"""What the ledger does besides commands: hourly sums, and forgetting what is old. Used by `ledger.py` alone.

Retention (domain notes 12.2): tickets 90 days, then only sums; sums a year; delivered events 30 days; appointments
a week past their day, since a code is of no use any more.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from queue_display.model import Now, Sample

ANSWERS_DAYS = 3
APPOINTMENT_DAYS = 7


@dataclass(frozen=True)
class Old:
    """Rows of a table that may go."""

    table: str
    key: str
    where: str
    values: tuple[Any, ...]
    scope: str = ""
    scope_values: tuple[Any, ...] = ()

    def any(self) -> tuple[Any, ...]:
        """A question whether there is one, and its values."""
        return (f"SELECT 1 FROM {self.table} WHERE {self.where} LIMIT 1", *self.values)

    def delete(self, limit: int) -> tuple[str, tuple[Any, ...]]:
        """The statement that lets at most `limit` go, and its values."""
        inner = f"SELECT {self.key} FROM {self.table} WHERE {self.where} LIMIT ?"
        sql = f"DELETE FROM {self.table} WHERE {self.scope}({self.key}) IN ({inner})"
        return sql, (*self.scope_values, *self.values, limit)


def old_rows(before: date, sums_before: date, now: Now, outbox: tuple[str, int, int, float], epoch: str) -> list[Old]:
    """Everything that may go: `before` for tickets and what belongs to them, `sums_before` for hourly sums.

    `outbox`: epoch, watermark, last seq and the moment (POSIX) before which delivered events may go.
    """
    day = before.isoformat()
    answers = now.wall.timestamp() - ANSWERS_DAYS * 86400
    booked = (now.wall.date() - timedelta(days=APPOINTMENT_DAYS)).isoformat()
    return [
        # The last event stays, so that a start finds where the numbering of events is; so does the last call for help.
        Old("outbox", "seq", "epoch = ? AND seq <= ? AND seq < ? AND at < ?", outbox, "epoch = ? AND ", (epoch,)),
        Old("tickets", "id", "service_day < ?", (day,)),
        Old("jobs", "id", "ticket IS NULL AND created_at < ?", (day,)),
        Old("requests", "key", "at < ?", (answers,)),
        Old("presses", "board, boot, press", "refused IS NOT NULL AND day < ?", (day,)),
        Old("helps", "id", "done_at IS NOT NULL AND at < ? AND id < (SELECT max(id) FROM helps)", (day,)),
        Old("appointments", "code", "at < ?", (booked,)),
        Old("hours", "day, hour, service, counter", "day < ?", (sums_before.isoformat(),)),
    ]


def samples(db: sqlite3.Connection, day: str) -> dict[int, list[Sample]]:
    """Measured times of a day by hour."""
    found: dict[int, list[Sample]] = {}
    sql = "SELECT day, kind, service, counter, ticket, at, seconds, hour FROM samples WHERE day = ?"
    for row in db.execute(sql, (day,)):
        found.setdefault(row[7], []).append(Sample(*row[:7]))
    return found


def hours(db: sqlite3.Connection, day: str) -> list[dict[str, Any]]:
    """The hourly sums of a day, in order."""
    sql = "SELECT hour, service, counter, issued, sums FROM hours WHERE day = ? ORDER BY hour, service, counter"
    return [
        {"hour": row[0], "service": row[1] or None, "counter": row[2] or None, "issued": row[3], **json.loads(row[4])}
        for row in db.execute(sql, (day,))
    ]


def put_hour(db: sqlite3.Connection, day: str, hour: int, sums: Sequence[dict[str, Any]]) -> None:
    """Keep an hour's sums in place of its single times. The caller holds the transaction."""
    for each in sums:
        measured = {key: each[key] for key in ("waiting", "arrival", "serving", "idle")}
        values = (day, hour, each["service"] or "", each["counter"] or 0, each["issued"], json.dumps(measured))
        db.execute(
            "INSERT OR REPLACE INTO hours (day, hour, service, counter, issued, sums) VALUES (?, ?, ?, ?, ?, ?)", values
        )
    db.execute("DELETE FROM samples WHERE day = ? AND hour = ?", (day, hour))
