"""Asking the commune server about a dossier. The only file of this room that imports `requests`.

Four answers: found, not_found, try_later, offline. A total deadline covers everything, name resolution too: the request
runs in a thread of its own; when its time is over it is left behind and its wire is cut. Nothing of a question or an
answer is logged.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import secrets
import socket
import threading
import time
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPSConnectionPool
from urllib3.connection import HTTPSConnection

from config.clock import Clock
from config.process import LossLog
from config.settings import Settings
from kiosk.model import Dossier, Fee, LookupResult, Step

log = logging.getLogger("kiosk.lookup")

LARGEST = 64 << 10
"""Bytes of an answer that are read; a dossier has about two thousand."""
CACHE_S = 24 * 3600.0
CACHE_ENTRIES = 256
MOST_HANGING = 4
"""Threads that may hang in a dead resolver at once; beyond that the answer is "offline" without asking."""
TRIES = 5
PAUSE_S = 300.0
"""Wrong second factors for one code, and the pause after them: the server's own limit, kept here too so that its word
does not depend on the network."""
LONGEST_PAUSE_S = 3600
GROUPS = ("waiting", "open", "act", "come", "closed", "refused")


class BadAnswer(ValueError):
    """The server's answer is not what the contract says."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A last known answer: the dossier without its code, when the server said it, and when it came (monotonic s)."""

    dossier: Dossier
    as_of: datetime
    came: float


class Cache:
    """Last known answers in memory: code-only view, at most a day, under a key that dies with the process.

    Ages are of the monotonic clock alone: a wall clock that jumps or is not believed makes nothing younger or older.
    """

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)
        self._kept: OrderedDict[bytes, Kept] = OrderedDict()
        self._lock = threading.Lock()

    def name(self, code: str) -> bytes:
        """What stands for a code here."""
        return hmac.new(self._key, code.encode(), hashlib.sha256).digest()

    def put(self, code: str, dossier: Dossier, as_of: datetime, now: float) -> None:
        """Keep what the code alone may show; not the code itself."""
        plain = Dossier("", dossier.field, dossier.field_en, dossier.group, dossier.appointment)
        name = self.name(code)
        with self._lock:
            self._kept[name] = Kept(plain, as_of, now)
            self._kept.move_to_end(name)
            while len(self._kept) > CACHE_ENTRIES:
                self._kept.popitem(last=False)

    def drop(self, code: str) -> None:
        """The server knows no such code any more."""
        with self._lock:
            self._kept.pop(self.name(code), None)

    def get(self, code: str, now: float) -> Kept | None:
        """The last known answer, if it is not older than a day."""
        with self._lock:
            for name in [name for name, kept in self._kept.items() if now - kept.came > CACHE_S]:
                del self._kept[name]
            found = self._kept.get(self.name(code))
        return replace(found, dossier=replace(found.dossier, code=code)) if found else None


def last_known(kept: Kept, now: float) -> LookupResult:
    """What is said offline: the answer, its time and its age. Day and age are of the server's clock plus the time gone
    by since, never of this machine's wall clock."""
    age = max(0.0, now - kept.came)
    yesterday = (kept.as_of + timedelta(seconds=age)).date() != kept.as_of.date()
    return LookupResult(
        "offline", kept.dossier, kept.as_of.strftime("%H:%M"), age_s=round(age), yesterday=yesterday
    )  # fmt: skip


class Guesses:
    """Wrong second factors by code: after `TRIES` of them a pause. Codes stand here as keyed hashes."""

    def __init__(self) -> None:
        self._missed: OrderedDict[bytes, tuple[int, float]] = OrderedDict()  # count, last one (monotonic s)
        self._lock = threading.Lock()

    def wait_s(self, name: bytes, now: float) -> int:
        """Seconds until a factor may be tried again; 0 when it may now."""
        with self._lock:
            count, last = self._missed.get(name, (0, 0.0))
            if count >= TRIES and now - last >= PAUSE_S:
                del self._missed[name]
                return 0
        return round(PAUSE_S - (now - last)) + 1 if count >= TRIES else 0

    def missed(self, name: bytes, now: float) -> None:
        """A factor did not fit."""
        with self._lock:
            count, _last = self._missed.get(name, (0, 0.0))
            self._missed[name] = (count + 1, now)
            self._missed.move_to_end(name)
            while len(self._missed) > CACHE_ENTRIES:
                self._missed.popitem(last=False)

    def fitted(self, name: bytes) -> None:
        """The right one forgives those before it."""
        with self._lock:
            self._missed.pop(name, None)


