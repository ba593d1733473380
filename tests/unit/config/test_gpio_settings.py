"""The Pi's own pins in the settings: one pin, one use; boards that a chain can show."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.load import SettingsError, load_settings

SITE = """
[[services]]
id = "land"
letter = "B"
name = "Đất đai"
name_en = "Land"
[[counters]]
id = 1
name = "Quầy 1"
services = ["land"]
[[buttons]]
id = "nut"
service = "land"
bus = "gpio"
input = 17
lamp = 27
"""
BOARD = '[[boards]]\nid = "b{n}"\nkind = "{kind}"\nbus = "gpio"\naddress = {n}\n{more}\n'


def board(n: int, kind: str = "counter", more: str = "counter = 1") -> str:
    return BOARD.format(n=n, kind=kind, more=more)


def told(tmp_path: Path, text: str) -> list[str]:
    path = tmp_path / "site.toml"
    path.write_text(SITE + text, encoding="utf-8")
    try:
        load_settings(path, {})
    except SettingsError as error:
        return [str(problem) for problem in error.problems]
    return []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[gpio]\nbuzzer = 12\n",
        '[gpio]\nchain = "max7219"\n' + board(0) + board(1, "main", "rows = 4"),
        '[gpio]\nchain = "hc595"\n' + board(0),
        '[[buttons]]\nid = "nut-2"\nservice = "land"\nbus = "gpio"\ninput = 10\n',  # the chain is not used
    ],
)
def test_pins_that_fit(tmp_path: Path, text: str) -> None:
    assert told(tmp_path, text) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[[buttons]]\nid = "nut-2"\nservice = "land"\nbus = "gpio"\ninput = 27\n', ["buttons[1].input", "27", "nut"]),
        (
            '[[buttons]]\nid = "nut-2"\nservice = "land"\nbus = "gpio"\ninput = 4\nlamp = 17\n',
            ["buttons[1].lamp", "17"],
        ),
        ("[gpio]\nbuzzer = 27\n", ["gpio.buzzer", "27"]),
        ('[gpio]\nchain = "max7219"\nlatch = 17\n' + board(0), ["gpio.latch", "17"]),
        ('[gpio]\nchain = "max7219"\nlatch = 11\n' + board(0), ["gpio.latch", "clock"]),
        (board(0), ["boards[0].bus", "gpio.chain"]),
        ('[gpio]\nchain = "hc595"\n' + board(0, "main", ""), ["boards[0].kind", "max7219"]),
        ('[gpio]\nchain = "hc595"\n' + board(0) + board(1, more="counter = 1\ndigits = 3"), ["boards[1].digits"]),
        ('[gpio]\nchain = "max7219"\n' + board(0, "main", "rows = 4") + board(2), ["boards[1].address"]),
        ('[gpio]\nchain = "max7219"\n' + board(0, "matrix", ""), ["boards[0].kind"]),
        ('[gpio]\nfactory = "pigpio"\n', ["gpio.factory", "lgpio"]),
        ("[gpio]\nbuzer = 4\n", ["gpio.buzer", "buzzer?"]),
    ],
)
def test_pins_that_do_not_fit_are_a_sentence(tmp_path: Path, text: str, words: list[str]) -> None:
    found = told(tmp_path, text)
    assert found
    assert any(all(word in line for word in words) for line in found), found
