"""Every page and every dialog with axe-core: nothing serious, nothing critical."""

from __future__ import annotations

import pytest
from selenium.webdriver.common.keys import Keys

from tests.fixtures.axe import violations
from tests.fixtures.pages import Browser, Hub, Page, until

pytestmark = pytest.mark.slow


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
    until(lambda: page.find("#token"), "the field")
    assert violations(page) == []
    page.close()


def test_the_clerks_page_and_its_dialogs(browser: Browser, hub: Hub) -> None:
    page = Page(browser, hub, "quay1", 1024, 768).sign_in("clerk-1", "clerk")
    until(lambda: page.find("#do-main") and page.find("#do-main").is_enabled(), "the desk")
    assert violations(page) == []
    for _ in range(3):
        hub.issue()
    page.see("A003", "#list")
    page.keys(Keys.SPACE)
    page.see("A001", "#number")
    assert violations(page) == []
    for key in "tbgch":
        page.keys(key)
        until(lambda: page.find("dialog[open]"), f"the dialog of {key}")
        assert violations(page) == [], key
        page.keys(Keys.ESCAPE)
        page.gone("dialog")
    page.close()
