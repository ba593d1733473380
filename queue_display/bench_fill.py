"""A ledger that has seen years: filled in bulk before `motcua bench issue --tickets N` measures beside it.

Rows are written by the ledger's own statements (`rows.py`), with the paper job and the press of each ticket, so that
the measured table is as wide and as indexed as a real one. Only the durability is left out while filling.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from config.settings import Settings
from queue_display import rows
from queue_display.ledger import Ledger, Origin
from queue_display.model import Job, Now, Ticket

TODAY_SHARE = 0.4
"""Of a letter's numbers of today, how many may be filled: the rest is left for what is measured."""
WAITING = 0.05
"""Of today's filled tickets, how many still wait."""


def _of_day(settings: Settings, day: date, epoch: str, count: int, waiting: float) -> Iterator[Ticket]:
    """`count` tickets of one day, evenly over the services, the last `waiting` share still waiting."""
    letters = settings.services
    for at in range(count):
        service = letters[at % len(letters)]
        n = at // len(letters) + 1
        moment = f"{day.isoformat()}T{7 + at * 9 // count:02d}:30:00.000+07:00"
        open_still = at >= count * (1 - waiting)
        yield Ticket(
            id=f"{day:%Y%m%d}-{service.letter}{n:03d}",
            number=f"{service.letter}{n:03d}",
            letter=service.letter,
            n=n,
            service=service.id,
            service_day=day.isoformat(),
            epoch=epoch,
            order=at + 1,
            issued_at=moment,
            ahead=at % 7,
            state="waiting" if open_still else "done",
            print="printed",
            counter=None if open_still else at % len(settings.counters) + 1,
            called_at=None if open_still else moment,
            served_at=None if open_still else moment,
            closed_at=None if open_still else moment,
            calls=0 if open_still else 1,
            boot="00000000",
        )


def fill(settings: Settings, now: Now, tickets: int) -> None:
    """Make the ledger of `settings` with `tickets` tickets in it: some of today, the rest on the days before."""
    path = Path(settings.hub.ledger)
    ledger = Ledger.open(path, now, Origin(settings.source, settings.site.id))
    epoch, today = ledger.epoch(), ledger.service_day
    ledger.close()
    numbers = sum(each.last - each.first + 1 for each in settings.services)
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA synchronous = OFF")
    left, day, job = tickets, today, 0
    while left > 0:
        count = min(left, int(numbers * TODAY_SHARE))
        waiting = WAITING if day == today else 0.0
        made = list(_of_day(settings, day, epoch, count, waiting))
        db.execute("BEGIN")
        db.executemany(rows.INSERT_TICKET, map(rows.ticket_values, made))
        db.executemany(
            rows.PUT_JOB,
            (
                rows.job_values(Job(job + at, "ticket", each.id, "printed", None, each.issued_at))
                for at, each in enumerate(made, 1)
            ),
        )
        db.executemany(
            "INSERT INTO presses (board, boot, press, button, ticket) VALUES (?, ?, ?, ?, ?)",
            (("00000001", day.toordinal(), at, 0, each.id) for at, each in enumerate(made, 1)),
        )
        series = {each.letter: each.n for each in made}
        db.executemany(rows.PUT_SERIES, ((day.isoformat(), letter, n) for letter, n in series.items()))
        db.execute("COMMIT")
        left, day, job = left - count, day - timedelta(days=1), job + count
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
