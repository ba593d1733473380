"""The virtual waiting room in a real Chromium: every hand of the page reaches a real process, every eye sees it."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from selenium.webdriver.common.by import By

import demo.start
from demo.hub import Hub
from demo.room.server import serve
from tests.fixtures.pages import Browser, until
from tests.fixtures.room import room

pytestmark = pytest.mark.slow


@dataclass
class Visit:
    """A room, its address, and a browser in it."""

    room: demo.start.Room
    url: str
    browser: Browser

    @property
    def port(self) -> int:
        return int(self.url.split(":")[2].split("/")[0])

    def click(self, selector: str) -> None:
        until(lambda: self.browser.driver.find_elements(By.CSS_SELECTOR, selector), selector)
        self.browser.driver.execute_script(
            "const e = document.querySelector(arguments[0]); e.scrollIntoView({block: 'center'}); e.click()", selector
        )

    def read(self, script: str) -> object:
        return self.browser.driver.execute_script(f"return {script}")

    def text(self, selector: str) -> str:
        return str(self.read(f"document.querySelector({json.dumps(selector)})?.innerText ?? ''"))

    def board(self, counter: int) -> str:
        """What the page shows on a counter's board, which it read back from the firmware."""
        return str(self.read(f"document.querySelector('[data-counter=\"{counter}\"] .led').dataset.text"))

    def switch(self, name: str, mode: str) -> None:
        self.click(f"[data-switch={name}] [data-mode={mode}]")

    def sees(self, name: str) -> str:
        return self.text(f"[data-switch={name}] .sees")

    def tap(self, target: str) -> None:
        """Click the picture of the kiosk where that target stands."""
        targets = {each["id"]: each["rect"] for each in self.room.kiosk.ask("screen")["targets"]}
        x, y, width, height = targets[target]
        self.browser.driver.execute_script(
            """const image = document.querySelector('#kiosk img'), box = image.getBoundingClientRect();
            const scale = box.width / image.naturalWidth;
            const clientX = box.left + arguments[0] * scale, clientY = box.top + arguments[1] * scale;
            image.dispatchEvent(new MouseEvent('click', {bubbles: true, clientX, clientY}))""",
            x + width / 2, y + height / 2,
        )  # fmt: skip


@pytest.fixture(scope="module")
def visit() -> Iterator[Visit]:
    with room() as started:
        stop = threading.Event()
        said: list[str] = []
        serving = threading.Thread(target=serve, args=(started, 0, stop, said.append))
        serving.start()
        browser = Browser()
        try:
            until(lambda: said, "the room's address")
            browser.size(1600, 1000)
            there = Visit(started, said[0].split()[-1], browser)
            browser.driver.get(there.url)
            until(lambda: there.read("document.body.dataset.ready"), "the room")
            until(lambda: there.read("document.querySelectorAll('.sample').length") == 5, "the sample receipts")
            yield there
        finally:
            browser.close()
            stop.set()
            serving.join(20)
        assert not serving.is_alive()


def test_the_code_leaves_the_address_bar(visit: Visit) -> None:
    assert visit.browser.driver.current_url.endswith("/room")
    assert visit.read("document.cookie") == "", "the session's cookie must not be readable by a script"


def test_a_press_comes_out_as_paper_and_a_call_lights_the_boards(visit: Visit) -> None:
    visit.click("[data-button=button-social]")
    until(
        lambda: str(visit.read("document.querySelector('.papers button.out:not(.old) img')?.dataset.qr")).endswith(
            "/D001"
        ),
        "paper",
    )
    until(lambda: visit.read("document.querySelector('.papers .out:not(.old) img').naturalWidth") == 576, "a picture")
    until(lambda: "D001" in visit.text("[data-counter='4'] .queue"), "the queue of counter 4")
    visit.click("[data-counter='4'] [data-key=call]")
    until(lambda: visit.board(4) == "D001", "D001 on the board")
    until(
        lambda: (
            "D001"
            in str(visit.read("[...document.querySelectorAll('.main-panel .led')].map(e => e.dataset.text).join()"))
        ),
        "D001 on the main panel",
    )
    until(lambda: "đến quầy số bốn" in visit.text("#phrase"), "the call in words")
    until(lambda: "Gọi số D001" in visit.text("#events"), "the call in the server's table")
    file = visit.read("document.querySelector('#phrase').dataset.file")
    size = visit.browser.driver.execute_async_script(
        "const done = arguments[1]; fetch('/room/sound/' + arguments[0]).then(r => r.blob()).then(b => done(b.size))",
        file,
    )
    assert size > 40_000
    visit.click("[data-counter='4'] [data-key=no-show]")
    until(lambda: visit.board(4).strip() == "", "the board is dark after the no-show")


