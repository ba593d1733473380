"""Asking the commune server about a dossier. The only file of this room that imports `requests`.

Four answers: found, not_found, try_later, offline. A total deadline covers everything, name resolution too: the request
runs in a thread of its own and is left behind when its time is over. Nothing of a question or an answer is logged.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import secrets
import threading
import time
from collections import OrderedDict
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import requests

from config.process import LossLog
from config.settings import Settings
from kiosk.model import Dossier, LookupResult, Step

log = logging.getLogger("kiosk.lookup")

LARGEST = 64 << 10
"""Bytes of an answer that are read; a dossier has about two thousand."""
CACHE_S = 24 * 3600.0
CACHE_ENTRIES = 256
MOST_HANGING = 4
"""Threads that may hang in a dead resolver at once; beyond that the answer is "offline" without asking."""
GROUPS = ("waiting", "open", "act", "come", "closed", "refused")


class BadAnswer(ValueError):
    """The server's answer is not what the contract says."""


class Cache:
    """Last known answers in memory: code-only view, at most a day, under a key that dies with the process."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)
        self._kept: OrderedDict[bytes, tuple[float, Dossier, str]] = OrderedDict()
        self._lock = threading.Lock()

    def _name(self, code: str) -> bytes:
        return hmac.new(self._key, code.encode(), hashlib.sha256).digest()

    def put(self, code: str, dossier: Dossier, as_of: str, now: float) -> None:
        """Keep what the code alone may show; not the code itself."""
        plain = Dossier("", dossier.field, dossier.field_en, dossier.group, dossier.appointment)
        with self._lock:
            self._kept[self._name(code)] = (now, plain, as_of)
            self._kept.move_to_end(self._name(code))
            while len(self._kept) > CACHE_ENTRIES:
                self._kept.popitem(last=False)

    def get(self, code: str, now: float) -> tuple[Dossier, str] | None:
        """The last known answer and its hh:mm, if it is not older than a day."""
        with self._lock:
            for name in [name for name, kept in self._kept.items() if now - kept[0] > CACHE_S]:
                del self._kept[name]
            found = self._kept.get(self._name(code))
        return (replace(found[1], code=code), found[2]) if found else None


class Lookup:
    """The client. Calls block for at most `lookup.total_s`; call them from a worker thread."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings.lookup
        self._zone = ZoneInfo(settings.site.timezone)
        self._cache = Cache()
        self._hanging = threading.Semaphore(MOST_HANGING)
        self._losses = LossLog(log)

    def ask(self, code: str, factor: tuple[str, str] | None = None) -> LookupResult:
        """Ask about `code` (accepted by the grammar), with a second factor (kind, value) for details."""
        if not self._settings.base_url or not self._hanging.acquire(blocking=False):
            return self._offline(code)
        body: dict[str, Any] = {"code": code, "factor": None}
        if factor:
            body["factor"] = {"kind": factor[0], "value": factor[1]}
        box: list[LookupResult | None] = []
        done = threading.Event()

        def work() -> None:
            try:
                box.append(self._post(code, body))
            except requests.RequestException as error:
                self._losses.lost("commune server", type(error).__name__)
                box.append(None)
            except BadAnswer as error:
                log.error("the commune server's answer cannot be used: %s", error)
                box.append(LookupResult("try_later"))
            finally:
                self._hanging.release()
                done.set()

        threading.Thread(target=work, name="lookup", daemon=True).start()
        if not done.wait(self._settings.total_s):
            self._losses.lost("commune server", f"no answer within {self._settings.total_s:g} s")
            return self._offline(code)
        result = box[0]
        if result is None:
            return self._offline(code)
        self._losses.back("commune server")
        return result

    def _offline(self, code: str) -> LookupResult:
        known = self._cache.get(code, time.monotonic())
        return LookupResult("offline", known[0], known[1]) if known else LookupResult("offline")

    def _post(self, code: str, body: dict[str, Any]) -> LookupResult:
        given = self._settings
        with requests.Session() as session:
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
            return LookupResult("try_later")
        return self._parse(code, answer.status_code, raw)

    def _read(self, answer: requests.Response) -> bytes:
        raw = b""
        for part in answer.iter_content(8192):
            raw += part
            if len(raw) > LARGEST:
                raise BadAnswer(f"longer than {LARGEST} bytes")
        return raw

    def _parse(self, code: str, status: int, raw: bytes) -> LookupResult:
        try:
            body = json.loads(raw)
            if status == 404 and body["result"] == "not_found":
                return LookupResult("not_found")
            if status != 200 or body["result"] != "found":
                raise BadAnswer(f"status {status}")
            as_of = datetime.fromisoformat(body["as_of"]).astimezone(self._zone).strftime("%H:%M")
            dossier = parse_dossier(code, body["dossier"], body["view"] == "details")
        except BadAnswer:
            raise
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            # The text of these errors may quote the answer, so only their kind is told.
            raise BadAnswer(f"status {status}, {type(error).__name__}") from None
        self._cache.put(code, dossier, as_of, time.monotonic())
        return LookupResult("found", dossier, as_of)


def parse_dossier(code: str, raw: dict[str, Any], details: bool) -> Dossier:
    """The dossier of an answer. Raises `KeyError`, `TypeError`, `ValueError` when it is not as agreed."""
    group = raw["group"]
    if group not in GROUPS:
        raise ValueError("unknown group")
    plain = Dossier(code, str(raw["field"]), str(raw.get("field_en") or ""), group, raw.get("appointment"))
    if not details:
        return plain
    counter = raw.get("counter")
    late = raw.get("late")
    return replace(
        plain,
        details=True,
        status=str(raw.get("status") or ""),
        status_vi=str(raw.get("status_vi") or ""),
        status_en=str(raw.get("status_en") or ""),
        procedure=str(raw.get("procedure") or ""),
        applicant=str(raw.get("applicant") or ""),
        steps=tuple(
            Step(str(each["name"]), str(each.get("name_en") or ""), each.get("at"), bool(each["done"]))
            for each in raw.get("steps") or ()
        ),
        counter=(counter.get("id"), str(counter["name"])) if counter else None,
        bring=tuple(str(each) for each in raw.get("bring") or ()),
        supplement=tuple(str(each) for each in raw.get("supplement") or ()),
        late_new=late["new_date"] if late else None,
    )
