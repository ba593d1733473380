"""The one place where a command becomes true: decide (engine), commit (ledger), apply (hall), tell (subscribers).

Lives in the hub's event loop and is used by it alone; nothing here waits for a wire, a printer or the network.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from config.clock import Clock
from config.process import LossLog
from config.settings import Settings
from queue_display import day as days
from queue_display import engine, printing
from queue_display.draft import Draft
from queue_display.hall import Hall
from queue_display.health import CLOCK_UNTRUSTED, LEDGER_SET_ASIDE, STORAGE_FULL, Notice
from queue_display.ledger import RESTART_SKIP, Ledger, LedgerError, Origin, Request
from queue_display.model import Change, EngineError, Job, Now, Press, Ticket
from queue_display.rules.issuing import REFUSALS, press_refused
from queue_display.upkeep import Upkeep
from queue_display.window import AUDIENCES, Audience, Touched, Window

log = logging.getLogger("hub")

Command = Callable[[Draft], dict[str, Any]]
"""Runs rules on a draft and gives what the answer carries besides `rev`."""

STORED_AHEAD = 900
"""Revisions shown without a commit before one is stored; below `RESTART_SKIP`, so that no restart shows one twice."""


class Subscriber(Protocol):
    """Somebody at the stream."""

    audience: Audience

    def send(self, text: str) -> None:
        """Hand over one message; never blocks."""
        ...


@dataclass(frozen=True)
class Asked:
    """Who asks for what: `actor` is role:device; `key` and `hash` make a repeated request answer as the first."""

    actor: str
    key: str
    hash: str


def fingerprint(path: str, actor: str, body: bytes) -> str:
    """What a key stands for: the same key with anything else is refused."""
    return hashlib.blake2b(b"\0".join((path.encode(), actor.encode(), body)), digest_size=16).hexdigest()


_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def dumps(value: Any) -> str:
    """JSON as the API sends it."""
    return _encode(value)


def boot_id() -> str:
    """The kernel's id of this boot."""
    return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()


