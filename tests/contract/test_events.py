"""The event contract: every type of the closed list, the generated files, and the words both ends use."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from commune_server import contracts
from commune_server.inbox import read_event
from commune_server.ingest import ack_of
from commune_server.store import Arrival, Stream
from config.events import EVENT_TYPES, PERSONAL, Envelope, EventError, make_event
from config.topics import Topics
from queue_display.courier import Ack

FOLDER = Path(__file__).parents[2] / "config" / "contracts"
TICKET = {"ticket": "20261123-A042", "number": "A042", "service": "civil-status", "state": "waiting"}
SAMPLES: dict[str, dict[str, Any]] = {
    "TicketData": TICKET | {"actor": "clerk:counter-3", "counter": 3, "calls": 1},
    "PrintData": {"job": 5, "kind": "ticket", "number": "A042", "state": "printed", "actor": "bridge:bridge"},
    "CounterData": {"counter": 3, "state": "paused", "reason": "meeting", "minutes": 15, "actor": "clerk:counter-3"},
    "RatingData": {"score": 5, "of": 5, "reasons": ["fast"], "counter": 3, "hour": 9, "actor": "kiosk:kiosk"},
    "LookupData": {"result": "found", "ms": 212, "factor": True, "source": "scan", "actor": "kiosk:kiosk"},
    "PartData": {"part": "printer", "state": "down", "code": "printer_no_paper", "actor": "bridge:bridge"},
    "LinkData": {"link": "main", "sent": 9, "resent": 1, "bad_crc": 0, "out_of_order": 0, "actor": "bridge:bridge"},
    "LedgerData": {"reason": "created", "letter": "Z", "actor": "hub:hub"},
    "RefusedData": {"service": "land", "code": "closed", "source": "button", "actor": "bridge:bridge"},
    "StaffData": {"role": "clerk", "counter": 3, "actor": "clerk:cb-1"},
    "HelpData": {"help": 3, "where": "kiosk", "what": "write", "actor": "kiosk:kiosk"},
    "BroadcastData": {"minutes": 30, "actor": "supervisor:desk"},
    "ListData": {"added": 12, "changed": 0, "dropped": 1, "kept": 2, "actor": "supervisor:desk"},
    "HourData": {"day": "2026-11-23", "hour": 8, "service": "land", "issued": 14, "actor": "hub:"},
    "DayData": {"day": "2026-11-23", "issued": 41, "actor": "hub:hub"},
}


def event_of(name: str, seq: int = 1) -> dict[str, Any]:
    """A valid event of that type."""
    return make_event(
        name, SAMPLES[EVENT_TYPES[name].model.__name__], source="/h38/dong-thanh/edge-01", site="h38-dong-thanh",
        epoch="k3f9a1c2", seq=seq, time=datetime(2026, 11, 23, 1, 0, tzinfo=UTC), clock="trusted",
        bootid="0f0f0f0f-1111", uptimes=12.5,
    )  # fmt: skip


@pytest.fixture(scope="module")
def asyncapi() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / "asyncapi.json").read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("name", sorted(EVENT_TYPES))
def test_every_event_fits_the_envelope_the_schema_and_the_servers_inbox(name: str, asyncapi: dict[str, Any]) -> None:
    event = event_of(name)
    Envelope.model_validate(event)
    message = asyncapi["components"]["messages"][name.removeprefix("vn.motcua.")]
    document = {"$ref": f"#/components/messages/{name.removeprefix('vn.motcua.')}/payload", **asyncapi}
    Draft202012Validator(document).validate(event)
    assert message["name"] == name
    entry = EVENT_TYPES[name]
    topic = Topics("h38", "dong-thanh", "edge-01").event(entry.event_class)
    arrival = read_event(topic, json.dumps(event).encode())
    assert isinstance(arrival, Arrival) and arrival.why is None and arrival.known
    assert (arrival.device, arrival.epoch, arrival.seq) == ("h38/dong-thanh/edge-01", "k3f9a1c2", 1)


@pytest.mark.parametrize("name", sorted(EVENT_TYPES))
@pytest.mark.parametrize("leak", ["name", "phone", "id_number", "address"])
def test_no_event_has_room_for_a_person(name: str, leak: str) -> None:
    data = SAMPLES[EVENT_TYPES[name].model.__name__]
    with pytest.raises(EventError):
        make_event(
            name, data | {leak: "x"}, source="/h38/dong-thanh/edge-01", site="h38-dong-thanh", epoch="k3f9a1c2",
            seq=1, time=datetime(2026, 11, 23, tzinfo=UTC), clock="trusted", bootid="0f0f0f0f", uptimes=1.0,
        )  # fmt: skip
    assert not PERSONAL.search(json.dumps({k: v for k, v in data.items() if k != "ticket"}))
    assert PERSONAL.search("000123456789"), "the control is found"


@pytest.mark.parametrize(
    ("file", "make"), [("asyncapi.json", contracts.asyncapi), ("server.openapi.json", contracts.openapi)]
)
def test_the_generated_contracts_are_current(file: str, make: Any) -> None:
    command = file.removesuffix(".json").removeprefix("server.")
    held = (FOLDER / file).read_text(encoding="utf-8")
    assert held == contracts.text_of(make()), f"run: motcua server {command} --out config/contracts/{file}"


def test_an_ack_is_written_and_read_alike(asyncapi: dict[str, Any]) -> None:
    topic, payload = ack_of(Stream("h38/dong-thanh/edge-01", "k3f9a1c2", 41, ((43, 44), (47, 47))), "0a1b2c3d")
    assert topic == Topics("h38", "dong-thanh", "edge-01").ack
    assert Ack.parse(payload.encode()) == Ack("0a1b2c3d", "k3f9a1c2", 41, ((43, 44), (47, 47)))
    schema = {"$ref": "#/components/schemas/Ack", **asyncapi}
    Draft202012Validator(schema).validate(json.loads(payload))
    assert not Draft202012Validator(schema).is_valid({"generation": "g", "epoch": "e", "seq": -1, "gaps": []})
