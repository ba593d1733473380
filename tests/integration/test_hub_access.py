"""Who may do what at a real hub: the kernel's word on the Unix socket, tokens and sessions on TCP, origins."""

from __future__ import annotations

import http.client
import json
import os
import pwd
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from queue_display.client import HubClient, HubRefused
from queue_display.hub.access import OPEN, ROLES, TABLE
from tests.fixtures.hub import HubProcess, hub_process, listen_with_tokens, token_of
from tests.fixtures.ports import free_port


@dataclass
class Site:
    hub: HubProcess
    port: int

    def remote(self, role: str) -> HubClient:
        """A client over TCP; it claims to be a bridge in vain, its token decides."""
        return HubClient(f"http://127.0.0.1:{self.port}", role="bridge", device="x", token=token_of(role), timeout_s=30)

    def raw(self, method: str, path: str, headers: dict[str, str], body: bytes | None = None) -> tuple[int, Any, Any]:
        """(status, body, headers) of a hand-made request over TCP."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        raw = response.read()
        connection.close()
        return response.status, json.loads(raw) if raw else None, response.headers


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    port = free_port()
    with hub_process(listen_with_tokens(port)) as hub:
        yield Site(hub, port)


def code(refused: pytest.ExceptionInfo[HubRefused]) -> tuple[int, str]:
    return refused.value.status, refused.value.code


def sample(path: str) -> str:
    return path.format(ticket_id="20000101-A001", counter=1, job_id=99999, help_id=99999, code="AB12")


@pytest.mark.parametrize(("method", "path"), [key for key in TABLE if key[0] in ("GET", "POST")])
def test_the_table_is_what_the_hub_does(site: Site, method: str, path: str) -> None:
    roles = TABLE[(method, path)]
    for role in sorted(ROLES):
        client = site.remote(role)
        try:
            if method == "GET":
                client.get(sample(path))
            else:
                client.post(sample(path), {"no such field": 1})
            answer = 200
        except HubRefused as refused:
            answer = refused.status
        if roles is OPEN or role in roles:
            assert answer not in (401, 403), f"{role} {method} {path}: {answer}"
        else:
            assert answer == 403, f"{role} {method} {path}: {answer}"


def test_no_token_no_principal(site: Site) -> None:
    assert site.raw("GET", "/v1/health", {})[0] == 200
    for headers in (
        {},
        {"Authorization": "Basic x"},
        {"Cookie": "motcua_session=a.b"},
        {"X-Motcua-Role": "technician"},
    ):
        status, body, answer = site.raw("GET", "/v1/snapshot", headers)
        assert (status, body["error"]["code"]) == (401, "no_principal")
        assert answer["WWW-Authenticate"] == "Bearer"
    status, body, _ = site.raw("GET", f"/v1/snapshot?token={token_of('technician')}", {})
    assert status == 401, "a token in the address counts for nothing"
    assert site.raw("GET", "/v1/snapshot", {"Authorization": "Bearer wrong-token"})[0] == 401


def test_a_forwarded_header_makes_nobody_local(site: Site) -> None:
    headers = {"X-Forwarded-For": "unix", "Forwarded": "for=unix", "X-Motcua-Role": "technician"}
    assert site.raw("GET", "/v1/snapshot", headers)[0] == 401


def test_a_clerk_acts_at_the_own_counter_only(site: Site) -> None:
    clerk = site.remote("clerk")
    site.remote("reception").issue("civil-status")
    assert clerk.next(1)["ticket"]["counter"] == 1
    with pytest.raises(HubRefused) as refused:
        clerk.next(2)
    assert code(refused) == (403, "forbidden")
    ticket = site.remote("reception").issue("civil-status")["ticket"]["id"]
    with pytest.raises(HubRefused) as refused:
        clerk.ticket_act(ticket, "call", counter=2)
    assert code(refused) == (403, "forbidden")
    site.hub.client("bridge").act(1, "done")


def test_commands_need_a_key_of_the_right_form(site: Site) -> None:
    bearer = {"Authorization": f"Bearer {token_of('technician')}", "Content-Type": "application/json"}
    body = b'{"service": "land"}'
    status, answer, _ = site.raw("POST", "/v1/tickets", bearer, body)
    assert (status, answer["error"]["code"]) == (400, "no_key")
    for key in ("short", "x" * 129, "spaced out key", "kh\xf3a-ti\xean"):
        status, answer, _ = site.raw("POST", "/v1/tickets", {**bearer, "Idempotency-Key": key}, body)
        assert (status, answer["error"]["code"]) == (400, "bad_key")


def test_the_same_key_from_another_desk_is_another_request(site: Site) -> None:
    key = "same-key-twice"
    site.remote("reception").issue("land", key=key)
    assert site.remote("reception").issue("land", key=key)["repeated"] is True
    with pytest.raises(HubRefused) as refused:
        site.remote("technician").issue("land", key=key)
    assert code(refused) == (409, "key_reused")


def test_sessions_sign_in_choose_a_counter_and_outlive_the_hub(site: Site) -> None:
    json_type = {"Content-Type": "application/json"}
    body = json.dumps({"token": token_of("supervisor"), "counter": 2}).encode()
    status, who, headers = site.raw("POST", "/v1/session", json_type, body)
    assert (status, who["role"], who["counter"]) == (200, "supervisor", 2)
    cookie = headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert token_of("supervisor") not in cookie
    jar = {"Cookie": cookie.split(";")[0]}
    assert site.raw("GET", "/v1/session", jar)[1]["counter"] == 2
    site.hub.kill()
    site.hub.start()
    assert site.raw("GET", "/v1/session", jar)[0] == 200, "a TV has nobody to sign it in again"
    forged = {"Cookie": jar["Cookie"][:-4] + "0000"}
    assert site.raw("GET", "/v1/session", forged)[0] == 401
    body = json.dumps({"token": token_of("clerk"), "counter": 2}).encode()
    assert site.raw("POST", "/v1/session", json_type, body)[0] == 403, "this token belongs to counter 1"
    assert site.raw("POST", "/v1/session", json_type, b'{"token": "no such token"}')[0] == 401


def test_a_foreign_page_is_refused_and_our_own_is_not(site: Site) -> None:
    bearer = {"Authorization": f"Bearer {token_of('technician')}", "Content-Type": "application/json"}
    for at, (origin, status) in enumerate(
        [("http://evil.example", 403), ("null", 403), (f"http://127.0.0.1:{site.port}", 200)]
    ):
        headers = {**bearer, "Origin": origin, "Idempotency-Key": f"origin-key-{at}"}
        assert site.raw("POST", "/v1/tickets", headers, b'{"service": "land"}')[0] == status
    address = f"ws://127.0.0.1:{site.port}/v1/stream"
    with pytest.raises(InvalidStatus) as refused:
        connect(address, origin="http://evil.example", additional_headers={"Authorization": bearer["Authorization"]})  # type: ignore[arg-type]
    assert refused.value.response.status_code == 403
    with pytest.raises(InvalidStatus) as refused:
        connect(address)
    assert refused.value.response.status_code == 401
    own = f"http://127.0.0.1:{site.port}"
    with connect(address, origin=own, additional_headers={"Authorization": bearer["Authorization"]}) as stream:  # type: ignore[arg-type]
        assert json.loads(stream.recv(timeout=20))["type"] == "snapshot"


def test_too_big_and_not_json_are_refusals_not_crashes(site: Site) -> None:
    bearer = {"Authorization": f"Bearer {token_of('technician')}", "Content-Type": "application/json"}
    bearer["Idempotency-Key"] = "big-or-broken"
    assert site.raw("POST", "/v1/tickets", bearer, b'{"service": "' + b"a" * 70000 + b'"}')[0] == 413
    for body in (b"", b"{", b"[]", b"\xff\xfe", b'{"service": "land", "name": "x"}', b'{"service": 5}'):
        status, answer, _ = site.raw("POST", "/v1/tickets", bearer, body)
        assert (status, answer["error"]["code"]) == (422, "bad_request")
    assert site.raw("GET", "/v1/nothing", bearer)[1]["error"]["code"] == "not_found"
    assert site.raw("PUT", "/v1/tickets", bearer)[1]["error"]["code"] == "method_not_allowed"


def test_what_somebody_typed_is_not_sent_back_or_logged(site: Site) -> None:
    bearer = {"Authorization": f"Bearer {token_of('kiosk')}", "Content-Type": "application/json"}
    secret = "001099012345"
    for at, body in enumerate(
        [{"type": "rating.given", "data": {"score": secret}}, {"type": secret, "data": {}}, {"kind": secret}]
    ):
        headers = {**bearer, "Idempotency-Key": f"secret-key-{at}"}
        status, answer, _ = site.raw("POST", "/v1/reports", headers, json.dumps(body).encode())
        assert status == 422
        assert secret not in json.dumps(answer)
    assert secret not in site.hub.log()


def test_another_user_on_the_socket_is_only_what_the_settings_say(site: Site) -> None:
    site.hub.folder.chmod(0o755)
    (site.hub.folder / "hub.sock").chmod(0o666)
    script = (
        "import os, sys, socket\n"
        "os.getuid() == int(sys.argv[2]) or os.setuid(int(sys.argv[2]))\n"
        "s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1])\n"
        "s.sendall(b'GET /v1/snapshot HTTP/1.1\\r\\nHost: hub\\r\\nX-Motcua-Role: technician\\r\\n')\n"
        "s.sendall(b'Connection: close\\r\\n\\r\\n')\n"
        "print(s.makefile().readline())\n"
    )
    users = {os.getuid(): " 200 "}
    if os.getuid() == 0:  # only root can become somebody else
        users[pwd.getpwnam("nobody").pw_uid] = " 403 "
    for uid, status in users.items():
        command = [sys.executable, "-c", script, str(site.hub.folder / "hub.sock"), str(uid)]
        shown = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert status in shown.stdout, shown


def test_the_socket_is_for_owner_and_group(site: Site) -> None:
    with hub_process() as other:
        assert (other.folder / "hub.sock").stat().st_mode & 0o777 == 0o660
