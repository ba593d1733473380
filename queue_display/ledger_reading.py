"""What the ledger holds, read back as the dataclasses of `model.py`. The half of `Ledger` that writes nothing."""

from __future__ import annotations

import json
import sqlite3
from datetime import date
from typing import Any

from queue_display import rows
from queue_display.model import Appointment, Broadcast, Help, Job, Notes, Post, Press, Ticket


class LedgerReading:
    """Reads on the writer's connection: what the hub's loop has committed, it sees at once."""

    _db: sqlite3.Connection

    def _one(self, sql: str, *values: Any) -> Any:
        row = self._db.execute(sql, values).fetchone()
        return None if row is None else row[0]

    def meta(self, key: str) -> str | None:
        """A value of the ledger's own notes."""
        value = self._one("SELECT value FROM meta WHERE key = ?", key)
        return None if value is None else str(value)

    @property
    def rev(self) -> int:
        """The last revision that was stored."""
        return int(self.meta("rev") or 0)

    @property
    def service_day(self) -> date:
        """The service day that was stored."""
        return date.fromisoformat(self.meta("service_day") or "1970-01-01")

    @property
    def reserve(self) -> bool:
        """Whether this day's numbers come from the reserved letter."""
        return self.meta("reserve") == "1"

    def tickets(self, service_day: date) -> list[Ticket]:
        """All tickets of a day in the order of issue."""
        sql = f"SELECT {rows.TICKET_COLUMNS} FROM tickets WHERE service_day = ? ORDER BY place"
        return [rows.ticket_from(row) for row in self._db.execute(sql, (service_day.isoformat(),))]

    def ticket(self, ticket_id: str) -> Ticket | None:
        """One ticket of any day."""
        row = self._db.execute(f"SELECT {rows.TICKET_COLUMNS} FROM tickets WHERE id = ?", (ticket_id,)).fetchone()
        return rows.ticket_from(row) if row else None

    def series(self, service_day: date) -> dict[str, int]:
        """Letter → last number of a day."""
        sql = "SELECT letter, last FROM series WHERE service_day = ?"
        return dict(self._db.execute(sql, (service_day.isoformat(),)).fetchall())

    def posts(self) -> list[Post]:
        """Counters as they stood."""
        sql = f"SELECT {rows.POST_COLUMNS} FROM posts"
        return [rows.post_from(row) for row in self._db.execute(sql)]

    def open_jobs(self) -> list[Job]:
        """Jobs that are not over."""
        sql = f"SELECT {rows.JOB_COLUMNS} FROM jobs WHERE state NOT IN ('printed', 'dropped') ORDER BY id"
        return [rows.job_from(row) for row in self._db.execute(sql)]

    def job(self, job_id: int) -> Job | None:
        """One job."""
        row = self._db.execute(f"SELECT {rows.JOB_COLUMNS} FROM jobs WHERE id = ?", (job_id,)).fetchone()
        return rows.job_from(row) if row else None

    def last_job(self) -> int:
        """The highest job id ever given."""
        return max(int(self._one("SELECT coalesce(max(id), 0) FROM jobs")), int(self.meta("last_job") or 0))

    def presses(self) -> dict[str, tuple[int, int]]:
        """Board → its highest committed (boot, press)."""
        sql = "SELECT board, boot, max(press) FROM presses GROUP BY board, boot ORDER BY boot"
        return {board: (boot, press) for board, boot, press in self._db.execute(sql)}

    def press(self, press: Press) -> tuple[str | None, int, dict[str, Any] | None] | None:
        """(ticket id, button, why there was none) of a press that was committed before."""
        sql = "SELECT ticket, button, refused FROM presses WHERE board = ? AND boot = ? AND press = ?"
        row = self._db.execute(sql, (press.board, press.boot, press.press)).fetchone()
        return (row[0], int(row[1]), json.loads(row[2]) if row[2] else None) if row else None

    def helps(self) -> list[Help]:
        """Calls for a helper that nobody has answered."""
        sql = f"SELECT {rows.HELP_COLUMNS} FROM helps WHERE done_at IS NULL ORDER BY id"
        return [rows.help_from(row) for row in self._db.execute(sql)]

    def last_help(self) -> int:
        """The highest id of a call for help."""
        return int(self._one("SELECT coalesce(max(id), 0) FROM helps"))

    def appointments(self, day: date) -> list[Appointment]:
        """Appointments from a day on."""
        sql = "SELECT code, service, at, prechecked, ticket FROM appointments WHERE substr(at, 1, 10) >= ? ORDER BY at"
        return [rows.appointment_from(row) for row in self._db.execute(sql, (day.isoformat(),))]

    def notes(self) -> Notes:
        """What the room as a whole was told."""
        text = self.meta("notes")
        if text is None:
            return Notes()
        raw = json.loads(text)
        told = raw["broadcast"]
        return Notes(Broadcast(**told) if told else None, raw["day_closed"], raw["auto_closed"])

    def answer(self, key: str) -> tuple[str, str] | None:
        """(hash, first answer) of an idempotency key."""
        row = self._db.execute("SELECT hash, answer FROM requests WHERE key = ?", (key,)).fetchone()
        return (str(row[0]), str(row[1])) if row else None
