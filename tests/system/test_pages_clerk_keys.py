"""Every act of the clerk's page by keyboard alone: no mouse is moved and no element is clicked in this file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver.common.keys import Keys

from queue_display.hub import pages
from tests.fixtures.pages import Browser, Hub, Page, until

pytestmark = pytest.mark.slow

DEED_TABLE = Path(pages.__file__).with_name("static") / "js/clerk/deed.js"


@pytest.fixture
def clerk(browser: Browser, hub: Hub) -> Iterator[Page]:
    page = Page(browser, hub, "quay1", 1024, 768).sit("cb-2", "1")
    until(lambda: page.find("#do-main") and page.find("#do-main").is_enabled(), "the desk, ready")
    browser.errors()
    yield page
    page.close()


def act(page: Page, name: str, *keys: str) -> None:
    """Press the keys of an act, once the page offers it; not twice within the page's own rest."""
    if name.startswith("row-"):
        button = f"#{name}"
    else:
        button = "#do-main" if name == "main" else f"#do-{name}"
    until(lambda: (node := page.find(button)) and node.is_enabled(), f"{name} offered")
    page.run("return new Promise((go) => setTimeout(() => go(true), 1250))")  # two presses this close are one
    page.keys(*keys)


def state(hub: Hub, ticket: dict[str, Any], wanted: str) -> dict[str, Any]:
    def there() -> dict[str, Any] | None:
        now = hub.ticket(ticket["id"])
        return now if now["state"] == wanted else None

    found: dict[str, Any] = until(there, f"{ticket['number']} {wanted}")
    return found


def on_list(page: Page, tab: str, ticket: dict[str, Any]) -> None:
    """Choose a ticket of a list by arrows."""
    page.keys(tab)
    page.see(ticket["number"], "#list")
    for _ in range(12):
        page.keys(Keys.ARROW_DOWN)
        if page.text("#row-tools b") == ticket["number"]:
            return
    raise AssertionError(f"{ticket['number']} cannot be reached in list {tab}")


def test_from_the_call_to_the_end(clerk: Page, hub: Hub, browser: Browser) -> None:
    one, two, three = hub.issue(), hub.issue(), hub.issue()
    clerk.see(three["number"], "#list")
    act(clerk, "main", Keys.SPACE)
    state(hub, one, "called")
    act(clerk, "recall", "r")
    until(lambda: hub.ticket(one["id"])["calls"] == 2, "called again")
    clerk.see("1/2", "#do-recall")
    act(clerk, "start", "s")
    state(hub, one, "serving")
    act(clerk, "done", "d")
    state(hub, one, "done")
    act(clerk, "main", Keys.SPACE)
    state(hub, two, "called")
    act(clerk, "no-show", "v")
    state(hub, two, "no_show")
    act(clerk, "main", Keys.SPACE)
    state(hub, three, "called")
    act(clerk, "done-on-spot", "x")
    state(hub, three, "done_on_spot")
    on_list(clerk, "2", two)
    act(clerk, "row-return", "u")
    state(hub, two, "waiting")
    on_list(clerk, "3", one)
    act(clerk, "row-reopen", "m")
    state(hub, one, "parked")
    on_list(clerk, "2", one)
    act(clerk, "row-call", Keys.ENTER)
    state(hub, one, "called")
    assert browser.errors() == []


def test_aside_and_elsewhere(clerk: Page, hub: Hub) -> None:
    one, two, three = hub.issue(), hub.issue(), hub.issue()
    clerk.see(three["number"], "#list")
    act(clerk, "main", Keys.SPACE)
    state(hub, one, "called")
    act(clerk, "park", "p", "5", Keys.ENTER)
    assert state(hub, one, "parked")["note"] == "paying"
    clerk.keys("2")
    clerk.see("Đi nộp phí", "#list")
    act(clerk, "main", Keys.SPACE)
    state(hub, two, "called")
    act(clerk, "papers", "k")
    state(hub, two, "waiting_papers")
    act(clerk, "pick", "g", *one["number"].lower(), Keys.ENTER)
    state(hub, one, "called")
    act(clerk, "also", "a", "b", Keys.ENTER)
    until(lambda: hub.ticket(one["id"])["also"] == ["land"], "one more service")
    clerk.see("còn: Địa chính", "#detail")
    act(clerk, "transfer", "t", "3", "0", Keys.ENTER)
    sent = state(hub, one, "waiting")
    assert (sent["counter"], sent["back_to"], sent["number"]) == (3, 1, one["number"])
    on_list(clerk, "1", three)
    act(clerk, "row-move", "t", "b", Keys.ENTER)
    until(lambda: hub.ticket(three["id"])["service"] == "land", "moved to another queue")


def test_paper_and_cancelling(clerk: Page, hub: Hub) -> None:
    one, two = hub.issue(), hub.issue()
    clerk.see(two["number"], "#list")
    act(clerk, "issue", "c", "b", Keys.TAB, Keys.SPACE, Keys.ENTER)
    issued = until(lambda: hub.get("/v1/tickets?service=land")["tickets"], "a number issued")[0]
    assert (issued["priority"], issued["state"]) == (True, "waiting")
    on_list(clerk, "1", two)
    act(clerk, "row-reprint", "i")
    jobs = until(lambda: [e for e in hub.get("/v1/jobs")["jobs"] if e["kind"] == "copy"], "a copy to print")
    assert jobs[0]["ticket"] == two["id"]
    act(clerk, "row-cancel", "h", "2", Keys.ENTER)
    assert state(hub, two, "cancelled")["note"] == "mistake"
    hub.post(f"/v1/tickets/{one['id']}/call", {"counter": 1})
    clerk.see(one["number"], "#number")
    act(clerk, "reprint", Keys.ESCAPE, Keys.TAB, "i")
    until(
        lambda: [e for e in hub.get("/v1/jobs")["jobs"] if e["ticket"] == one["id"] and e["kind"] == "copy"], "a copy"
    )
    act(clerk, "cancel", "h", "1", Keys.ENTER)
    assert state(hub, one, "void")["note"] == "left"


