"""Who may do what: principals, the one table route → roles, and where a request may come from.

On the Unix socket the kernel says who the peer is (SO_PEERCRED), on TCP a token or the session made of one. A route
that is not in the table does not exist: the hub refuses to start with it.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import os
import pwd
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import urlsplit

from config.settings import Settings, Token
from queue_display.hub.officers import MARK, Officers, Session
from queue_display.hub.seats import Listener, Standing
from queue_display.model import EngineError

ROLES = frozenset({"bridge", "kiosk", "clerk", "reception", "supervisor", "leader", "display", "technician"})
ALL = ROLES
STAFF = frozenset({"clerk", "reception", "supervisor", "technician"})
CALLERS = frozenset({"clerk", "bridge", "supervisor", "technician"})
OPEN: frozenset[str] = frozenset()
"""No principal needed."""

TABLE: Mapping[tuple[str, str], frozenset[str]] = {
    ("GET", "/v1/health"): OPEN,
    ("GET", "/v1/snapshot"): ALL,
    ("POST", "/v1/press"): frozenset({"bridge"}),
    ("POST", "/v1/tickets"): STAFF | {"kiosk"},
    ("GET", "/v1/tickets"): STAFF,
    ("GET", "/v1/tickets/{ticket_id}"): STAFF | {"kiosk"},
    ("POST", "/v1/tickets/{ticket_id}/call"): CALLERS,
    ("POST", "/v1/tickets/{ticket_id}/cancel"): STAFF,
    ("POST", "/v1/tickets/{ticket_id}/void"): STAFF,
    ("POST", "/v1/tickets/{ticket_id}/done-on-spot"): STAFF,
    ("POST", "/v1/tickets/{ticket_id}/return"): STAFF,
    ("POST", "/v1/tickets/{ticket_id}/reprint"): STAFF,
    ("POST", "/v1/counters/{counter}/next"): CALLERS,
    ("POST", "/v1/counters/{counter}/recall"): CALLERS,
    ("POST", "/v1/counters/{counter}/no-show"): CALLERS,
    ("POST", "/v1/counters/{counter}/start"): CALLERS,
    ("POST", "/v1/counters/{counter}/done"): CALLERS,
    ("POST", "/v1/counters/{counter}/done-on-spot"): CALLERS,
    ("POST", "/v1/counters/{counter}/park"): CALLERS,
    ("POST", "/v1/counters/{counter}/transfer"): CALLERS,
    ("POST", "/v1/counters/{counter}/pause"): CALLERS,
    ("POST", "/v1/counters/{counter}/resume"): CALLERS,
    ("POST", "/v1/counters/{counter}/open"): CALLERS,
    ("POST", "/v1/counters/{counter}/close"): CALLERS,
    ("POST", "/v1/tickets/{ticket_id}/reopen"): STAFF,
    ("POST", "/v1/tickets/{ticket_id}/note"): STAFF,
    ("POST", "/v1/tickets/{ticket_id}/move"): STAFF,
    ("POST", "/v1/tickets/{ticket_id}/carry"): STAFF,
    ("POST", "/v1/tickets/{ticket_id}/also"): STAFF,
    ("POST", "/v1/counters/{counter}/undo"): CALLERS,
    ("POST", "/v1/counters/{counter}/emergency"): CALLERS,
    ("POST", "/v1/counters/{counter}/emergency-clear"): CALLERS,
    ("POST", "/v1/counters/{counter}/services"): frozenset({"supervisor", "technician"}),
    ("POST", "/v1/help"): STAFF | {"kiosk"},
    ("POST", "/v1/help/{help_id}/done"): STAFF,
    ("POST", "/v1/broadcast"): frozenset({"supervisor", "technician"}),
    ("POST", "/v1/broadcast/clear"): frozenset({"supervisor", "technician"}),
    ("POST", "/v1/day/close"): frozenset({"supervisor", "technician"}),
    ("POST", "/v1/day/open"): frozenset({"supervisor", "technician"}),
    ("GET", "/v1/appointments"): frozenset({"reception", "supervisor", "technician"}),
    ("POST", "/v1/appointments"): frozenset({"reception", "supervisor", "technician"}),
    ("POST", "/v1/appointments/checkin"): STAFF,
    ("POST", "/v1/appointments/{code}/checkin"): STAFF | {"kiosk"},
    ("GET", "/v1/history"): STAFF,
    ("GET", "/v1/stats"): STAFF | {"leader"},
    ("GET", "/v1/jobs"): frozenset({"bridge", "technician"}),
    ("GET", "/v1/jobs/{job_id}"): frozenset({"bridge", "technician", "kiosk"}),
    ("POST", "/v1/jobs"): frozenset({"kiosk", "technician", "clerk"}),
    ("POST", "/v1/jobs/{job_id}/take"): frozenset({"bridge"}),
    ("POST", "/v1/jobs/{job_id}/report"): frozenset({"bridge"}),
    ("POST", "/v1/parts"): frozenset({"bridge", "kiosk"}),
    ("POST", "/v1/reports"): frozenset({"bridge", "kiosk"}),
    ("GET", "/v1/uplink"): frozenset({"technician", "supervisor", "display", "kiosk"}),
    ("POST", "/v1/session"): OPEN,
    ("GET", "/v1/session"): ALL,
    ("DELETE", "/v1/session"): OPEN,
    ("POST", "/v1/session/seat"): frozenset({"clerk", "reception", "supervisor"}),
    ("POST", "/v1/session/leave"): frozenset({"clerk", "reception", "supervisor"}),
    ("GET", "/v1/seats"): frozenset({"supervisor", "technician"}),
    ("WS", "/v1/stream"): ALL,
}
"""The one table. `OPEN` routes ask for no principal; every other names the roles that may use it."""

JOB_KINDS: Mapping[str, frozenset[str]] = {
    "list": frozenset({"kiosk", "clerk", "technician"}),
    "light": frozenset({"kiosk", "technician"}),
    "test": frozenset({"technician", "kiosk"}),
}
COOKIE = "motcua_session"
_DEVICE = re.compile(r"^[A-Za-z0-9_.-]{0,40}$")
_KEY = re.compile(r"^[\x21-\x7e]{8,128}$")


@dataclass(frozen=True)
class Principal:
    """Who asks: goes into every event as `role:device`. An officer signed in by PIN also has a session with seats."""

    role: str
    device: str
    counter: int | None
    session: Session | None = None
    standing: Standing | None = None

    @property
    def actor(self) -> str:
        """For events."""
        return f"{self.role}:{self.device}"


def refuse(status: int, code: str, vi: str, en: str, given: Any = None, allowed: Any = None) -> EngineError:
    """A refusal of the API itself."""
    return EngineError(code, vi, en, given, allowed, status)


def who_are_you() -> EngineError:
    """401: no principal."""
    return refuse(
        401,
        "no_principal",
        "Hãy đăng nhập trước.",
        "Sign in first.",
        None,
        "Authorization: Bearer, or POST /v1/session",
    )


def forbidden(given: Any, allowed: Any) -> EngineError:
    """403: a principal, but not one that may."""
    return refuse(403, "forbidden", "Vai trò này không được làm việc đó.", "This role may not do that.", given, allowed)


def check_key(key: str | None) -> str:
    """The idempotency key of a command. Refuses (400) a missing or malformed one."""
    if key is None or not _KEY.match(key):
        raise refuse(
            400,
            "no_key" if key is None else "bad_key",
            "Yêu cầu thiếu mã Idempotency-Key đúng dạng.",
            "The request needs a header Idempotency-Key.",
            None if key is None else key[:40],
            "8 to 128 printable ASCII characters without spaces",
        )
    return key


class Gate:
    """Decides who a request comes from, and whether it may come from there."""

    def __init__(self, settings: Settings, secret: bytes) -> None:
        self._tokens = {each.sha256: each for each in settings.hub.tokens}
        self._counters = {each.id for each in settings.counters}
        self._secret = secret
        self._origins = {each.rstrip("/").lower() for each in settings.hub.origins}
        self._own = {0, os.getuid()}
        self._peers = _uids(settings.hub.peers)
        self.officers: Officers | None = None
        """Set by the hub that has desks; without it no session of an officer is believed."""

    # -- the Unix socket -----------------------------------------------------------------------------------------

    def peer(self, uid: int, headers: Mapping[str, str]) -> Principal:
        """The principal of a peer on the Unix socket. Refuses (401, 403)."""
        may = ROLES if uid in self._own else self._peers.get(uid, OPEN)
        role = headers.get("x-motcua-role")
        if role is None and len(may) == 1:
            role = next(iter(may))
        if role is None:
            raise who_are_you()
        if role not in may:
            raise forbidden(role[:40], sorted(may))
        device = headers.get("x-motcua-device", "")
        if not _DEVICE.match(device):
            raise refuse(
                400, "bad_device", "Tên máy không đúng dạng.", "Bad device name.", device[:60], _DEVICE.pattern
            )
        return Principal(role, device, self._counter(headers.get("x-motcua-counter")))

    def _counter(self, text: str | None) -> int | None:
        if text is None:
            return None
        if not text.isascii() or not text.isdigit() or int(text[:4]) not in self._counters:
            raise refuse(
                400, "unknown_counter", "Không có quầy này.", "No such counter.", text[:10], sorted(self._counters)
            )
        return int(text)

    # -- TCP -----------------------------------------------------------------------------------------------------

    def token(self, token: str) -> Token:
        """The settings' entry of a token. Refuses (401)."""
        digest = hashlib.sha256(token.encode()).hexdigest()
        # Found by its digest in a dict: what could be timed is a digest, which tells nothing about the token.
        found = self._tokens.get(digest)
        if found is None:
            raise refuse(401, "bad_token", "Mã không đúng.", "The token is not right.")
        return found

    def remote(self, headers: Mapping[str, str]) -> Principal:
        """The principal of a request over TCP. Refuses (401)."""
        bearer = headers.get("authorization")
        if bearer is not None:
            scheme, _, token = bearer.partition(" ")
            if scheme.lower() != "bearer" or not token:
                raise who_are_you()
            return self.principal(self.token(token.strip()), None)
        found = self.session(headers.get("cookie"))
        if found is None:
            raise who_are_you()
        return found

    def principal(self, token: Token, counter: int | None) -> Principal:
        """What a token may be: its role, at its own counter or, where it has none, at the one chosen."""
        if counter is not None and token.counter is not None and counter != token.counter:
            raise forbidden(counter, token.counter)
        if counter is not None and counter not in self._counters:
            raise refuse(
                404, "unknown_counter", "Không có quầy này.", "No such counter.", counter, sorted(self._counters)
            )
        return Principal(token.role, token.device, token.counter if token.counter is not None else counter)

    def cookie(self, token: Token, counter: int | None) -> str:
        """A session's value: which token, which counter, signed. It outlives a restart, and dies with its token."""
        body = urlsafe_b64encode(json.dumps([token.sha256, counter]).encode()).decode()
        return f"{body}.{self.sign(body)}"

    def sign(self, body: str) -> str:
        """The signature of a session's body."""
        return hmac.new(self._secret, body.encode(), hashlib.sha256).hexdigest()

    def session(self, cookies: str | None) -> Principal | None:
        """The principal of a session cookie; None without a valid one. Refuses (401) an officer's that is over."""
        body = self._body(cookies)
        if body is None:
            return None
        content = json.loads(urlsafe_b64decode(body))
        if content[0] != MARK:
            digest, counter = content
            token = self._tokens.get(digest)
            return self.principal(token, counter) if token is not None else None
        if self.officers is None:
            return None
        return self.officer(self.officers.session(body))

    def _body(self, cookies: str | None) -> str | None:
        """What a session cookie of ours says, if its signature is right."""
        if not cookies:
            return None
        try:
            morsel = SimpleCookie(cookies).get(COOKIE)
        except CookieError:
            return None
        if morsel is None:
            return None
        body, _, signature = morsel.value.partition(".")
        return body if hmac.compare_digest(signature.encode(), self.sign(body).encode()) else None

    def officer(self, session: Session) -> Principal:
        """The principal of an officer's session, with the seats it has at this moment."""
        assert self.officers is not None
        standing = self.officers.standing(session)
        counter = min(standing.held, default=min(session.claims, default=None))
        return Principal(session.staff.role, session.staff.id, counter, session, standing)

    def acts(self, who: Principal) -> None:
        """Somebody does something: an officer's session is not idle. Refuses (409) one that lost every seat."""
        must_sit(who)
        if who.session is not None and self.officers is not None:
            self.officers.seats.acted(who.session.sid)

    def watches(self, who: Principal, page: Listener) -> None:
        """A page of `who` is at the stream: the pulse of its seats."""
        if who.session is not None and self.officers is not None:
            self.officers.seats.joined(who.session.sid, page)

    def leaves(self, who: Principal, page: Listener) -> None:
        """It is gone; its seats are free after the grace."""
        if who.session is not None and self.officers is not None:
            seats = self.officers.seats
            seats.left(who.session.sid, page)
            asyncio.get_running_loop().call_later(seats.grace_s + 0.5, seats.sweep)

    def over(self, who: Principal) -> bool:
        """Whether the session behind a stream has ended."""
        return who.session is not None and self.officers is not None and self.officers.over(who.session)

    # -- where from ----------------------------------------------------------------------------------------------

    def check_origin(self, headers: Mapping[str, str]) -> None:
        """Refuses (403) a request that a foreign page made the browser send. Programs send no Origin."""
        origin = headers.get("origin")
        if origin is None:
            return
        given = urlsplit(origin)
        same = given.scheme in ("http", "https") and given.netloc.lower() == headers.get("host", "").lower()
        if not (same or origin.rstrip("/").lower() in self._origins):
            raise refuse(
                403,
                "bad_origin",
                "Trang này không được phép gọi máy chủ hàng chờ.",
                "This page may not talk to the hub.",
                origin[:100],
                sorted(self._origins) or "the hub's own address",
            )


