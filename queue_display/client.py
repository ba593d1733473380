"""The hub as other rooms see it: the only module of this room that they import.

Synchronous, small (standard library; `websockets` only when somebody streams), one kept connection a thread. A request
that fails on the way may be repeated with the same key: the hub answers as it did the first time.
"""

from __future__ import annotations

import http.client
import json
import logging
import random
import secrets
import socket
import threading
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, urlencode

log = logging.getLogger("hub-client")

Message = Callable[[str, dict[str, Any]], None]

FIRST_WAIT_S = 0.2
LONGEST_WAIT_S = {"unix": 1.0}
LONGEST_WAIT_OTHERS_S = 5.0
"""On the same machine nobody is spared by waiting longer; over a network a returning hub must not be stormed."""
SILENCE_S = {"bridge": 6.0, "kiosk": 6.0}
SILENCE_OTHERS_S = 25.0
"""The hub pings bridge and kiosk every 2 s, others every 10 s; a stream that is silent for longer is dead."""


class HubUnreachable(Exception):
    """The hub could not be reached or did not answer in time. Repeat with the same key."""


class HubRefused(Exception):
    """The hub said no: `status`, `code` for programs, `vi` and `en` for people, `given`, `allowed`."""

    def __init__(self, status: int, code: str, vi: str, en: str, given: Any = None, allowed: Any = None) -> None:
        super().__init__(f"{code}: {en}")
        self.status = status
        self.code = code
        self.vi = vi
        self.en = en
        self.given = given
        self.allowed = allowed


def new_key() -> str:
    """A fresh idempotency key."""
    return secrets.token_hex(12)


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: str, timeout: float) -> None:
        super().__init__("hub", timeout=timeout)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            self.sock.settimeout(self.timeout)
            self.sock.connect(self._path)
        except OSError:
            self.sock.close()
            raise


class _Kept:
    """A thread's kept connection, closed with the thread or with its client."""

    def __init__(self, connection: http.client.HTTPConnection) -> None:
        self.connection = connection

    def __del__(self) -> None:
        self.connection.close()


