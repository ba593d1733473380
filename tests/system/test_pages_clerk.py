"""The clerk's page in a real Chromium against a real hub with a real ledger: by keyboard, by mouse, by two at once."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from selenium.webdriver.common.keys import Keys

from tests.fixtures.pages import Browser, Hub, Page, until

pytestmark = pytest.mark.slow


@pytest.fixture
def clerk(browser: Browser, hub: Hub) -> Iterator[Page]:
    page = Page(browser, hub, "quay1", 1024, 768)
    page.sign_in("clerk-1", "clerk")
    page.see("Quầy 1", "#header")
    until(lambda: page.find("#do-main") and page.find("#do-main").is_enabled(), "the desk, ready")
    browser.errors()
    yield page
    page.close()


def rest() -> None:
    """A person's pause: the page takes two presses within 1.2 s of one answer for one."""
    time.sleep(1.3)


def test_a_day_by_keyboard_alone(clerk: Page, hub: Hub, browser: Browser) -> None:
    first, second, third = hub.issue(), hub.issue(), hub.issue(priority=True)
    clerk.see(first["number"], "#list")
    clerk.see("Ưu tiên", "#list")

    clerk.keys(Keys.SPACE)
    clerk.see(third["number"], "#number")  # priority goes first
    clerk.see("Đang gọi", "#state")
    clerk.keys("r")
    until(lambda: hub.ticket(third["id"])["calls"] == 2, "called twice")
    clerk.see("đã gọi lại 1 lần", "#detail")
    clerk.keys("v")
    until(lambda: hub.ticket(third["id"])["state"] == "no_show", "no-show")
    clerk.see("Quầy đang trống", "#number")

    rest()
    clerk.keys(Keys.SPACE)
    clerk.see(first["number"], "#number")
    clerk.keys("s")
    clerk.see("Đang phục vụ", "#state")
    clerk.keys("t")
    clerk.see(f"Chuyển {first['number']} đến đâu?", "dialog")
    clerk.keys("2", Keys.ENTER)
    until(lambda: hub.ticket(first["id"])["counter"] == 2, "transferred to counter 2")
    assert hub.ticket(first["id"])["number"] == first["number"]
    assert hub.ticket(first["id"])["state"] == "waiting"

    rest()
    clerk.keys(Keys.SPACE)
    clerk.see(second["number"], "#number")
    clerk.keys("p")
    clerk.see(f"Tạm giữ {second['number']}", "dialog")
    clerk.keys("4", Keys.ENTER)
    until(lambda: hub.ticket(second["id"])["state"] == "parked", "parked")
    assert hub.ticket(second["id"])["note"] == "copying"

    clerk.keys("2")  # the second list: set aside
    clerk.see(second["number"], "#list")
    clerk.keys(Keys.ARROW_DOWN, Keys.ENTER)
    until(lambda: hub.at(1) is not None, "a parked number called again")
    chosen = hub.at(1)
    assert chosen is not None
    assert chosen["state"] == "called"
    clerk.keys("d")
    until(lambda: hub.ticket(chosen["id"])["state"] == "done", "done")

    absent = hub.post(f"/v1/tickets/{third['id']}/call", {"counter": 1})["ticket"]
    clerk.see(absent["number"], "#number")
    clerk.keys("k")
    until(lambda: hub.ticket(third["id"])["state"] == "waiting_papers", "fetching papers")
    clerk.see("Chờ bổ sung giấy tờ", "#list")

    clerk.keys("b")
    clerk.see("Tạm dừng quầy", "dialog")
    clerk.keys("2", Keys.ENTER)
    until(lambda: hub.counter(1)["state"] == "paused", "paused")
    assert hub.counter(1)["pause"]["reason"] == "meeting"
    clerk.see("Họp", "#detail")
    clerk.keys(Keys.SPACE)
    until(lambda: hub.counter(1)["state"] == "open", "at work again")
    assert browser.errors() == []


