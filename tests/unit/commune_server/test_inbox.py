"""What a device may say: strict about who speaks, tolerant of what is newer, unmoved by nonsense."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commune_server.inbox import Hello, Presence, read_event
from commune_server.store import Arrival
from config.topics import TopicError
from tests.fixtures.farend import TOPICS, envelope

TICKET = TOPICS.event("ticket")


def read(body: Any, topic: str = TICKET) -> Arrival | Hello | Presence:
    return read_event(topic, body if isinstance(body, bytes) else json.dumps(body).encode())


def test_a_newer_device_is_understood() -> None:
    event = envelope(1) | {"traceparent": "00-ab"}
    event["data"] = event["data"] | {"newer": 1}
    found = read(event)
    assert isinstance(found, Arrival) and found.why is None and found.known
    found = read(envelope(1) | {"type": "vn.motcua.ticket.flown"})
    assert isinstance(found, Arrival) and found.why is None and not found.known


@pytest.mark.parametrize(
    "change",
    [
        {"source": "/h38/dong-thanh/edge-02"},
        {"source": "/h38/other/edge-01"},
        {"type": "vn.motcua.ticket.called"},
        {"time": "yesterday"},
        {"clock": "sundial"},
        {"specversion": "2.0"},
        {"data": {}},
        {"data": "x"},
    ],
)
def test_what_is_not_of_the_contract_is_buried_with_its_place_in_the_row(change: dict[str, Any]) -> None:
    found = read(envelope(7) | change)
    assert isinstance(found, Arrival) and found.why
    assert (found.epoch, found.seq) == ("k3f9a1c2", 7)
    for value in change.values():
        assert not isinstance(value, str) or value not in found.why, "a reason repeats nothing of what was sent"


@pytest.mark.parametrize("seq", [0, -1, 2**31, 1.5, True, "1", None])
def test_a_sequence_number_that_cannot_be_is_not_believed(seq: Any) -> None:
    found = read(envelope(1) | {"seq": seq})
    assert isinstance(found, Arrival) and found.why and found.seq is None


@pytest.mark.parametrize(
    "payload",
    [b"", b"\x00", b"\xff\xfe", b"[1]", b"null", b'"x"', b"NaN", b'{"seq": NaN}', b'{"seq": 1, "seq": 2}',
     b"[" * 60_000, b'{"a":' * 9_000, b"1e999", b"{" + b" " * 70_000 + b"}"],
)  # fmt: skip
@pytest.mark.parametrize("topic", [TICKET, TOPICS.hello, TOPICS.state])
def test_nonsense_is_a_dead_letter(payload: bytes, topic: str) -> None:
    found = read(payload, topic)
    assert isinstance(found, Arrival) and found.why and found.seq is None


def test_hello_and_presence() -> None:
    assert read({"epoch": "k3f9a1c2", "first": 9, "new": 1}, TOPICS.hello) == Hello(
        "h38/dong-thanh/edge-01", "k3f9a1c2", 9
    )
    assert read({"epoch": "k3f9a1c2"}, TOPICS.hello) == Hello("h38/dong-thanh/edge-01", "k3f9a1c2", 1)
    found = read({"online": False, "id": "b1"}, TOPICS.state)
    assert found == Presence("h38/dong-thanh/edge-01", False, "b1")
    assert isinstance(read({"epoch": "../x"}, TOPICS.hello), Arrival)
    assert isinstance(read({"online": 1, "id": "b1"}, TOPICS.state), Arrival)


@pytest.mark.parametrize("topic", ["x", TOPICS.ack, TOPICS.command("reboot"), "motcua/v1/h38/x/ev/ticket"])
def test_topics_that_are_not_for_the_server(topic: str) -> None:
    with pytest.raises(TopicError):
        read_event(topic, b"{}")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(sorted(envelope(1))), JSON)
def test_no_mutation_of_an_event_raises(key: str, value: Any) -> None:
    found = read(json.dumps(envelope(1) | {key: value}).encode())
    assert isinstance(found, Arrival)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200), st.sampled_from([TICKET, TOPICS.hello, TOPICS.state]))
def test_no_bytes_raise(payload: bytes, topic: str) -> None:
    read(payload, topic)