def may_act_at(principal: Principal, counter: int) -> None:
    """A clerk acts at the own counter only. Refuses (403), and (409 `seat_lost`) where somebody else sits now."""
    if principal.role != "clerk":
        return
    if principal.standing is None:
        if principal.counter != counter:
            raise forbidden({"counter": counter}, {"counter": principal.counter})
    elif counter in principal.standing.lost:
        raise seat_lost(counter)
    elif counter not in principal.standing.held:
        raise forbidden({"counter": counter}, {"counter": sorted(principal.standing.held)})


def must_sit(principal: Principal) -> None:
    """A clerk whose every seat was taken over does nothing any more. Refuses (409 `seat_lost`)."""
    standing = principal.standing
    if principal.role == "clerk" and standing is not None and standing.lost and not standing.held:
        raise seat_lost(min(standing.lost))


def seat_lost(counter: int) -> EngineError:
    """409: somebody else sits at this counter now."""
    return refuse(
        409,
        "seat_lost",
        f"Quầy {counter} đã có người khác ngồi. Việc vừa bấm chưa được làm.",
        f"Somebody else sits at counter {counter} now. Nothing was done.",
        counter,
        "POST /v1/session/seat",
    )


def _uids(peers: Mapping[str, Iterable[str]]) -> dict[int, frozenset[str]]:
    out: dict[int, frozenset[str]] = {}
    for name, roles in peers.items():
        try:
            out[pwd.getpwnam(name).pw_uid] = frozenset(roles)
        except KeyError:
            continue  # a user that is not on this machine (yet) can be no peer
    return out
