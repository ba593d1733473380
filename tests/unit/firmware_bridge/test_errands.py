"""Errands to the hub: nothing is lost to a hub that is away; a refusal is an answer; order is kept."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from firmware_bridge.errands import Errand, Errands
from firmware_bridge.linkstats import EVERY_MS, LinkReports
from firmware_bridge.node import Node
from queue_display.client import HubRefused, HubUnreachable


@pytest.fixture
def errands() -> Iterator[Errands]:
    errands = Errands("test")
    yield errands
    errands.stop()


def asker(answers: list[Any], seen: list[Any], name: object) -> Callable[[], dict[str, Any]]:
    def ask() -> dict[str, Any]:
        seen.append(name)
        answer = answers.pop(0) if answers else {}
        if isinstance(answer, Exception):
            raise answer
        return dict(answer)

    return ask


def test_tried_until_answered_and_in_order(errands: Errands) -> None:
    seen: list[Any] = []
    done = threading.Event()
    away = [HubUnreachable("no"), HubRefused(503, "busy", "", ""), HubRefused(403, "forbidden", "", "")]
    errands.add("a", Errand(asker([*away, {"rev": 1}], seen, "a")))
    errands.add("b", Errand(asker([], seen, "b"), lambda answer: done.set()))
    errands.start()
    assert done.wait(20)
    assert seen == ["a", "a", "a", "a", "b"]


def test_a_refusal_is_an_answer(errands: Errands) -> None:
    refused: list[str] = []
    done = threading.Event()
    errands.add(
        "a",
        Errand(asker([HubRefused(409, "closed", "", "")], [], "a"), refused=lambda it: refused.append(it.code)),
    )
    errands.add("b", Errand(asker([], [], "b"), lambda answer: done.set()))
    errands.start()
    assert done.wait(20) and refused == ["closed"] and len(errands) == 0


def test_the_newest_of_a_name_counts(errands: Errands) -> None:
    seen: list[Any] = []
    done = threading.Event()
    errands.add("part", Errand(asker([], seen, "old")))
    errands.add("part", Errand(asker([], seen, "new"), lambda answer: done.set()))
    errands.start()
    assert done.wait(20) and seen == ["new"]


def test_link_reports_say_what_came_since() -> None:
    from firmware_bridge import contract

    node = Node(1, contract.dictionary(), 1)
    reports = LinkReports()
    board = {"repeats": 2, "bad": 5, "duplicates": 1, "sent": 4, "late": 0}
    node.link.sent = 10
    assert reports.report("board-main-1", node, board, 0) == {
        "link": "board-main-1",
        "sent": 14,
        "resent": 2,
        "bad_crc": 5,
        "out_of_order": 1,
    }
    assert reports.report("board-main-1", node, board, 30_000) is None
    node.link.sent = 25
    later = reports.report(
        "board-main-1", node, {"repeats": 0, "bad": 1, "duplicates": 0, "sent": 1, "late": 0}, EVERY_MS
    )
    assert later is not None and (later["sent"], later["bad_crc"], later["resent"]) == (12, 1, 0)