def test_escape_closes_and_does_nothing(clerk: Page, hub: Hub) -> None:
    ticket = hub.issue()
    hub.post("/v1/counters/1/next")
    clerk.see(ticket["number"], "#number")
    for key in "tpabgchje?":
        clerk.keys(key)
        until(lambda: clerk.find("dialog[open]"), f"the dialog of {key}")
        clerk.keys(Keys.ESCAPE)
        clerk.gone("dialog")
    assert hub.ticket(ticket["id"])["state"] == "called"
    assert hub.counter(1)["state"] == "open"


def test_focus_can_be_seen_and_goes_around(clerk: Page, hub: Hub) -> None:
    hub.issue()
    waiting = hub.issue()
    hub.post("/v1/counters/1/next")
    clerk.see("Đang gọi", "#state")
    clerk.see(waiting["number"], "#list")
    reached = set()
    for _ in range(36):
        clerk.keys(Keys.TAB)
        at, outline = clerk.run(
            "const e = document.activeElement; return [e.id || e.tagName, getComputedStyle(e).outlineStyle]"
        )
        if at == "BODY":
            continue
        assert outline == "solid", at
        reached.add(at)
    assert {"language", "do-main", "do-start", "do-transfer", "do-pause", "tab-waiting", "list"} <= reached
    clerk.keys("s")  # a key works wherever the focus is
    clerk.see("Đang phục vụ", "#state")


def test_mouse_does_the_same(clerk: Page, hub: Hub) -> None:
    one, two = hub.issue("land"), hub.issue("land")
    clerk.see(one["number"], "#list")
    clerk.click("#do-main")
    clerk.see(one["number"], "#number")
    clerk.click("#do-done-on-spot")
    until(lambda: hub.ticket(one["id"])["state"] == "done_on_spot", "done on the spot")
    clerk.click(f'#list [data-number="{two["number"]}"]')
    clerk.click("#row-cancel")
    clerk.click("#ask-cancel-do")
    until(lambda: hub.ticket(two["id"])["state"] == "cancelled", "cancelled")
    clerk.click("#do-issue")
    clerk.keys("b")
    clerk.click("#issue-priority")
    clerk.click("#ask-issue-do")
    until(lambda: len(hub.get("/v1/tickets?state=waiting")["tickets"]) == 1, "a number issued by the clerk")
    issued = hub.get("/v1/tickets?state=waiting")["tickets"][0]
    assert (issued["service"], issued["priority"]) == ("land", True)
    # Never the mouse's last button again: the space bar still means "the next number".
    clerk.keys(Keys.SPACE)
    clerk.see(issued["number"], "#number")


def test_a_certain_number_is_called_by_typing_it(clerk: Page, hub: Hub) -> None:
    for _ in range(3):
        hub.issue()
    wanted = hub.issue("land")
    clerk.see(wanted["number"], "#list")
    clerk.keys("g", *"999", Keys.ENTER)
    clerk.see("Không có số 999", "dialog")
    clerk.run("document.getElementById('pick-number').value = ''")
    clerk.keys(*wanted["number"].lower(), Keys.ENTER)
    clerk.see(wanted["number"], "#number")
    again = hub.at(1)
    assert again is not None
    assert again["id"] == wanted["id"]


def test_double_presses_call_one(clerk: Page, hub: Hub) -> None:
    for _ in range(4):
        hub.issue()
    clerk.see("A004", "#list")
    clerk.keys(Keys.SPACE, Keys.SPACE, Keys.SPACE)
    clerk.see("A001", "#number")
    clerk.run("for (let i = 0; i < 5; i += 1) document.getElementById('do-main').click()")
    rest()
    assert hub.get("/v1/snapshot")["totals"]["waiting"] == 3


