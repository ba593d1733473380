"""`WS /v1/stream`: a snapshot, then every change with its revision, calls to announce, and a ping when nothing happens.

A viewer that does not keep up is cut off, so that it comes back for a new snapshot instead of showing yesterday.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

from fastapi import FastAPI, WebSocket, WebSocketDisconnect

from queue_display.desk import Desk
from queue_display.hub.access import TABLE, Gate, forbidden
from queue_display.hub.gatekeeper import principal_of, refusal
from queue_display.model import EngineError
from queue_display.window import Audience, audience_of

PING_S = {"bridge": 2.0, "kiosk": 2.0}
"""Boards must not show a number that a hung hub no longer stands behind: who drives them hears from it often."""
PING_OTHERS_S = 10.0
QUEUED = 512
PING = '{"type":"ping"}'
SESSION_OVER = 4401


class Viewer:
    """One connection's queue."""

    def __init__(self, audience: Audience, ping_s: float = PING_OTHERS_S, over: Callable[[], bool] = bool) -> None:
        self.audience = audience
        self._ping_s = ping_s
        self._over = over
        self.slow = asyncio.Event()
        self._queue: asyncio.Queue[str] = asyncio.Queue(QUEUED)

    def send(self, text: str) -> None:
        """Queue a message, or note that this viewer is too slow."""
        try:
            self._queue.put_nowait(text)
        except asyncio.QueueFull:
            self.slow.set()

    async def pump(self, socket: WebSocket) -> None:
        """Send what is queued; a ping when nothing was for `ping_s` seconds. Ends with the session it belongs to."""
        while not self.slow.is_set():
            if self._over():
                await socket.close(SESSION_OVER, "session over")
                return
            try:
                async with asyncio.timeout(self._ping_s):
                    text = await self._queue.get()
            except TimeoutError:
                text = PING
            await socket.send_text(text)
        await socket.close(1013, "too slow")


def attach(app: FastAPI, desk: Desk, gate: Gate) -> None:
    """Add the stream to the hub."""
    roles = TABLE[("WS", "/v1/stream")]

    async def stream(socket: WebSocket) -> None:
        try:
            gate.check_origin(socket.headers)
            who = principal_of(gate, socket.scope, socket.headers)
            if who.role not in roles:
                raise forbidden(who.role, sorted(roles))
        except EngineError as error:
            await socket.send_denial_response(refusal(error))
            return
        await socket.accept()
        viewer = Viewer(audience_of(who.role), PING_S.get(who.role, PING_OTHERS_S), lambda: gate.over(who))
        gate.watches(who, viewer)
        viewer.send(desk.snapshot_message(viewer.audience))
        desk.subscribers.add(viewer)
        pump = asyncio.create_task(viewer.pump(socket))
        listen = asyncio.create_task(_listen(socket, desk, viewer))
        try:
            await asyncio.wait({pump, listen}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            desk.subscribers.discard(viewer)
            gate.leaves(who, viewer)
            for task in (pump, listen):
                task.cancel()
                # What ends a stream is the other end going away: nothing to tell.
                with suppress(asyncio.CancelledError, WebSocketDisconnect, RuntimeError):
                    await task

    app.add_api_websocket_route("/v1/stream", stream)


async def _listen(socket: WebSocket, desk: Desk, viewer: Viewer) -> None:
    """A viewer may say one thing: `{"type":"snapshot"}` asks for a new snapshot. Anything else is let pass."""
    while True:
        text = await socket.receive_text()
        if len(text) < 64 and '"snapshot"' in text:
            viewer.send(desk.snapshot_message(viewer.audience))
