"""The desk's chores: hourly sums, the day that closes by itself, the list of appointments, forgetting what is old.

Thin: the rules are in `sums.py`, `day.py` and `rules/booking.py`, the statements in `ledger_upkeep.py`.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from queue_display import day as days
from queue_display import sums
from queue_display.appointments_file import BadList, read_list
from queue_display.draft import Draft
from queue_display.health import Notice
from queue_display.model import EngineError, Now, Sample, Ticket
from queue_display.rules.booking import take_list

if TYPE_CHECKING:
    from queue_display.desk import Desk

log = logging.getLogger("hub")


class Upkeep:
    """Chores of one desk, done on its thread."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._hour: tuple[date, int] | None = None
        self._list_seen: tuple[int, int] | None = None

    def tick(self, now: Now) -> None:
        """Everything that is due. Raises `LedgerError`."""
        desk = self._desk
        if days.closes_itself(desk.hall, now):
            draft = Draft(desk.hall, now, "hub:")
            days.close_itself(draft)
            desk.commit(draft.change, now)
            log.info("service day %s closed by itself", desk.hall.service_day)
        if self._hour != (desk.hall.service_day, now.wall.hour):
            self.sum_up(now)
        self._appointments(now)
        if now.trust != "untrusted":
            self._forget(now)

    def _forget(self, now: Now) -> None:
        settings = self._desk.settings
        today = now.wall.date()
        old = now.wall.timestamp() - settings.uplink.keep_days * 86400
        self._desk.ledger.forget(
            before=today - timedelta(days=settings.hub.keep_days),
            sums_before=today - timedelta(days=settings.queue.keep_sums_days),
            now=now,
            events_before_s=old,
        )

    # -- hourly sums -----------------------------------------------------------------------------------------------

    def sum_up(self, now: Now, *, everything: bool = False) -> None:
        """Sum every hour that is over (`everything`: the one under way too: the day ends). Raises `LedgerError`."""
        desk = self._desk
        today = desk.hall.service_day
        for day in sorted({today, *desk.ledger.sample_days()}):
            tickets = list(desk.hall.tickets.values()) if day == today else desk.ledger.tickets(day)
            self._sum_day(day, now, tickets, under_way=None if everything or day != today else now.wall.hour)
        self._hour = (today, now.wall.hour)

    def _sum_day(self, day: date, now: Now, tickets: Sequence[Ticket], under_way: int | None) -> None:
        desk = self._desk
        samples, issued = desk.ledger.samples(day), sums.issued_by_hour(tickets, self._letters())
        held: dict[int, list[dict[str, Any]]] = {}
        for row in desk.ledger.hours(day):
            held.setdefault(row["hour"], []).append(row)
        for hour in sorted({*samples, *issued} - {under_way}):
            if hour in held and hour not in samples:
                continue
            rows = sums.hour_rows(hour, samples.get(hour, []), issued.get(hour, {}))
            told = {row["service"]: row["issued"] for row in held.get(hour, ()) if not row["counter"]}
            events = [self._event(day, hour, row, told) for row in rows if row["service"] and not row["counter"]]
            desk.ledger.put_hour(day, hour, sums.merged(held.get(hour, ()), rows), events, now)

    def _letters(self) -> dict[str, str]:
        return {each.letter: each.id for each in self._desk.hall.services.values()}

    def _event(self, day: date, hour: int, row: dict[str, Any], told: Mapping[str, int]) -> tuple[str, dict[str, Any]]:
        """What the server has not been told of this hour: its events of an hour add up."""
        data: dict[str, Any] = {"day": day.isoformat(), "hour": hour, "service": row["service"]}
        data |= {"issued": max(0, row["issued"] - told.get(row["service"], 0)), "actor": "hub:"}
        for key in ("waiting", "arrival", "serving"):
            data |= {f"{key}_{name}": value for name, value in row[key].items() if value is not None}
        return "vn.motcua.stats.hour", data

    def day_rows(self, day: date, now: Now) -> list[dict[str, Any]]:
        """The sums of a day, the hour under way included as far as it has come."""
        desk = self._desk
        rows = desk.ledger.hours(day)
        samples: dict[int, list[Sample]] = desk.ledger.samples(day)
        tickets = desk.hall.tickets.values() if day == desk.hall.service_day else desk.ledger.tickets(day)
        issued = sums.issued_by_hour(tickets, self._letters())
        have = {row["hour"] for row in rows}
        for hour in sorted({*samples, *issued}):
            if hour not in have:
                rows += sums.hour_rows(hour, samples.get(hour, []), issued.get(hour, {}))
            elif hour in samples:
                fresh = sums.hour_rows(hour, samples[hour], issued.get(hour, {}))
                old = [row for row in rows if row["hour"] == hour]
                rows = [row for row in rows if row["hour"] != hour] + sums.merged(old, fresh)
        return sorted(rows, key=lambda row: (row["hour"], row["service"] or "", row["counter"] or 0))

    # -- appointments ----------------------------------------------------------------------------------------------

    def _appointments(self, now: Now) -> None:
        """The list named in the settings, read again whenever the file changes."""
        desk = self._desk
        named = desk.settings.appointments.file
        if not named:
            return
        path = Path(named)
        try:
            status = path.stat()
            seen = (status.st_mtime_ns, status.st_size)
            if seen == self._list_seen:
                return
            self._list_seen = seen
            items = read_list(path.read_bytes(), now.wall.tzinfo)
            draft = Draft(desk.hall, now, "hub:")
            counts = take_list(draft, items, replace_all=True)
            desk.commit(draft.change, now)
        except (OSError, BadList, EngineError) as error:
            why = error.strerror if isinstance(error, OSError) else str(error)
            desk.notice(
                Notice(
                    "appointments_file",
                    "appointments",
                    "warn",
                    f"Chưa đọc được danh sách hẹn {path.name}: {why}",
                    f"The list of appointments {path.name} cannot be read: {why}",
                )
            )
        else:
            desk.clear("appointments")
            log.info("appointments of %s: %s", path.name, counts)