def test_a_receipt_before_the_camera_becomes_an_answer_on_the_touchscreen(visit: Visit) -> None:
    until(lambda: visit.read("document.querySelector('#kiosk').dataset.screen") == "home", "the kiosk")
    until(lambda: visit.read("document.querySelector('#kiosk img')?.naturalWidth") == 1280, "its picture")
    visit.tap("go:scan")
    until(lambda: visit.read("document.querySelector('#kiosk').dataset.screen") == "scan", "the scan screen")
    visit.click("[data-sample=come]")
    until(lambda: visit.read("document.querySelector('#kiosk').dataset.screen") == "status", "the dossier's status")
    visit.click("[data-sample=come]")
    until(
        lambda: visit.read("document.querySelector('[data-sample=come]').getAttribute('aria-pressed')") == "false",
        "put away",
    )
    visit.tap("done")
    until(lambda: visit.read("document.querySelector('#kiosk').dataset.screen") == "home", "home again")


def test_paper_out_is_a_sentence_for_staff_and_public_and_mends(visit: Visit) -> None:
    visit.switch("printer", "paper_out")
    visit.click("[data-button=button-police]")
    until(lambda: "hết giấy" in visit.sees("printer"), "staff are told")
    assert "Người dân" in visit.sees("printer")
    visit.switch("printer", "none")
    until(
        lambda: str(visit.read("document.querySelector('.papers button.out:not(.old) img')?.dataset.qr")).endswith(
            "/E001"
        ),
        "the waiting paper",
    )


def test_a_hub_without_power_shows_dashes_and_keeps_the_press(visit: Visit) -> None:
    visit.switch("hub", "power")
    until(lambda: set(visit.board(2)) == {"-"}, "dashes, never an old number")
    visit.click("[data-button=button-land]")
    until(lambda: "Đang giữ 1 lần bấm" in visit.sees("hub"), "the press is held by the firmware")
    visit.switch("hub", "none")
    until(
        lambda: str(visit.read("document.querySelector('.papers button.out:not(.old) img')?.dataset.qr")).endswith(
            "/C001"
        ),
        "its paper after all",
    )
    until(lambda: visit.board(2).strip() == "", "the board is back")


def test_a_cut_network_lets_events_wait_and_arrive(visit: Visit) -> None:
    visit.switch("network", "cut")
    until(lambda: "nhân viên" in visit.sees("network").lower(), "the network's words")
    visit.click("[data-button=button-advice]")
    until(
        lambda: int(str(visit.read("document.querySelectorAll('#figures dd')[2].innerText")).replace("–", "0")) > 0,
        "events wait",
    )
    visit.switch("network", "none")
    until(lambda: visit.read("document.querySelectorAll('#figures dd')[2].innerText") == "0", "all have arrived")
    hub = Hub(visit.room.site)
    until(
        lambda: (
            hub.get("/v1/uplink")["seq"]
            == int(str(visit.read("document.querySelectorAll('#figures dd')[1].innerText")))
        ),
        "each once",
    )


def test_the_clerks_page_opens_signed_in(visit: Visit) -> None:
    driver = visit.browser.driver
    here = driver.current_window_handle
    visit.click("[data-counter='2'] [data-key=page]")
    until(lambda: len(driver.window_handles) > 1, "the clerk's window")
    other = next(each for each in driver.window_handles if each != here)
    driver.switch_to.window(other)
    try:
        until(lambda: driver.current_url.endswith("/clerk"), "the clerk's page")
        until(lambda: "Quầy 2" in driver.find_element(By.TAG_NAME, "body").text, "its counter")
    finally:
        driver.close()
        driver.switch_to.window(here)


def kiosk_says(visit: Visit, words: str) -> None:
    until(lambda: words in " ".join(visit.room.kiosk.ask("screen")["words"]), f"{words!r} on the touchscreen")


def test_somebody_at_the_touchscreen_asks_for_help_with_writing(visit: Visit) -> None:
    kiosk, hub = visit.room.kiosk, Hub(visit.room.site, "reception")
    kiosk.ask("tap", id="go:help")
    kiosk.ask("tap", id="helper")
    kiosk_says(visit, "Đã báo người hướng dẫn")
    (asked,) = hub.get("/v1/snapshot")["helps"]
    assert (asked["where"], asked["what"]) == ("kiosk", "write")
    hub.post(f"/v1/help/{asked['id']}/done")
    kiosk.ask("tap", id="done")


