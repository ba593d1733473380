"""The message list: what the TOML says is what both ends can say."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge import contract, image
from firmware_bridge.dictionary import TO_BOARD, TO_HOST, BadFields
from firmware_bridge.frame import MAX_PAYLOAD

WORDS = contract.dictionary()

_VALUES: dict[str, st.SearchStrategy[Any]] = {
    "u8": st.integers(0, 255),
    "u16": st.integers(0, 65535),
    "u32": st.integers(0, 2**32 - 1),
    "uid": st.binary(min_size=8, max_size=8).map(bytes.hex),
    "digest": st.binary(min_size=32, max_size=32).map(bytes.hex),
    "bytes": st.binary(max_size=13),
    "text": st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=8),
    "rows": st.lists(st.tuples(st.text("ABCEH0123456789", max_size=4), st.integers(0, 255)), max_size=8).map(tuple),
}


@st.composite
def messages(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    message = draw(st.sampled_from(contract.words()["messages"]))
    return message[1], {field: draw(_VALUES[kind]) for field, kind in message[4]}


@given(messages())
def test_every_message_round_trips(message: tuple[str, dict[str, Any]]) -> None:
    name, values = message
    payload = WORDS.encode(name, **values)
    assert len(payload) <= MAX_PAYLOAD
    assert WORDS.decode(WORDS.id_of(name), payload) == (name, values)


@given(st.integers(0, 255), st.binary(max_size=MAX_PAYLOAD))
def test_any_payload_is_decoded_or_refused(kind: int, payload: bytes) -> None:
    try:
        name, values = WORDS.decode(kind, payload)
    except BadFields:
        return
    assert WORDS.encode(name, **values) == payload or name in ("panel",)  # trailing blanks of a row are not kept


def test_values_that_do_not_fit_are_refused() -> None:
    for bad in ({"slot": 256, "rev": 0, "text": "A"}, {"slot": 0, "rev": 0, "text": "Đ"}, {"slot": 0, "rev": 0}):
        with pytest.raises(BadFields):
            WORDS.encode("board", **bad)
    with pytest.raises(BadFields):
        WORDS.encode("panel", slot=0, rev=0, rows=[("A0421", 1)])
    with pytest.raises(BadFields):
        WORDS.encode("ping", extra=1)


def test_directions() -> None:
    assert WORDS.goes(WORDS.id_of("press"), TO_HOST) and not WORDS.goes(WORDS.id_of("press"), TO_BOARD)
    assert WORDS.goes(WORDS.id_of("ping"), TO_HOST) and WORDS.goes(WORDS.id_of("ping"), TO_BOARD)
    assert not WORDS.goes(0xEE, TO_HOST)


def test_a_declaration_that_cannot_be_is_refused() -> None:
    good = contract.declaration()
    contract.check(good)
    for harm in (
        lambda d: d["message"][1].update(id=d["message"][0]["id"]),
        lambda d: d["message"][0].update(direction="up"),
        lambda d: d["message"][0].update(fields=[{"name": "a", "type": "u7"}]),
        lambda d: d["message"][0].update(fields=[{"name": "a", "type": "text"}, {"name": "b", "type": "u8"}]),
        lambda d: d["message"][0].update(fields=[{"name": f"f{n}", "type": "uid"} for n in range(7)]),
    ):
        declared = copy.deepcopy(good)
        harm(declared)
        with pytest.raises(contract.ContractError):
            contract.check(declared)


def test_the_hash_follows_shapes_and_timing() -> None:
    assert WORDS.hash == contract.words()["hash"]
    namespace: dict[str, Any] = {}
    exec(contract.module_text(), namespace)
    assert namespace["WORDS"] == contract.words()


def test_protocol_page_is_current() -> None:
    page = Path(contract.__file__).parent / "firmware" / "PROTOCOL.md"
    assert page.read_text(encoding="utf-8") == contract.protocol_text(), "run: motcua bridge protocol --write"


def test_no_interpreter_is_a_plain_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(image.VARIABLE, "/nowhere/micropython")
    with pytest.raises(image.MicroPythonMissing) as caught:
        image.micropython()
    assert "Debian 13" in caught.value.vi and "/nowhere/micropython" in caught.value.en
