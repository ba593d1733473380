"""Who may sit at a counter: PINs, guessing, one seat a counter, taking it over, the end of a session, a restart."""

from __future__ import annotations

import http.client
import json
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest
from argon2 import PasswordHasher
from websockets.sync.client import ClientConnection, connect

from tests.fixtures.hub import HubProcess, hub_process, listen_with_tokens, token_of
from tests.fixtures.ports import free_port
from tests.fixtures.staff import PINS, pin_of, staff_tables

DEADLINE_S = 40.0


def until(what: Callable[[], Any], said: str) -> Any:
    end = time.monotonic() + DEADLINE_S
    while not (found := what()):
        assert time.monotonic() < end, f"not seen: {said}"
        time.sleep(0.02)
    return found


class Room:
    """A hub on loopback with officers, and browsers that keep their cookie."""

    def __init__(self, hub: HubProcess, port: int) -> None:
        self.hub = hub
        self.port = port

    def clock(self, *, offset_s: float = 0.0, scale: float = 1.0) -> None:
        self.hub.steer(offset_s, scale=scale)

    def browser(self) -> Browser:
        return Browser(self)


class Browser:
    """One browser: a cookie jar and nothing else."""

    def __init__(self, room: Room) -> None:
        self.room = room
        self.cookie = ""
        self.set_cookie = ""
        self._key = 0

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, dict[str, Any]]:
        self._key += 1
        # A PIN as dear as the settings allow is three seconds of a free core, and thirty of a busy one.
        link = http.client.HTTPConnection("127.0.0.1", self.room.port, timeout=120)
        headers = {"Idempotency-Key": f"seat-{id(self)}-{self._key:06}"}
        if self.cookie:
            headers["Cookie"] = self.cookie
        payload = None
        if body is not None:
            payload = json.dumps(body).encode()
            headers["Content-Type"] = "application/json"
        try:
            link.request(method, path, payload, headers)
            answer = link.getresponse()
            raw = answer.read()
            given = answer.getheader("Set-Cookie")
            if given:
                self.set_cookie, self.cookie = given, given.split(";")[0]
        finally:
            link.close()
        return answer.status, json.loads(raw)

    def sign_in(self, **body: Any) -> tuple[int, dict[str, Any]]:
        return self.ask("POST", "/v1/session", body)

    def sit(self, staff: str, counter: int, **more: Any) -> tuple[int, dict[str, Any]]:
        return self.sign_in(counter=counter, pin=pin_of(staff), **more)

    def post(self, path: str, body: Any = None) -> tuple[int, str]:
        """Status and, for a refusal, its code."""
        status, answer = self.ask("POST", path, {} if body is None else body)
        return status, answer.get("error", {}).get("code", "")

    @contextmanager
    def stream(self) -> Iterator[ClientConnection]:
        address = f"ws://127.0.0.1:{self.room.port}/v1/stream"
        with connect(address, additional_headers={"Cookie": self.cookie}) as found:
            assert json.loads(found.recv(timeout=20))["type"] == "snapshot"
            yield found


@contextmanager
def room(sessions: str = "", **other_hashes: str) -> Iterator[Room]:
    port = free_port()
    staff = staff_tables(**other_hashes)
    with hub_process(f"{listen_with_tokens(port)}\n[sessions]\n{sessions}\n{staff}") as hub:
        yield Room(hub, port)


@pytest.fixture(scope="module")
def shared() -> Iterator[Room]:
    with room() as found:
        yield found


def test_counter_and_pin_make_a_session(shared: Room) -> None:
    desk = shared.browser()
    status, who = desk.sit("cb-1", 1)
    assert (status, who["role"], who["staff"], who["counter"], who["held"]) == (200, "clerk", "cb-1", 1, [1])
    assert "HttpOnly" in desk.set_cookie
    assert "SameSite=strict" in desk.set_cookie
    assert desk.ask("GET", "/v1/session")[1]["held"] == [1]
    assert desk.post("/v1/counters/1/next") == (200, "")
    assert desk.post("/v1/counters/2/next") == (403, "forbidden")
    desk.ask("DELETE", "/v1/session")
    kept = desk.cookie
    assert desk.ask("GET", "/v1/session")[0] == 401
    desk.cookie = kept
    assert desk.ask("GET", "/v1/session")[0] == 401, "a cookie that somebody kept is over as well"


