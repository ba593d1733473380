"""The reception's page in a real Chromium against a real hub: every act by keyboard, live under two sessions."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver.common.keys import Keys

from tests.fixtures.axe import violations
from tests.fixtures.desks import rest, shut, sit, site
from tests.fixtures.pages import Browser, Hub, Page, until

pytestmark = pytest.mark.slow


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    found = Hub(site(tmp_path))
    yield found
    found.close()


@pytest.fixture
def desk(browser: Browser, hub: Hub) -> Iterator[Page]:
    page = sit(browser, hub, "desk-front", "reception")
    page.see("Tư pháp – Hộ tịch", "#tiles")
    until(lambda: page.find("#take-civil-status").is_enabled(), "the tiles, ready")
    browser.errors()
    yield page
    page.close()


def tickets(hub: Hub) -> list[dict[str, object]]:
    found: list[dict[str, object]] = hub.get("/v1/tickets")["tickets"]
    return found


def test_a_number_by_one_key_and_priority_by_one_more(desk: Page, hub: Hub, browser: Browser) -> None:
    desk.keys("a")
    desk.see("A001", "#last-number")
    desk.see("người kế tiếp", "#last")
    rest()
    desk.keys(Keys.SPACE)
    until(lambda: desk.find("#do-priority").get_attribute("aria-pressed") == "true", "priority on")
    desk.keys("a")
    desk.see("A002", "#last-number")
    until(lambda: desk.find("#do-priority").get_attribute("aria-pressed") == "false", "priority was for one number")
    rest()
    desk.keys("a")
    desk.see("A003", "#last-number")
    assert [(each["number"], each["priority"]) for each in tickets(hub)] == [
        ("A001", False), ("A002", True), ("A003", False),
    ]  # fmt: skip
    desk.click("#take-advice")
    desk.see("H001", "#last-number")
    desk.see("Bàn hướng dẫn", "#take-advice")
    assert browser.errors() == []


def test_a_double_press_is_one_number(desk: Page, hub: Hub) -> None:
    desk.keys("a").driver.switch_to.active_element.send_keys("a")
    desk.see("A001", "#last-number")
    desk.keys("a")
    assert len(tickets(hub)) == 1


def test_past_the_quota_only_after_saying_so(desk: Page, hub: Hub) -> None:
    desk.see("còn 1 số", "#take-land")
    desk.keys("b")
    desk.see("B001", "#last-number")
    desk.see("Đã hết số hôm nay", "#take-land")
    rest()
    desk.keys("b")
    desk.see("Đã hết số hôm nay", "dialog")
    desk.keys(Keys.ESCAPE)
    desk.gone("dialog")
    assert len(tickets(hub)) == 1
    rest()
    desk.keys("b")
    desk.see("Vẫn cấp số", "dialog")
    assert violations(desk) == []
    desk.keys(Keys.ENTER)
    desk.see("B002", "#last-number")
    assert [each["number"] for each in tickets(hub)] == ["B001", "B002"]


def test_what_is_in_the_list_by_keyboard(desk: Page, hub: Hub) -> None:
    first, second, third = (hub.issue() for _ in range(3))
    desk.see(third["number"], "#list")
    desk.keys(Keys.ARROW_DOWN)  # the newest stands first
    desk.see(third["number"], "#row-tools")
    desk.keys("i")
    desk.see("Đang in lại", "#toast")
    until(lambda: any(j["kind"] == "copy" and j["ticket"] == third["id"] for j in hub.get("/v1/jobs")["jobs"]), "copy")

    desk.keys(".")
    desk.see(f"Chuyển {third['number']} sang lĩnh vực nào?", "dialog")
    desk.keys("h", Keys.ENTER)
    until(lambda: hub.ticket(third["id"])["service"] == "advice", "moved")
    assert hub.ticket(third["id"])["number"] == third["number"]

    desk.keys(Keys.ARROW_DOWN)
    desk.see(second["number"], "#row-tools")
    desk.keys("o", Keys.ENTER)
    until(lambda: hub.ticket(second["id"])["state"] == "done_on_spot", "done on the spot")

    desk.keys("/")
    desk.driver.switch_to.active_element.send_keys("1")
    until(lambda: desk.run("return document.querySelectorAll('#list li').length") == 1, "one found")
    desk.keys(Keys.ARROW_DOWN, Keys.DELETE)
    desk.see(f"Hủy số {first['number']}?", "dialog")
    desk.keys(Keys.ESCAPE)
    assert hub.ticket(first["id"])["state"] == "waiting"
    desk.keys(Keys.DELETE, Keys.ENTER)
    until(lambda: hub.ticket(first["id"])["state"] == "cancelled", "cancelled")

    absent = hub.issue()
    hub.post("/v1/counters/2/next")
    hub.post("/v1/counters/2/no-show")
    desk.keys(Keys.ESCAPE, "/")
    desk.driver.switch_to.active_element.send_keys(Keys.BACKSPACE)
    desk.see(absent["number"], "#list")
    desk.keys(Keys.ARROW_DOWN)
    desk.see(absent["number"], "#row-tools")
    desk.keys(Keys.BACKSPACE)
    until(lambda: hub.ticket(absent["id"])["state"] == "waiting", "back in line")


def test_paper_that_never_came(desk: Page, hub: Hub) -> None:
    desk.keys("a")
    desk.see("đang chờ in", "#last-paper")
    job = hub.ask("GET", "/v1/jobs", device="bridge-box")["jobs"][0]["id"]
    hub.post(f"/v1/jobs/{job}/take", device="bridge-box")
    hub.post(f"/v1/jobs/{job}/report", {"state": "no_paper"}, "bridge-box")
    desk.see("máy in hết giấy. Đọc số này cho người dân", "#last-paper")
    desk.see("1", "#tab-paper b")
    desk.keys("2")
    desk.see("A001", "#list")
    desk.see("máy in hết giấy", "#list")
    desk.keys("1")
    desk.see("A001", "#list")


def test_help_is_called_and_answered(desk: Page, hub: Hub) -> None:
    hub.post("/v1/help", {"where": "kiosk", "what": "write"})
    desk.see("Có người nhờ giúp ở màn hình chạm", "#toast")
    desk.see("1", "#tab-help b")
    desk.keys("3")
    desk.see("Nhờ viết giúp", "#list")
    desk.keys("0")
    until(lambda: len(hub.ask("GET", "/v1/snapshot", device="office")["helps"]) == 2, "the helper called from here")
    desk.see("ở bàn tiếp đón", "#list")
    desk.keys(Keys.ARROW_UP, Keys.ENTER)
    until(lambda: desk.text("#tab-help b") == "1", "one helped")
    desk.keys(Keys.ARROW_UP, Keys.ENTER)
    desk.see("Không ai đang nhờ giúp", ".empty")


def test_appointments_are_checked_in_by_code(desk: Page, hub: Hub) -> None:
    now = hub.get("/v1/snapshot")["now"][:16]
    items = [
        {"code": "K7M2Q9", "service": "civil-status", "at": now},
        {"code": "B3XX81", "service": "advice", "at": now},
    ]
    hub.post("/v1/appointments", {"items": items})
    desk.open("/reception")
    desk.see("2", "#tab-appointment b")
    desk.keys("4")
    desk.see("K7M2Q9", "#list")
    desk.driver.switch_to.active_element.send_keys("nope1")
    desk.driver.switch_to.active_element.send_keys(Keys.ENTER)
    desk.see("Chưa thấy mã hẹn này", "#toast")
    desk.driver.switch_to.active_element.send_keys("k7m2q9" + Keys.ENTER)
    desk.see("A001", "#last-number")
    until(lambda: "đã đến: A001" in desk.text("#list"), "arrived in the list")
    rest()
    desk.keys(Keys.ARROW_DOWN)
    desk.see("B3XX81" if "B3XX81" in desk.text("#row-tools") else "K7M2Q9", "#row-tools")
    if "K7M2Q9" in desk.text("#row-tools"):
        desk.keys(Keys.ARROW_DOWN)
    desk.keys(Keys.ENTER)
    desk.see("H001", "#last-number")


def test_two_receptions_see_the_same(desk: Page, hub: Hub, browser: Browser) -> None:
    other = sit(browser, hub, "office", "reception")
    desk.keys("a")
    other.see("A001", "#list")
    other.keys("a")
    desk.see("A002", "#list")
    other.see("A002", "#last-number")
    desk.see("A001", "#last-number")  # each shows what it gave out itself
    other.close()


def test_a_lost_hub_is_said_and_nothing_is_lost(desk: Page, hub: Hub, browser: Browser) -> None:
    desk.keys("a")
    desk.see("A001", "#last-number")
    hub.kill()
    desk.see("Mất kết nối", "#lost")
    assert not desk.find("#take-civil-status").is_enabled()
    desk.keys("a")
    desk.see("Chưa làm được", "#toast")
    hub.start()
    desk.gone("#lost .lost")
    until(lambda: desk.find("#take-civil-status").is_enabled(), "the tiles again")
    rest()
    desk.keys("a")
    desk.see("A002", "#last-number")
    browser.errors()  # the browser itself notes every refused connection


@pytest.mark.parametrize(("width", "height"), [(1024, 768), (1280, 720), (1920, 1080)])
def test_every_list_fits_and_can_be_used_by_everybody(
    desk: Page, hub: Hub, browser: Browser, width: int, height: int
) -> None:
    browser.size(width, height)
    for _ in range(12):
        hub.issue(priority=True)
    hub.issue("land")
    hub.post("/v1/help", {"where": "kiosk", "what": "guide"})
    desk.keys("a")
    desk.see("A013", "#last-number")
    for tab in "1234":
        desk.keys(Keys.ESCAPE, tab)
        desk.keys(Keys.ARROW_DOWN)
        assert desk.overflow() == [0, 0]
        assert shut(desk) == []
        assert violations(desk) == [], tab
        desk.keys(Keys.ESCAPE)


def test_in_english(desk: Page, hub: Hub) -> None:
    desk.click("#language")
    desk.see("Civil status", "#tiles")
    desk.see("Press a service's letter", "#last")
    desk.keys("h")
    desk.see("next in line", "#last")
    assert desk.overflow() == [0, 0] and shut(desk) == []


def test_the_page_is_not_for_a_tv(browser: Browser, hub: Hub) -> None:
    page = sit(browser, hub, "tv-hall", "reception")
    page.see("Trang này dành cho", "#main")
    page.close()
