"""Who is at the other end of an HTTPS connection: the device named in its certificate.

uvicorn asks for the certificate (`CERT_REQUIRED`) but keeps it to itself. Its documented per-connection state, which
every request's scope gets a copy of, carries the name from the handshake to the handler: no header, nothing a client
could write.
"""

from __future__ import annotations

import asyncio
from typing import Any, cast

from fastapi import HTTPException, Request
from uvicorn.protocols.http.h11_impl import H11Protocol

STATE_KEY = "peer"


def name_in(certificate: dict[str, Any] | None) -> str | None:
    """The device's name: CN, confirmed by the same name in SAN; None when they differ or there is no certificate."""
    if not certificate:
        return None
    subject = [value for part in certificate.get("subject", ()) for key, value in part if key == "commonName"]
    alternatives = [value for kind, value in certificate.get("subjectAltName", ()) if kind == "DNS"]
    return subject[0] if len(subject) == 1 and subject[0] in alternatives else None


class DeviceProtocol(H11Protocol):
    """HTTP/1.1 that knows its peer's certificate."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(cast(asyncio.Transport, transport))
        self.app_state = {**self.app_state, STATE_KEY: name_in(transport.get_extra_info("peercert"))}


def device_of(request: Request) -> str:
    """The device that asks. Raises 403 when its certificate names none."""
    name = getattr(request.state, STATE_KEY, None)
    if not isinstance(name, str):
        raise HTTPException(403, "the certificate names no device")
    return name
