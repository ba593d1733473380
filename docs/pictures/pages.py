"""Draw docs/pictures/{clerk,tv,login}.png: the hub's own pages in Chromium, a real hub behind them.

Run from the repository: `.venv/bin/python docs/pictures/pages.py`. The hub's clock is moved to a Monday at 08:42.
"""

from __future__ import annotations

import sys
import time
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

HERE = Path(__file__).parent
REPOSITORY = HERE.parents[1]
sys.path.insert(0, str(REPOSITORY))

from tests.fixtures.pages import Browser, Hub, Page, until  # noqa: E402  (the path must be set first)

MONDAY = datetime(2026, 11, 23, 8, 42, 10, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))


class Morning:
    """A hub whose clock can be set to so many minutes before the picture."""

    def __init__(self) -> None:
        self.hub = Hub(REPOSITORY / "config/sites/six-counters.toml", self._offset(70))

    @staticmethod
    def _offset(minutes_before: float) -> float:
        return (MONDAY - timedelta(minutes=minutes_before)).timestamp() - time.time()

    def at(self, minutes_before: float) -> Hub:
        self.hub.steer(self._offset(minutes_before))
        return self.hub


def a_morning(morning: Morning) -> None:
    """People come, are called and served: what a Monday looks like at 08:42."""
    hub = morning.at(60)
    for count, service in ((16, "civil-status"), (7, "land"), (9, "reception"), (4, "police"), (3, "social")):
        for number in range(count):
            morning.at(60 - number * 3.2)
            hub.issue(service, priority=service == "civil-status" and number == 13)
    minutes = 50.0
    for counter, calls in ((2, 7), (1, 6), (3, 4), (5, 2)):
        for _ in range(calls):
            minutes -= 1.1
            morning.at(minutes)
            hub.post(f"/v1/counters/{counter}/next")
    morning.at(21)
    hub.post("/v1/counters/2/start")
    hub.post("/v1/counters/2/park")
    morning.at(14)
    hub.post("/v1/counters/2/next")
    morning.at(12)
    hub.post("/v1/counters/2/no-show")
    for counter in (1, 5, 3):
        hub.post(f"/v1/counters/{counter}/start")
    morning.at(2.2)
    hub.post("/v1/counters/5/next")
    hub.post("/v1/counters/5/start")
    morning.at(1)
    hub.post("/v1/counters/1/next")
    hub.post("/v1/counters/1/start")
    morning.at(0.3)
    hub.post("/v1/counters/2/next")
    morning.at(0)


def main() -> None:
    """Draw the three pictures."""
    morning = Morning()
    browser = Browser()
    try:
        a_morning(morning)
        hub = morning.hub
        tv = Page(browser, hub, "tv", 1280, 720).sign_in("tv-hall", "tv")
        until(lambda: tv.find(".newest.loud"), "the call")
        clerk = Page(browser, hub, "quay2", 1280, 800).sign_in("clerk-2", "clerk")
        until(lambda: clerk.find("#do-main") and clerk.find("#do-main").is_enabled(), "the desk")
        login = Page(browser, hub, "quay9", 1280, 800).open("/login")
        until(lambda: login.find("#token"), "the sign-in")
        for name, page in (("login", login), ("clerk", clerk), ("tv", tv)):
            page.run("return document.fonts.ready.then(() => true)")
            page.run("if (document.activeElement) document.activeElement.blur()")
            page.driver.save_screenshot(str(HERE / f"{name}.png"))
            print(HERE / f"{name}.png")
    finally:
        browser.close()
        morning.hub.close()


if __name__ == "__main__":
    main()
