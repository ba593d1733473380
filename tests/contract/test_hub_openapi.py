"""The hub's OpenAPI is current, its table of roles is whole, and the words of docs/contracts.md §2 are its words."""

from __future__ import annotations

import json
import re
from pathlib import Path

from queue_display.hub.access import ROLES, TABLE
from queue_display.hub.openapi import document
from queue_display.model import PAUSE_REASONS, TICKET_STATES

ROOT = Path(__file__).parents[2]
FILE = ROOT / "config/contracts/hub.openapi.json"
CONTRACTS = (ROOT / "docs/contracts.md").read_text(encoding="utf-8")


def test_the_generated_file_is_current() -> None:
    have = json.loads(FILE.read_text(encoding="utf-8"))
    assert have == document(), "run: motcua hub openapi --out config/contracts/hub.openapi.json"


def test_every_route_is_in_the_table_and_the_other_way_round() -> None:
    routes = {(method.upper(), path) for path, methods in document()["paths"].items() for method in methods}
    assert routes == {key for key in TABLE if key[0] != "WS"}
    assert all(roles <= ROLES for roles in TABLE.values())


def test_every_route_of_the_contract_exists() -> None:
    section = CONTRACTS.split("## 2.")[1].split("**Snapshot.**")[0]
    words = {re.sub(r"\{\w+\}", "{}", path) for _, path in TABLE}
    for method, path in re.findall(r"`(GET|POST|DELETE|WS) (/v1/[^`? ]*)", section):
        base = re.sub(r"\{(\w|\w+)\}", "{}", path)
        for each in _spread(base):
            assert each in words, f"{method} {path}"


def _spread(path: str) -> list[str]:
    """`/a/{x,y}` → `/a/x`, `/a/y`."""
    found = re.search(r"\{([a-z-]+(?:,[a-z-]+)+)\}", path)
    return [path.replace(found.group(0), each) for each in found.group(1).split(",")] if found else [path]


def test_states_and_reasons_are_those_of_the_contract() -> None:
    for word in (*TICKET_STATES, *PAUSE_REASONS):
        assert word in CONTRACTS, word


def test_state_changes_only_by_post() -> None:
    for path, methods in document()["paths"].items():
        assert set(methods) <= {"get", "post"} or path == "/v1/session"
