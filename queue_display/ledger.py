"""The ledger: the only durable state of the Pi, one SQLite file. With `ledger_file.py` the only importer
of sqlite3 in this room.

One writer connection, WAL, `synchronous=FULL`, both read back and asserted. Everything a command changes is written in
one `BEGIN IMMEDIATE` transaction: number, ticket, press key, print job, answer and events (house §4). Measured in the
design: WAL+FULL lost nothing in 500 simulated power cuts, the default journal lost 126.

Threads: the hub's event loop writes and waits for the commit (0.2 ms); the uplink's thread reads the outbox on a
read-only connection of its own (WAL readers wait for nobody) and writes one thing, the watermark, through the same
writer. A lock stands around each transaction, so the loop never waits longer than one commit of the uplink.

A full disk refuses to grow (`storage_full`, nothing half written) and never keeps the hub from starting.
"""

from __future__ import annotations

import json
import logging
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from config.events import EVENT_TYPES, make_event
from queue_display import ledger_upkeep as upkeep
from queue_display import rows
from queue_display.ledger_file import CLAIM_WAIT_S, LedgerTooNew, claim, make, open_checked, set_aside
from queue_display.ledger_reading import LedgerReading
from queue_display.model import (
    Change,
    EngineError,
    Now,
    Sample,
)

log = logging.getLogger("ledger")

RESTART_SKIP = 1000
"""Revisions skipped at every start: more than may have been shown and not stored, so that none is shown twice."""


Events = Sequence[tuple[str, dict[str, Any]]]

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class LedgerError(EngineError):
    """The ledger could not write; nothing of the command happened."""


@dataclass(frozen=True)
class Request:
    """An idempotency key, the hash of what was asked, and how the first answer is made once the ticket is known."""

    key: str
    hash: str
    answer: Callable[[], str]


@dataclass(frozen=True)
class Origin:
    """What every event says about its sender."""

    source: str
    site: str


