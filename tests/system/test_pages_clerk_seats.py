"""Sitting down, being asked to stand up, two counters at once, a lost link: the desk as people live it, by keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver.common.keys import Keys

from tests.fixtures.pages import Browser, Hub, Page, until
from tests.fixtures.staff import pin_of

pytestmark = pytest.mark.slow


def desk(browser: Browser, hub: Hub, name: str, staff: str, key: str, *, take: bool = False) -> Page:
    page = Page(browser, hub, name, 1024, 768).sit(staff, key, take=take)
    until(lambda: page.find("#do-main") and page.find("#do-main").is_enabled(), "the desk, ready")
    return page


@pytest.fixture
def first(browser: Browser, hub: Hub) -> Iterator[Page]:
    page = desk(browser, hub, "quay1", "cb-1", "1")
    yield page
    page.close()


def type_pin(page: Page, key: str, pin: str) -> None:
    until(lambda: page.find("#pin"), "asked for the PIN")
    page.keys(key)
    until(lambda: page.run("return document.activeElement.id") == "pin", "the field has the focus")
    page.keys(*pin, Keys.ENTER)


def test_counter_and_pin_by_keyboard(browser: Browser, hub: Hub) -> None:
    page = Page(browser, hub, "quay3", 1024, 768).open("/clerk")
    until(lambda: "/login" in page.driver.current_url, "the sign-in page")
    type_pin(page, "3", "1357")
    page.see("Mã PIN chưa đúng với quầy này", "#problem")
    assert page.run("return document.activeElement.id") == "pin", "type again at once"
    page.keys(*pin_of("cb-3"), Keys.ENTER)
    page.see("Quầy 3", "#header")
    cookie = page.driver.get_cookie("motcua_session")
    assert cookie["httpOnly"]
    assert cookie["sameSite"] == "Strict"
    kept = page.run("return JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert pin_of("cb-3") not in kept
    assert "cb-3" not in kept
    page.close()


def test_guessing_is_made_to_wait_in_words(browser: Browser, hub: Hub) -> None:
    page = Page(browser, hub, "quay3", 1024, 768).open("/login")
    type_pin(page, "3", "1357")
    for _ in range(5):
        until(lambda: page.text("#problem") and page.find("#sign-in").is_enabled(), "told that it was wrong")
        page.keys(*"1357", Keys.ENTER)
        until(lambda: page.run("return document.getElementById('pin').value") == "", "asked again")
    page.see("Xin chờ", "#problem")
    assert not page.find("#sign-in").is_enabled()
    page.close()


def test_the_seat_is_taken_over_and_the_first_is_told_at_once(first: Page, browser: Browser, hub: Hub) -> None:
    ticket = hub.issue()
    first.see(ticket["number"], "#list")
    first.keys(Keys.SPACE)
    first.see(ticket["number"], "#number")
    second = Page(browser, hub, "quay1b", 1024, 768).open("/login")
    type_pin(second, "1", pin_of("cb-2"))
    second.see("Quầy 1 đang có người ngồi, từ ")
    second.keys(Keys.ENTER)  # the first offer is to go elsewhere
    until(lambda: second.find("#pin"), "another place")
    assert first.find("#ask-lost") is None, "nobody was disturbed"
    type_pin(second, "1", pin_of("cb-2"))
    until(lambda: second.find("#take"), "somebody sits there")
    second.keys(Keys.TAB, Keys.ENTER)
    second.see(ticket["number"], "#number")
    first.see("Quầy 1 đã có người khác ngồi", "#ask-lost")
    first.keys(Keys.ESCAPE)
    assert first.find("#ask-lost"), "Escape is no answer"
    second.keys("s")
    second.see("Đang phục vụ", "#state")
    assert hub.ticket(ticket["id"])["state"] == "serving"
    first.keys("1")  # sit there again
    first.gone("#ask-lost")
    second.see("Quầy 1 đã có người khác ngồi", "#ask-lost")
    first.keys("d")
    until(lambda: hub.ticket(ticket["id"])["state"] == "done", "the first works again")
    second.close()


def test_a_page_that_missed_the_news_is_refused_in_words(first: Page, browser: Browser, hub: Hub) -> None:
    """The stream told nothing (a page asleep): the next act is refused, nothing is done, and it says why."""
    ticket = hub.issue()
    first.see(ticket["number"], "#list")
    # The message is dropped on its way to the page: what a sleeping page misses.
    first.run(
        "const parse = JSON.parse; JSON.parse = (text, ...rest) => {"
        " const found = parse(text, ...rest); return found && found.type === 'seat' ? {type: 'ping'} : found; }"
    )
    second = desk(browser, hub, "quay1b", "cb-2", "1", take=True)
    assert first.find("#ask-lost") is None
    first.keys(Keys.SPACE)
    first.see("Quầy 1 đã có người khác ngồi", "#ask-lost")
    assert hub.ticket(ticket["id"])["state"] == "waiting"
    second.close()


def test_one_officer_holds_two_counters_and_switches(browser: Browser, hub: Hub) -> None:
    page = desk(browser, hub, "quay2", "cb-2", "2")
    page.keys("q", "3", Keys.ENTER)
    page.see("Quầy 3", "#header .who")
    land = hub.issue("land")
    page.see(land["number"], "#list")
    page.keys(Keys.SPACE)
    until(lambda: hub.at(3), "called to counter 3")
    page.keys("q", "2", Keys.ENTER)
    page.see("Quầy 2", "#header .who")
    page.see("Chưa có ai chờ", "#number")
    civil = hub.issue()
    page.see(civil["number"], "#list")
    page.keys(Keys.SPACE)
    until(lambda: hub.at(2), "called to counter 2")
    assert [hub.at(2)["id"], hub.at(3)["id"]] == [civil["id"], land["id"]]  # type: ignore[index]
    page.driver.refresh()
    page.see("Quầy 2", "#header .who")
    until(lambda: page.find("#seat-3"), "both are still held")
    page.keys("q", "3", "x", Keys.ENTER)
    page.see("Quầy 3", "#header .who")
    page.gone("#seat-2")
    other = desk(browser, hub, "quay2b", "cb-2", "2")  # nobody has to be asked to stand up
    other.close()
    page.close()


def test_a_hub_that_was_killed_finds_everybody_at_their_desks(first: Page, browser: Browser, hub: Hub) -> None:
    other = desk(browser, hub, "quay2", "cb-2", "2")
    one, two = hub.issue(), hub.issue()
    first.see(two["number"], "#list")
    hub.kill()
    for page in (first, other):
        page.see("Mất kết nối", "#lost")
        assert page.find("#do-main").get_property("disabled")
        assert page.find("#do-issue").get_property("disabled")
    first.keys(Keys.SPACE)
    first.see("Chưa làm được", "#toast")
    hub.start()
    for page in (first, other):
        page.gone("#lost .lost")
        until(lambda page=page: page.find("#do-main").is_enabled(), "the keys again")
    first.keys(Keys.SPACE)
    until(lambda: hub.at(1), "called")
    other.keys(Keys.SPACE)
    until(lambda: hub.at(2), "called")
    assert {hub.at(1)["id"], hub.at(2)["id"]} == {one["id"], two["id"]}  # type: ignore[index]
    other.close()
    browser.errors()  # the browser notes every refused connection; that is the point of this test


def test_a_page_that_comes_back_without_its_seat_is_told(first: Page, browser: Browser, hub: Hub) -> None:
    second = desk(browser, hub, "quay1b", "cb-2", "1", take=True)
    first.see("Quầy 1 đã có người khác ngồi", "#ask-lost")
    first.driver.refresh()
    first.see("Quầy 1 đã có người khác ngồi", "#ask-lost")
    second.close()


def test_the_session_that_is_over_says_so_at_the_sign_in(first: Page, hub: Hub) -> None:
    hub.steer(86400)
    hub.issue()  # the first number of the next day begins it
    until(lambda: "/login" in first.driver.current_url, "the sign-in page")
    first.see("Phiên làm việc đã hết")


def test_numbers_without_paper_are_told_large_and_listed(first: Page, hub: Hub) -> None:
    part = {"part": "printer", "state": "down", "code": "printer_no_paper", "vi": "Máy in hết giấy.", "en": "No paper."}
    hub.post("/v1/parts", part, "bridge-box")
    first.see("Máy in hết giấy.", "#notices")
    waiting = hub.issue()
    first.see(waiting["number"], "#paperless")
    first.keys("c", "a", Keys.ENTER)
    until(lambda: first.find("#ask-paperless"), "the number, large")
    number = first.text("#ask-paperless .huge")
    assert hub.get("/v1/tickets?state=waiting")["tickets"][-1]["number"] == number
    size = first.run("return parseFloat(getComputedStyle(document.querySelector('#ask-paperless .huge')).fontSize)")
    assert size >= 120
    first.keys(Keys.ENTER)
    first.gone("dialog")
    first.keys("4")
    first.see(waiting["number"], "#list")
    first.see(number, "#list")
    for job in hub.get("/v1/jobs")["jobs"]:
        hub.post(f"/v1/jobs/{job['id']}/take", {}, "bridge-box")
        hub.post(f"/v1/jobs/{job['id']}/report", {"state": "printed"}, "bridge-box")
    hub.post("/v1/parts", {**part, "state": "ok", "code": "ok"}, "bridge-box")
    first.gone("#paperless")
    until(lambda: not first.find("#tab-paperless").is_displayed(), "the list of them gone")


def test_a_paper_that_did_not_come_out_later_is_told_too(first: Page, hub: Hub) -> None:
    first.keys("c", "a", Keys.ENTER)
    job = until(lambda: hub.get("/v1/jobs")["jobs"], "a job")[0]
    assert first.find("#ask-paperless") is None
    hub.post(f"/v1/jobs/{job['id']}/take", {}, "bridge-box")
    hub.post(f"/v1/jobs/{job['id']}/report", {"state": "no_paper"}, "bridge-box")
    until(lambda: first.find("#ask-paperless"), "the number, large")


def test_many_desks_never_share_a_number(first: Page, browser: Browser, hub: Hub) -> None:
    others = [desk(browser, hub, "quay2", "cb-2", "2"), desk(browser, hub, "quay3", "cb-3", "3")]
    pages = [first, *others]
    for _ in range(4):
        for _ in range(3):
            hub.issue("land")
        for page in pages:
            until(
                lambda page=page: len(page.run("return [...document.querySelectorAll('#list li')]")) >= 3, "three wait"
            )
        waiting = hub.get("/v1/snapshot")["totals"]["waiting"]
        at = first.run("return Date.now()") + 1500
        for page in pages:
            page.run("setTimeout(() => document.getElementById('do-main').click(), arguments[0] - Date.now())", at)
        until(lambda waiting=waiting: hub.get("/v1/snapshot")["totals"]["waiting"] == waiting - 3, "three calls")
        held = [hub.at(counter)["id"] for counter in (1, 2, 3)]  # type: ignore[index]
        assert len(set(held)) == 3, held
        first.run("return new Promise((go) => setTimeout(() => go(true), 1300))")
    for page in others:
        page.close()


@pytest.mark.parametrize(("staff", "key", "page_name"), [("td-1", "d", "reception"), ("tt-1", "p", "supervisor")])
def test_desks_without_a_counter_sign_in_by_pin_too(
    browser: Browser, hub: Hub, staff: str, key: str, page_name: str
) -> None:
    page = Page(browser, hub, f"ban-{staff}", 1024, 768).sit(staff, key, page_name)
    until(lambda: page.find("#sign-out"), "the page")
    assert page.text("#header b")
    page.close()


def test_a_counter_of_two_digits_is_typed_as_it_is_read(browser: Browser, tmp_path: Path) -> None:
    site = tmp_path / "site.toml"
    counters = "".join(f'[[counters]]\nid = {each}\nservices = ["land"]\n' for each in (1, 2, 3, 12))
    service = '[[services]]\nid = "land"\nletter = "A"\nname = "Đất đai"\nname_en = "Land"\n'
    officer = '[[staff]]\nid = "cb-12"\ncounters = [12]\npin = "$argon2id$v=19$m=8192,t=1,p=1$c2FsdHNhbHQ$'
    site.write_text(service + counters + officer + "A" * 43 + '"\n', encoding="utf-8")
    many = Hub(site)
    try:
        page = Page(browser, many, "quay12").open("/login")
        until(lambda: page.find(".place"), "the places")
        page.keys("1", "2")
        until(lambda: page.run("return document.activeElement.id") == "pin", "asked for the PIN")
        assert page.text("#sign-in") == "Ngồi vào Quầy 12"
        page.open("/login")
        until(lambda: page.find(".place"), "the places")
        page.keys("1", Keys.ENTER)
        until(lambda: page.run("return document.activeElement.id") == "pin", "asked for the PIN")
        assert page.text("#sign-in") == "Ngồi vào Quầy 1"
        page.close()
    finally:
        many.close()