def test_coming_and_going_of_an_officer_is_an_event_by_code(shared: Room) -> None:
    desk = shared.browser()
    assert desk.sit("cb-3", 3)[0] == 200
    desk.ask("DELETE", "/v1/session")
    with closing(sqlite3.connect(f"file:{shared.hub.settings.hub.ledger}?mode=ro", uri=True)) as ledger:
        bodies = [json.loads(body) for (body,) in ledger.execute("SELECT body FROM outbox ORDER BY seq")]
    told = [(each["type"].rpartition(".")[2], each["data"]) for each in bodies if ".staff." in each["type"]]
    mine = [each for each in told if each[1]["actor"] == "clerk:cb-3"]
    assert mine[-2:] == [
        ("signed_in", {"role": "clerk", "counter": 3, "actor": "clerk:cb-3"}),
        ("signed_out", {"role": "clerk", "actor": "clerk:cb-3"}),
    ]
    assert pin_of("cb-3") not in json.dumps(told)


def test_desks_without_a_counter_sign_in_by_their_role(shared: Room) -> None:
    for staff, role in (("td-1", "reception"), ("tt-1", "supervisor")):
        desk = shared.browser()
        status, who = desk.sign_in(role=role, pin=pin_of(staff))
        assert (status, who["role"], who["staff"], who["held"]) == (200, role, staff, [])
    status, seats = desk.ask("GET", "/v1/seats")
    assert (status, isinstance(seats["seats"], list)) == (200, True)
    assert shared.browser().sign_in(role="supervisor", pin=pin_of("td-1"))[0] == 401
    assert shared.browser().sign_in(staff="cb-1", pin=pin_of("cb-1"))[1]["error"]["code"] == "no_counter"
    assert (
        shared.browser().sign_in(staff="cb-1", counter=2, pin=pin_of("cb-1"))[1]["error"]["code"] == "not_your_counter"
    )


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"pin": "4821"},
        {"counter": 1},
        {"counter": 1, "pin": "48a1"},
        {"counter": 1, "pin": "482"},
        {"counter": 1, "pin": 4821},
        {"counter": 1, "pin": "4821", "token": "token-of-clerk"},
        {"counter": 1, "pin": "٤٨٢١"},
    ],
)
def test_what_is_no_sign_in_is_refused_without_being_repeated(shared: Room, body: dict[str, Any]) -> None:
    status, answer = shared.browser().sign_in(**body)
    assert status == 422
    assert "4821" not in json.dumps(answer)


def test_a_wrong_pin_and_an_unknown_officer_get_the_same_answer(shared: Room) -> None:
    wrong = shared.browser().sign_in(staff="cb-3", counter=3, pin="1357")
    unknown = shared.browser().sign_in(staff="nobody", counter=3, pin="1357")
    elsewhere = shared.browser().sign_in(staff="cb-3", counter=77, pin="1357")
    assert wrong[0] == unknown[0] == elsewhere[0] == 401
    assert wrong[1] == unknown[1] == elsewhere[1]


def test_guessing_has_to_wait() -> None:
    with room() as found:
        for _ in range(4):
            assert found.browser().sign_in(counter=3, pin="1357")[0] == 401
        assert found.browser().sit("cb-3", 3)[0] == 200, "four mistakes and the right one"
        for _ in range(5):
            assert found.browser().sign_in(counter=3, pin="1357")[0] == 401
        status, answer = found.browser().sit("cb-3", 3)
        assert (status, answer["error"]["code"]) == (429, "too_many_tries"), "also the right one has to wait now"
        assert 1 <= answer["error"]["allowed"]["retry_s"] <= 31
        assert found.browser().sit("cb-1", 1)[0] == 200, "another counter is not locked by it"
        found.clock(scale=200.0)
        until(lambda: found.browser().sit("cb-3", 3)[0] == 200, "let in after the wait")


def test_a_burst_of_guesses_counts_every_one() -> None:
    with room() as found:
        seen: list[int] = []
        threads = [
            threading.Thread(target=lambda at=at: seen.append(found.browser().sign_in(counter=2, pin=f"13{at:02}")[0]))
            for at in range(24)
        ]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        assert seen.count(401) <= 5, seen
        assert set(seen) <= {401, 429, 503}


def test_no_pin_is_written_anywhere() -> None:
    with room() as found:
        for staff, (role, own, _pin) in PINS.items():
            desk = found.browser()
            if own:
                desk.sit(staff, own[-1], take=True)
            else:
                desk.sign_in(role=role, pin=pin_of(staff))
            desk.post("/v1/counters/1/open")
        found.browser().sign_in(counter=1, pin="80808")
        folder = found.hub.folder
        found.hub.stop()
        pins = [pin.encode() for _, _, pin in PINS.values()] + [b"80808"]
        for path in folder.rglob("*"):
            if path.is_file() and path.name != "site.toml":
                content = path.read_bytes()
                for pin in pins:
                    assert b'"' + pin + b'"' not in content, (path, pin)
                    if path.suffix == ".log":
                        assert pin not in content, pin


