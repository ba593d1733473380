"""What the bridge wants of a board sold by others: no wire, no clock; time is a number."""

from __future__ import annotations

from pathlib import Path

from config.settings import Board
from firmware_bridge.foreign_board import HUB_LOST_S, LONGEST_REST_S, ForeignBoard, Said
from firmware_bridge.line import Outcome
from firmware_bridge.panels.request import Request
from firmware_bridge.panels.shown import Row, Rows, all_in
from firmware_bridge.profile_check import SHIPPED, load_profile

VENDORS = Path(__file__).parents[2] / "fixtures" / "vendors"
OK = Outcome("ok")
SILENT = Outcome("silent")


def number(text: str, counter: int = 1) -> Rows:
    return (Row("number", text, counter),)


class Peer:
    """A board and a memory of what it was told: place → frame."""

    def __init__(self, name: str = "modbus-ascii-4", rows: int = 1) -> None:
        path = VENDORS / f"{name}.toml" if (VENDORS / f"{name}.toml").exists() else SHIPPED / f"{name}.toml"
        profile = load_profile(path)
        board = Board(id="b", kind=profile.kind, counter=1, unit=3, profile=name, rows=rows, bus="led")
        self.board = ForeignBoard(board, profile, 0.0)
        self.memory: dict[str, bytes] = {}
        self.log: list[Request] = []

    def run(self, now: float, outcome: Outcome = OK, most: int = 100) -> int:
        """Everything that is due at `now`; the number of requests."""
        count = 0
        while count < most and self.board.urgency(now) is not None:
            request = self.board.next()
            if outcome.kind == "ok":
                self.memory[request.place] = request.frame
            self.log.append(request)
            self.board.took(request, outcome, now)
            count += 1
        return count

    def shows(self, text: str) -> bool:
        return text.encode("utf-16-be") in self.memory.get("0/None/0", b"")


def ready(name: str = "modbus-ascii-4") -> Peer:
    peer = Peer(name)
    peer.board.hub(True, 0.0)
    peer.board.want(number("A001"), 0.0)
    peer.run(0.0)
    return peer


def test_everything_at_first_contact_then_only_what_is_due() -> None:
    peer = ready()
    assert peer.shows("A001") and len(peer.memory) == 2 and peer.board.said == Said("ok")
    assert peer.run(0.1) == 0
    peer.board.want(number("A002"), 0.2)
    assert peer.run(0.2) and peer.shows("A002")


def test_the_whole_content_again_every_few_seconds() -> None:
    peer = ready()
    assert peer.board.wait_s(0.1) <= 4.0
    peer.memory.clear()  # somebody pulled its plug and put it back
    assert peer.run(4.1) == 2 and peer.shows("A001")


def test_a_lost_hub_means_dashes_after_5_s_and_never_a_stale_number() -> None:
    peer = ready()
    peer.board.hub(False, 10.0)
    peer.run(10.0 + HUB_LOST_S - 0.1)
    assert peer.shows("A001")
    assert peer.board.wait_s(10.0 + HUB_LOST_S - 0.1) <= 0.2
    peer.run(10.0 + HUB_LOST_S)
    assert peer.shows("----")
    peer.board.hub(True, 20.0)
    peer.run(20.0)
    assert peer.shows("A001")


def test_a_bridge_that_never_hears_a_hub_shows_dashes_too() -> None:
    peer = Peer()
    assert peer.run(HUB_LOST_S - 1) == 0
    peer.run(HUB_LOST_S)
    assert peer.shows("----")


def test_a_silent_board_is_tried_less_often_but_within_5_s() -> None:
    peer = ready()
    peer.board.want(number("A002"), 10.0)
    tried, now = [], 10.0
    while now < 60:
        if peer.run(now, SILENT, most=1):
            tried.append(now)
        now += 0.05
    gaps = [b - a for a, b in zip(tried, tried[1:], strict=False)]
    assert max(gaps) <= LONGEST_REST_S + 0.1
    assert len(tried) < 20
    assert peer.board.said is not None and peer.board.said.kind == "silent"
    peer.memory.clear()
    peer.run(now + LONGEST_REST_S)
    assert peer.shows("A002") and len(peer.memory) == 2  # brightness too: it may be another board
    assert peer.board.said == Said("ok")


def test_a_refused_register_is_named_and_stops_nothing() -> None:
    peer = ready()
    peer.board.want(number("A002"), 1.0)
    assert peer.board.urgency(1.0) == "new"
    first = peer.board.next()
    peer.board.took(first, Outcome("refused", exception=2), 1.0)
    peer.run(1.0)
    assert peer.board.said == Said("refused", first.label, 2)
    assert not peer.board.away
    peer.run(9.0)
    assert peer.shows("A002") and peer.board.said == Said("ok")