@dataclass
class Wire:
    """The connection of one question, to be cut from outside: a server that sends a byte a second would else hold its
    thread for days."""

    _lock: threading.Lock = field(default_factory=threading.Lock)
    _socket: socket.socket | None = None
    _cut: bool = False

    def took(self, made: socket.socket) -> None:
        """A connection was made. Raises `ConnectionAbortedError` when it is too late for it."""
        with self._lock:
            self._socket = made.dup()  # TLS takes the original over; a shutdown of either ends both
            if self._cut:
                made.close()
                raise ConnectionAbortedError("the time was over before the connection was made")

    def cut(self) -> None:
        """End it: a read that waits in another thread comes back with an error."""
        with self._lock:
            self._cut = True
            if self._socket is not None:
                with suppress(OSError):  # it has ended by itself
                    self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """The question is over."""
        with self._lock:
            if self._socket is not None:
                self._socket.close()
                self._socket = None


class _Adapter(HTTPAdapter):
    """One question, one connection, and that one can be cut."""

    def __init__(self, wire: Wire) -> None:
        super().__init__(pool_connections=1, pool_maxsize=1, max_retries=0)

        class Connection(HTTPSConnection):
            def _new_conn(self) -> socket.socket:
                made = super()._new_conn()
                wire.took(made)
                return made

        class Pool(HTTPSConnectionPool):
            ConnectionCls = Connection

        self.poolmanager.pool_classes_by_scheme = {"https": Pool}


class Lookup:
    """The client. Calls block for at most `lookup.total_s`; call them from a worker thread."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings = settings.lookup
        self._clock = clock
        self._zone = ZoneInfo(settings.site.timezone)
        self._cache = Cache()
        self._guesses = Guesses()
        self._hanging = threading.Semaphore(MOST_HANGING)
        self._losses = LossLog(log)

    def ask(self, code: str, factor: tuple[str, str] | None = None) -> LookupResult:
        """Ask about `code` (accepted by the grammar), with a second factor (kind, value) for details."""
        name = self._cache.name(code)
        if factor and (wait := self._guesses.wait_s(name, self._clock.monotonic())):
            return LookupResult("try_later", retry_s=wait)
        result = self._asked(code, factor) or self._offline(code)
        if factor and result.kind == "not_found":
            self._guesses.missed(name, self._clock.monotonic())
        elif factor and result.kind == "found":
            self._guesses.fitted(name)
        elif result.kind == "not_found":
            self._cache.drop(code)
        return result

    def _asked(self, code: str, factor: tuple[str, str] | None) -> LookupResult | None:
        """The server's answer; None when there is none."""
        if not self._settings.base_url or not self._hanging.acquire(blocking=False):
            return None
        body: dict[str, Any] = {"code": code, "factor": None}
        if factor:
            body["factor"] = {"kind": factor[0], "value": factor[1]}
        box: list[LookupResult | None] = []
        done = threading.Event()
        wire = Wire()
        late = threading.Event()

        def work() -> None:
            try:
                box.append(self._post(code, body, wire))
            except (requests.RequestException, ConnectionAbortedError) as error:
                if not late.is_set():  # else its end was told already
                    self._losses.lost("commune server", type(error).__name__)
                box.append(None)
            except BadAnswer as error:
                log.error("the commune server's answer cannot be used: %s", error)
                box.append(LookupResult("try_later"))
            finally:
                wire.close()
                self._hanging.release()
                done.set()

        threading.Thread(target=work, name="lookup", daemon=True).start()
        if not done.wait(self._settings.total_s):
            late.set()
            wire.cut()
            self._losses.lost("commune server", f"no answer within {self._settings.total_s:g} s")
            return None
        result = box[0]
        if result is not None:
            self._losses.back("commune server")
        return result

    def _offline(self, code: str) -> LookupResult:
        now = self._clock.monotonic()
        known = self._cache.get(code, now)
        return last_known(known, now) if known else LookupResult("offline")

    def _post(self, code: str, body: dict[str, Any], wire: Wire) -> LookupResult:
        given = self._settings
        with requests.Session() as session:
            session.mount("https://", _Adapter(wire))
            session.trust_env = False  # no proxy, no password file: one server, one certificate
            answer = session.post(
                f"{given.base_url}/v1/dossiers/lookup",
                json=body,
                timeout=(given.connect_s, given.read_s),
                verify=given.ca or True,
                cert=(given.cert, given.key) if given.cert else None,
                allow_redirects=False,
                stream=True,
            )
            with answer:
                raw = self._read(answer)
        if answer.status_code == 429 or answer.status_code >= 500:
            return LookupResult("try_later", retry_s=_retry_s(answer))
        return self._parse(code, answer.status_code, raw)

    def _read(self, answer: requests.Response) -> bytes:
        raw = b""
        until = time.monotonic() + self._settings.total_s
        for part in answer.iter_content(8192):
            raw += part
            if len(raw) > LARGEST:
                raise BadAnswer(f"longer than {LARGEST} bytes")
            if time.monotonic() > until:
                raise requests.ReadTimeout("the answer dribbles")
        return raw

    def _parse(self, code: str, status: int, raw: bytes) -> LookupResult:
        try:
            body = json.loads(raw)
            if status == 404 and body["result"] == "not_found":
                return LookupResult("not_found")
            if status != 200 or body["result"] != "found":
                raise BadAnswer(f"status {status}")
            as_of = datetime.fromisoformat(body["as_of"]).astimezone(self._zone)
            dossier = parse_dossier(code, body["dossier"], body["view"] == "details")
        except BadAnswer:
            raise
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
            # The text of these errors may quote the answer, so only their kind is told.
            raise BadAnswer(f"status {status}, {type(error).__name__}") from None
        self._cache.put(code, dossier, as_of, self._clock.monotonic())
        return LookupResult("found", dossier, as_of.strftime("%H:%M"))


