"""The waiting room's screen in a real Chromium against a real hub: calls, lost links, the next day, every size."""

from __future__ import annotations

import time
import urllib.error
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from selenium.webdriver.common.keys import Keys

from tests.fixtures.axe import violations
from tests.fixtures.desks import sit, site
from tests.fixtures.morning import ZONE
from tests.fixtures.pages import Browser, Hub, Page, until

pytestmark = pytest.mark.slow

YELLOW = "rgb(255, 209, 102)"


@pytest.fixture
def tv(browser: Browser, hub: Hub) -> Iterator[Page]:
    page = Page(browser, hub, "tv", 1280, 720).sign_in("tv-hall", "tv")
    page.see("Kính chào ông/bà!", "#main")
    browser.errors()
    yield page
    page.close()


def colours(page: Page) -> dict[str, str]:
    """Background of every call on the screen, by number."""
    found: dict[str, str] = page.run(
        "return Object.fromEntries([...document.querySelectorAll('.call:not(.blank)')].map(e =>"
        " [e.querySelector('.number').textContent, getComputedStyle(e).backgroundColor]))"
    )
    return found


def test_a_call_is_loud_and_the_only_yellow(tv: Page, hub: Hub, browser: Browser) -> None:
    first, second = hub.issue(), hub.issue()
    hub.post("/v1/counters/1/next")
    tv.see(first["number"], ".newest")
    tv.see("Quầy 1", ".newest")
    tv.see("Mời số", ".newest")
    assert colours(tv) == {first["number"]: YELLOW}
    assert first["number"] in tv.run("return document.getElementById('said').textContent")

    hub.post("/v1/counters/1/start")
    hub.steer(60)  # a minute later the second is called
    hub.post("/v1/counters/2/next")
    tv.see(second["number"], ".newest")
    tv.see(first["number"], ".row")
    assert [colour for colour in colours(tv).values() if colour == YELLOW] == [YELLOW]
    hub.post("/v1/counters/2/recall")
    tv.see("2×", ".newest")
    assert browser.errors() == []


def test_two_calls_at_the_same_moment_are_both_shown(tv: Page, hub: Hub) -> None:
    one, two = hub.issue(), hub.issue()
    hub.post("/v1/counters/1/next")
    hub.post("/v1/counters/2/next")
    until(lambda: len(colours(tv)) == 2, "both calls")
    assert colours(tv) == {one["number"]: YELLOW, two["number"]: YELLOW}
    boxes = tv.run(
        "return [...document.querySelectorAll('.newest')].map(e => [e.getBoundingClientRect().top,"
        " e.getBoundingClientRect().bottom, e.querySelector('.number').getBoundingClientRect().height])"
    )
    assert boxes[0][1] <= boxes[1][0] + 1  # neither covers the other
    assert min(box[2] for box in boxes) > 100  # and both are large


def test_a_call_that_was_taken_back_is_gone(tv: Page, hub: Hub) -> None:
    ticket = hub.issue()
    hub.post("/v1/counters/1/next")
    tv.see(ticket["number"], ".newest")
    hub.post(f"/v1/tickets/{ticket['id']}/return")
    tv.see("Kính chào ông/bà!", "#main")


def test_the_clerk_calls_and_the_screen_shows_it(tv: Page, hub: Hub, browser: Browser) -> None:
    clerk = Page(browser, hub, "quay2", 1024, 768).sign_in("clerk-2", "clerk")
    ticket = hub.issue()
    clerk.see(ticket["number"], "#list")
    clerk.keys(Keys.SPACE)
    tv.see(ticket["number"], ".newest")
    tv.see("Quầy 2", ".newest")
    clerk.keys("v")
    until(lambda: hub.ticket(ticket["id"])["state"] == "no_show", "no-show")
    clerk.close()