def test_one_seat_a_counter_and_an_explicit_act_to_take_it(shared: Room) -> None:
    first, second = shared.browser(), shared.browser()
    assert first.sit("cb-1", 1)[0] == 200
    with first.stream() as page:
        status, answer = second.sit("cb-2", 1)
        assert (status, answer["error"]["code"]) == (409, "seat_taken")
        assert "Quầy 1 đang có người ngồi, từ " in answer["error"]["vi"]
        assert answer["error"]["given"]["since"]
        assert second.cookie == "", "nobody is signed in by halves"
        assert first.post("/v1/counters/1/open") == (200, ""), "the one who sits goes on"
        assert second.sit("cb-2", 1, take=True)[0] == 200
        told = until(lambda: _seat(page), "the first page is told")
        assert (told["counter"], told["held"]) == (1, False)
        assert first.post("/v1/counters/1/open") == (409, "seat_lost")
        assert first.post("/v1/tickets", {"service": "land"}) == (409, "seat_lost")
        assert first.ask("GET", "/v1/session")[1]["lost"] == [1]
        assert second.post("/v1/counters/1/open") == (200, "")
        assert first.ask("POST", "/v1/session/seat", {"counter": 1})[1]["error"]["code"] == "seat_taken"
        assert first.ask("POST", "/v1/session/seat", {"counter": 1, "take": True})[0] == 200
        assert first.post("/v1/counters/1/open") == (200, "")
        assert second.post("/v1/counters/1/open") == (409, "seat_lost")
    supervisor = shared.browser()
    supervisor.sign_in(role="supervisor", pin=pin_of("tt-1"))
    seats = supervisor.ask("GET", "/v1/seats")[1]["seats"]
    assert [(each["counter"], each["staff"]) for each in seats if each["counter"] == 1] == [(1, "cb-1")]
    shown = next(each for each in supervisor.ask("GET", "/v1/snapshot")[1]["counters"] if each["id"] == 1)["seat"]
    assert shown["taken"] is True
    assert "staff" not in shown
    first.ask("DELETE", "/v1/session")


def _seat(page: ClientConnection) -> dict[str, Any] | None:
    message = json.loads(page.recv(timeout=20))
    found: dict[str, Any] | None = message["data"] if message["type"] == "seat" else None
    return found


def test_one_officer_at_two_counters(shared: Room) -> None:
    desk = shared.browser()
    assert desk.sit("cb-2", 2)[0] == 200
    status, who = desk.ask("POST", "/v1/session/seat", {"counter": 3})
    assert (status, who["held"]) == (200, [2, 3])
    assert desk.post("/v1/counters/2/open") == (200, "")
    assert desk.post("/v1/counters/3/open") == (200, "")
    assert desk.ask("POST", "/v1/session/seat", {"counter": 99})[0] == 403
    assert desk.ask("POST", "/v1/session/leave", {"counter": 2})[1]["held"] == [3]
    assert desk.post("/v1/counters/2/open") == (403, "forbidden")
    other = shared.browser()
    assert other.sit("cb-2", 2)[0] == 200, "the counter that was left is free"
    other.ask("DELETE", "/v1/session")
    desk.ask("DELETE", "/v1/session")


def test_signing_in_anew_in_one_browser_is_no_quarrel(shared: Room) -> None:
    desk = shared.browser()
    assert desk.sit("cb-3", 3)[0] == 200
    assert desk.sit("cb-3", 3)[0] == 200
    assert desk.sit("cb-2", 2)[0] == 200
    assert shared.browser().sit("cb-3", 3)[0] == 200, "what this browser had before is free"


def test_a_machines_token_has_no_seat_and_takes_none(shared: Room) -> None:
    machine = shared.browser()
    assert machine.sign_in(token=token_of("clerk"))[0] == 200
    assert machine.ask("POST", "/v1/session/seat", {"counter": 1})[0] == 403
    assert machine.post("/v1/counters/1/open") == (200, "")


def test_a_lost_link_frees_the_seat_after_the_grace() -> None:
    with room("grace_s = 2") as found:
        first, second = found.browser(), found.browser()
        first.sit("cb-1", 1)
        with first.stream():
            time.sleep(2.5)  # longer than the grace: the stream is the pulse
            assert second.sit("cb-2", 1)[0] == 409
        until(lambda: second.sit("cb-2", 1)[0] == 200, "the seat is free")
        assert first.post("/v1/counters/1/open") == (409, "seat_lost")


def test_whoever_sat_there_sits_there_again_when_nobody_came() -> None:
    with room("grace_s = 2") as found:
        first = found.browser()
        first.sit("cb-1", 1)
        watcher = found.browser()
        watcher.sign_in(role="supervisor", pin=pin_of("tt-1"))
        until(lambda: watcher.ask("GET", "/v1/seats")[1]["seats"] == [], "the seat is free")
        assert first.post("/v1/counters/1/open") == (200, "")
        assert [each["staff"] for each in watcher.ask("GET", "/v1/seats")[1]["seats"]] == ["cb-1"]


