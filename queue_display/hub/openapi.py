"""The OpenAPI document of the hub, made from the code: `motcua hub openapi --out config/contracts/hub.openapi.json`."""

from __future__ import annotations

from typing import Any, cast

from config.settings import Counter, Service, Settings
from queue_display.desk import Desk
from queue_display.hub.access import ROLES, TABLE, Gate
from queue_display.hub.api import build
from queue_display.hub.gatekeeper import KEYLESS


def document() -> dict[str, Any]:
    """The document. No hub runs and no ledger is opened: only the routes and their models are read."""
    service = Service(id="sample", letter="A", name="Mẫu", name_en="Sample")
    settings = Settings(services=[service], counters=[Counter(id=1, services=["sample"])])
    app = build(settings, cast(Desk, None), Gate(settings, b"\0" * 32))
    out = app.openapi()
    for path, methods in out["paths"].items():
        for method, operation in methods.items():
            roles = TABLE[(method.upper(), path)]
            if roles:
                operation["x-roles"] = sorted(roles)
            keyed = method == "post" and path not in KEYLESS
            if keyed:
                operation.setdefault("parameters", []).append(
                    {
                        "name": "Idempotency-Key",
                        "in": "header",
                        "required": True,
                        "schema": {"type": "string", "pattern": "^[!-~]{8,128}$"},
                    }
                )
    out["info"]["x-roles"] = sorted(ROLES)
    return out