def _retry_s(answer: requests.Response) -> int:
    """Seconds the server asks to wait; 0 where it does not say, or not in seconds."""
    given = answer.headers.get("Retry-After", "")
    return min(int(given), LONGEST_PAUSE_S) if given.isascii() and given.isdigit() and len(given) < 9 else 0


def parse_dossier(code: str, raw: dict[str, Any], details: bool) -> Dossier:
    """The dossier of an answer. Raises `KeyError`, `TypeError`, `ValueError` when it is not as agreed."""
    group = raw["group"]
    if group not in GROUPS:
        raise ValueError("unknown group")
    plain = Dossier(code, str(raw["field"]), str(raw.get("field_en") or ""), group, _day(raw.get("appointment")))
    if not details:
        return plain
    counter, late, fee = raw.get("counter"), raw.get("late"), raw.get("fee")
    return replace(
        plain,
        details=True,
        status=str(raw.get("status") or ""),
        status_vi=str(raw.get("status_vi") or ""),
        status_en=str(raw.get("status_en") or ""),
        procedure=str(raw.get("procedure") or ""),
        applicant=str(raw.get("applicant") or ""),
        steps=tuple(
            Step(str(each["name"]), str(each.get("name_en") or ""), _moment(each.get("at")), bool(each["done"]))
            for each in raw.get("steps") or ()
        ),
        counter=(_number(counter.get("id")), str(counter["name"])) if counter else None,
        bring=_texts(raw.get("bring")),
        bring_en=_texts(raw.get("bring_en")),
        supplement=_texts(raw.get("supplement")),
        supplement_en=_texts(raw.get("supplement_en")),
        late_new=_day(late["new_date"]) if late else None,
        fee=Fee(_amount(fee["amount"]), str(fee["what"]), str(fee.get("what_en") or "")) if fee else None,
    )


def _texts(raw: list[Any] | None) -> tuple[str, ...]:
    return tuple(str(each) for each in raw or ())


def _number(raw: object) -> int | None:
    if raw is not None and not isinstance(raw, int):
        raise TypeError("not a counter's number")
    return raw


def _amount(raw: object) -> int:
    if isinstance(raw, bool) or not isinstance(raw, int) or not 0 < raw < 10**12:
        raise ValueError("not an amount in đồng")
    return raw


def _day(raw: str | None) -> str | None:
    """A day as ISO. A screen that got something else would fail when it draws it."""
    return None if raw is None else datetime.fromisoformat(raw).date().isoformat()


def _moment(raw: str | None) -> str | None:
    """A day, or a day and a time, as ISO without seconds and zone."""
    if raw is None:
        return None
    at = datetime.fromisoformat(raw)
    return at.date().isoformat() if len(raw) <= 10 else at.strftime("%Y-%m-%dT%H:%M")