def test_killed_hub_banner_on_both_pages_and_back_by_itself(tv: Page, hub: Hub, browser: Browser) -> None:
    clerk = Page(browser, hub, "quay1", 1024, 768).sign_in("clerk-1", "clerk")
    ticket = hub.issue()
    waiting = hub.issue()
    hub.post("/v1/counters/1/next")
    tv.see(ticket["number"], ".newest")
    clerk.see(ticket["number"], "#number")

    hub.kill()
    tv.see("tạm mất kết nối", "#lost")
    assert YELLOW not in colours(tv).values()
    assert tv.overflow() == [0, 0]
    assert tv.run(OVERLAP) == []
    widths = "return ['#header', '#lost', '#main', '#footer'].map(s => document.querySelector(s).clientWidth)"
    assert tv.run(widths) == [1280] * 4
    clerk.see("Mất kết nối", "#lost")
    assert clerk.find("#do-main").get_property("disabled")
    clerk.keys(Keys.SPACE)
    clerk.see("Chưa làm được", "#toast")

    hub.start()
    tv.gone("#lost .lost")
    clerk.gone("#lost .lost")
    until(lambda: clerk.find("#do-main").is_enabled(), "the keys again")
    tv.see(ticket["number"], ".newest")
    assert hub.ticket(waiting["id"])["state"] == "waiting"
    hub.post("/v1/counters/2/next")
    tv.see(waiting["number"], ".calls")
    clerk.close()
    browser.errors()  # the browser itself notes every refused connection; that is the point of this test


def test_a_silent_link_is_a_lost_link(tv: Page, hub: Hub) -> None:
    """A connection that stays open and says nothing (a switch that hangs) is noticed by the missing pings."""
    ticket = hub.issue()
    hub.post("/v1/counters/1/next")
    tv.see(ticket["number"], ".newest")
    assert hub.process is not None
    hub.process.send_signal(19)  # SIGSTOP: the kernel keeps the connection, nobody answers
    try:
        tv.see("tạm mất kết nối", "#lost", deadline_s=60)
    finally:
        hub.process.send_signal(18)
    tv.gone("#lost .lost")
    tv.see(ticket["number"], ".newest")


def test_yesterdays_numbers_go_at_midnight(tv: Page, hub: Hub) -> None:
    ticket = hub.issue()
    hub.post("/v1/counters/1/next")
    tv.see(ticket["number"], ".newest")
    hub.steer(86400)
    fresh = hub.issue()  # the first press of the new day begins it
    assert fresh["service_day"] > ticket["service_day"]
    until(
        lambda: ticket["number"] not in tv.text("#main") or fresh["number"] == ticket["number"], "the old number gone"
    )
    tv.see("Kính chào ông/bà!", "#main")


def test_public_notice_and_the_communes_own(tv: Page, hub: Hub) -> None:
    public = "Máy lấy số đang thay giấy. Mời ông/bà lấy số ở bàn hướng dẫn."
    part = {"part": "printer", "state": "down", "code": "printer_no_paper", "vi": "Hết giấy.", "en": "Out of paper."}
    tv.see("đoàn viên", "#main")
    hub.post("/v1/parts", {**part, "public_vi": public}, "bridge-box")
    tv.see(public, "#footer", deadline_s=60)
    assert "Hết giấy." not in tv.text("body")


def test_the_clock_is_the_hubs(tv: Page, hub: Hub) -> None:
    hub.steer(3 * 3600)
    hub.issue()
    wanted = hub.get("/v1/snapshot")["now"][11:13]
    until(lambda: tv.text("#clock").startswith(wanted), f"{wanted} o'clock")


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (1920, 1080), (720, 1280), (1080, 1920), (1024, 768)])
def test_every_size_without_a_scroll_bar(tv: Page, hub: Hub, browser: Browser, width: int, height: int) -> None:
    browser.size(width, height)
    for _ in range(5):
        hub.issue("land")
    for counter in (1, 2, 3, 1, 2):
        hub.post(f"/v1/counters/{counter}/next")
    until(lambda: len(tv.driver.find_elements("css selector", ".newest")) == 3, "three at once")
    assert tv.overflow() == [0, 0]
    cut = tv.run(
        "return [...document.querySelectorAll('.number, .counter, .title, #clock, .who, #footer p')].filter(e => {"
        " const b = e.getBoundingClientRect();"
        " return b.width && (b.left < 0 || b.right > innerWidth + 1 || b.bottom > innerHeight + 1"
        " || e.scrollWidth > e.clientWidth + 2 && getComputedStyle(e).display === 'block'); }).map(e => e.textContent)"
    )
    assert cut == []
    overlap = tv.run(OVERLAP)
    assert overlap == []


SHOWN = "return [...document.querySelectorAll('.newest .number')].map((each) => each.textContent)"


def test_between_calls_the_playlist_speaks_and_a_call_takes_the_field(tv: Page, hub: Hub) -> None:
    slogan = "Thứ Ba, thứ Năm: có đoàn viên giúp nộp hồ sơ trực tuyến."  # the site's notice, where no playlist is set
    tv.see(slogan, ".idle-text")
    first, second = hub.issue(), hub.issue()
    hub.post("/v1/counters/1/next")
    tv.see(first["number"], ".newest")
    assert not tv.find(".idle")
    hub.post("/v1/counters/1/start")
    assert not tv.find(".idle")  # loud for a while, even when the citizen stands there already
    hub.steer(40)
    tv.see(slogan, ".idle-text")
    tv.see(first["number"], ".row")  # the last calls stay for those who looked away
    hub.post("/v1/counters/2/next")
    tv.see(second["number"], ".newest")
    assert not tv.find(".idle") and colours(tv)[second["number"]] == YELLOW


