"""Rows of the ledger ↔ the dataclasses of `model.py`, and the statements that write them. No connection here."""

from __future__ import annotations

import json
from typing import Any

from queue_display.model import Job, Post, Ticket

TICKET_COLUMNS = (
    "id, number, letter, n, service, service_day, epoch, place, issued_at, ahead, state, print, priority, counter, "
    "called_at, served_at, closed_at, last_call_at, calls, note, clock, boot, uptime"
)
_TICKET_MARKS = ", ".join("?" * 23)

INSERT_TICKET = f"INSERT INTO tickets ({TICKET_COLUMNS}) VALUES ({_TICKET_MARKS})"
UPDATE_TICKET = (
    "UPDATE tickets SET service = ?, service_day = ?, state = ?, print = ?, counter = ?, called_at = ?, served_at = ?, "
    "closed_at = ?, last_call_at = ?, calls = ?, note = ? WHERE id = ?"
)
PUT_POST = (
    "INSERT OR REPLACE INTO posts (id, state, ticket, pause_reason, pause_until, normals) VALUES (?, ?, ?, ?, ?, ?)"
)
PUT_JOB = (
    "INSERT INTO jobs (id, kind, ticket, state, payload, created_at, detail) VALUES (?, ?, ?, ?, ?, ?, ?) "
    "ON CONFLICT (id) DO UPDATE SET state = excluded.state, detail = excluded.detail"
)
PUT_SERIES = (
    "INSERT INTO series (service_day, letter, last) VALUES (?, ?, ?) "
    "ON CONFLICT (service_day, letter) DO UPDATE SET last = max(last, excluded.last)"
)
PUT_META = "INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)"
JOB_COLUMNS = "id, kind, ticket, state, payload, created_at, detail"


def ticket_values(ticket: Ticket) -> tuple[Any, ...]:
    """For `INSERT_TICKET`."""
    return (
        ticket.id,
        ticket.number,
        ticket.letter,
        ticket.n,
        ticket.service,
        ticket.service_day,
        ticket.epoch,
        ticket.order,
        ticket.issued_at,
        ticket.ahead,
        ticket.state,
        ticket.print,
        int(ticket.priority),
        ticket.counter,
        ticket.called_at,
        ticket.served_at,
        ticket.closed_at,
        ticket.last_call_at,
        ticket.calls,
        ticket.note,
        ticket.clock,
        ticket.boot,
        ticket.uptime,
    )


def ticket_update(ticket: Ticket) -> tuple[Any, ...]:
    """For `UPDATE_TICKET`: what may change after the issue. Number, letter, place and epoch may not."""
    return (
        ticket.service,
        ticket.service_day,
        ticket.state,
        ticket.print,
        ticket.counter,
        ticket.called_at,
        ticket.served_at,
        ticket.closed_at,
        ticket.last_call_at,
        ticket.calls,
        ticket.note,
        ticket.id,
    )


def ticket_from(row: tuple[Any, ...]) -> Ticket:
    """A row of `TICKET_COLUMNS`."""
    return Ticket(
        id=row[0],
        number=row[1],
        letter=row[2],
        n=row[3],
        service=row[4],
        service_day=row[5],
        epoch=row[6],
        order=row[7],
        issued_at=row[8],
        ahead=row[9],
        state=row[10],
        print=row[11],
        priority=bool(row[12]),
        counter=row[13],
        called_at=row[14],
        served_at=row[15],
        closed_at=row[16],
        last_call_at=row[17],
        calls=row[18],
        note=row[19],
        clock=row[20],
        boot=row[21],
        uptime=row[22],
    )


def post_values(post: Post) -> tuple[Any, ...]:
    """For `PUT_POST`."""
    return (post.id, post.state, post.ticket, post.pause_reason, post.pause_until, post.normals)


def post_from(row: tuple[Any, ...]) -> Post:
    """A row of `posts`."""
    return Post(id=row[0], state=row[1], ticket=row[2], pause_reason=row[3], pause_until=row[4], normals=row[5])


def job_values(job: Job) -> tuple[Any, ...]:
    """For `PUT_JOB`."""
    payload = None if job.payload is None else json.dumps(job.payload, ensure_ascii=False)
    return (job.id, job.kind, job.ticket, job.state, payload, job.created_at, job.detail)


def job_from(row: tuple[Any, ...]) -> Job:
    """A row of `JOB_COLUMNS`."""
    return Job(
        id=row[0],
        kind=row[1],
        ticket=row[2],
        state=row[3],
        payload=None if row[4] is None else json.loads(row[4]),
        created_at=row[5],
        detail=row[6],
    )
