"""Officers at the desks: sign-in by counter and PIN, the session's cookie, and what a session may still do.

A session ends at the end of the service day, after some idle hours, by signing out, and when the officer's PIN or entry
in the settings changes. It outlives a restart of the hub: the cookie carries it, signed.
"""

from __future__ import annotations

import hashlib
import json
import logging
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from config.settings import Settings, Staff
from queue_display.hub.pins import Tries, Verifier
from queue_display.hub.seats import Seats, Standing
from queue_display.model import EngineError

log = logging.getLogger("hub")

MARK = "staff"
"""The first word of an officer's session, which no token's has."""


@dataclass(frozen=True)
class Session:
    """One officer signed in at one browser. `claims`: counter → (claim, since)."""

    sid: str
    staff: Staff
    day: str
    claims: Mapping[int, tuple[int, str]] = field(default_factory=dict)


def key_of(staff: Staff) -> str:
    """A few letters that change with the PIN: a session made with the old one is over."""
    return hashlib.sha256(f"{staff.id} {staff.role} {staff.pin}".encode()).hexdigest()[:16]


def waits(seconds: float) -> EngineError:
    """429: too many wrong PINs."""
    whole = max(1, round(seconds + 0.5))
    return EngineError(
        "too_many_tries",
        f"Mã PIN sai nhiều lần. Xin chờ {whole} giây rồi thử lại.",
        f"Too many wrong PINs. Wait {whole} seconds, then try again.",
        None,
        {"retry_s": whole},
        429,
    )


def wrong() -> EngineError:
    """401: nobody's PIN, or nobody's who may sit here: the two are not told apart."""
    return EngineError(
        "bad_pin",
        "Mã PIN chưa đúng với quầy này. Mời nhập lại.",
        "That is not the PIN of an officer of this counter. Please try again.",
        status=401,
    )


class Officers:
    """Who may sign in by PIN, and the sessions that came of it."""

    def __init__(
        self,
        settings: Settings,
        sign: Callable[[str], str],
        seats: Seats,
        *,
        day: Callable[[], str],
        now: Callable[[], float],
    ) -> None:
        self.seats = seats
        self._staff = {each.id: each for each in settings.staff}
        self._sign = sign
        self._day = day
        self._now = now
        self._pins = Verifier()
        self._counter_tries = Tries()
        self._address_tries = Tries(limit=20)

    # -- signing in ------------------------------------------------------------------------------------------------

    def _asked(self, staff: str | None, counter: int | None, role: str | None) -> list[Staff]:
        """Whose PIN may it be? By code; or at a counter, whoever may sit there; or else by role."""
        if staff is not None:
            return [self._staff[staff]] if staff in self._staff else []
        if counter is not None:
            return [each for each in self._staff.values() if counter in each.counters]
        return [each for each in self._staff.values() if each.role == role]

    async def identify(
        self, address: str, pin: str, *, staff: str | None, counter: int | None, role: str | None
    ) -> Staff:
        """The officer whose PIN it is. Refuses (401) any other, (429) who guesses, (409) a PIN that two have."""
        place = (staff or counter or role, address)
        wait = max(self._counter_tries.wait_s(place, self._now()), self._address_tries.wait_s(address, self._now()))
        if wait > 0:
            raise waits(wait)
        self._counter_tries.begin(place, self._now())
        self._address_tries.begin(address, self._now())
        asked = self._asked(staff, counter, role)
        found = await self._pins.matching(pin, [each.pin for each in asked])
        if not found:
            if self._counter_tries.wait_s(place, self._now()) > 0:
                log.warning("wrong PINs for %s from %s: the next try has to wait", place[0], address)
            raise wrong()
        self._counter_tries.right(place)
        self._address_tries.right(address)
        if len(found) > 1:
            raise EngineError(
                "which_officer",
                "Mời nhập thêm mã cán bộ (ví dụ cb-1).",
                "Please give the officer's code too (for example cb-1).",
                None,
                {"staff": "code"},
                409,
            )
        officer = asked[found[0]]
        if counter is not None and counter not in officer.counters:
            raise EngineError(
                "not_your_counter",
                f"Mã cán bộ này không được phân công ở quầy {counter}.",
                f"This officer is not assigned to counter {counter}.",
                counter,
                list(officer.counters),
                403,
            )
        return officer

    def begin(self, officer: Staff) -> Session:
        """A new session of today."""
        session = Session(secrets.token_urlsafe(12), officer, self._day())
        self.seats.acted(session.sid)
        return session

    # -- seats -----------------------------------------------------------------------------------------------------

    def sit(
        self, session: Session, counter: int, claim: int, since: str, *, take: bool, own: str = ""
    ) -> tuple[Session, str | None]:
        """Take a counter's seat. Refuses (409 `seat_taken`) an occupied one unless `take`; `own`: this browser's
        session before. Gives the session with its claim, and the session that lost the seat by it."""
        if counter not in session.staff.counters:
            raise EngineError(
                "not_your_counter",
                f"Quầy {counter} không thuộc phân công của mã này.",
                f"Counter {counter} is not one of this officer's.",
                counter,
                list(session.staff.counters),
                403,
            )
        seat = self.seats.at(counter)
        if seat is not None and seat.sid not in (session.sid, own) and not take:
            raise EngineError(
                "seat_taken",
                f"Quầy {counter} đang có người ngồi, từ {seat.since[11:16]}.",
                f"Somebody sits at counter {counter}, since {seat.since[11:16]}.",
                {"counter": counter, "since": seat.since},
                {"take": True},
                409,
            )
        lost = self.seats.take(counter, session.sid, session.staff.id, session.staff.role, since, claim)
        return replace(session, claims={**session.claims, counter: (claim, since)}), lost

    def standing(self, session: Session) -> Standing:
        """Which of its seats a session still has."""
        return self.seats.standing(session.sid, session.staff.id, session.staff.role, session.claims)

    def over(self, session: Session) -> bool:
        """Whether a session that was good has ended meanwhile."""
        return session.day != self._day() or self.seats.over(session.sid)

    # -- cookies ---------------------------------------------------------------------------------------------------

    def cookie(self, session: Session) -> str:
        """The session's value: who, since when, which seats; signed."""
        content = [MARK, session.sid, session.staff.id, key_of(session.staff), session.day]
        claims = {str(counter): list(claim) for counter, claim in session.claims.items()}
        body = urlsafe_b64encode(json.dumps([*content, claims]).encode()).decode()
        return f"{body}.{self._sign(body)}"

    def session(self, body: str) -> Session:
        """The session of a cookie's body whose signature was right. Refuses (401) one that is over."""
        _, sid, code, key, day, claims = json.loads(urlsafe_b64decode(body))
        officer = self._staff.get(code)
        if officer is None or key != key_of(officer) or day != self._day() or self.seats.over(sid):
            self.seats.end(sid)
            raise EngineError(
                "session_over",
                "Phiên làm việc đã hết. Mời đăng nhập lại.",
                "This session is over. Please sign in again.",
                None,
                "POST /v1/session",
                401,
            )
        # Counters that the settings have taken from this officer since are no longer anybody's claim.
        own = {int(counter): (claim, since) for counter, (claim, since) in claims.items()}
        return Session(sid, officer, day, {each: own[each] for each in own if each in officer.counters})