def test_calls_of_one_moment_stand_in_the_order_they_are_spoken(tv: Page, hub: Hub) -> None:
    numbers = [hub.issue()["number"] for _ in range(3)]
    for counter in (2, 1):
        hub.post(f"/v1/counters/{counter}/next")
    until(lambda: tv.run(SHOWN) == numbers[:2], "first called, first shown")
    hub.post("/v1/counters/2/start")
    hub.post("/v1/counters/2/next")
    until(lambda: numbers[2] in tv.run(SHOWN), "the third")
    assert tv.run(SHOWN)[-1] == numbers[2]


def test_a_message_to_all_stands_between_calls_and_at_the_foot_during_one(tv: Page, hub: Hub) -> None:
    text = "Mất điện ở Quầy 3, mời ông/bà chờ ít phút."
    hub.post("/v1/broadcast", {"vi": text, "en": "Power cut at counter 3.", "minutes": 10})
    tv.see(text, ".idle-text")
    tv.see("Power cut at counter 3.", ".idle-soft")
    ticket = hub.issue()
    hub.post("/v1/counters/1/next")
    tv.see(ticket["number"], ".newest")
    assert not tv.find(".idle")
    tv.see(text, "#footer")
    hub.post("/v1/broadcast/clear")
    until(lambda: text not in tv.text("#footer"), "gone at the foot")


def test_a_paused_counter_says_until_when(tv: Page, hub: Hub) -> None:
    pause = {"reason": "meeting", "minutes": 20}
    hub.post("/v1/counters/3/pause", pause)
    back = hub.counter(3)["pause"]["until"]
    tv.see(f"Quầy 3 tạm dừng (họp), làm việc lại khoảng {int(back[11:13])}:{back[14:16]}", ".pauses")
    hub.steer(21 * 60)
    hub.issue()
    tv.see("Quầy 3 tạm dừng, mời ông/bà chờ thêm ít phút", ".pauses")
    hub.post("/v1/counters/3/resume")
    tv.gone(".pauses")


def test_each_waiting_room_sees_its_own_calls(browser: Browser, tmp_path: Path) -> None:
    hub = Hub(site(tmp_path))
    a = sit(browser, hub, "tv-hall", "tv?lounge=a", (1280, 720))
    a.see("Phòng chờ A", "#header")
    one, two = hub.issue(), hub.issue()
    hub.post("/v1/counters/1/next")
    hub.post("/v1/counters/2/next")
    a.see(one["number"], ".newest")
    time.sleep(0.5)
    assert a.run(SHOWN) == [one["number"]]
    a.open("/tv?lounge=b")
    a.see(two["number"], ".newest")
    assert a.run(SHOWN) == [two["number"]]
    a.open("/tv")
    until(lambda: a.run(SHOWN) == [one["number"], two["number"]], "both")
    a.close()
    hub.close()


HOURS = "[hours]\nweek = {mon = ['07:30-11:30', '13:00-17:00'], tue = ['07:30-11:30']}\n"


def closed_site(folder: Path) -> Path:
    path = site(folder)
    path.write_text(HOURS + path.read_text(encoding="utf-8"), encoding="utf-8")
    return path


def monday(hour: int, minute: int) -> datetime:
    """That time of Monday, 23 November 2026."""
    return datetime(2026, 11, 23, hour, minute, tzinfo=ZONE)


def test_outside_the_hours_it_says_when_the_desk_opens(browser: Browser, tmp_path: Path) -> None:
    hub = Hub(closed_site(tmp_path), monday(6, 0))
    tv = sit(browser, hub, "tv-hall", "tv", (1280, 720))
    tv.see("Chưa đến giờ lấy số", "#main h1")
    tv.see("Mở lại lúc 7:30.", ".when")
    hub.stand(monday(16, 30))
    ticket = hub.issue()
    tv.gone(".shut")
    hub.stand(monday(17, 30))
    tv.see("Hôm nay đã hết giờ lấy số", ".idle-text", deadline_s=90)  # one still waits: no empty room yet
    tv.see("Ông/bà đã có số vẫn được gọi.", ".idle-soft")
    hub.post("/v1/counters/1/next")
    tv.see(ticket["number"], ".newest")
    hub.post("/v1/counters/1/done")
    hub.stand(monday(17, 40))
    tv.see("Hôm nay đã hết giờ lấy số", ".shut h1", deadline_s=90)
    tv.see("ngày mai, Thứ Ba", ".when")
    assert violations(tv) == [] and tv.overflow() == [0, 0]
    tv.close()
    hub.close()


