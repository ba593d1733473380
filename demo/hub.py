"""The hub as a clerk's browser reaches it: loopback TCP with a token."""

from __future__ import annotations

import http.client
import json
import time
import uuid
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlencode

from demo.site import Site

Found = TypeVar("Found")


class HubSaidNo(RuntimeError):
    """The hub refused, or did not answer."""


class NotSeen(AssertionError):
    """What a step must show at the far end was not there in time."""


class Hub:
    """Calls with the token of one role; with `counter`, signed in at that counter as a clerk's browser is."""

    def __init__(self, site: Site, role: str = "technician", counter: int | None = None) -> None:
        self._port = site.hub_port
        self._token = site.tokens[role]
        self._counter = counter
        self._cookie = ""

    def _credentials(self) -> dict[str, str]:
        if self._counter is None:
            return {"Authorization": f"Bearer {self._token}"}
        if not self._cookie:
            connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=10)
            try:
                body = json.dumps({"token": self._token, "counter": self._counter})
                connection.request("POST", "/v1/session", body, {"Content-Type": "application/json"})
                response = connection.getresponse()
                answer = response.read()
                if response.status >= 400:
                    raise HubSaidNo(f"POST /v1/session: {response.status} {answer!r}")
                self._cookie = (response.getheader("Set-Cookie") or "").split(";")[0]
            finally:
                connection.close()
        return {"Cookie": self._cookie}

    def get(self, path: str, **query: str) -> dict[str, Any]:
        """GET; raises `HubSaidNo`."""
        return self._call("GET", path + (f"?{urlencode(query)}" if query else ""), None)

    def post(self, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """POST with a fresh idempotency key; raises `HubSaidNo`."""
        return self._call("POST", path, body or {})

    def _call(self, method: str, path: str, body: dict[str, Any] | None) -> dict[str, Any]:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=10)
        headers = self._credentials()
        payload = None
        if body is not None:
            payload = json.dumps(body).encode()
            headers |= {"Content-Type": "application/json", "Idempotency-Key": f"demo:{uuid.uuid4().hex}"}
        try:
            connection.request(method, path, payload, headers)
            response = connection.getresponse()
            answer: dict[str, Any] = json.loads(response.read() or b"{}")
        except (OSError, http.client.HTTPException, json.JSONDecodeError) as error:
            raise HubSaidNo(f"{method} {path}: {error}") from error
        finally:
            connection.close()
        if response.status >= 400:
            raise HubSaidNo(f"{method} {path}: {response.status} {answer.get('error')}")
        return answer

    def ticket(self, ticket_id: str) -> dict[str, Any]:
        """One ticket as it stands now."""
        answer = self.get(f"/v1/tickets/{ticket_id}")
        return dict(answer.get("ticket", answer))


def wait_for(what: str, look: Callable[[], Found | None], timeout_s: float = 10.0) -> Found:
    """Look until something is there. Raises `NotSeen` naming what was not."""
    until = time.monotonic() + timeout_s
    while True:
        found = look()
        if found is not None and found is not False:
            return found
        if time.monotonic() > until:
            raise NotSeen(f"{what}: not seen within {timeout_s:.0f} s")
        time.sleep(0.02)
