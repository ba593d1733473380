"""The simulated day's people and sums: the same seed brings the same people, and a wrong sum is found."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from demo.day.people import Person, Workload, make_people
from demo.day.summary import by_service, checks, sentences
from demo.day.table import Told

SPANS = ((27000.0, 40500.0), (46800.0, 60300.0))
SERVICES = {"land": Workload(15, 1, True), "civil": Workload(8, 2, False)}
MORNING = datetime(2026, 11, 23, 8, 0, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))


def test_the_seed_decides_who_comes() -> None:
    one, two = make_people(7, 300, SERVICES, SPANS), make_people(7, 300, SERVICES, SPANS)
    assert one == two
    assert one != make_people(8, 300, SERVICES, SPANS)


def test_people_come_within_the_hours_and_a_few_outside() -> None:
    people = make_people(3, 400, SERVICES, SPANS)
    inside = [each for each in people if not each.outside]
    assert len(inside) == 400
    assert all(any(start <= each.at <= end for start, end in SPANS) for each in inside)
    outside = [each for each in people if each.outside]
    assert outside
    assert not any(start <= each.at <= end for each in outside for start, end in SPANS)
    assert [each.at for each in people] == sorted(each.at for each in people)


def test_a_day_meets_every_rule() -> None:
    people = make_people(1, 500, SERVICES, SPANS)
    assert {each.ending for each in people} == {"done", "done_on_spot", "transfer", "park", "papers"}
    assert {each.how for each in people} == {"button", "kiosk", "reception"}
    for find in ("priority", "returns_after", "gives_up_after"):
        assert any(getattr(each, find) for each in people), find
    assert not any(each.how == "button" and each.service == "civil" for each in people), "there is no such button"
    assert not any(each.how == "button" and each.priority for each in people)


def test_too_many_people_are_given_shorter_turns() -> None:
    def busy(people: list[Person]) -> float:
        return sum(each.turn_s for each in people if each.service == "land")

    crowd = make_people(2, 2000, SERVICES, SPANS)
    assert busy(crowd) < sum(end - start for start, end in SPANS)


def ticket(n: int, waited_s: float = 300.0, **other: Any) -> dict[str, Any]:
    issued = MORNING + timedelta(seconds=n)
    called = issued + timedelta(seconds=waited_s)
    made = {"id": f"20261123-A{n:03d}", "number": f"A{n:03d}", "letter": "A", "n": n, "service": "land"}
    made |= {"state": "done", "print": "printed", "priority": False, "issued_at": issued.isoformat()}
    made |= {"called_at": called.isoformat(), "served_at": called.isoformat(), "closed_at": called.isoformat()}
    return made | other


def told(tickets: list[dict[str, Any]]) -> Told:
    out = Told(seqs=[1, 2, 3])
    for each in tickets:
        out.issued[each["id"]] = datetime.fromisoformat(each["issued_at"])
        out.called[each["id"]] = datetime.fromisoformat(each["called_at"])
        out.last[each["id"]] = each["state"]
    return out


def judged(tickets: list[dict[str, Any]], table: Told, **other: Any) -> dict[str, bool]:
    given: dict[str, Any] = {
        "people": len(tickets) + 1,
        "by": {"kiosk": len(tickets)},
        "outside": 1,
        "refused": {"closed": 1},
        "refused_inside": 0,
        "tickets": tickets,
        "totals": {"issued": len(tickets), "waiting": 0, "done": len(tickets)},
        "seqs": (3, 3),
        "papers": [each["number"] for each in tickets],
        "boards": ["", ""],
        "noted_waits": {each["id"]: 301.0 for each in tickets},
        "from_queue": 2,
        "sums": [
            {"service": "land", "counter": None, "issued": len(tickets), "waiting": {"n": 2}},
            {"service": "land", "counter": 1, "issued": 0, "waiting": {"n": 2}},
            {"service": None, "counter": 1, "issued": 0, "waiting": {"n": 0}},
        ],
        "told": table,
    }
    return {each["name"]: each["ok"] for each in checks(**(given | other))}


TWO = [ticket(1), ticket(2)]


def test_a_good_day_balances() -> None:
    assert all(judged(TWO, told(TWO)).values())


@pytest.mark.parametrize(
    ("name", "tickets", "other"),
    [
        ("people = tickets + refused", TWO, {"people": 9}),
        ("nobody refused within the hours", TWO, {"refused_inside": 1}),
        ("everybody outside the hours refused", TWO, {"outside": 2}),
        ("issued = sum of the states", TWO, {"totals": {"issued": 2, "done": 1}}),
        ("the hub counts as its list does", TWO, {"totals": {"issued": 2, "void": 2}}),
        ("numbers without gap or double", [ticket(1), ticket(3)], {}),
        ("one paper a ticket", TWO, {"papers": ["A001", "A001", "A002"]}),
        ("one paper a ticket", TWO, {"papers": ["A001"]}),
        ("boards are empty at the end", TWO, {"boards": ["A001", ""]}),
        ("every event in the server's table once", TWO, {"seqs": (4, 4)}),
        ("every event in the server's table once", TWO, {"seqs": (1, 2)}),
        ("the hourly sums add up to the day", TWO, {"from_queue": 3}),
        ("waiting times match the table", TWO, {"noted_waits": {"20261123-A001": 900.0}}),
    ],
)
def test_a_wrong_sum_is_found(name: str, tickets: list[dict[str, Any]], other: dict[str, Any]) -> None:
    assert judged(tickets, told(tickets), **other)[name] is False


def test_an_event_while_the_table_is_read_is_no_fault_but_a_gap_or_a_double_is() -> None:
    name = "every event in the server's table once"
    assert judged(TWO, told(TWO), seqs=(2, 4))[name] is True
    for seqs in ([1, 3, 4], [1, 2, 2], [2, 3, 4]):
        table = told(TWO)
        table.seqs = seqs
        assert judged(TWO, table, seqs=(2, 4))[name] is False


def test_a_table_that_tells_another_wait_is_found() -> None:
    table = told(TWO)
    table.called["20261123-A001"] += timedelta(seconds=2)
    assert judged(TWO, table)["waiting times match the table"] is False
    table = told(TWO)
    table.calls_at_two = 1
    assert judged(TWO, table)["no ticket called to two counters"] is False


def test_figures_are_told_to_people() -> None:
    rows = by_service([*TWO, ticket(3, 600.0, priority=True)])
    assert rows[0]["waiting"] == {"n": 3, "median_min": 5.0, "p90_min": 10.0, "max_min": 10.0}
    result = {"day": "2026-11-23", "seed": 1, "tickets": 3, "services": rows, "states": {"done": 3}, "wall_s": 9.9}
    text = "\n".join(sentences(result | {"faults": [], "checks": [{"name": "sum", "ok": False, "given": 3}]}))
    assert "0/1" in text
    assert "'given': 3" in text
