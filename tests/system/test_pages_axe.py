"""Every page and every dialog with axe-core: nothing serious, nothing critical."""

from __future__ import annotations

import pytest
from selenium.webdriver.common.keys import Keys

from tests.fixtures.axe import violations
from tests.fixtures.pages import Browser, Hub, Page, until
from tests.fixtures.staff import pin_of

pytestmark = pytest.mark.slow


def desk(browser: Browser, hub: Hub, name: str, staff: str, key: str) -> Page:
    page = Page(browser, hub, name, 1024, 768).sit(staff, key)
    until(lambda: page.find("#do-main") and page.find("#do-main").is_enabled(), "the desk")
    return page


def test_what_is_wrong_is_found(browser: Browser, hub: Hub) -> None:
    """The judge judges: a picture without words and a grey on grey do not pass."""
    page = Page(browser, hub, "quay7").open("/login")
    until(lambda: page.find("#pin"), "the sign-in")
    page.run("document.getElementById('pin').previousElementSibling.remove()")
    assert any(each.startswith("label ") for each in violations(page))
    page.close()


def test_the_waiting_rooms_screen(browser: Browser, hub: Hub) -> None:
    tv = Page(browser, hub, "tv", 1280, 720).sign_in("tv-hall", "tv")
    tv.see("Kính chào ông/bà!", "#main")
    assert violations(tv) == []
    hub.issue()
    hub.post("/v1/counters/1/next")
    tv.see("A001", ".newest")
    assert violations(tv) == []
    tv.close()


def test_the_sign_in(browser: Browser, hub: Hub) -> None:
    page = Page(browser, hub, "quay9", 1024, 768).open("/login")
    until(lambda: page.find("#pin"), "the sign-in by PIN")
    assert violations(page) == []
    page.keys("3")
    page.keys(*"1357", Keys.ENTER)
    page.see("Mã PIN chưa đúng", "#problem")
    assert violations(page) == []
    page.click("#by-token")
    until(lambda: page.find("#token"), "the sign-in by a machine's code")
    assert violations(page) == []
    holder = desk(browser, hub, "quay3", "cb-3", "3")
    page.open("/login")
    until(lambda: page.find("#pin"), "the sign-in by PIN")
    page.keys("3")
    page.keys(*pin_of("cb-2"), Keys.ENTER)
    until(lambda: page.find("#take"), "somebody sits there")
    assert violations(page) == []
    page.keys(Keys.TAB, Keys.ENTER)
    until(lambda: page.driver.current_url.endswith("/clerk"), "sitting there")
    page.open("/login")
    until(lambda: page.find("#to-clerk"), "the choice of pages")
    assert violations(page) == []
    until(lambda: holder.find("#ask-lost"), "told that the seat is lost")
    assert violations(holder) == []
    holder.close()
    page.close()


def test_the_clerks_page_and_its_dialogs(browser: Browser, hub: Hub) -> None:
    page = desk(browser, hub, "quay1", "cb-2", "1")
    assert violations(page) == []
    for _ in range(4):
        hub.issue()
    hub.issue("land", priority=True)
    page.see("A004", "#list")
    page.keys(Keys.SPACE)
    until(lambda: hub.at(1), "a number at the counter")
    page.see("Đang gọi", "#state")
    page.keys(Keys.ARROW_DOWN)
    assert violations(page) == []
    page.keys(Keys.ESCAPE, Keys.SHIFT + Keys.TAB)
    for key in "tpahgbcjeq?":
        page.keys(key)
        until(lambda: page.find("dialog[open]"), f"the dialog of {key}")
        assert violations(page) == [], key
        page.keys(Keys.ESCAPE)
        page.gone("dialog")
    for tab in "23":
        page.keys(tab)
        assert violations(page) == [], tab
    hub.post("/v1/broadcast", {"vi": "Hệ thống bảo trì lúc 10 giờ.", "minutes": 30}, "office")
    page.see("bảo trì", "#alarm")
    page.keys("e", Keys.ENTER)
    until(lambda: hub.counter(1).get("emergency", True), "the emergency")
    part = {"part": "printer", "state": "down", "code": "printer_no_paper", "vi": "Hết giấy.", "en": "Out of paper."}
    hub.post("/v1/parts", part, "bridge-box")
    page.see("Hết giấy", "#notices")
    assert violations(page) == []
    page.keys("c", "a", Keys.ENTER)
    until(lambda: page.find("#ask-paperless"), "the number without paper")
    assert violations(page) == []
    page.keys(Keys.ENTER)
    page.gone("dialog")
    hub.kill()
    page.see("Mất kết nối", "#lost")
    assert violations(page) == []
    hub.start()
    page.close()
