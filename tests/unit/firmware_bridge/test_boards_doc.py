"""docs/boards.md is all that somebody new has: its examples work as printed, and no key is missing from it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from firmware_bridge.panels.ascii import CONTROLS, NAMES
from firmware_bridge.panels.foreign import render
from firmware_bridge.panels.shown import Row
from firmware_bridge.profile import Message, Profile, Write
from firmware_bridge.profile_check import load_profile
from firmware_bridge.virtual.foreign import BOARD_MODES, BUS_MODES

DOC = (Path(__file__).parents[3] / "docs" / "boards.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```toml\n(.*?)```", DOC, re.DOTALL)


def test_the_worked_example_is_a_profile_and_its_bytes_are_those_printed(tmp_path: Path) -> None:
    path = tmp_path / "kd-500.toml"
    path.write_text(BLOCKS[0], encoding="utf-8")
    requests = render(load_profile(path), 1, 0, (Row("number", "A042", 1),), 80)
    printed = re.findall(r"^    ((?:[0-9A-F]{2} )+[0-9A-F]{2})$", DOC, re.MULTILINE)
    assert printed == [request.frame.hex(" ").upper() for request in requests[: len(printed)]] and len(printed) >= 2


def test_the_ascii_example_is_a_profile(tmp_path: Path) -> None:
    path = tmp_path / "lx.toml"
    path.write_text(next(block for block in BLOCKS if "[message]" in block), encoding="utf-8")
    assert render(load_profile(path), 27, 0, (Row("number", "A042", 1),), 80)[0].frame.startswith(b"$1B,A042*")


@pytest.mark.parametrize("model", [Profile, Write, Message])
def test_every_key_stands_in_the_page(model: type[Profile] | type[Write] | type[Message]) -> None:
    keys = [field.alias or name for name, field in model.model_fields.items()]
    assert not [key for key in keys if f"`{key}`" not in DOC and f"[{key}]" not in DOC]


def test_every_key_has_help_in_both_languages_and_an_example() -> None:
    for model in (Profile, Write, Message):
        for name, field in model.model_fields.items():
            assert " | " in (field.description or ""), (model, name)
            assert field.examples or name in ("write", "message"), (model, name)


def test_names_and_modes_of_the_page_exist() -> None:
    named = set(re.findall(r"\{([A-Za-z]+)(?::[^}]*)?\}", DOC))
    assert named <= set(NAMES), named - set(NAMES)
    assert {"STX", "ETX", "CR", "LF"} <= set(CONTROLS)
    typed = re.search(r"misbehaves when you type (.*?)\.\n", DOC, re.DOTALL)
    assert typed
    assert {each.split()[0] for each in re.findall(r"`([^`]+)`", typed.group(1))} <= {*BOARD_MODES, *BUS_MODES}