def test_a_busy_board_is_asked_again_a_moment_later() -> None:
    peer = ready()
    peer.board.want(number("A002"), 1.0)
    peer.run(1.0, Outcome("refused", exception=6), most=1)
    assert peer.board.urgency(1.05) is None
    peer.run(1.3)
    assert peer.shows("A002") and peer.board.said == Said("ok")


def test_a_fresh_call_blinks_for_a_while_an_old_number_does_not() -> None:
    peer = ready("kd-500")
    coil_on = peer.memory["3/None/0"]
    assert coil_on[4:6] == b"\x00\x00"
    peer.board.want(number("A002"), 1.0)
    peer.run(1.0)
    assert peer.memory["3/None/0"][4:6] == b"\xff\x00"
    peer.board.want(number("A002"), 2.0)  # the same content again is no new call
    peer.run(2.0)
    assert peer.board.wait_s(2.0) <= 5.0
    peer.run(7.1)
    assert peer.memory["3/None/0"][4:6] == b"\x00\x00"


def test_only_the_rows_that_changed_go_out_at_a_call() -> None:
    peer = Peer("modbus-panel-8", rows=8)
    peer.board.hub(True, 0.0)
    rows = (Row("number", "A001", 1), Row("number", "A002", 2), *all_in("blank", 6))
    peer.board.want(rows, 0.0)
    assert peer.run(0.0) == 16
    peer.board.want((rows[0], Row("number", "A003", 2), *rows[2:]), 1.0)
    assert peer.run(1.0) == 2
    assert peer.log[-1].row == 1


def test_unlock_and_lock_stand_around_every_change() -> None:
    peer = Peer("vp-16", rows=6)
    peer.board.hub(True, 0.0)
    peer.board.want((Row("number", "A001", 1), *all_in("blank", 5)), 0.0)
    peer.run(0.0)
    peer.log.clear()
    peer.board.want((Row("number", "A002", 1), *all_in("blank", 5)), 1.0)
    peer.run(1.0)
    assert peer.log[0].frame[4:9].hex() == "0001020001" and peer.log[-1].frame[4:9].hex() == "0001020000"
    assert {request.row for request in peer.log} == {None, 0}
    assert peer.run(1.1) == 0


def test_a_port_that_came_back_means_everything_again() -> None:
    peer = ready()
    peer.memory.clear()
    peer.board.forget(1.0)
    assert peer.run(1.0) == 2 and peer.shows("A001")


def test_a_letter_without_a_shape_is_told() -> None:
    peer = ready("modbus-segments-4")
    peer.board.want(number("K002"), 1.0)
    peer.run(1.0)
    assert peer.board.said == Said("hole", text="K")
    peer.board.want(number("A002"), 2.0)
    peer.run(2.0)
    assert peer.board.said == Said("ok")


def test_the_last_words_of_a_stopped_bridge_are_dashes() -> None:
    peer = ready()
    assert "----".encode("utf-16-be") in peer.board.farewell()[0].frame
    assert Peer().board.farewell() == []


def test_a_dead_row_of_a_panel_of_units_keeps_no_other_row_from_its_number(tmp_path: Path) -> None:
    text = (
        'title = "x"\nprotocol = "modbus-rtu"\nkind = "main"\nrows = 3\nnumbering = "zero"\nunit_step = 1\n'
        '[[write]]\nwhat = "text"\nregister = 0\nstride = 0\nencoding = "ascii"\n'
    )
    path = tmp_path / "x.toml"
    path.write_text(text, encoding="utf-8")
    board = ForeignBoard(
        Board(id="b", kind="main", unit=10, rows=3, bus="led", profile=str(path)), load_profile(path), 0.0
    )
    board.hub(True, 0.0)
    board.want(tuple(Row("number", f"A00{n}", n) for n in range(3)), 0.0)
    told, now = set(), 0.0
    while now < 3.0:
        if board.urgency(now):
            request = board.next()
            alive = request.frame[0] != 11
            if alive:
                told.add(request.frame[0])
            board.took(request, OK if alive else SILENT, now)
        now += 0.05
    assert told == {10, 12}
    assert board.said is not None and board.said.kind == "silent"
    while now < 9.0:  # the row is mended
        if board.urgency(now):
            request = board.next()
            told.add(request.frame[0])
            board.took(request, OK, now)
        now += 0.05
    assert told == {10, 11, 12} and board.said == Said("ok")
