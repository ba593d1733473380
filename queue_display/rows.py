"""Rows of the ledger ↔ the dataclasses of `model.py`, and the statements that write them. No connection here."""

from __future__ import annotations

import json
from typing import Any

from queue_display.model import Appointment, Help, Job, Post, Sample, Ticket

TICKET_COLUMNS = (
    "id, number, letter, n, service, service_day, epoch, place, issued_at, ahead, state, print, priority, counter, "
    "called_at, served_at, closed_at, last_call_at, calls, note, clock, boot, uptime, "
    "recalls, since, also, back_to, back_service, appointment, prechecked, returns, carry"
)
_TICKET_MARKS = ", ".join("?" * 32)

INSERT_TICKET = f"INSERT INTO tickets ({TICKET_COLUMNS}) VALUES ({_TICKET_MARKS})"
UPDATE_TICKET = (
    "UPDATE tickets SET service = ?, service_day = ?, state = ?, print = ?, counter = ?, called_at = ?, served_at = ?, "
    "closed_at = ?, last_call_at = ?, calls = ?, note = ?, place = ?, recalls = ?, since = ?, also = ?, back_to = ?, "
    "back_service = ?, returns = ?, carry = ? WHERE id = ?"
)
POST_COLUMNS = "id, state, ticket, pause_reason, pause_until, normals, services, emergency, free_since"
PUT_POST = f"INSERT OR REPLACE INTO posts ({POST_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
PUT_JOB = (
    "INSERT INTO jobs (id, kind, ticket, state, payload, created_at, detail) VALUES (?, ?, ?, ?, ?, ?, ?) "
    "ON CONFLICT (id) DO UPDATE SET state = excluded.state, detail = excluded.detail"
)
PUT_SERIES = (
    "INSERT INTO series (service_day, letter, last) VALUES (?, ?, ?) "
    "ON CONFLICT (service_day, letter) DO UPDATE SET last = max(last, excluded.last)"
)
PUT_PRESS = "INSERT INTO presses (board, boot, press, button, ticket, refused, day) VALUES (?, ?, ?, ?, ?, ?, ?)"
PUT_HELP = (
    "INSERT INTO helps (id, place, what, at, counter, done_at) VALUES (?, ?, ?, ?, ?, ?) "
    "ON CONFLICT (id) DO UPDATE SET done_at = excluded.done_at"
)
HELP_COLUMNS = "id, place, what, at, counter, done_at"
PUT_APPOINTMENT = "INSERT OR REPLACE INTO appointments (code, service, at, prechecked, ticket) VALUES (?, ?, ?, ?, ?)"
DROP_APPOINTMENT = "DELETE FROM appointments WHERE code = ?"
PUT_SAMPLE = (
    "INSERT INTO samples (day, hour, kind, service, counter, ticket, at, seconds) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)
DROP_SAMPLE = "DELETE FROM samples WHERE day = ? AND hour = ? AND kind = ? AND ticket = ? AND at = ?"
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
        ticket.recalls,
        ticket.since,
        ",".join(ticket.also),
        ticket.back_to,
        ticket.back_service,
        int(ticket.appointment),
        int(ticket.prechecked),
        ticket.returns,
        int(ticket.carry),
    )


def ticket_update(ticket: Ticket) -> tuple[Any, ...]:
    """For `UPDATE_TICKET`: what may change after the issue. Number, letter and epoch may not."""
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
        ticket.order,
        ticket.recalls,
        ticket.since,
        ",".join(ticket.also),
        ticket.back_to,
        ticket.back_service,
        ticket.returns,
        int(ticket.carry),
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
        recalls=row[23],
        since=row[24],
        also=tuple(row[25].split(",")) if row[25] else (),
        back_to=row[26],
        back_service=row[27],
        appointment=bool(row[28]),
        prechecked=bool(row[29]),
        returns=row[30],
        carry=bool(row[31]),
    )


def post_values(post: Post) -> tuple[Any, ...]:
    """For `PUT_POST`."""
    services = None if post.services is None else json.dumps(post.services)
    pause = (post.pause_reason, post.pause_until)
    return (post.id, post.state, post.ticket, *pause, post.normals, services, int(post.emergency), post.free_since)


def post_from(row: tuple[Any, ...]) -> Post:
    """A row of `POST_COLUMNS`."""
    return Post(
        id=row[0],
        state=row[1],
        ticket=row[2],
        pause_reason=row[3],
        pause_until=row[4],
        normals=row[5],
        services=None if row[6] is None else tuple(json.loads(row[6])),
        emergency=bool(row[7]),
        free_since=row[8],
    )


def help_values(asked: Help) -> tuple[Any, ...]:
    """For `PUT_HELP`."""
    return (asked.id, asked.where, asked.what, asked.at, asked.counter, asked.done_at)


def help_from(row: tuple[Any, ...]) -> Help:
    """A row of `HELP_COLUMNS`."""
    return Help(id=row[0], where=row[1], what=row[2], at=row[3], counter=row[4], done_at=row[5])


def appointment_values(booked: Appointment) -> tuple[Any, ...]:
    """For `PUT_APPOINTMENT`."""
    return (booked.code, booked.service, booked.at, int(booked.prechecked), booked.ticket)


def appointment_from(row: tuple[Any, ...]) -> Appointment:
    """A row of code, service, at, prechecked, ticket."""
    return Appointment(code=row[0], service=row[1], at=row[2], prechecked=bool(row[3]), ticket=row[4])


def sample_values(sample: Sample) -> tuple[Any, ...]:
    """For `PUT_SAMPLE`: the hour is the local one at which the measured time ended."""
    who = (sample.service, sample.counter, sample.ticket)
    return (sample.day, sample.hour, sample.kind, *who, sample.at, sample.seconds)


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
