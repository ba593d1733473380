"""Schemathesis throws what the OpenAPI allows, and what it does not, at a real hub: never an answer of 5xx."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from queue_display.hub.access import OPEN, TABLE
from tests.fixtures.hub import hub_process, listen_with_tokens, token_of
from tests.fixtures.ports import free_port

FILE = Path(__file__).parents[2] / "config/contracts/hub.openapi.json"
DOCUMENT = json.loads(FILE.read_text(encoding="utf-8"))
schema = schemathesis.openapi.from_dict(DOCUMENT)


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    """A hub on loopback with something in its queue."""
    port = free_port()
    with hub_process(listen_with_tokens(port)) as running:
        for press in range(1, 8):
            running.client("bridge").press("00000001", 1, press, 0, "civil-status")
        running.client().next(1)
        yield f"http://127.0.0.1:{port}"
        assert "Traceback" not in running.log()


@pytest.mark.slow
@schema.parametrize()
@hypothesis_settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_never_a_server_error(case: schemathesis.Case, base: str) -> None:
    roles = TABLE[(case.operation.method.upper(), case.operation.path)]
    headers = {} if roles is OPEN else {"Authorization": f"Bearer {token_of(sorted(roles)[0])}"}
    if case.operation.method == "post" and "Idempotency-Key" not in (case.headers or {}):
        headers["Idempotency-Key"] = uuid.uuid4().hex
    response = case.call(base_url=base, headers=headers)
    assert response.status_code < 500, response.text
    if response.status_code >= 400 and response.headers.get("content-type") == "application/json":
        error = response.json()["error"]
        assert {"code", "vi", "en"} <= set(error), error