def test_one_service_with_hours_of_its_own_keeps_the_room_open(browser: Browser, tmp_path: Path) -> None:
    path = closed_site(tmp_path)
    own = 'name_en = "Advice"\nhours = {mon = ["17:00-19:00"]}\n'
    path.write_text(path.read_text(encoding="utf-8").replace('name_en = "Advice"\n', own), encoding="utf-8")
    hub = Hub(path, monday(17, 30))
    tv = sit(browser, hub, "tv-hall", "tv", (1280, 720))
    tv.see("Kính chào", "#main")
    assert hub.issue("advice")["number"] == "H001"
    tv.close()
    hub.close()


def test_language_key(tv: Page, hub: Hub) -> None:
    ticket = hub.issue()
    hub.post("/v1/counters/1/next")
    tv.keys("l")
    tv.see("Now calling", ".newest")
    tv.see("Counter 1", ".newest")
    tv.keys("l")
    tv.see("Quầy 1", ".newest")
    assert ticket["number"] in tv.text(".newest")


def test_without_a_session_the_screen_asks_for_one(browser: Browser, hub: Hub) -> None:
    page = Page(browser, hub, "tvnew").open("/tv")
    until(lambda: "/login" in page.driver.current_url, "the sign-in page")
    until(lambda: page.find("#token"), "the field for the code")
    with pytest.raises(urllib.error.HTTPError) as refused:
        hub.post("/v1/counters/1/next", device="tv-hall")
    assert refused.value.code == 403
    refused.value.close()
    page.close()


def test_text_is_readable(tv: Page, hub: Hub, browser: Browser) -> None:
    """WCAG contrast of every text in reach: 7:1, large bold 4.5:1, on the screen, the desk and the sign-in."""
    for _ in range(4):
        hub.issue(priority=True)
    hub.post("/v1/counters/1/next")
    hub.post("/v1/counters/2/next")
    tv.see("Mời số", ".newest")
    clerk = Page(browser, hub, "quay1", 1024, 768).sign_in("clerk-1", "clerk")
    clerk.see("Đang gọi", "#state")
    login = Page(browser, hub, "quay8").open("/login")
    until(lambda: login.find("#pin"), "the field")
    for page in (tv, clerk, login):
        assert page.run(CONTRAST) == []
    clerk.keys("t")
    time.sleep(0.1)
    assert clerk.run(CONTRAST) == []
    clerk.close()
    login.close()


OVERLAP = """
const box = (e) => e.getBoundingClientRect();
return [...document.querySelectorAll('.call:not(.blank)')].filter((call) => {
  const [a, b, c] = [box(call.querySelector('.number')), box(call.querySelector('.where')), box(call)];
  const across = a.right > b.left && b.right > a.left && a.bottom - 8 > b.top && b.bottom > a.top;
  return across || a.bottom > c.bottom + 6 || b.bottom > c.bottom + 6;
}).map((call) => call.textContent);
"""

CONTRAST = """
const channel = (v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4);
const luminance = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
const parse = (s) => s.match(/[\\d.]+/g).map(Number);
const ground = (e) => {
  for (let at = e; at; at = at.parentElement) {
    const c = parse(getComputedStyle(at).backgroundColor);
    if (c.length < 4 || c[3] > 0.99) return c.slice(0, 3);
  }
  return [255, 255, 255];
};
const dialog = document.querySelector('dialog[open]');
const bad = [];
for (const e of (dialog || document.body).querySelectorAll('*')) {
  const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
  if (!own || e.closest('button:disabled, noscript, .quiet-only')) continue;
  if (!e.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
  const style = getComputedStyle(e);
  const pair = [luminance(parse(style.color).slice(0, 3)), luminance(ground(e))].sort((a, b) => b - a);
  const ratio = (pair[0] + 0.05) / (pair[1] + 0.05);
  const size = parseFloat(style.fontSize);
  const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
  if (ratio < (large ? 4.5 : 7)) bad.push([e.textContent.slice(0, 30), style.color, ratio.toFixed(2)]);
}
return bad;
"""
