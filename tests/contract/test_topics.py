"""Topics: made and taken apart alike, and nothing outside the contract."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.topics import TopicError, Topics, parse

LEVEL = st.from_regex(r"\A[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?\Z")


@given(LEVEL, LEVEL, LEVEL, LEVEL)
def test_every_topic_comes_back_as_what_it_was(province: str, commune: str, device: str, leaf: str) -> None:
    topics = Topics(province, commune, device)
    for topic, kind, last in (
        (topics.event(leaf), "ev", leaf),
        (topics.hello, "ev", "hello"),
        (topics.ack, "ack", None),
        (topics.state, "state", None),
        (topics.command(leaf), "cmd", leaf),
        (topics.response(leaf), "rsp", leaf),
    ):
        found = parse(topic)
        assert (found.topics, found.kind, found.leaf) == (topics, kind, last)
        assert "." not in topic


@pytest.mark.parametrize("level", ["", "A", "a.b", "a/b", "+", "#", "ă", "a" * 33, "-a", "a-", "a b", "\x00"])
def test_a_level_outside_the_contract_is_refused(level: str) -> None:
    with pytest.raises(TopicError):
        Topics("h38", "dong-thanh", level)


@pytest.mark.parametrize(
    "topic",
    ["", "motcua", "motcua/v2/a/b/c/ack", "motcua/v1/a/b/c/ack/x", "motcua/v1/a/b/c/ev", "motcua/v1/a/b/c/ev/x/y",
     "motcua/v1/a/b/c/evil/x", "$SYS/broker", "motcua/v1/a/b/c/ev/X"],
)  # fmt: skip
def test_a_topic_outside_the_contract_is_refused(topic: str) -> None:
    with pytest.raises(TopicError):
        parse(topic)
