"""The supervisor's page in a real Chromium against a real hub: the whole room live, and every act by keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

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
def boss(browser: Browser, hub: Hub) -> Iterator[Page]:
    page = sit(browser, hub, "office", "supervisor")
    page.see("Quầy 1", "#counters")
    until(lambda: page.find("#do-broadcast").is_enabled(), "the keys, ready")
    browser.errors()
    yield page
    page.close()


def row(page: Page, table: str, id: str | int) -> str:
    return page.text(f'#{table} tr[data-id="{id}"]')


def see_row(page: Page, table: str, id: str | int, text: str) -> None:
    until(lambda: text in row(page, table, id), f"{text!r} in {table} {id}: {row(page, table, id)!r}")


def snapshot(hub: Hub) -> dict[str, Any]:
    return hub.ask("GET", "/v1/snapshot", device="office")


def test_the_room_at_a_glance_and_live(boss: Page, hub: Hub, browser: Browser) -> None:
    first = hub.issue(priority=True)
    hub.issue()
    hub.issue("land")
    see_row(boss, "services", "civil-status", "2")
    see_row(boss, "services", "land", "Đã hết số hôm nay")
    hub.post("/v1/counters/2/next")
    see_row(boss, "counters", 2, first["number"])
    see_row(boss, "counters", 2, "Đang gọi")
    see_row(boss, "counters", 2, "Ưu tiên")
    hub.post("/v1/counters/2/start")
    see_row(boss, "counters", 2, "Đang phục vụ")
    until(lambda: "0:0" in row(boss, "counters", 2), "the time at it runs")
    hub.post("/v1/counters/3/pause", {"reason": "meeting", "minutes": 20})
    see_row(boss, "counters", 3, "Tạm dừng")
    see_row(boss, "counters", 3, "Họp, đến")
    hub.steer(25 * 60)
    hub.issue("advice")
    see_row(boss, "counters", 3, "quá hẹn")
    assert [boss.text(f'[data-sum="{each}"] dd') for each in ("sum_issued", "sum_waiting", "sum_serving")] == [
        "4",
        "3",
        "1",
    ]
    part = {"part": "printer", "state": "down", "code": "printer_no_paper", "vi": "Máy in hết giấy.", "en": "No paper."}
    hub.post("/v1/parts", part, "bridge-box")
    boss.see("Máy in hết giấy.", "#notices")
    assert browser.errors() == []


def test_a_service_moves_to_another_counter_and_back(boss: Page, hub: Hub) -> None:
    boss.keys(Keys.ARROW_DOWN, Keys.ARROW_DOWN)
    boss.see("Quầy 2", "#counter-tools b")
    boss.keys(Keys.ENTER)
    boss.see("Quầy 2 nhận lĩnh vực nào hôm nay?", "dialog")
    assert violations(boss) == []
    boss.keys("b")
    boss.see("Nhận A, B" if "Nhận" in boss.text("dialog .foot") else "A, B", "dialog .foot")
    boss.keys(Keys.ENTER)
    see_row(boss, "counters", 2, "đổi hôm nay")
    assert hub.counter(2)["services"] == ["civil-status", "land"]
    hub.issue("land")
    assert hub.post("/v1/counters/2/next")["ticket"]["service"] == "land"

    rest()
    boss.keys(Keys.ENTER)
    boss.see("Quầy 2 nhận", "dialog")
    boss.click("#services-reset")
    until(lambda: hub.counter(2)["services"] == ["civil-status"], "as the settings say")
    until(lambda: "đổi hôm nay" not in row(boss, "counters", 2), "no longer changed")


def test_a_counter_is_never_left_without_a_service(boss: Page, hub: Hub) -> None:
    boss.keys(Keys.ARROW_DOWN, Keys.ARROW_DOWN, Keys.ENTER)
    boss.see("Quầy 2 nhận", "dialog")
    boss.keys("a")
    boss.see("ít nhất một lĩnh vực", "dialog")
    assert not boss.find("#ask-services-do").is_enabled()
    boss.keys(Keys.ESCAPE)
    boss.gone("dialog")
    assert hub.counter(2)["services"] == ["civil-status"]


def test_the_counters_of_a_service(boss: Page, hub: Hub) -> None:
    boss.keys(Keys.ARROW_RIGHT, Keys.ARROW_DOWN, Keys.ENTER)
    boss.see("Quầy nào nhận Địa chính – Xây dựng hôm nay?", "dialog")
    boss.keys("1", "2")
    boss.keys(Keys.ENTER)
    until(lambda: hub.counter(2)["services"] == ["civil-status", "land"], "counter 2 takes it")
    until(lambda: hub.counter(1)["services"] == ["civil-status"], "counter 1 does not")
    assert "land" in hub.counter(3)["services"]


def test_pause_open_and_close_a_counter(boss: Page, hub: Hub) -> None:
    boss.keys(Keys.ARROW_DOWN, "b")
    boss.see("Tạm dừng: Quầy 1", "dialog")
    boss.keys("2", Keys.ENTER)
    until(lambda: hub.counter(1)["pause"] == {**(hub.counter(1)["pause"] or {}), "reason": "meeting"}, "paused")
    until(lambda: hub.counter(1)["state"] == "paused", "paused")
    boss.keys("m")
    until(lambda: hub.counter(1)["state"] == "open", "at work again")
    boss.keys("o")
    until(lambda: hub.counter(1)["state"] == "closed", "closed")
    rest()
    boss.keys("m")
    until(lambda: hub.counter(1)["state"] == "open", "open again")


def test_a_message_is_previewed_shown_and_taken_down(boss: Page, hub: Hub, browser: Browser) -> None:
    tv = sit(browser, hub, "tv-hall", "tv", (1280, 720))
    tv.see("Kính chào", "#main")
    text = "Quầy 3 tạm nghỉ vì mất điện, mời ông/bà chờ ít phút."
    boss.keys("t")
    boss.see("Phát thông báo cho phòng chờ", "dialog")
    boss.keys(Keys.ENTER)
    boss.see("Mời nhập nội dung tiếng Việt trước", "dialog")
    boss.driver.switch_to.active_element.send_keys(text)
    boss.see(text, ".preview .idle-text")
    assert violations(boss) == []
    boss.keys(Keys.ENTER)
    boss.see(text, "#on-air")
    tv.see(text, ".idle-text")
    look = (
        "const s = getComputedStyle(document.querySelector('.idle-text')); return [s.fontWeight, s.textWrap, s.color]"
    )
    shown = tv.run(look)
    assert snapshot(hub)["broadcast"]["vi"] == text
    rest()
    boss.keys("t")
    boss.driver.switch_to.active_element.send_keys(text)
    boss.see(text, ".preview .idle-text")
    assert boss.run(look) == shown  # the preview is drawn by the same hand
    boss.keys(Keys.ESCAPE)
    boss.gone("dialog")
    boss.keys("g")
    until(lambda: text not in tv.text("#main"), "off the TV")
    until(lambda: snapshot(hub)["broadcast"] is None, "taken down")
    tv.close()


def test_a_message_with_somebodys_number_is_refused_in_words(boss: Page, hub: Hub) -> None:
    boss.keys("t")
    boss.see("Phát thông báo", "dialog")
    boss.driver.switch_to.active_element.send_keys("Gọi 0912345678" + Keys.ENTER)
    boss.see("không được chứa số điện thoại", "#toast")
    assert snapshot(hub)["broadcast"] is None


def test_an_emergency_is_loud_until_somebody_goes(boss: Page, hub: Hub, browser: Browser) -> None:
    reception = sit(browser, hub, "desk-front", "reception")
    hub.post("/v1/counters/2/emergency")
    boss.see("KHẨN CẤP: Quầy 2 cần người đến ngay", "#alarm")
    assert boss.run("return getComputedStyle(document.querySelector('.alarm')).backgroundColor") == "rgb(143, 42, 29)"
    assert boss.run("return document.title").startswith("!")
    see_row(boss, "counters", 2, "Khẩn cấp")
    assert violations(boss) == []
    reception.see("cần trợ giúp ngay", "#notices")
    tv = sit(browser, hub, "tv-hall", "tv", (1280, 720))
    tv.see("Kính chào", "#main")
    assert "KHẨN" not in tv.text("body") and "trợ giúp" not in tv.text("body")
    boss.keys("k")
    until(lambda: not boss.text("#alarm"), "quiet again")
    assert not next(each for each in snapshot(hub)["counters"] if each["id"] == 2)["emergency"]
    reception.close()
    tv.close()


def test_closing_the_day_says_whom_it_concerns(boss: Page, hub: Hub) -> None:
    for _ in range(4):
        hub.issue()
    hub.post("/v1/counters/2/next")
    see_row(boss, "services", "civil-status", "3")
    boss.keys("e")
    boss.see("3 người còn đang chờ", "#closing-facts")
    boss.see("1 người đang ở quầy", "#closing-facts")
    boss.see("đóng 4 số", "dialog .foot")
    assert violations(boss) == []
    boss.keys(Keys.ENTER)  # Enter alone means "never mind" here
    boss.gone("dialog")
    assert not snapshot(hub)["day_closed"]
    boss.keys("e")
    boss.see("Kết thúc ngày, đóng 4 số", "dialog .foot")
    boss.keys(Keys.TAB, Keys.ENTER)
    boss.see("Ngày làm việc đã kết thúc", "#notices")
    data = snapshot(hub)
    assert data["day_closed"] and data["totals"]["waiting"] == 0
    assert not boss.find("#do-close-day").is_enabled()

    boss.keys("n")
    boss.see("Mở lại ngày làm việc?", "dialog")
    rest()
    boss.keys(Keys.ENTER)
    until(lambda: not snapshot(hub)["day_closed"], "open again")
    assert hub.issue()["number"] == "A005"


def test_who_waits_may_keep_the_number(boss: Page, hub: Hub) -> None:
    ticket = hub.issue()
    boss.see("1", '[data-sum="sum_waiting"] dd')
    boss.keys("e")
    boss.see("đóng 1 số", "dialog .foot")
    boss.click("#carry")
    until(lambda: "đóng 1 số" not in boss.text("dialog .foot"), "nothing is closed")
    boss.click("#ask-close-day-do")
    until(lambda: snapshot(hub)["day_closed"], "closed")
    assert hub.ticket(ticket["id"])["state"] == "waiting"


def test_a_day_is_opened_by_hand_when_the_clock_cannot_say(browser: Browser, hub: Hub) -> None:
    hub.clock.write_text('{"offset_s": 0, "scale": 1, "trust": "untrusted"}', encoding="ascii")
    boss = sit(browser, hub, "office", "supervisor")
    hub.issue()
    boss.see("Đồng hồ chưa đáng tin", "#notices")
    boss.keys("n")
    boss.see("Đồng hồ của máy chưa đáng tin", "dialog")
    year, month, day = snapshot(hub)["service_day"].split("-")
    field = boss.find("#day")
    wanted = (
        f"{year}-{month}-{int(day) + 1:02}"
        if int(day) < 28
        else f"{int(year) + (month == '12')}-{int(month) % 12 + 1:02}-01"
    )
    boss.run("arguments[0].value = arguments[1]; arguments[0].dispatchEvent(new Event('input'))", field, wanted)
    boss.keys(Keys.ENTER)
    until(lambda: snapshot(hub)["service_day"] == wanted, f"the day {wanted}")
    boss.close()


def test_figures_of_the_day(boss: Page, hub: Hub) -> None:
    boss.keys("2")
    boss.see("Chưa có số liệu", "#figures")
    for _ in range(3):
        hub.issue()
    hub.issue("land")
    hub.steer(12 * 60)
    hub.post("/v1/counters/2/next")
    hub.post("/v1/counters/2/start")
    hub.steer(17 * 60)
    hub.post("/v1/counters/2/done")
    boss.keys("1", "2")
    boss.see("Theo giờ", "#figures")
    boss.see("Quầy 2", "#figures")
    boss.see("n = 1", "#figures")
    until(lambda: boss.text("#figures tr.sum .n") == "4", "four issued")
    bars = boss.run("return [...document.querySelectorAll('#figures .fill')].map(e => e.getBoundingClientRect().width)")
    assert bars and max(bars) > 40
    assert violations(boss) == [] and boss.overflow() == [0, 0]
    boss.keys("1")
    boss.see("Quầy 1", "#counters")


def test_two_supervisors_see_one_room_and_a_lost_hub(boss: Page, hub: Hub, browser: Browser) -> None:
    other = sit(browser, hub, "technician", "supervisor", (1920, 1080))
    other.see("Quầy 1", "#counters")
    boss.keys(Keys.ARROW_DOWN, "b", Keys.ENTER)
    see_row(other, "counters", 1, "Tạm dừng")
    other.keys(Keys.ARROW_DOWN, "m")
    see_row(boss, "counters", 1, "Đang mở")
    hub.kill()
    boss.see("Mất kết nối", "#lost")
    other.see("Mất kết nối", "#lost")
    assert not boss.find("#do-broadcast").is_enabled()
    boss.keys("e")
    boss.see("Chưa làm được", "#toast")
    hub.start()
    boss.gone("#lost .lost")
    other.gone("#lost .lost")
    ticket = hub.issue()
    hub.post("/v1/counters/1/next")
    see_row(boss, "counters", 1, ticket["number"])
    other.close()
    browser.errors()


@pytest.mark.parametrize(("width", "height"), [(1024, 768), (1280, 720), (1920, 1080)])
@pytest.mark.parametrize("language", ["vi", "en"])
def test_everything_fits_and_can_be_used_by_everybody(
    boss: Page, hub: Hub, browser: Browser, width: int, height: int, language: str
) -> None:
    browser.size(width, height)
    hub.issue("land")
    hub.issue(priority=True)
    hub.post("/v1/counters/1/next")
    hub.post("/v1/counters/3/pause", {"reason": "helping", "minutes": 60})
    hub.post("/v1/counters/2/emergency")
    hub.post("/v1/broadcast", {"vi": "Mời ông/bà chờ ít phút.", "minutes": 5})
    if language == "en":
        boss.keys("l")
    boss.see("Quầy 2 cần" if language == "vi" else "Counter 2 needs", "#alarm")
    for keys in ([], [Keys.ARROW_DOWN], [Keys.ARROW_RIGHT], ["2"]):
        boss.keys(*keys)
        assert boss.overflow() == [0, 0], keys
        assert shut(boss) == [], keys
        assert violations(boss) == [], keys


def test_the_page_is_not_for_the_reception(browser: Browser, hub: Hub) -> None:
    page = sit(browser, hub, "desk-front", "supervisor")
    page.see("Trang này dành cho", "#main")
    page.close()