def test_a_swallowed_answer_is_asked_for_again_with_the_same_key(clerk: Page, hub: Hub) -> None:
    """The hub called, the answer was lost on the way: the page asks again and nobody else is called."""
    for _ in range(3):
        hub.issue()
    clerk.see("A003", "#list")
    clerk.run(
        """
        const real = window.fetch;
        window.sent = [];
        window.fetch = async (path, options) => {
          const answer = await real(path, options);
          if (!options || options.method !== "POST") return answer;
          window.sent.push(options.headers["Idempotency-Key"]);
          if (window.sent.length < 3) throw new TypeError("cut");
          return answer;
        };
        """
    )
    clerk.keys(Keys.SPACE)
    until(lambda: clerk.run("return window.sent.length") == 3, "three tries")
    keys = clerk.run("return window.sent")
    assert len(set(keys)) == 1
    assert 8 <= len(keys[0]) <= 128
    clerk.see("A001", "#number")
    assert hub.get("/v1/snapshot")["totals"]["waiting"] == 2


def test_two_clerks_never_share_a_ticket(clerk: Page, hub: Hub, browser: Browser) -> None:
    other = Page(browser, hub, "quay2", 1024, 768).sign_in("clerk-2", "clerk")
    until(lambda: other.find("#do-main") and other.find("#do-main").is_enabled(), "the second desk")
    rounds = 8
    for _ in range(2 * rounds):
        hub.issue()
    clerk.see(f"A{2 * rounds:03}", "#list")
    called: dict[str, int] = {}
    for turn in range(rounds):
        at = time.time() * 1000 + 600
        for page in (clerk, other):
            page.run(
                "setTimeout(() => document.getElementById('do-main').click(), arguments[0] - Date.now())",
                at,
            )
        until(
            lambda turn=turn: hub.get("/v1/snapshot")["totals"]["waiting"] == 2 * (rounds - turn - 1),
            f"two calls in round {turn}",
        )
        for counter in (1, 2):
            ticket = hub.at(counter)
            assert ticket is not None
            assert ticket["id"] not in called, f"{ticket['number']} at {called[ticket['id']]} and {counter}"
            called[ticket["id"]] = counter
        rest()
    assert len(called) == 2 * rounds
    other.close()


def test_a_stale_page_is_told_and_harms_nobody(clerk: Page, hub: Hub) -> None:
    """Somebody acts on the key pad in the moment the clerk presses: the press is for the ticket that was seen."""
    one, two = hub.issue(), hub.issue()
    hub.post("/v1/counters/1/next")
    clerk.see(one["number"], "#number")
    clerk.run(
        """
        const real = window.fetch;
        window.fetch = async (path, options) => {
          if (options && options.method === "POST") await new Promise((go) => { window.go = go; });
          return real(path, options);
        };
        """
    )
    clerk.keys("d")
    until(lambda: clerk.run("return typeof window.go") == "function", "the press on its way")
    assert clerk.find("#do-done").get_attribute("aria-disabled") == "true"
    hub.post("/v1/counters/1/next")
    clerk.run("window.go()")
    clerk.see("đã đổi phiếu", "#toast")
    assert hub.ticket(two["id"])["state"] == "called"


def test_staff_notice_in_plain_words(clerk: Page, hub: Hub) -> None:
    sentence = "Máy in hết giấy. Thay cuộn giấy 80 mm rồi đóng nắp."
    part = {"part": "printer", "state": "down", "code": "printer_no_paper", "vi": sentence, "en": "Out of paper."}
    hub.post("/v1/parts", part, "bridge-box")
    clerk.see(sentence, "#notices")
    hub.post("/v1/parts", {**part, "state": "ok", "code": "ok"}, "bridge-box")
    until(lambda: sentence not in clerk.text("#notices"), "the notice gone")


def test_language(clerk: Page, hub: Hub) -> None:
    hub.issue()
    clerk.keys("l")
    clerk.see("Call the next number", "#do-main")
    assert clerk.run("return document.documentElement.lang") == "en"
    clerk.click("#language")
    clerk.see("Gọi số tiếp theo", "#do-main")


