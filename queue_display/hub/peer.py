"""The kernel's word on who is at the other end of a connection, carried to where requests are judged.

uvicorn gives `scope["client"]` as (host, port). On the Unix socket there is neither; these protocol classes put
`("unix", uid)` there, which nobody on TCP can imitate (a TCP host is never the word "unix").
"""

from __future__ import annotations

import asyncio
import socket
import struct
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

UNIX = "unix"


def peer_uid(connection: Any) -> int | None:
    """The uid at the other end of a Unix socket; None for any other kind."""
    if connection is None or connection.family != socket.AF_UNIX:
        return None
    packed = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    _pid, uid, _gid = struct.unpack("3i", packed)
    return int(uid)


class Http(HttpToolsProtocol):
    """HTTP, knowing its peer."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        uid = peer_uid(transport.get_extra_info("socket"))
        if uid is not None:
            self.client = (UNIX, uid)


class WebSocket(WebSocketsSansIOProtocol):
    """WebSocket, knowing its peer."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        uid = peer_uid(transport.get_extra_info("socket"))
        if uid is not None:
            self.client = (UNIX, uid)
