"""The ledger as a file: what is committed is there after any start, damage is kept aside, old ones become new ones."""

from __future__ import annotations

import gzip
import json
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.clock import FakeClock
from config.events import Envelope
from queue_display import engine
from queue_display.desk import Asked, Desk
from queue_display.ledger import Ledger, LedgerError, Origin
from queue_display.ledger_file import LedgerBusy, LedgerTooNew, migrate, migrations
from queue_display.model import EngineError, Now, Press
from tests.unit.queue_display.room import START, settings

DATABASES = Path(__file__).parents[2] / "databases"
BOOT = "0f0f0f0f-0000"


class Site:
    """A desk on a ledger of its own that can be closed and opened again."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "ledger.db"
        self.clock = FakeClock()
        self.desk = self.open()

    def open(self) -> Desk:
        hub = {"socket": str(self.path.with_name("hub.sock")), "ledger": str(self.path)}
        self.desk = Desk(settings(hub=hub), self.clock, BOOT)
        return self.desk

    def again(self) -> Desk:
        self.desk.close()
        return self.open()

    def press(self, number: int, button: int = 0) -> dict[str, object]:
        answer: dict[str, object] = json.loads(
            self.desk.press("bridge:b", Press("00000001", 1, number, button), "civil")
        )
        return answer

    def run(self, key: str, rule: object, *args: object) -> dict[str, object]:
        asked = Asked("clerk:test", key, f"{rule}{args}")

        def command(draft: object) -> dict[str, object]:
            ticket = rule(draft, *args)  # type: ignore[operator]
            return {"ticket": ticket.as_json() if ticket else None}

        answer: dict[str, object] = json.loads(self.desk.run(asked, command))
        return answer


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    made = Site(tmp_path)
    yield made
    made.desk.close()


def events(site: Site) -> list[dict[str, object]]:
    return [json.loads(body) for _, _, body in site.desk.ledger.read(0, 1000)]


def test_a_restart_changes_nothing_that_people_see(site: Site) -> None:
    for number in range(1, 6):
        site.press(number)
    site.run("key-next-1", engine.call_next, 1)
    site.run("key-next-2", engine.call_next, 2)
    site.clock.advance(30)  # what can still be taken back is forgotten by a restart, and by ten seconds
    before = site.desk.snapshot("staff")
    after = site.again().snapshot("staff")
    assert after["rev"] > before["rev"]
    for key in ("epoch", "service_day", "services", "counters", "tickets", "calls", "presses", "totals"):
        assert after[key] == before[key], key
    assert [board.get("text") for board in after["boards"]] == [board.get("text") for board in before["boards"]]
    assert site.press(6)["ticket"]["number"] == "A006"  # type: ignore[index]


def test_the_same_press_is_the_same_ticket_ever_after(site: Site) -> None:
    first = site.press(1)
    assert site.press(1)["ticket"] == first["ticket"]
    site.again()
    again = site.press(1)
    assert again["ticket"] == first["ticket"]
    assert again["repeated"] is True
    with pytest.raises(EngineError) as refused:
        site.press(1, button=3)
    assert refused.value.code == "key_reused"


def test_the_same_key_is_the_same_answer_even_when_it_was_nobody(site: Site) -> None:
    assert site.run("key-empty", engine.call_next, 1)["ticket"] is None
    site.press(1)
    again = site.run("key-empty", engine.call_next, 1)
    assert (again["ticket"], again["repeated"]) == (None, True)
    with pytest.raises(EngineError) as refused:
        site.run("key-empty", engine.call_next, 2)
    assert (refused.value.code, refused.value.status) == ("key_reused", 409)


def test_events_have_no_gap_and_keep_the_contract(site: Site) -> None:
    for number in range(1, 4):
        site.press(number)
    site.run("key-1-next", engine.call_next, 1)
    site.run("key-1-next", engine.call_next, 1)
    with pytest.raises(EngineError):
        site.run("key-refused", engine.done, 2)
    site.again()
    found = events(site)
    assert [each["seq"] for each in found] == list(range(1, len(found) + 1))
    assert found[0]["type"] == "vn.motcua.ledger.epoch"
    for each in found:
        Envelope.model_validate(each)
    assert len({each["epoch"] for each in found}) == 1


def test_watermark_and_depth(site: Site) -> None:
    called: list[int] = []
    site.desk.ledger.wakeup(lambda: called.append(site.desk.ledger.seq()))
    site.press(1)
    assert called == [2]
    assert site.desk.ledger.depth()[0] == 2
    site.desk.ledger.delivered(1)
    assert site.desk.ledger.depth()[0] == 1
    site.again()
    assert site.desk.ledger.watermark() == 1
    site.desk.ledger.delivered(0)  # a restored server is behind: it may ask again
    assert [seq for seq, _, _ in site.desk.ledger.read(0, 10)] == [1, 2]


def test_old_delivered_events_go_and_the_rest_stays(site: Site) -> None:
    site.press(1)
    site.desk.ledger.delivered(2)
    site.clock.advance(40 * 86400)
    site.press(2)
    site.desk.tick()
    left = [seq for seq, _, _ in site.desk.ledger.read(0, 100)]
    assert left[0] > 2
    assert left[-1] == site.desk.ledger.seq()
    site.again()
    assert site.desk.ledger.seq() == left[-1], "numbering of events goes on"


def test_old_tickets_go_after_the_days_they_are_kept(site: Site) -> None:
    old = site.press(1)["ticket"]["id"]  # type: ignore[index]
    site.clock.advance(100 * 86400)
    site.press(2)
    site.desk.tick()
    with pytest.raises(EngineError):
        site.desk.ticket(old)
    assert "repeated" not in site.press(1), "a press of a hundred days ago is forgotten with its ticket"
    assert site.desk.hall.last_job == 3, "no job's number is given twice"


def test_a_full_disk_refuses_to_grow_and_does_not_stop_the_start(site: Site) -> None:
    site.press(1)
    database = site.desk.ledger._db
    pages = database.execute("PRAGMA page_count").fetchone()[0]
    database.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(LedgerError) as refused:
        for number in range(2, 400):
            site.press(number)
    assert (refused.value.code, refused.value.status) == ("storage_full", 507)
    issued = site.desk.hall.totals["issued"]
    assert site.desk.window.notices.codes() == ["storage_full"]
    assert len(site.desk.ledger.tickets(site.desk.hall.service_day)) == issued
    database.execute("PRAGMA max_page_count = 100000")
    assert site.press(400)["ticket"]["n"] == issued + 1  # type: ignore[index]
    assert site.desk.window.notices.codes() == []


@pytest.mark.parametrize("damage", ["zeros", "empty", "garbage", "middle"])
def test_a_damaged_ledger_is_kept_and_a_reserved_letter_begins(site: Site, damage: str) -> None:
    for number in range(1, 40):
        site.press(number)
    epoch = site.desk.hall.epoch
    site.desk.close()
    size = site.path.stat().st_size
    if damage == "middle":
        with site.path.open("r+b") as file:
            file.seek(4096)
            file.write(b"\xff" * (size - 8192))
    else:
        site.path.write_bytes({"zeros": b"\0" * size, "empty": b"", "garbage": b"not a ledger" * 400}[damage])
    broken = site.path.read_bytes()
    site.open()
    assert site.desk.hall.epoch != epoch
    kept = [each for each in site.path.parent.glob("ledger.db.bad-*") if not each.name.endswith(("wal", "shm"))]
    assert [each.read_bytes() for each in kept] == [broken]
    assert site.press(1)["ticket"]["number"] == "P001"  # type: ignore[index]
    assert site.desk.window.notices.codes() == ["ledger_set_aside"]
    assert events(site)[0]["data"] == {"reason": "set_aside", "letter": "P", "actor": "hub:"}
    site.again()
    assert site.press(2)["ticket"]["number"] == "P002", "the letter outlives a restart"  # type: ignore[index]
    site.clock.advance(86400)
    assert site.press(3)["ticket"]["number"] == "A001"  # type: ignore[index]
    assert site.desk.window.notices.codes() == []


def test_only_one_hub_has_the_ledger(site: Site) -> None:
    now = Now(START, "trusted")
    with pytest.raises(LedgerBusy):
        Ledger.open(site.path, now, Origin("/a/b/c", "x"), wait_s=0.0)


def test_a_newer_ledger_is_neither_changed_nor_set_aside(site: Site) -> None:
    site.desk.close()
    database = sqlite3.connect(site.path)
    database.execute("PRAGMA user_version = 9999")
    database.close()
    before = site.path.read_bytes()
    with pytest.raises(LedgerTooNew):
        site.open()
    assert site.path.read_bytes() == before
    database = sqlite3.connect(site.path)
    database.execute(f"PRAGMA user_version = {migrations()[-1][0]}")
    database.close()
    site.open()


def test_a_migration_that_fails_halfway_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    database = sqlite3.connect(path, isolation_level=None)
    migrate(database)
    steps = [*migrations(), (998, "CREATE TABLE half (x); INSERT INTO half VALUES (1);"), (999, "SELECT no_such();")]
    before = path.read_bytes()
    with pytest.raises(sqlite3.OperationalError):
        migrate(database, steps)
    database.close()
    assert path.read_bytes() == before


@pytest.mark.parametrize("old", sorted(DATABASES.glob("ledger-v*.db.gz")), ids=lambda path: path.name)
def test_every_older_ledger_still_opens_with_its_day(old: Path, tmp_path: Path) -> None:
    with gzip.open(old) as packed, (tmp_path / "ledger.db").open("wb") as out:
        shutil.copyfileobj(packed, out)
    site = Site.__new__(Site)
    site.path, site.clock = tmp_path / "ledger.db", FakeClock()
    site.open()
    try:
        shown = site.desk.snapshot("staff")
        assert site.desk.ledger.set_aside is None
        assert (shown["epoch"], shown["totals"]["issued"]) == ("5a5a5a5a", 4)
        assert [each["ticket"] for each in shown["counters"]] == ["20261123-A001", None, "20261123-B001"]
        assert site.press(1)["repeated"] is True
        assert site.press(99)["ticket"]["number"] == "A004"  # type: ignore[index]
    finally:
        site.desk.close()


def test_a_ledger_of_version_2_keeps_what_the_room_was_told(tmp_path: Path) -> None:
    with gzip.open(DATABASES / "ledger-v2.db.gz") as packed, (tmp_path / "ledger.db").open("wb") as out:
        shutil.copyfileobj(packed, out)
    site = Site.__new__(Site)
    site.path, site.clock = tmp_path / "ledger.db", FakeClock()
    site.open()
    try:
        shown = site.desk.snapshot("staff")
        assert [each["what"] for each in shown["helps"]] == ["write"]
        assert shown["broadcast"]["vi"] == "Chiều nay nghỉ họp."
        assert [each["emergency"] for each in shown["counters"]] == [False, False, True]
        assert shown["counters"][1]["services"] == ["land"]
        assert list(site.desk.hall.appointments) == ["AB12"]
        again = site.press(77)
        assert (again["ticket"], again["refused"]["code"]) == (None, "closed")  # type: ignore[index]
    finally:
        site.desk.close()


def test_there_is_an_old_ledger_of_every_version() -> None:
    have = {int(path.name.split("-v")[1].split(".")[0]) for path in DATABASES.glob("ledger-v*.db.gz")}
    assert have == {version for version, _ in migrations()}