def test_undo_counts_down_and_takes_back(clerk: Page, hub: Hub) -> None:
    one, two = hub.issue(), hub.issue()
    clerk.see(two["number"], "#list")
    act(clerk, "main", Keys.SPACE)
    state(hub, one, "called")
    act(clerk, "no-show", "v")
    state(hub, one, "no_show")
    until(lambda: re.search(r"Hoàn tác \(\d+\ss\)", clerk.text("#do-undo")), "the countdown")
    act(clerk, "undo", "z")
    state(hub, one, "called")
    clerk.see(one["number"], "#number")
    act(clerk, "main", Keys.SPACE)
    state(hub, two, "called")
    first = int(re.findall(r"\d+", until(lambda: "(" in clerk.text("#do-undo") and clerk.text("#do-undo"), "it"))[0])
    until(lambda: (left := re.findall(r"\((\d+)", clerk.text("#do-undo"))) and int(left[0]) < first, "counting down")
    until(lambda: not clerk.find("#do-undo").is_enabled(), "too late")
    clerk.keys("z")
    assert hub.ticket(two["id"])["state"] == "called"


def test_the_desk_itself(clerk: Page, hub: Hub) -> None:
    act(clerk, "pause", "b", "2", Keys.TAB, Keys.BACKSPACE, Keys.BACKSPACE, "25", Keys.ENTER)
    paused = until(lambda: (here := hub.counter(1))["state"] == "paused" and here, "paused")
    assert paused["pause"]["reason"] == "meeting"
    clerk.see("Họp", "#detail")
    act(clerk, "main", Keys.SPACE)
    until(lambda: hub.counter(1)["state"] == "open", "at work again")
    act(clerk, "close", "o")
    until(lambda: hub.counter(1)["state"] == "closed", "closed")
    act(clerk, "main", Keys.SPACE)
    until(lambda: hub.counter(1)["state"] == "open", "open")
    act(clerk, "emergency", "e", Keys.ENTER)

    def told() -> list[Any]:
        return [e for e in hub.get("/v1/snapshot", "office")["notices"] if e["code"] == "counter_emergency"]

    until(told, "the supervisor sees it")
    clerk.see("Hết khẩn", "#do-emergency")
    act(clerk, "emergency", "e")
    until(lambda: not told(), "over")
    act(clerk, "help", "j", "2", Keys.ENTER)
    helps = until(lambda: hub.get("/v1/snapshot", "office")["helps"], "a helper asked")
    assert (helps[0]["where"], helps[0]["what"]) == ("counter", "guide")


def test_a_message_for_all_is_seen(clerk: Page, hub: Hub) -> None:
    hub.post("/v1/broadcast", {"vi": "Mười giờ họp giao ban.", "minutes": 30}, "office")
    clerk.see("Mười giờ họp giao ban.", "#alarm")
    clerk.keys("y")
    clerk.gone("#broadcast")


def test_no_key_acts_while_something_is_typed_or_asked(clerk: Page, hub: Hub) -> None:
    ticket = hub.issue()
    hub.post("/v1/counters/1/next")
    clerk.see(ticket["number"], "#number")
    clerk.keys("g", *"dvxzs")
    assert clerk.run("return document.getElementById('pick-number').value.toLowerCase()") == "dvxzs"
    clerk.keys(Keys.ESCAPE)
    clerk.gone("dialog")
    for key in "tb?":
        clerk.keys(key)
        until(lambda: clerk.find("dialog[open]"), key)
        clerk.keys("d", "v", "x", Keys.ESCAPE)
        clerk.gone("dialog")
    assert hub.ticket(ticket["id"])["state"] == "called"


def test_the_table_of_keys_is_whole(clerk: Page) -> None:
    clerk.keys("?")
    shown = until(lambda: clerk.text("#ask-keys"), "the table")
    for words in ("Gọi số tiếp theo", "Hoàn tác", "Chuyển", "Thêm việc", "Báo khẩn", "Mở lại số đóng nhầm", "Đổi quầy"):
        assert words in shown
    clerk.keys(Keys.ENTER)
    clerk.gone("dialog")


def test_every_act_of_the_page_is_done_by_keys_above() -> None:
    """What the page can do stands in one table; a new act without a key, or without a test here, is seen."""
    table = DEED_TABLE.read_text(encoding="utf-8")
    acts = set(re.findall(r'\bname: "([a-z-]+)"', table))
    assert len(acts) > 20
    assert re.findall(r'name: "([a-z-]+)", codes: \[\]', table) == ["row-call"], "Enter in the list"
    done = set(re.findall(r'act\(clerk, "([a-z-]+)"', Path(__file__).read_text(encoding="utf-8")))
    assert acts <= done, acts - done
