"""Events and topics: a closed list, aware times, no room for a person."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from config.events import EVENT_CLASSES, EVENT_TYPES, PERSONAL, Envelope, EventError, make_event
from config.topics import TopicError, Topics, parse

FRAME = {
    "source": "/h38/dong-thanh/edge-01",
    "site": "h38-dong-thanh",
    "epoch": "k3f9a1c2",
    "seq": 1,
    "time": datetime(2026, 11, 23, 1, 42, tzinfo=UTC),
    "clock": "trusted",
    "bootid": "0f5c0d6e-1111-2222-3333-444455556666",
    "uptimes": 12.5,
}
TICKET = {
    "ticket": "20261123-A042",
    "number": "A042",
    "service": "reception",
    "state": "waiting",
    "actor": "bridge:edge-01",
}


def test_an_event_is_a_whole_envelope() -> None:
    event = make_event("vn.motcua.ticket.issued", TICKET, **FRAME)  # type: ignore[arg-type]
    envelope = Envelope.model_validate(event)
    assert envelope.device == "edge-01"
    assert event["data"]["number"] == "A042"
    assert "counter" not in event["data"]  # what is not known is left out


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("vn.motcua.ticket.lost", TICKET),
        ("vn.motcua.ticket.issued", {**TICKET, "name": "Nguyễn Văn A"}),
        ("vn.motcua.ticket.issued", {**TICKET, "number": "A42"}),
        ("vn.motcua.rating.given", {"score": 6, "of": 5, "hour": 9, "actor": "kiosk:k"}),
        (
            "vn.motcua.rating.given",
            {"score": 3, "of": 5, "hour": 9, "actor": "kiosk:k", "reasons": ["Nguyễn Văn A 0912345678"]},
        ),
    ],
)
def test_nothing_outside_the_contract_gets_in(kind: str, data: dict[str, object]) -> None:
    with pytest.raises(EventError):
        make_event(kind, data, **FRAME)  # type: ignore[arg-type]


def test_naive_time_and_seq_out_of_range_are_refused() -> None:
    with pytest.raises(EventError, match="aware"):
        make_event("vn.motcua.ticket.issued", TICKET, **{**FRAME, "time": datetime(2026, 1, 1)})  # type: ignore[arg-type]  # noqa: DTZ001
    for seq in (0, 2**31):
        with pytest.raises(EventError, match="seq"):
            make_event("vn.motcua.ticket.issued", TICKET, **{**FRAME, "seq": seq})  # type: ignore[arg-type]


def test_every_type_has_a_class_and_no_free_text() -> None:
    for entry in EVENT_TYPES.values():
        assert entry.event_class in EVENT_CLASSES
        schema = entry.model.model_json_schema()
        for name, field in schema["properties"].items():
            options = field.get("anyOf", [field])
            for option in options:
                if option.get("type") == "string":
                    assert option.get("pattern") or option.get("enum") or option.get("const"), (
                        f"{entry.name}.{name} is free text"
                    )


def test_personal_pattern_finds_ids_and_phones() -> None:
    assert PERSONAL.search("012345678901")
    assert PERSONAL.search("0912345678")
    assert not PERSONAL.search("20261123-A042")


def test_topics() -> None:
    topics = Topics("h38", "dong-thanh", "edge-01")
    assert topics.event("call") == "motcua/v1/h38/dong-thanh/edge-01/ev/call"
    for topic in (
        topics.event("call"),
        topics.hello,
        topics.ack,
        topics.state,
        topics.command("config-set"),
        topics.response("x1"),
    ):
        assert parse(topic).topics == topics
    for bad in (
        "motcua/v1/h38/dong-thanh/edge-01",
        "motcua/v1/h38/+/edge-01/ack",
        "x/v1/a/b/c/ack",
        "motcua/v1/a/b/c/ev",
        "motcua/v1/a/b/c/ack/x",
    ):
        with pytest.raises(TopicError):
            parse(bad)
    with pytest.raises(TopicError, match="dong-thanh"):
        Topics("h38", "Đông Thạnh", "edge-01")
