"""The generated contracts: OpenAPI of the server, AsyncAPI of the events. Tests hold the files against this."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from config import __version__
from config.clock import make_clock
from config.events import EVENT_CLASSES, EVENT_TYPES, Envelope
from config.settings import ServerSettings

_LEVEL = r"^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$"


def text_of(document: dict[str, Any]) -> str:
    """A contract file's text."""
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def openapi() -> dict[str, Any]:
    """Both listeners in one document; the tag says which."""
    from commune_server.api import admin_routes, build_app, device_routes
    from commune_server.dossiers import DossierStore
    from commune_server.service import build_services
    from commune_server.store import Store

    settings = ServerSettings()
    # The routes are made over empty databases that live as long as this call.
    with tempfile.TemporaryDirectory(prefix="motcua-contract-") as folder:
        store, dossiers = Store(Path(folder) / "server.db"), DossierStore(Path(folder) / "dossiers.db")
        services = build_services(settings, store, dossiers, make_clock(settings.server.timezone), None)
        document: dict[str, Any] = build_app(device_routes(services), admin_routes(services)).openapi()
        store.close()
        dossiers.close()
    document["tags"] = [
        {"name": "device", "description": "HTTPS with the device's certificate (mutual TLS)"},
        {"name": "admin", "description": "loopback listener of the server's own staff; read only"},
    ]
    error = {
        "type": "object", "required": ["error"],
        "properties": {"error": {"type": "object", "required": ["code", "vi", "en"]}},
    }  # fmt: skip
    # Our 422 never repeats what was sent (api.py), so FastAPI's own schema of it does not hold.
    document["components"]["schemas"]["HTTPValidationError"] = error
    document["components"]["schemas"].pop("ValidationError", None)
    return document


def _schema(name: str, model: Any) -> dict[str, Any]:
    schema: dict[str, Any] = model.model_json_schema(ref_template=f"#/components/schemas/{name}/$defs/{{model}}")
    return schema


def asyncapi() -> dict[str, Any]:
    """AsyncAPI 3: channels, messages, and the data of every event type."""
    schemas: dict[str, Any] = {"Envelope": _schema("Envelope", Envelope)}
    messages: dict[str, Any] = {}
    for entry in EVENT_TYPES.values():
        data = entry.model.__name__
        schemas.setdefault(data, _schema(data, entry.model))
        messages[entry.name.removeprefix("vn.motcua.")] = {
            "name": entry.name,
            "summary": entry.meaning,
            "contentType": "application/json",
            "payload": {
                "allOf": [
                    {"$ref": "#/components/schemas/Envelope"},
                    {
                        "properties": {
                            "type": {"const": entry.name},
                            "data": {"$ref": f"#/components/schemas/{data}"},
                        }
                    },
                ]
            },
        }
    integer, word = {"type": "integer", "minimum": 0, "maximum": 2**31 - 1}, {"type": "string", "maxLength": 40}
    schemas |= {
        "Hello": {
            "type": "object", "required": ["epoch"],
            "description": "asks for the watermark; sent on every connection and at least once a minute",
            "properties": {
                "epoch": word,
                "first": integer | {"minimum": 1, "description": "the oldest event the device still keeps"},
            },
        },
        "Ack": {
            "type": "object", "required": ["generation", "epoch", "seq", "gaps"],
            "description": "computed after the insert commits; a lower seq or another generation is a restored server",
            "properties": {
                "generation": word, "epoch": word, "seq": integer | {"description": "the highest without a gap below"},
                "gaps": {
                    "type": "array", "description": "missing ranges above seq, both ends included", "maxItems": 50,
                    "items": {"type": "array", "minItems": 2, "maxItems": 2, "items": integer},
                },
            },
        },
        "Presence": {
            "type": "object", "required": ["online", "id"],
            "description": "retained; birth and death carry the same id, so a late will kills no newer connection",
            "properties": {
                "online": {"type": "boolean"}, "id": word, "epoch": word, "first": integer, "version": word,
                "clock": {"enum": ["trusted", "holdover", "untrusted"]},
            },
        },
    }  # fmt: skip
    for name in ("Hello", "Ack", "Presence"):
        messages[name.lower()] = {
            "name": name.lower(), "contentType": "application/json",
            "payload": {"$ref": f"#/components/schemas/{name}"},
        }  # fmt: skip

    base = "motcua/v1/{province}/{commune}/{device}"
    level = {"description": f"one level, {_LEVEL}"}
    parameters = dict.fromkeys(("province", "commune", "device"), level)
    channels: dict[str, Any] = {}
    operations: dict[str, Any] = {}

    def channel(key: str, tail: str, names: list[str], action: str, what: str, *, retain: bool = False) -> None:
        channels[key] = {
            "address": f"{base}/{tail}", "description": what, "parameters": parameters,
            "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in names},
        }  # fmt: skip
        operations[f"{action}-{key}"] = {
            "action": action, "channel": {"$ref": f"#/channels/{key}"},
            "bindings": {"mqtt": {"qos": 1, "retain": retain, "bindingVersion": "0.2.0"}},
        }  # fmt: skip

    for event_class in EVENT_CLASSES:
        names = [n.removeprefix("vn.motcua.") for n, e in EVENT_TYPES.items() if e.event_class == event_class]
        channel(event_class, f"ev/{event_class}", names, "send", f"events of class {event_class}")
    channel("hello", "ev/hello", ["hello"], "send", "the device asks where the server stands")
    channel("state", "state", ["presence"], "send", "presence, with a will", retain=True)
    channel("ack", "ack", ["ack"], "receive", "the server's commit watermark; never needed as a retained message")
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Một Cửa Edge events",
            "version": __version__,
            "description": "CloudEvents 1.0 in JSON over MQTT. MQTT 5 is used only where 3.1.1 means the same: QoS 1, "
            "clean start, session expiry 0, no dependence on retained messages. An event is delivered when the "
            "server's watermark passes it, never on a PUBACK. Seen from the device.",
        },
        "defaultContentType": "application/json",
        "channels": channels,
        "operations": operations,
        "components": {"messages": messages, "schemas": schemas},
    }