class HubClient:
    """A client of one hub at `unix:/…/hub.sock`, `http://host:port` or `https://host:port`.

    `timeout_s` bounds each step of a request. Raises `ValueError` for an address of another form.
    """

    def __init__(
        self,
        address: str,
        *,
        role: str,
        device: str,
        counter: int | None = None,
        token: str | None = None,
        timeout_s: float = 5.0,
    ) -> None:
        scheme, _, rest = address.partition(":")
        if scheme not in ("unix", "http", "https") or not rest.strip("/"):
            raise ValueError(f"{address!r} is not a hub's address; give unix:/path/hub.sock or http://host:port")
        self.address = address
        self._scheme = scheme
        self._rest = rest if scheme == "unix" else rest.strip("/")
        self._timeout_s = timeout_s
        self._headers = {"X-Motcua-Role": role, "X-Motcua-Device": device}
        if counter is not None:
            self._headers["X-Motcua-Counter"] = str(counter)
        if token is not None:
            self._headers["Authorization"] = f"Bearer {token}"
        self._mine = threading.local()

    # -- requests ------------------------------------------------------------------------------------------------

    def _connect(self) -> http.client.HTTPConnection:
        if self._scheme == "unix":
            return _UnixConnection(self._rest, self._timeout_s)
        if self._scheme == "https":
            return http.client.HTTPSConnection(self._rest, timeout=self._timeout_s)
        return http.client.HTTPConnection(self._rest, timeout=self._timeout_s)

    def _request(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> dict[str, Any]:
        kept: _Kept | None = getattr(self._mine, "kept", None)
        # A kept connection may have been closed by a hub that started anew: that says nothing about the hub of now,
        # so such a request is made once more. A command carries its key, a GET changes nothing.
        if kept is not None:
            try:
                return self._exchange(kept, method, path, body, headers)
            except TimeoutError as error:
                raise HubUnreachable(f"{self.address}: no answer in time") from error
            except (http.client.HTTPException, OSError) as error:
                log.debug("the kept connection is gone: %s", error)
        try:
            return self._exchange(_Kept(self._connect()), method, path, body, headers)
        except (http.client.HTTPException, OSError) as error:
            raise HubUnreachable(f"{self.address}: {error or type(error).__name__}") from error

    def _exchange(
        self, kept: _Kept, method: str, path: str, body: bytes | None, headers: dict[str, str]
    ) -> dict[str, Any]:
        self._mine.kept = None
        try:
            kept.connection.request(method, path, body, headers)
            response = kept.connection.getresponse()
            status, raw = response.status, response.read()
        except (http.client.HTTPException, OSError):
            kept.connection.close()
            raise
        self._mine.kept = kept
        return _answer(status, raw)

    def get(self, path: str, **query: Any) -> dict[str, Any]:
        """GET. Raises `HubUnreachable`, `HubRefused`."""
        given = {key: value for key, value in query.items() if value is not None}
        return self._request("GET", f"{path}?{urlencode(given)}" if given else path, None, dict(self._headers))

    def post(self, path: str, body: dict[str, Any] | None = None, key: str | None = None) -> dict[str, Any]:
        """POST a command; without a `key` a fresh one, so it cannot be repeated. Raises as `get`."""
        headers = {**self._headers, "Content-Type": "application/json", "Idempotency-Key": key or new_key()}
        return self._request("POST", path, json.dumps(body or {}).encode(), headers)

    def close(self) -> None:
        """Close this thread's connection."""
        self._mine.kept = None

    # -- commands ------------------------------------------------------------------------------------------------

    def snapshot(self) -> dict[str, Any]:
        """Everything this role may see."""
        return self.get("/v1/snapshot")

    def press(self, board: str, boot: int, press: int, button: int, service: str) -> dict[str, Any]:
        """A press of a button; the press is its own key."""
        body = {"board": board, "boot": boot, "press": press, "button": button, "service": service}
        return self.post("/v1/press", body)

    def issue(self, service: str, priority: bool = False, key: str | None = None) -> dict[str, Any]:
        """A ticket by screen or staff."""
        return self.post("/v1/tickets", {"service": service, "priority": priority}, key)

    def next(self, counter: int, key: str | None = None, **body: Any) -> dict[str, Any]:
        """Call the next one to a counter."""
        return self.post(f"/v1/counters/{counter}/next", body, key)

    def act(self, counter: int, verb: str, key: str | None = None, **body: Any) -> dict[str, Any]:
        """`recall no-show start done done-on-spot park transfer pause resume open close undo emergency …`."""
        return self.post(f"/v1/counters/{counter}/{verb}", body, key)

    def ticket_act(self, ticket: str, verb: str, key: str | None = None, **body: Any) -> dict[str, Any]:
        """`call cancel void done-on-spot return reprint reopen note move carry also`."""
        return self.post(f"/v1/tickets/{quote(ticket)}/{verb}", body, key)

    def jobs(self, state: str | None = None) -> list[dict[str, Any]]:
        """Print jobs that are not over."""
        found: list[dict[str, Any]] = self.get("/v1/jobs", state=state)["jobs"]
        return found

    def take(self, job: int, key: str | None = None) -> dict[str, Any]:
        """Take a job; the answer has all it needs."""
        taken: dict[str, Any] = self.post(f"/v1/jobs/{job}/take", {}, key)["job"]
        return taken

    def report_job(self, job: int, state: str, detail: str | None = None, key: str | None = None) -> dict[str, Any]:
        """What became of a job."""
        return self.post(f"/v1/jobs/{job}/report", {"state": state, "detail": detail}, key)

    def part(self, part: str, state: str, code: str, vi: str = "", en: str = "", **public: str) -> dict[str, Any]:
        """Health of a part; `public_vi`, `public_en` for what citizens should read."""
        return self.post("/v1/parts", {"part": part, "state": state, "code": code, "vi": vi, "en": en, **public})

    def report(self, kind: str, data: dict[str, Any], key: str | None = None) -> dict[str, Any]:
        """`rating.given`, `lookup.answered`, `link.stats`."""
        return self.post("/v1/reports", {"type": kind, "data": data}, key)

    # -- the stream ----------------------------------------------------------------------------------------------

    def stream(self, on_message: Message, stop: threading.Event) -> None:
        """Follow the hub until `stop`. Blocks; reconnects by itself with back-off.

        `on_message(kind, data)` is called in this thread: `snapshot` (whole), `change` (to `merge`), `announce`,
        `lost` (once, when the hub is gone) and `back` (once, before the new snapshot). An answer of 401 or 403 is
        raised as `HubRefused`: trying again would not help.
        """
        wait, lost = FIRST_WAIT_S, False
        while not stop.is_set():
            try:
                for kind, data in self._follow(stop):
                    if lost and kind == "snapshot":
                        lost, wait = False, FIRST_WAIT_S
                        on_message("back", {})
                    on_message(kind, data)
            except (HubUnreachable, OSError) as error:
                if not lost:
                    lost = True
                    on_message("lost", {"why": str(error)})
            if stop.wait(random.uniform(wait / 2, wait)):
                return
            wait = min(wait * 2, LONGEST_WAIT_S.get(self._scheme, LONGEST_WAIT_OTHERS_S))

    def _follow(self, stop: threading.Event) -> Any:
        # Imported here: a client that only sends commands need not carry it.
        from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException
        from websockets.sync.client import connect, unix_connect

        options: dict[str, Any] = {
            "additional_headers": dict(self._headers),
            "open_timeout": self._timeout_s,
            "compression": None,
        }
        options |= {"max_size": 8 * 2**20, "close_timeout": 1.0}
        try:
            if self._scheme == "unix":
                socket_ = unix_connect(self._rest, uri="ws://hub/v1/stream", **options)
            else:
                scheme = "wss" if self._scheme == "https" else "ws"
                socket_ = connect(f"{scheme}://{self._rest}/v1/stream", **options)
        except InvalidStatus as error:
            if error.response.status_code in (401, 403):
                _answer(error.response.status_code, bytes(error.response.body or b""))
            raise HubUnreachable(str(error)) from error
        except (WebSocketException, TimeoutError, EOFError) as error:
            # A hub that is killed while it greets us closes in the middle of the handshake: that is no bad handshake.
            raise HubUnreachable(f"{self.address}: {error}") from error
        rev, heard = 0, time.monotonic()
        silence = SILENCE_S.get(self._headers.get("X-Motcua-Role", ""), SILENCE_OTHERS_S)
        with socket_:
            while not stop.is_set():
                try:
                    text = socket_.recv(timeout=0.5)
                except TimeoutError:
                    if time.monotonic() - heard > silence:
                        raise HubUnreachable(f"{self.address}: silent for {silence:.0f} s") from None
                    continue
                except ConnectionClosed as error:
                    raise HubUnreachable(f"{self.address}: {error}") from error
                heard = time.monotonic()
                message = json.loads(text)
                kind = message["type"]
                if kind == "ping":
                    continue
                if kind == "change":
                    if message["rev"] <= rev:
                        continue  # in the snapshot already
                    if message["rev"] > rev + 1:
                        try:
                            socket_.send('{"type":"snapshot"}')
                        except ConnectionClosed as error:
                            raise HubUnreachable(f"{self.address}: {error}") from error
                        rev = message["rev"]
                        continue
                if kind in ("snapshot", "change"):
                    rev = message["rev"]
                    message["data"].setdefault("rev", rev)
                yield kind, message["data"]


def _answer(status: int, raw: bytes) -> dict[str, Any]:
    try:
        body: dict[str, Any] = json.loads(raw)
    except ValueError as error:
        raise HubUnreachable(f"answer {status} is not JSON: is this a hub?") from error
    if status < 400:
        return body
    told = body.get("error", {})
    words = told.get("code", "unknown"), told.get("vi", ""), told.get("en", f"status {status}")
    raise HubRefused(status, *words, told.get("given"), told.get("allowed"))


def merge(snapshot: dict[str, Any], change: dict[str, Any]) -> None:
    """Bring a snapshot up to date with a change, in place."""
    for key, value in change.items():
        if key == "removed":
            for name, gone in value.items():
                dead = set(gone)
                snapshot[name] = [each for each in snapshot.get(name, []) if each["id"] not in dead]
        elif key in ("services", "counters", "tickets", "boards", "jobs"):
            new = {each["id"]: each for each in value}
            kept = [new.pop(each["id"], each) for each in snapshot.get(key, [])]
            snapshot[key] = kept + list(new.values())
        elif key == "presses":
            snapshot.setdefault(key, {}).update(value)
        else:
            snapshot[key] = value
