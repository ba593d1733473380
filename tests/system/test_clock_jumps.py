"""The wall clock jumps: numbers go on, the day never goes back, nobody's place is lost."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta

import pytest

from tests.fixtures.hub import HubProcess, hub_process
from tests.fixtures.morning import now

DAY = 86400.0


def at(hour: int, minute: int, days: int) -> datetime:
    """That time of day in the site's zone, `days` days on."""
    return now().replace(hour=hour, minute=minute, second=0, microsecond=0) + timedelta(days=days)


def press(hub: HubProcess, number: int) -> dict[str, str]:
    ticket: dict[str, str] = hub.client("bridge").press("00000001", 1, number, 0, "civil-status")["ticket"]
    return ticket


@pytest.mark.slow
def test_backwards_across_midnight_repeats_no_number() -> None:
    with hub_process(start=False) as hub:
        hub.stand(at(0, 2, days=2))
        hub.start()
        seen = [press(hub, n)["id"] for n in (1, 2)]
        # A bad NTP answer: ten minutes back is yesterday.
        hub.stand(at(23, 52, days=1))
        seen += [press(hub, n)["id"] for n in (3, 4)]
        hub.kill()
        hub.start()
        seen += [press(hub, n)["id"] for n in (5, 6)]
        hub.stand(at(0, 3, days=2))
        seen += [press(hub, n)["id"] for n in (7,)]
        assert [each.split("-")[1] for each in seen] == [f"A{n:03d}" for n in range(1, 8)]
        assert len({each.split("-")[0] for each in seen}) == 1


@pytest.mark.slow
def test_a_press_key_outlives_its_day() -> None:
    with hub_process() as hub:
        first = press(hub, 1)
        hub.steer(DAY)
        again = hub.client("bridge").press("00000001", 1, 1, 0, "civil-status")
        assert again["repeated"] is True
        assert again["ticket"]["id"] == first["id"]
        fresh = press(hub, 2)
        assert fresh["number"] == "A001"
        assert fresh["service_day"] > first["service_day"]


@pytest.mark.slow
def test_day_end_closes_what_is_open_and_events_say_so() -> None:
    with hub_process() as hub:
        for n in (1, 2, 3):
            press(hub, n)
        hub.client().next(1)
        hub.steer(DAY)
        assert press(hub, 4)["number"] == "A001"
        snapshot = hub.client().snapshot()
        assert snapshot["totals"]["issued"] == snapshot["totals"]["waiting"] == 1
        assert all(each["ticket"] is None for each in snapshot["counters"])
        assert [job["ticket"] for job in snapshot["jobs"]] == [snapshot["tickets"][0]["id"]]
        hub.stop()
        ledger = sqlite3.connect(hub.folder / "ledger.db")
        states = dict(ledger.execute("SELECT number, state FROM tickets WHERE note = 'day_end'").fetchall())
        ledger.close()
        assert states == {"A001": "no_show", "A002": "cancelled", "A003": "cancelled"}


@pytest.mark.slow
def test_a_clock_that_wakes_up_in_the_morning_keeps_the_queue() -> None:
    # A Pi without a battery: 1970 until the network comes, with people in the room.
    with hub_process(start=False) as hub:
        hub.stand(datetime(1970, 1, 1, 1, tzinfo=UTC), trust="untrusted")
        hub.start()
        early = press(hub, 1)
        job = hub.client("bridge").take(hub.client("bridge").jobs("queued")[0]["id"])
        assert job["at"] is None, "no date is printed while the clock is not believed"
        assert [each["code"] for each in hub.client().snapshot()["notices"]] == ["clock_untrusted"]
        hub.steer(0, trust="trusted")
        later = press(hub, 2)
        assert (early["number"], later["number"]) == ("A001", "A002")
        assert later["service_day"] > early["service_day"]
        called = hub.client().next(1)["ticket"]
        assert called["id"] == early["id"], "who came first is still first"
        hub.kill()
        hub.start()
        assert hub.client().snapshot()["totals"]["issued"] == 2
        assert press(hub, 3)["number"] == "A003"
