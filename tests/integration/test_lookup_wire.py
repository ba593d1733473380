"""The look-up at the end of bad wires: a dead resolver, a server that hangs, dribbles, cuts or talks nonsense.

Whatever is there, an answer comes within the deadline, nothing of the question is logged, and a good server is used
again as soon as there is one.
"""

from __future__ import annotations

import json
import logging
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from config.clock import FakeClock
from config.settings import Settings
from kiosk.lookup import LARGEST, MOST_HANGING, Lookup
from tests.fixtures.farend import DEVICE, pki, wait_for

CODE = "H38.12.25-261116-0003"
FACTOR = ("id_last4", "0042")
TOTAL_S = 1.5
FOUND = {
    "result": "found",
    "view": "code_only",
    "as_of": "2026-11-23T09:40:00+07:00",
    "dossier": {"code": CODE, "field": "Hộ tịch", "field_en": "Civil status", "group": "come", "appointment": None},
}

Handler = Callable[[socket.socket], None]


def answer(status: str, body: bytes, *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", "Content-Type: application/json", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


def read(wire: socket.socket) -> None:
    """A whole request: a connection closed with something unread in it ends with a reset."""
    got = b""
    while b"\r\n\r\n" not in got:
        if not (part := wire.recv(65536)):
            return
        got += part
    head, _, body = got.partition(b"\r\n\r\n")
    length = next(int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
    while len(body) < length and (part := wire.recv(65536)):
        body += part


def says(status: str, body: object, *headers: str) -> Handler:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()

    def handle(wire: socket.socket) -> None:
        read(wire)
        wire.sendall(answer(status, raw, *headers))

    return handle


class BadServer:
    """A TLS server with our certificate that does what it is told with each connection."""

    def __init__(self, keys: Path) -> None:
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(keys / "https.crt", keys / "https.key")
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.handle: Handler = says("200 OK", FOUND)
        self.tls = True
        self.free = threading.Event()
        """Set: whoever hangs lets go."""
        self.open = 0
        self.seen = 0
        self._threads: list[threading.Thread] = []
        self._keeper = threading.Thread(target=self._accept, daemon=True)
        self._keeper.start()

    def _accept(self) -> None:
        while True:
            try:
                raw, _ = self._listener.accept()
            except OSError:
                return
            self.seen += 1
            thread = threading.Thread(target=self._serve, args=(raw,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, raw: socket.socket) -> None:
        self.open += 1
        try:
            with raw:
                if not self.tls:
                    self.handle(raw)
                    return
                with self._context.wrap_socket(raw, server_side=True) as wire:
                    self.handle(wire)
        except OSError:
            pass  # the other end has gone: that is what is looked for
        finally:
            self.open -= 1

    def close(self) -> None:
        self.free.set()
        self._listener.close()
        for thread in self._threads:
            thread.join(5)


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return pki(tmp_path_factory.mktemp("keys"))


@pytest.fixture
def server(keys: Path) -> Iterator[BadServer]:
    one = BadServer(keys)
    yield one
    one.close()


def make(keys: Path, base_url: str, clock: FakeClock, **limits: float) -> Lookup:
    settings = Settings.model_validate(
        {
            "services": [{"id": "civil-status", "letter": "A", "name": "Hộ tịch", "name_en": "Civil status"}],
            "counters": [{"id": 1, "services": ["civil-status"]}],
            "lookup": {
                "base_url": base_url, "ca": str(keys / "ca.crt"), "cert": str(keys / f"{DEVICE}.crt"),
                "key": str(keys / f"{DEVICE}.key"), "connect_s": 1.0, "read_s": 1.0, "total_s": TOTAL_S, **limits,
            },
        }
    )  # fmt: skip
    return Lookup(settings, clock)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def lookup(keys: Path, server: BadServer, clock: FakeClock) -> Lookup:
    return make(keys, f"https://127.0.0.1:{server.port}", clock)


def hang(server: BadServer) -> Handler:
    def handle(wire: socket.socket) -> None:
        read(wire)
        server.free.wait(60)

    return handle


def dribble(server: BadServer, first: bytes) -> Handler:
    def handle(wire: socket.socket) -> None:
        read(wire)
        wire.sendall(first)
        while not server.free.wait(0.05):
            wire.sendall(b"x")

    return handle


def cut(wire: socket.socket) -> None:
    read(wire)
    wire.sendall(answer("200 OK", b"{" * 500)[:200])


def garbage(wire: socket.socket) -> None:
    wire.recv(65536)
    wire.sendall(b"\x00\xff not http at all\r\n\r\n")


def test_a_found_dossier_is_remembered_for_the_time_without_a_server(
    lookup: Lookup, server: BadServer, clock: FakeClock
) -> None:
    found = lookup.ask(CODE)
    assert (found.kind, found.as_of) == ("found", "09:40")
    server.handle = cut
    clock.advance(25 * 60)
    clock.jump(-40 * 365 * 86400)  # the wall clock falls back to its birth: ages are of the other one
    old = lookup.ask(CODE)
    assert (old.kind, old.as_of, old.age_s, old.yesterday) == ("offline", "09:40", 25 * 60, False)
    assert old.dossier and old.dossier.group == "come" and not old.dossier.details
    assert lookup.ask("H38.12.25-261116-0004").dossier is None
    clock.advance(24 * 3600)
    assert lookup.ask(CODE).dossier is None, "a day is the longest"
    server.handle = says("200 OK", FOUND)
    assert lookup.ask(CODE).kind == "found"


@pytest.mark.parametrize("bad", ["hang", "dribbled body", "dribbled head", "cut", "garbage", "no tls", "closed"])
def test_whatever_the_wire_does_the_answer_is_in_time_and_the_next_one_is_right(
    lookup: Lookup, server: BadServer, bad: str, caplog: pytest.LogCaptureFixture
) -> None:
    server.handle = {
        "hang": hang(server),
        "dribbled body": dribble(server, b"HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n{"),
        "dribbled head": dribble(server, b"HTTP/1.1 200 OK\r\nX-Long: "),
        "cut": cut,
        "garbage": garbage,
        "no tls": garbage,
        "closed": read,
    }[bad]
    server.tls = bad != "no tls"
    caplog.set_level(logging.DEBUG, "kiosk")
    began = time.monotonic()
    assert lookup.ask(CODE, FACTOR).kind == "offline"
    assert time.monotonic() - began < TOTAL_S + 5.0
    # What was left behind is cut: no thread and no connection stays with a server that never ends.
    wait_for("the connection is given up", lambda: server.open == 0 or bad == "hang", 10)
    assert CODE not in caplog.text and FACTOR[1] not in caplog.text
    server.tls, server.handle = True, says("200 OK", FOUND)
    assert lookup.ask(CODE).kind == "found"


def test_a_dribbling_server_does_not_use_up_the_workers(keys: Path, server: BadServer, clock: FakeClock) -> None:
    lookup = make(keys, f"https://127.0.0.1:{server.port}", clock, total_s=0.6)
    server.handle = dribble(server, b"HTTP/1.1 200 OK\r\nX-Long: ")
    for _ in range(MOST_HANGING + 2):
        assert lookup.ask(CODE).kind == "offline"
    wait_for("every connection is cut", lambda: server.open == 0, 10)
    server.handle = says("200 OK", FOUND)
    assert lookup.ask(CODE).kind == "found"


@pytest.mark.parametrize(
    ("status", "headers", "retry_s"),
    [
        ("429 Too Many Requests", ("Retry-After: 40",), 40),
        ("503 Service Unavailable", ("Retry-After: 99999",), 3600),
        ("503 Service Unavailable", ("Retry-After: Wed, 21 Oct 2026 07:28:00 GMT",), 0),
        ("500 Internal Server Error", (), 0),
    ],
)
def test_a_busy_server_is_told_with_its_own_waiting_time(
    lookup: Lookup, server: BadServer, status: str, headers: tuple[str, ...], retry_s: int
) -> None:
    server.handle = says(status, {"result": "try_later"}, *headers)
    said = lookup.ask(CODE)
    assert (said.kind, said.retry_s) == ("try_later", retry_s)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        ("200 OK", b"<html>captive portal</html>"),
        ("200 OK", b"\xff\xfe"),
        ("200 OK", {"result": "found"}),
        ("200 OK", {**FOUND, "as_of": "soon"}),
        ("200 OK", {**FOUND, "dossier": {**FOUND["dossier"], "group": "x"}}),  # type: ignore[dict-item]
        ("200 OK", b"[" * 100_000),
        ("200 OK", b" " * (LARGEST + 1)),
        ("302 Found", b""),
        ("403 Forbidden", {"error": {"code": "no_device"}}),
        ("404 Not Found", {"error": {"code": "no_such_path"}}),
        ("204 No Content", b""),
    ],
)
def test_an_answer_that_is_none_is_try_later_and_never_a_crash(
    lookup: Lookup, server: BadServer, status: str, body: object, caplog: pytest.LogCaptureFixture
) -> None:
    server.handle = says(status, body, "Location: https://evil.example/")
    assert lookup.ask(CODE).kind == "try_later"
    assert server.seen == 1, "nobody is followed elsewhere"
    assert "captive" not in caplog.text


def test_a_stranger_with_another_certificate_is_not_believed(
    server: BadServer, keys: Path, clock: FakeClock, tmp_path: Path
) -> None:
    stranger = make(pki(tmp_path), f"https://127.0.0.1:{server.port}", clock)
    assert stranger.ask(CODE).kind == "offline"


def test_a_resolver_that_hangs_is_left_behind(
    keys: Path, server: BadServer, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = make(keys, f"https://localhost:{server.port}", clock, total_s=0.6)
    stuck = threading.Event()
    real = socket.getaddrinfo

    def never(*given: object, **more: object) -> object:
        if given[0] == "localhost":
            stuck.wait(60)
        return real(*given, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", never)
    began = time.monotonic()
    for _ in range(MOST_HANGING + 3):
        assert ask.ask(CODE).kind == "offline"
    # Beyond the threads that hang nobody waits any more.
    assert time.monotonic() - began < MOST_HANGING * 0.6 + 5.0
    stuck.set()
    wait_for("the threads come back", lambda: ask.ask(CODE).kind == "found", 10)
    assert server.seen >= 1


def test_five_wrong_factors_and_the_server_is_asked_no_more(
    lookup: Lookup, server: BadServer, clock: FakeClock
) -> None:
    server.handle = says("404 Not Found", {"result": "not_found"})
    for _ in range(5):
        assert lookup.ask(CODE, FACTOR).kind == "not_found"
    asked = server.seen
    said = lookup.ask(CODE, FACTOR)
    assert said.kind == "try_later" and 200 < said.retry_s <= 301 and server.seen == asked
    assert lookup.ask(CODE).kind == "not_found", "the code alone may still be asked"
    clock.advance(301)
    assert lookup.ask(CODE, FACTOR).kind == "not_found"


def test_without_an_address_nobody_is_asked(keys: Path, clock: FakeClock) -> None:
    assert make(keys, "", clock).ask(CODE).kind == "offline"
