"""What a device may say, checked: one MQTT message in, one `Arrival` (or a hello, or a presence) out. Pure.

Tolerant where the sender may be newer (unknown attributes and unknown event types are kept), strict where identity is
at stake: a device speaks only for itself, so the source in the envelope must be the device in the topic, which the
broker has checked against its certificate.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from commune_server.store import Arrival
from config.events import EVENT_TYPES, MAX_SEQ, Envelope, EventError, check_data
from config.topics import TopicError, parse

MAX_PAYLOAD = 64 * 1024
_EPOCH_MAX = 16


@dataclass(frozen=True)
class Hello:
    """A device connected (or wonders) and asks for its watermark."""

    device: str
    epoch: str
    first: int


@dataclass(frozen=True)
class Presence:
    """A device's birth (`online`) or death."""

    device: str
    online: bool
    birth: str
    epoch: str | None = None
    version: str | None = None
    clock: str | None = None
    first: int = 1


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


def _constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def strict_json(payload: bytes) -> Any:
    """JSON as the standard says it: no NaN, no key twice, bounded depth. Raises `ValueError`."""
    try:
        return json.loads(payload.decode("utf-8"), object_pairs_hook=_pairs, parse_constant=_constant)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _identity(body: Any) -> tuple[str | None, int | None]:
    """Epoch and seq, as far as they can be believed."""
    if not isinstance(body, dict):
        return None, None
    epoch, seq = body.get("epoch"), body.get("seq")
    good_epoch = isinstance(epoch, str) and 4 <= len(epoch) <= _EPOCH_MAX and epoch.isascii() and epoch.isalnum()
    good_seq = type(seq) is int and 1 <= seq <= MAX_SEQ
    return (epoch, seq) if good_epoch and good_seq else (None, None)


def _reason(error: Exception) -> str:
    # pydantic's own text repeats the input; a dead letter's reason must not.
    if isinstance(error, ValidationError):
        first = error.errors(include_input=False, include_url=False)[0]
        return f"{'.'.join(str(each) for each in first['loc'])}: {first['msg']}"
    return str(error)


def read_event(topic: str, payload: bytes) -> Arrival | Hello | Presence:
    """Take one message apart. Raises `TopicError` for a topic that is none of ours; everything else is an answer."""
    where = parse(topic)
    device = f"{where.topics.province}/{where.topics.commune}/{where.topics.device}"
    if where.kind not in ("ev", "state"):
        raise TopicError(f"{where.kind} is not for the server")
    if len(payload) > MAX_PAYLOAD:
        return Arrival(device, payload, why=f"{len(payload)} bytes; allowed: {MAX_PAYLOAD}")
    epoch: str | None = None
    seq: int | None = None
    try:
        body = strict_json(payload)
        if where.kind == "state":
            return _presence(device, body)
        if where.leaf == "hello":
            return _hello(device, body)
        epoch, seq = _identity(body)
        return _event(device, where.leaf or "", body, payload)
    except (ValueError, ValidationError) as error:
        return Arrival(device, payload, epoch, seq, why=_reason(error))


def _event(device: str, leaf: str, body: Any, payload: bytes) -> Arrival:
    if not isinstance(body, dict):
        raise ValueError("an event is a JSON object")
    if _identity(body) == (None, None):
        # Before pydantic, which would take "1" and true for the number one.
        raise ValueError("epoch or seq: not of the contract")
    envelope = Envelope.model_validate({key: value for key, value in body.items() if key in Envelope.model_fields})
    if envelope.source != f"/{device}":
        raise ValueError("source is not the device of the topic")
    entry = EVENT_TYPES.get(envelope.type)
    if entry is not None:
        if entry.event_class != leaf:
            raise ValueError(f"type: does not belong to class {leaf}")
        wanted = {key: value for key, value in envelope.data.items() if key in entry.model.model_fields}
        try:
            check_data(envelope.type, wanted)
        except EventError as error:
            cause = error.__cause__
            raise ValueError(
                f"data: {_reason(cause) if isinstance(cause, Exception) else 'not of its type'}"
            ) from error
    return Arrival(
        device, payload, envelope.epoch, envelope.seq, envelope.type, leaf,
        envelope.time.isoformat(timespec="milliseconds"), envelope.clock, entry is not None,
    )  # fmt: skip


def _hello(device: str, body: Any) -> Hello:
    if not isinstance(body, dict):
        raise ValueError("hello is a JSON object")
    epoch, first = body.get("epoch"), body.get("first", 1)
    good_epoch, good_first = _identity({"epoch": epoch, "seq": first})
    if good_epoch is None or good_first is None:
        raise ValueError("hello: epoch or first is not of the contract")
    return Hello(device, good_epoch, good_first)


def _presence(device: str, body: Any) -> Presence:
    if not isinstance(body, dict):
        raise ValueError("state is a JSON object")
    online, birth = body.get("online"), body.get("id")
    if not isinstance(online, bool) or not isinstance(birth, str) or not 1 <= len(birth) <= 40:
        raise ValueError("state: online or id is not of the contract")
    rest = {key: body.get(key) for key in ("epoch", "version", "clock")}
    if any(value is not None and not (isinstance(value, str) and len(value) <= 40) for value in rest.values()):
        raise ValueError("state: epoch, version or clock is not of the contract")
    first = body.get("first", 1)
    if type(first) is not int or not 1 <= first <= MAX_SEQ:
        raise ValueError("state: first is not of the contract")
    return Presence(device, online, birth, **rest, first=first)