def test_sign_in_says_what_is_wrong_and_asks_for_the_counter(browser: Browser, hub: Hub) -> None:
    page = Page(browser, hub, "quay9").open("/clerk")
    until(lambda: "/login" in page.driver.current_url, "the sign-in page")
    page.click("#by-token")
    until(lambda: page.find("#token"), "the field").send_keys("wrong-code-entirely\n")
    page.see("Mã chưa đúng", "#problem")
    page.find("#token").send_keys(Hub.token("clerk-any") + "\n")
    page.see("Ông/bà ngồi quầy nào?")
    page.keys("3", Keys.ENTER)
    page.see("Quầy 3", "#header")
    hub.issue("land")
    page.see("B001", "#list")
    page.keys(Keys.SPACE)
    page.see("B001", "#number")
    cookie = page.driver.get_cookie("motcua_session")
    assert cookie["httpOnly"]
    assert cookie["sameSite"] == "Strict"
    assert Hub.token("clerk-any") not in page.run("return JSON.stringify([localStorage, sessionStorage])")
    page.click("#sign-out")
    until(lambda: page.find("#pin"), "signed out")
    page.close()


def test_who_was_called_often_enough_is_marked_absent_and_it_is_said(clerk: Page, hub: Hub) -> None:
    ticket = hub.issue()
    hub.post("/v1/counters/1/next")
    for told in ("1/2", "Gọi đủ: vắng"):
        clerk.see(ticket["number"], "#number")
        rest()
        clerk.keys("r")
        clerk.see(told, "#do-recall")
    rest()
    clerk.keys("r")
    until(lambda: hub.ticket(ticket["id"])["state"] == "no_show", "absent")
    clerk.see("đã gọi đủ lượt, ghi vắng mặt", "#toast")


CUT = """
return [...document.querySelectorAll('button')]
  .filter((b) => b.offsetParent && (b.scrollWidth > b.clientWidth + 1 || b.scrollHeight > b.clientHeight + 1))
  .map((b) => b.id);
"""
HIDDEN = """
const card = document.getElementById('current').getBoundingClientRect();
return ['state', 'number', 'detail', 'watch'].filter((id) => {
  const box = document.getElementById(id).getBoundingClientRect();
  return box.height > 0 && (box.top < card.top - 1 || box.bottom > card.bottom + 1 || box.right > card.right + 1);
});
"""


@pytest.mark.parametrize("english", [False, True])
def test_fits_small_and_large(clerk: Page, hub: Hub, browser: Browser, english: bool) -> None:
    for _ in range(40):
        hub.issue()
    hub.post("/v1/counters/1/next")
    clerk.see("Đang gọi", "#state")
    if english:
        clerk.keys("l")
    sizes = ((1024, 640), (1024, 768), (1280, 720), (1366, 768), (1920, 1080))
    for width, height in sizes:
        browser.size(width, height)
        assert clerk.overflow() == [0, 0], (width, height)
        assert clerk.run(CUT) == [], (width, height)
        assert clerk.run(HIDDEN) == [], (width, height)
    # On a bad day: a message for all, no printer, numbers without paper. The keys stay on the page.
    hub.post("/v1/broadcast", {"vi": "Mười giờ họp giao ban.", "minutes": 30}, "office")
    part = {"part": "printer", "state": "down", "code": "printer_no_paper", "vi": "Hết giấy.", "en": "Out of paper."}
    hub.post("/v1/parts", part, "bridge-box")
    until(lambda: clerk.find("#paperless") and clerk.find("#broadcast"), "both told")
    for width, height in sizes[1:]:
        browser.size(width, height)
        assert clerk.overflow() == [0, 0], (width, height)
        assert clerk.run(CUT) == [], (width, height)
        assert clerk.run(HIDDEN) == [], (width, height)