class Desk:
    """The truth and everyone who watches it."""

    def __init__(self, settings: Settings, clock: Clock, boot: str) -> None:
        self.settings = settings
        self.clock = clock
        self._boot = boot
        self._losses = LossLog(log)
        self._later: Callable[[Callable[[], None]], object] = lambda run: run()
        self.subscribers: set[Subscriber] = set()
        now = self.now()
        origin = Origin(settings.source, settings.site.id)
        self.ledger = Ledger.open(Path(settings.hub.ledger), now, origin)
        self.hall = self.load(now)
        self.rev = self._stored = self.ledger.rev + RESTART_SKIP
        self.window = Window(settings, self.hall)
        self.upkeep = Upkeep(self)
        self._by_the_clock = self.window.by_the_clock(now)
        self._published = self.rev
        self._start(now)

    def now(self) -> Now:
        """The moment, as commands see it."""
        return Now(self.clock.wall(), self.clock.trust(), self._boot, self.clock.monotonic())

    def call_later_with(self, later: Callable[[Callable[[], None]], object]) -> None:
        """How to run something after the answer has left (the loop's `call_soon`)."""
        self._later = later

    def load(self, now: Now) -> Hall:
        """The hall as the ledger holds it."""
        ledger = self.ledger
        hall = Hall.of(self.settings, ledger.service_day, ledger.epoch(), reserve=ledger.reserve)
        hall.load(ledger.tickets(hall.service_day), ledger.posts(), ledger.open_jobs())
        hall.series = ledger.series(hall.service_day)
        hall.presses = ledger.presses()
        hall.last_job = ledger.last_job()
        hall.helps = {each.id: each for each in ledger.helps()}
        hall.last_help = ledger.last_help()
        hall.appointments = {each.code: each for each in ledger.appointments(hall.service_day)}
        hall.notes = ledger.notes()
        return hall

    def _start(self, now: Now) -> None:
        """What a start has to put right: a new epoch is told, half-printed jobs become unknown, the day may be over."""
        draft = Draft(self.hall, now, "hub:")
        if self.ledger.seq() == 0:
            letter = self.hall.reserve_letter if self.hall.reserve else None
            reason = "set_aside" if self.hall.reserve else "created"
            data = {"reason": reason, "letter": letter, "actor": "hub:"}
            draft.change.events.append(("vn.motcua.ledger.epoch", data))
        printing.after_restart(draft)
        try:
            self.commit(draft.change, now)
            self.roll_if_due(now)
        except LedgerError as error:
            # A full disk keeps nobody from being called: the hub starts, and says why it cannot issue.
            log.error("the start could not be written: %s", error)
        self._watch_self(now)

    # -- commands --------------------------------------------------------------------------------------------------

    def run(self, asked: Asked, command: Command) -> str:
        """Run one command and give the answer's JSON. Raises `EngineError`; then nothing happened.

        The change is durable before this returns, and is told to subscribers after the answer has left.
        """
        found = self.ledger.answer(asked.key)
        if found is not None:
            return self._again(asked, *found)
        now = self.now()
        self.roll_if_due(now)
        draft = Draft(self.hall, now, asked.actor)
        fields = command(draft)
        change = draft.change
        rev = self.rev + 1 if change else self.rev
        answer = dumps({"rev": rev, **fields})
        self.commit(change, now, Request(asked.key, asked.hash, lambda: answer))
        return answer

    def press(self, actor: str, press: Press, service: str) -> str:
        """A press of a button. The press itself is the key: the same one gives the same ticket, whatever the day."""
        found = self.ledger.press(press)
        if found is not None:
            ticket_id, button, refused = found
            if button != press.button:
                raise _other_request(press.key)
            before = (self.hall.tickets.get(ticket_id) or self.ledger.ticket(ticket_id)) if ticket_id else None
            shown = {"ticket": before.as_json() if before else None}
            return dumps({"rev": self.rev, **shown, **_refused(refused), "repeated": True})
        now = self.now()
        self.roll_if_due(now)
        draft = Draft(self.hall, now, actor)
        try:
            ticket = engine.issue(draft, service, press=press, source="button")
        except EngineError as error:
            if error.code not in REFUSALS:
                raise
            # The button must stop asking: the press is committed with the reason why it got no number.
            draft = Draft(self.hall, now, actor)
            refused = press_refused(draft, press, service, error)
            self.commit(draft.change, now)
            return dumps({"rev": self.rev, "ticket": None, **_refused(refused)})
        self.commit(draft.change, now)
        return dumps({"rev": self.rev, "ticket": ticket.as_json()})

    def _again(self, asked: Asked, stored_hash: str, answer: str) -> str:
        if stored_hash != asked.hash:
            raise _other_request(asked.key)
        return f'{answer[:-1]},"repeated":true}}'

    def roll_if_due(self, now: Now) -> None:
        """Begin the service day when it is due."""
        new = days.due(self.hall, now)
        if new is not None:
            self.upkeep.sum_up(now, everything=True)
            draft = Draft(self.hall, now, "hub:")
            rolled = days.roll(draft, new)
            self.commit(draft.change, now)
            log.info("service day %s begins; %d tickets before it", new, rolled.issued)
            self._watch_self(now)

    def commit(self, change: Change, now: Now, request: Request | None = None) -> None:
        if not change and request is None:
            return
        rev = self.rev + 1 if change else self.rev
        try:
            self.ledger.commit(change, rev=rev, known=self.hall.tickets.__contains__, now=now, request=request)
        except LedgerError as error:
            self._losses.lost("ledger", str(error.given))
            if error.code == "storage_full":
                self.notice(STORAGE_FULL)
            raise
        if self._losses.back("ledger"):
            self.clear("storage")
        if not change:
            return
        self.rev = self._stored = rev
        self.hall.apply(change)
        touched, spoken = self.window.note(change, rev, now, self.clock.monotonic())
        self._publish(touched, now, spoken)

    # -- telling ---------------------------------------------------------------------------------------------------

    def _publish(self, touched: Touched, now: Now, spoken: dict[str, Any] | None = None) -> None:
        rev = self.rev
        self._later(lambda: self._tell(touched, rev, now, spoken))

    def _tell(self, touched: Touched, rev: int, now: Now, spoken: dict[str, Any] | None) -> None:
        self._published = rev
        if not self.subscribers:
            return
        if touched.day:
            for each in list(self.subscribers):
                each.send(self.snapshot_message(each.audience))
            return
        changes = self.window.changes(touched, rev, now)
        texts = {each: dumps({"type": "change", "rev": rev, "data": changes[each]}) for each in AUDIENCES}
        call = dumps({"type": "announce", "rev": rev, "data": spoken}) if spoken else None
        for subscriber in list(self.subscribers):
            subscriber.send(texts[subscriber.audience])
            if call:
                subscriber.send(call)

    def snapshot(self, audience: Audience) -> dict[str, Any]:
        """Everything an audience may see, now."""
        return self.window.snapshot(audience, self.rev, self.now(), self.clock.monotonic())

    def snapshot_message(self, audience: Audience) -> str:
        """The first message of a stream."""
        return dumps({"type": "snapshot", "rev": self.rev, "data": self.snapshot(audience)})

    def bump(self, touched: Touched) -> None:
        """Show something that is not in the ledger (a notice, the uplink) at a revision of its own."""
        self.rev += 1
        if self.rev - self._stored >= STORED_AHEAD:
            try:
                self.ledger.put_meta("rev", str(self.rev))
                self._stored = self.rev
            except LedgerError as error:
                self._losses.lost("ledger", str(error.given))
        self._publish(touched, self.now())

    def turn_boards(self) -> None:
        """What boards and TVs show by time alone: the next call's turn, the next item of the playlist."""
        if self.window.turn_boards(self.now(), self.rev + 1):
            self.bump(Touched(boards=True))

    def notice(self, notice: Notice) -> None:
        """Show a notice."""
        since = self.now().wall.isoformat(timespec="seconds")
        if self.window.notices.put(Notice(**{**notice.__dict__, "since": since})):
            self.bump(Touched(notices=True))

    def clear(self, part: str) -> None:
        """Take a part's notice away."""
        if self.window.notices.clear(part):
            self.bump(Touched(notices=True))

    def uplink_state(self, state: dict[str, Any]) -> None:
        """What the uplink says of itself: shown when it changes."""
        if state != self.window.uplink:
            self.window.uplink = state
            self.bump(Touched(uplink=True))

    def _watch_self(self, now: Now) -> None:
        """The hub's own notices."""
        for wrong, notice in ((self.hall.reserve, LEDGER_SET_ASIDE), (now.trust == "untrusted", CLOCK_UNTRUSTED)):
            if wrong:
                self.notice(notice)
            else:
                self.clear(notice.part)

    def tick(self) -> None:
        """Every few seconds: the day, the clock's trust, and a little upkeep. Raises nothing for a full disk."""
        now = self.now()
        try:
            self.roll_if_due(now)
            self._watch_self(now)
            self.upkeep.tick(now)
        except LedgerError as error:
            self._losses.lost("ledger", str(error.given))
        shown = self.window.by_the_clock(now)
        if shown != self._by_the_clock:
            self._by_the_clock = shown
            self.bump(Touched(room=True))

    # -- asking ----------------------------------------------------------------------------------------------------

    def ticket(self, ticket_id: str) -> Ticket:
        """One ticket of any day. Refuses an unknown one (404)."""
        found = self.hall.tickets.get(ticket_id) or self.ledger.ticket(ticket_id)
        if found is None:
            raise EngineError(
                "unknown_ticket",
                f"Không có phiếu {ticket_id}.",
                f"There is no ticket {ticket_id}.",
                ticket_id,
                status=404,
            )
        return found

    def job(self, job_id: int) -> Job:
        """One job. Refuses an unknown one (404)."""
        found = self.hall.jobs.get(job_id) or self.ledger.job(job_id)
        if found is None:
            raise EngineError(
                "unknown_job", f"Không có việc in {job_id}.", f"There is no print job {job_id}.", job_id, status=404
            )
        return found

    def paper(self, job: Job) -> dict[str, Any]:
        """A job with all the bridge needs to print it (docs/contracts.md §2)."""
        site = self.settings.site
        out: dict[str, Any] = {**job.as_json(), "copy": job.kind == "copy", "payload": job.payload}
        out["site"] = {"id": site.id, "name": site.name, "place": site.place, "help_line": site.help_line}
        ticket = self.ticket(job.ticket) if job.ticket else None
        if ticket is None:
            trusted = self.clock.trust() != "untrusted"
            out["at"] = job.created_at if trusted else None
            return {**out, "ticket": None}
        service = self.hall.services.get(ticket.service)
        out["ticket"] = ticket.as_json()
        out["service"] = {
            "name": service.name if service else ticket.service,
            "name_en": service.name_en if service else ticket.service,
        }
        out["ahead"] = ticket.ahead
        out["estimate"] = self.window.estimate(ticket.service, ticket.ahead, self.now()) if service else None
        # A date nobody believes is not printed; the number is right all the same.
        out["at"] = ticket.issued_at if ticket.clock != "untrusted" else None
        out["qr"] = f"MC1/{site.id}/{ticket.id[:8]}/{ticket.number}"
        return out

    def close(self) -> None:
        """End: what was shown is stored, the ledger is closed."""
        try:
            if self.rev != self._stored:
                self.ledger.put_meta("rev", str(self.rev))
        except LedgerError as error:
            log.error("the last revision could not be stored: %s", error)
        self.ledger.close()


def _refused(refused: dict[str, Any] | None) -> dict[str, Any]:
    return {"refused": refused} if refused is not None else {}


def _other_request(key: str) -> EngineError:
    return EngineError(
        "key_reused",
        "Mã yêu cầu này đã dùng cho một việc khác.",
        "This idempotency key was used for another request.",
        key,
        "a new key for each request; the same key only to repeat one",
    )
