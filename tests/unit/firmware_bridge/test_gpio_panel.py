"""Pins by name, the Pi's identity, and presses kept for the next process. The panel itself: tests/gpio/body.py."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from firmware_bridge.node import Pressed
from firmware_bridge.panels.gpio import GpioUnavailable, open_pins, pi_uid
from firmware_bridge.panels.presses import KEEP_MS, PressBook

UID = "00000000abcd1234"


def book(folder: Path, now: int = 1000) -> PressBook:
    return PressBook(folder, UID, 2000, now)


@pytest.mark.parametrize("name", ["lgpio", "rpigpio", "native"])
def test_a_driver_that_is_not_there_is_a_sentence_and_no_other_one_takes_its_place(name: str) -> None:
    with pytest.raises(GpioUnavailable, match=f"gpio.factory = '{name}'"):
        open_pins(name)


def test_uid_of_the_pi(tmp_path: Path) -> None:
    (tmp_path / "serial-number").write_text("10000000ABCD1234\0")
    assert pi_uid(tmp_path) == "10000000abcd1234"
    assert len(pi_uid(tmp_path / "none")) == 16


def test_one_press_at_a_time_each_told_once(tmp_path: Path) -> None:
    presses = book(tmp_path)
    assert presses.add(17, 1000)
    assert presses.add(22, 1100)
    assert presses.say() == Pressed(UID, 1, 1, 17)
    assert presses.say() is None
    assert presses.answered(1, 1) == 17
    assert presses.answered(1, 1) is None
    assert presses.say() == Pressed(UID, 1, 2, 22)


def test_while_one_waits_two_seconds_more_presses_are_the_same_wish(tmp_path: Path) -> None:
    presses = book(tmp_path)
    assert presses.add(17, 1000)
    assert presses.add(17, 2900), "two people in two seconds"
    assert not presses.add(17, 3000)
    assert presses.add(22, 3000)


def test_a_killed_process_leaves_its_presses_to_the_next(tmp_path: Path) -> None:
    first = book(tmp_path)
    first.add(17, 1000)
    first.add(22, 2000)
    first.say()
    second = book(tmp_path, 9000)  # nothing was closed: a kill -9
    assert second.boot == 2
    assert second.add(23, 9500)
    told = []
    for _ in range(3):
        said = second.say()
        assert said
        told.append(said)
        second.answered(said.boot, said.press)
    assert told == [Pressed(UID, 1, 1, 17), Pressed(UID, 1, 2, 22), Pressed(UID, 2, 1, 23)]
    assert len(book(tmp_path, 10_000)) == 0


def test_an_old_press_and_one_of_another_boot_of_the_machine_are_forgotten(tmp_path: Path) -> None:
    book(tmp_path).add(17, 1000)
    assert len(book(tmp_path, 1000 + KEEP_MS)) == 0
    book(tmp_path).add(17, 1000)
    journal = tmp_path / "gpio-presses.json"
    journal.write_text(json.dumps(json.loads(journal.read_text()) | {"kernel": "another"}))
    assert len(book(tmp_path, 1500)) == 0
    journal.write_text("[torn")
    assert len(book(tmp_path, 1500)) == 0


def test_a_counter_that_forgot_is_raised_above_what_the_hub_has_seen(tmp_path: Path) -> None:
    presses = book(tmp_path)
    presses.add(17, 1000)
    presses.hub_knows(1, 40)
    assert presses.boot == 2
    assert presses.say() == Pressed(UID, 2, 1, 17)
    presses.hub_knows(2, 1)
    assert presses.boot == 2, "its own press is no reason"
    assert book(tmp_path).boot == 3