def test_a_restart_brings_the_seats_back_to_the_last_one_who_took_them() -> None:
    with room() as found:
        first, second = found.browser(), found.browser()
        first.sit("cb-1", 1)
        second.sit("cb-2", 1, take=True)
        found.hub.kill()
        found.hub.start()
        assert first.ask("GET", "/v1/session")[1]["held"] == [1], "first come: nobody has shown a later claim yet"
        assert second.ask("GET", "/v1/session")[1]["held"] == [1], "the later claim wins"
        assert first.post("/v1/counters/1/open") == (409, "seat_lost")
        assert second.post("/v1/counters/1/open") == (200, "")


def test_a_session_ends_with_the_day_and_a_tv_does_not() -> None:
    with room() as found:
        desk, tv = found.browser(), found.browser()
        desk.sit("cb-1", 1)
        tv.sign_in(token=token_of("display"))
        found.clock(offset_s=86400)
        found.hub.client("technician").issue("land", key="the-next-day")
        status, answer = desk.ask("POST", "/v1/counters/1/open", {})
        assert (status, answer["error"]["code"]) == (401, "session_over")
        assert tv.ask("GET", "/v1/session")[0] == 200
        assert desk.sit("cb-1", 1)[0] == 200, "signing in again is all it takes"


def test_an_idle_session_ends_and_so_does_its_stream() -> None:
    with room("idle_hours = 0.25") as found:
        desk = found.browser()
        desk.sit("cb-1", 1)
        with desk.stream() as page:
            found.clock(scale=4000.0)
            until(lambda: _closed(page), "the stream closed")
        assert desk.ask("GET", "/v1/session")[1]["error"]["code"] == "session_over"


def _closed(page: ClientConnection) -> bool:
    from websockets.exceptions import ConnectionClosed

    try:
        page.recv(timeout=1)
    except ConnectionClosed as error:
        assert error.rcvd is not None
        assert error.rcvd.code == 4401
        return True
    except TimeoutError:
        return False
    return False


def test_another_pin_in_the_settings_ends_the_sessions_of_the_old_one() -> None:
    with room() as found:
        desk, other = found.browser(), found.browser()
        desk.sit("cb-1", 1)
        other.sit("cb-3", 3)
        found.hub.kill()
        site = found.hub.site.read_text(encoding="utf-8")
        old = next(line for line in site.splitlines() if line.startswith("pin = "))
        fresh = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash("6402")
        found.hub.site.write_text(site.replace(old, f'pin = "{fresh}"'), encoding="utf-8")
        found.hub.start()
        assert desk.ask("GET", "/v1/session")[0] == 401
        assert other.ask("GET", "/v1/session")[0] == 200
        assert desk.sign_in(counter=1, pin="6402")[0] == 200


def test_a_counter_that_the_settings_take_away_is_nobodys_seat() -> None:
    with room() as found:
        desk = found.browser()
        desk.sit("cb-2", 2)
        desk.ask("POST", "/v1/session/seat", {"counter": 3})
        found.hub.kill()
        site = found.hub.site.read_text(encoding="utf-8")
        found.hub.site.write_text(site.replace("counters = [1, 2, 3]", "counters = [1, 2]"), encoding="utf-8")
        found.hub.start()
        status, who = desk.ask("GET", "/v1/session")
        assert (status, who["held"], who["lost"]) == (200, [2], [])
        assert desk.post("/v1/counters/3/open") == (403, "forbidden")
        assert desk.post("/v1/counters/2/open") == (200, "")


def test_two_officers_with_one_pin_are_asked_who_they_are() -> None:
    twin = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(pin_of("cb-1"))
    with room(cb_2=twin) as found:
        assert found.browser().sit("cb-1", 1)[1]["error"]["code"] == "which_officer"
        assert found.browser().sign_in(counter=1, staff="cb-2", pin=pin_of("cb-1"))[1]["staff"] == "cb-2"


def test_nobodys_call_waits_for_a_pin() -> None:
    """A hash as dear as the settings allow takes seconds; whoever asks for a number meanwhile has it at once."""
    dear = PasswordHasher(time_cost=10, memory_cost=256 * 1024, parallelism=1).hash(pin_of("cb-3"))
    with room(cb_3=dear) as found:
        desk = found.browser()
        signed_in: list[int] = []
        body = {"staff": "cb-3", "counter": 3, "pin": pin_of("cb-3")}
        thread = threading.Thread(target=lambda: signed_in.append(desk.sign_in(**body)[0]))
        client = found.hub.client("technician")
        thread.start()
        meanwhile = 0
        while not signed_in and meanwhile < 500:
            client.issue("land", key=f"while-a-pin-is-judged-{meanwhile}")
            meanwhile += 1
        thread.join()
        assert signed_in == [200]
        assert meanwhile > 10, "numbers given out while one PIN was compared"