def test_a_message_and_the_days_end_reach_the_touchscreen(visit: Visit) -> None:
    kiosk, hub = visit.room.kiosk, Hub(visit.room.site, "supervisor")
    until(lambda: kiosk.ask("screen")["name"] == "home", "home")
    hub.post("/v1/broadcast", {"vi": "Mất điện ở Quầy 3, mời chờ ít phút.", "minutes": 5})
    kiosk_says(visit, "Mất điện ở Quầy 3")
    hub.post("/v1/broadcast/clear")
    hub.post("/v1/day/close", {"carry": True})
    kiosk_says(visit, "Mở lại 7:")
    kiosk.ask("tap", id="go:service")
    kiosk_says(visit, "Hôm nay đã ngừng phát số")
    kiosk_says(visit, "Nếu có lịch hẹn, mời đến bàn hướng dẫn.")
    kiosk.ask("tap", id="done")
    hub.post("/v1/day/open")
    until(lambda: "Mở lại" not in " ".join(kiosk.ask("screen")["words"]), "open again")


@pytest.mark.parametrize(("page", "words"), [("reception", "Đón tiếp"), ("supervisor", "Phụ trách")])
def test_reception_and_supervisor_open_signed_in(visit: Visit, page: str, words: str) -> None:
    driver = visit.browser.driver
    here = driver.current_window_handle
    visit.click(f"#{page}-link")
    until(lambda: len(driver.window_handles) > 1, "the new window")
    driver.switch_to.window(next(each for each in driver.window_handles if each != here))
    try:
        until(lambda: driver.current_url.endswith(f"/{page}"), f"/{page}")
        until(lambda: words in driver.find_element(By.TAG_NAME, "body").text, "signed in")
        until(lambda: "Tư pháp – Hộ tịch" in driver.find_element(By.TAG_NAME, "main").text, "the room's services")
    finally:
        driver.close()
        driver.switch_to.window(here)


def test_the_console_is_quiet_and_nothing_comes_from_outside(visit: Visit) -> None:
    outside = visit.read(
        "performance.getEntriesByType('resource').map(e => e.name).filter(n => !n.startsWith(location.origin))"
    )
    assert outside == []
    assert visit.browser.errors() == []


def ask(visit: Visit, method: str, path: str, body: object = None, **headers: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", visit.port, timeout=10)
    try:
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(
            method, path, None if body is None else json.dumps(body), {"Content-Type": "application/json"} | given
        )
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def test_a_stranger_can_neither_press_nor_look(visit: Visit) -> None:
    press = {"deed": "press", "args": {"button": "button-land"}}
    code = visit.url.split("#")[1]
    papers = len(visit.room.cabinet.ask("paper"))
    assert ask(visit, "POST", "/room/do", press)[0] == 401
    assert ask(visit, "GET", "/room/facts")[0] == 401
    assert ask(visit, "GET", "/room/kiosk.png")[0] == 401
    assert ask(visit, "POST", "/room/session", {"code": "x" * 32})[0] == 401
    assert ask(visit, "POST", "/room/session", {"code": code}, Origin="http://elsewhere.example")[0] == 403
    assert ask(visit, "POST", "/room/session", {"code": code}, Host="rebound.example")[0] == 403
    cookie = visit.browser.driver.get_cookie("motcua_room")
    assert cookie is not None and cookie["httpOnly"] and cookie["sameSite"] == "Strict"
    mine = {"Cookie": f"motcua_room={cookie['value']}"}
    assert ask(visit, "POST", "/room/do", press, Origin="http://elsewhere.example", **mine)[0] == 403
    for path in ("/room/paper/..%2Fsite.toml", "/room/paper/.hidden", "/room/pki/ca.key", "/room/sound/none.wav"):
        status, body = ask(visit, "GET", path, **mine)
        assert status == 404 and b"PRIVATE" not in body and b"[site]" not in body, path
    for wrong in (
        {"deed": "shell", "args": {}},
        {"deed": "switch", "args": {"switch": "hub", "mode": "rm"}},
        {"deed": "key", "args": {"counter": 1, "key": "open"}},
        {"deed": "tap", "args": {"x": "a", "y": 2}},
        {"deed": "hold", "args": {"sample": "../x"}},
        {"deed": "press", "args": {"button": "nothing"}},
    ):
        status, body = ask(visit, "POST", "/room/do", wrong, **mine)
        assert 400 <= status < 500, (wrong, status, body)
        assert json.loads(body)["error"]["vi"]
    time.sleep(0.5)
    assert len(visit.room.cabinet.ask("paper")) == papers