class Ledger(LedgerReading):
    """The open ledger. `open` makes, checks, migrates, or sets aside; see the module for the threads."""

    def __init__(self, path: Path, writer: sqlite3.Connection, lock_file: int, origin: Origin) -> None:
        self.path = path
        self.set_aside: Path | None = None
        """Where a ledger that failed its check lies now, when that happened at this start."""
        self._origin = origin
        self._lock_file = lock_file
        self._db = writer
        self._lock = threading.Lock()
        self._read_lock = threading.Lock()
        self._reader: sqlite3.Connection | None = None
        self._wakeups: list[Callable[[], None]] = []
        self._epoch = self.meta("epoch") or ""
        self._seq = int(self._one("SELECT coalesce(max(seq), 0) FROM outbox WHERE epoch = ?", self._epoch))
        self._watermark = int(self.meta("watermark") or 0)

    @classmethod
    def open(cls, path: Path, now: Now, origin: Origin, *, wait_s: float = CLAIM_WAIT_S) -> Ledger:
        """Open, or make, the ledger at `path`.

        One that fails its check is renamed and kept, and a new epoch begins (`set_aside` says where it went). Raises
        `LedgerTooNew` for one that newer software wrote and `LedgerBusy` when another hub has it open.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        lock_file = claim(path, wait_s)
        aside: Path | None = None
        writer: sqlite3.Connection | None = None
        if path.exists():
            try:
                writer = open_checked(path)
            except LedgerTooNew:
                os.close(lock_file)
                raise
            except sqlite3.DatabaseError as error:
                aside = set_aside(path, now.wall)
                log.error("the ledger failed its check (%s); it is kept as %s, a new epoch begins", error, aside)
        if writer is None:
            writer = make(path, now.wall.date(), reserve=aside is not None)
        ledger = cls(path, writer, lock_file, origin)
        ledger.set_aside = aside
        return ledger

    # -- writing -------------------------------------------------------------------------------------------------

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                self._db.execute("BEGIN IMMEDIATE")
                yield self._db
                self._db.execute("COMMIT")
            except BaseException as error:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                if isinstance(error, sqlite3.Error):
                    raise _refusal(error) from error
                raise

    def commit(
        self, change: Change, *, rev: int, known: Callable[[str], bool], now: Now, request: Request | None = None
    ) -> None:
        """Write one command, all of it or nothing. `known` says whether a ticket is in the ledger already.

        Raises `LedgerError` (`storage_full`, `storage`) and leaves the ledger as it was.
        """
        seq = self._seq
        with self._transaction() as db:
            day = change.day.day if change.day is not None else None
            if change.day is not None:
                db.execute(rows.PUT_META, ("service_day", change.day.day.isoformat()))
                db.execute(rows.PUT_META, ("reserve", "1" if change.day.reserve else "0"))
            for ticket in change.tickets.values():
                if known(ticket.id):
                    db.execute(rows.UPDATE_TICKET, rows.ticket_update(ticket))
                else:
                    db.execute(rows.INSERT_TICKET, rows.ticket_values(ticket))
                    day = day or date.fromisoformat(ticket.service_day)
            for letter, last in change.series.items():
                assert day is not None
                db.execute(rows.PUT_SERIES, (day.isoformat(), letter, last))
            if change.press is not None:
                press, why = change.press, change.refused
                got = None if why is not None or change.result is None else change.result.id
                told = None if why is None else json.dumps(why, ensure_ascii=False)
                identity = (press.board, press.boot, press.press, press.button)
                db.execute(rows.PUT_PRESS, (*identity, got, told, now.wall.date().isoformat()))
            for post in change.posts.values():
                db.execute(rows.PUT_POST, rows.post_values(post))
            for job in change.jobs:
                db.execute(rows.PUT_JOB, rows.job_values(job))
            self._write_notes(db, change)
            seq = self._write_events(db, change.events, now)
            if request is not None:
                db.execute(
                    "INSERT INTO requests (key, hash, answer, at) VALUES (?, ?, ?, ?)",
                    (request.key, request.hash, request.answer(), now.wall.timestamp()),
                )
            db.execute(rows.PUT_META, ("rev", str(rev)))
        self._told(seq)

    def _told(self, seq: int) -> None:
        if seq != self._seq:
            self._seq = seq
            for wake in self._wakeups:
                wake()

    def _write_notes(self, db: sqlite3.Connection, change: Change) -> None:
        """What is neither a ticket nor a counter."""
        for asked in change.helps.values():
            db.execute(rows.PUT_HELP, rows.help_values(asked))
        for booked in change.appointments.values():
            if booked.dropped:
                db.execute(rows.DROP_APPOINTMENT, (booked.code,))
            else:
                db.execute(rows.PUT_APPOINTMENT, rows.appointment_values(booked))
        if change.notes is not None:
            db.execute(rows.PUT_META, ("notes", _encode(asdict(change.notes))))
        for sample in change.unsampled:
            day, hour, kind, _, _, ticket, at, _ = rows.sample_values(sample)
            db.execute(rows.DROP_SAMPLE, (day, hour, kind, ticket, at))
        for sample in change.samples:
            db.execute(rows.PUT_SAMPLE, rows.sample_values(sample))

    def _write_events(self, db: sqlite3.Connection, events: Events, now: Now) -> int:
        seq = self._seq
        for name, data in events:
            seq += 1
            envelope = make_event(
                name,
                data,
                source=self._origin.source,
                site=self._origin.site,
                epoch=self._epoch,
                seq=seq,
                time=now.wall,
                clock=now.trust,
                bootid=now.boot,
                uptimes=now.uptime,
            )
            body = _encode(envelope)
            db.execute(
                "INSERT INTO outbox (epoch, seq, class, body, at) VALUES (?, ?, ?, ?, ?)",
                (self._epoch, seq, EVENT_TYPES[name].event_class, body, now.wall.timestamp()),
            )
        return seq

    def put_meta(self, key: str, value: str) -> None:
        """Keep a note of the ledger's own."""
        with self._transaction() as db:
            db.execute(rows.PUT_META, (key, value))

    def forget(self, *, before: date, sums_before: date, now: Now, events_before_s: float, limit: int = 50) -> int:
        """Delete a little of what is old: see `ledger_upkeep.old_rows`. At most `limit` rows of each a call, so that no
        citizen's commit waits for it; nothing is written when nothing is old. Gives how many rows went."""
        old = upkeep.old_rows(
            before, sums_before, now, (self._epoch, self._watermark, self._seq, events_before_s), self._epoch
        )
        due = [each for each in old if self._one(*each.any())]
        if not due:
            return 0
        last_job = self.last_job()
        with self._transaction() as db:
            db.execute(rows.PUT_META, ("last_job", str(last_job)))
            return sum(db.execute(*each.delete(limit)).rowcount for each in due)

    # -- hourly sums -----------------------------------------------------------------------------------------------

    def samples(self, day: date) -> dict[int, list[Sample]]:
        """Measured times of a day by hour, as far as they are not summed."""
        return upkeep.samples(self._db, day.isoformat())

    def sample_days(self) -> list[date]:
        """Days that have measured times nobody has summed."""
        return [date.fromisoformat(row[0]) for row in self._db.execute("SELECT DISTINCT day FROM samples")]

    def hours(self, day: date) -> list[dict[str, Any]]:
        """The hourly sums of a day."""
        return upkeep.hours(self._db, day.isoformat())

    def put_hour(self, day: date, hour: int, sums: Sequence[dict[str, Any]], events: Events, now: Now) -> None:
        """Keep an hour's sums, let its single times go, and tell of it; one transaction."""
        with self._transaction() as db:
            upkeep.put_hour(db, day.isoformat(), hour, sums)
            seq = self._write_events(db, events, now)
        self._told(seq)

    def close(self) -> None:
        """Close both connections and let the next hub have the ledger."""
        with self._lock, self._read_lock:
            if self._reader is not None:
                self._reader.close()
                self._reader = None
            self._db.close()
        os.close(self._lock_file)

    # -- the outbox, for the uplink (any thread) --------------------------------------------------------------------

    def epoch(self) -> str:
        """The ledger's epoch: random, made when it was created."""
        return self._epoch

    def seq(self) -> int:
        """The last event's number."""
        return self._seq

    def read(self, after_seq: int, limit: int) -> list[tuple[int, str, str]]:
        """Events with seq > `after_seq`, ascending, at most `limit`: (seq, class, envelope as JSON)."""
        with self._read_lock:
            if self._reader is None:
                uri = f"{self.path.absolute().as_uri()}?mode=ro"
                self._reader = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
            sql = "SELECT seq, class, body FROM outbox WHERE epoch = ? AND seq > ? ORDER BY seq LIMIT ?"
            return self._reader.execute(sql, (self._epoch, after_seq, limit)).fetchall()

    def watermark(self) -> int:
        """The last seq the server has committed, as far as we know."""
        return self._watermark

    def delivered(self, seq: int) -> None:
        """The server's watermark is now `seq` (a restored server's may be lower than before)."""
        if seq == self._watermark:
            return
        self._watermark = seq
        try:
            self.put_meta("watermark", str(seq))
        except LedgerError as error:
            # A full disk must not end the uplink: what is not stored, the server will say again.
            log.warning("the watermark %d is not stored yet: %s", seq, error.given)

    def depth(self) -> tuple[int, float]:
        """Events above the watermark, and when (POSIX seconds) the oldest of them happened; 0.0 when there is none."""
        waiting = max(0, self._seq - self._watermark)
        if not waiting:
            return 0, 0.0
        with self._lock:
            sql = "SELECT at FROM outbox WHERE epoch = ? AND seq > ? ORDER BY seq LIMIT 1"
            return waiting, float(self._one(sql, self._epoch, self._watermark) or 0.0)

    def wakeup(self, callback: Callable[[], None]) -> None:
        """Call `callback` (cheap, from any thread) after each commit that added an event."""
        self._wakeups.append(callback)


def _refusal(error: sqlite3.Error) -> LedgerError:
    if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL:
        return LedgerError(
            "storage_full",
            "Bộ nhớ máy đã đầy, chưa ghi được. Xin báo người quản trị.",
            "The disk is full; nothing was written. Tell the technician.",
            str(error),
            status=507,
        )
    return LedgerError(
        "storage",
        "Máy chưa ghi được vào sổ. Xin thử lại, và báo người quản trị.",
        "The ledger could not be written. Try again, and tell the technician.",
        str(error),
        status=503,
    )
