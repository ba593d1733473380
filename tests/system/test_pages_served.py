"""How the pages are served: strict headers, nothing from outside, nothing for strangers."""

from __future__ import annotations

import http.client
import json
import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from queue_display.hub import pages
from tests.fixtures.pages import Hub

STATIC = Path(pages.__file__).with_name("static")


@pytest.fixture(scope="module")
def hub() -> Iterator[Hub]:
    found = Hub()
    yield found
    found.close()


def fetch(hub: Hub, path: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
    link = http.client.HTTPConnection("127.0.0.1", hub.port, timeout=20)
    try:
        link.request(method, path, headers=headers)
        answer = link.getresponse()
        return answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read()
    finally:
        link.close()


@pytest.mark.parametrize("path", [f"/{name}" for name in pages.PAGES])
def test_pages_carry_strict_headers(hub: Hub, path: str) -> None:
    status, headers, body = fetch(hub, path)
    assert status == 200
    assert headers["content-type"].startswith("text/html")
    assert headers["content-security-policy"].startswith("default-src 'self'")
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"
    text = body.decode()
    assert re.findall(r"<script(?![^>]*\bsrc=)", text) == []
    assert "style=" not in text
    assert "{{" not in text
    facts = re.search(r'<meta name="motcua" content="([^"]*)"', text)
    assert facts is not None


def test_static_files_are_kept_and_asked_for(hub: Hub) -> None:
    status, headers, body = fetch(hub, "/static/js/store.js")
    assert (status, headers["cache-control"]) == (200, "no-cache")
    assert headers["content-type"].startswith("text/javascript")
    again, _, nothing = fetch(hub, "/static/js/store.js", **{"If-None-Match": headers["etag"]})
    assert (again, nothing) == (304, b"")
    assert body == (STATIC / "js/store.js").read_bytes()
    status, headers, body = fetch(hub, "/static/fonts/be-vietnam-pro-700.ttf")
    assert status == 200
    assert "max-age=86400" in headers["cache-control"]
    assert body[:4] == b"\x00\x01\x00\x00"


def test_the_sites_colour(hub: Hub) -> None:
    status, _, body = fetch(hub, "/static/theme.css")
    assert (status, body) == (200, b":root { --primary: #0E4A56; }\n")


@pytest.mark.parametrize(
    "path",
    [
        "/static/../api.py",
        "/static/%2e%2e/api.py",
        "/static/js/..%2f..%2f..%2fapi.py",
        "/static//etc/passwd",
        "/static/",
    ],
)
def test_nothing_beside_the_static_files(hub: Hub, path: str) -> None:
    status, _, body = fetch(hub, path)
    assert status == 404
    assert b"root:" not in body
    assert b"import" not in body


def test_no_outside_address_in_any_file() -> None:
    """Works without internet: no file names another machine."""
    for path in STATIC.rglob("*"):
        if path.is_file():
            found = re.findall(r"(?:https?:)?//[a-z0-9.-]+\.[a-z]{2,}[^\s\"')]*", path.read_text(encoding="utf-8"))
            assert [each for each in found if "www.w3.org/2000/svg" not in each] == [], path


def test_every_import_leads_to_a_file(hub: Hub) -> None:
    for path in STATIC.rglob("*.js"):
        for name in re.findall(r'from "(\.[^"]+)"', path.read_text(encoding="utf-8")):
            target = (path.parent / name).resolve()
            assert target.is_file(), f"{path.name} imports {name}"
            assert fetch(hub, f"/static/{target.relative_to(STATIC.resolve()).as_posix()}")[0] == 200


def test_the_words_are_whole_in_two_languages() -> None:
    """Every key that a page says exists, in both languages; Vietnamese is composed (NFC)."""
    import unicodedata

    known: set[str] = set()
    for path in STATIC.rglob("*words*.js"):
        words = path.read_text(encoding="utf-8")
        assert unicodedata.is_normalized("NFC", words), path
        known |= set(re.findall(r'^ {2}(\w+): \[".+", ".+"\],$', words, re.MULTILINE))
    for path in STATIC.rglob("*.js"):
        used = set(re.findall(r'say\("(\w+)"', path.read_text(encoding="utf-8")))
        assert used <= known, path


def test_no_get_changes_anything(hub: Hub) -> None:
    before = hub.get("/v1/snapshot")["rev"]
    for path in (*(f"/{name}" for name in pages.PAGES), "/", "/favicon.ico"):
        fetch(hub, path)
    for path in ("/v1/counters/1/next", "/v1/tickets"):
        status, _, _ = fetch(hub, path, Authorization=f"Bearer {Hub.token('tv-hall')}")
        assert status in (403, 404, 405)
    assert hub.get("/v1/snapshot")["rev"] == before


def session_cookie(hub: Hub, device: str) -> str:
    link = http.client.HTTPConnection("127.0.0.1", hub.port, timeout=20)
    link.request(
        "POST", "/v1/session", json.dumps({"token": Hub.token(device)}), headers={"Content-Type": "application/json"}
    )
    answer = link.getresponse()
    answer.read()
    cookie = answer.getheader("set-cookie") or ""
    link.close()
    return cookie.split(";")[0]


def upgrade(hub: Hub, origin: str, cookie: str) -> int:
    """The status of a WebSocket handshake from a page of `origin`."""
    with socket.create_connection(("127.0.0.1", hub.port), timeout=20) as link:
        lines = [
            "GET /v1/stream HTTP/1.1",
            f"Host: 127.0.0.1:{hub.port}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            "Sec-WebSocket-Version: 13",
            f"Origin: {origin}",
            f"Cookie: {cookie}",
        ]
        link.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        return int(link.recv(64).split()[1])


def test_a_forged_origin_gets_no_stream_and_no_command(hub: Hub) -> None:
    cookie = session_cookie(hub, "clerk-1")
    assert upgrade(hub, f"http://127.0.0.1:{hub.port}", cookie) == 101
    assert upgrade(hub, "http://evil.example", cookie) == 403
    assert upgrade(hub, "null", cookie) == 403
    assert upgrade(hub, f"http://127.0.0.1:{hub.port}", "motcua_session=forged.forged") in (401, 403)
    link = http.client.HTTPConnection("127.0.0.1", hub.port, timeout=20)
    headers = {"Cookie": cookie, "Origin": "http://evil.example", "Idempotency-Key": "forged-key-1"}
    link.request("POST", "/v1/counters/1/next", "{}", headers={**headers, "Content-Type": "application/json"})
    answer = link.getresponse()
    answer.read()
    link.close()
    assert answer.status == 403
