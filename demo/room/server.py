"""The room's page and its server: loopback only, its own port, gone with the demo.

Who may: the address printed at start carries a secret in its *fragment*, which a browser sends to nobody; the page
gives it to `POST /room/session` and gets a cookie (HttpOnly, SameSite=Strict). It holds as long as the demo, so that
the address can be opened in a second browser. Host and Origin are checked besides: a page of another site that finds
the port can neither read nor press anything.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
import secrets
import socket
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any

import uvicorn
from fastapi import Body, FastAPI, Request, WebSocket, WebSocketDisconnect
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import FileResponse, JSONResponse, Response

from config.fonts import Weight, font_file
from config.load import load_settings
from demo.room.deeds import DeedRefused, Deeds
from demo.room.eyes import Eyes
from demo.start import Room

log = logging.getLogger("room")

PAGE = Path(__file__).parent / "page"
COOKIE = "motcua_room"
SECURITY = {
    "Content-Security-Policy": "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}
TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
Handler = Callable[[Request], Awaitable[Response]]


def refusal(status: int, code: str, vi: str, en: str) -> JSONResponse:
    """An error as everywhere in the product."""
    return JSONResponse({"error": {"code": code, "vi": vi, "en": en}}, status, SECURITY)


class Door:
    """Decides whether a request comes from the page."""

    def __init__(self, port: int) -> None:
        self.code = secrets.token_urlsafe(24)
        self._session = secrets.token_urlsafe(24)
        self._hosts = {f"127.0.0.1:{port}", f"localhost:{port}"}

    def here(self, headers: Any) -> bool:
        """Addressed to us by our own name, from our own page or from no page."""
        origin = headers.get("origin")
        return headers.get("host") in self._hosts and (origin is None or origin.removeprefix("http://") in self._hosts)

    def inside(self, cookies: Any) -> bool:
        """With the cookie of this run."""
        return hmac.compare_digest(cookies.get(COOKIE, "").encode(), self._session.encode())

    def enter(self, code: str, response: Response) -> bool:
        """Give the cookie for the right code."""
        if not hmac.compare_digest(code.encode(), self.code.encode()):
            return False
        response.set_cookie(COOKIE, self._session, path="/room", httponly=True, samesite="strict")
        return True


class Watcher:
    """One page that watches: what is new for it, each key once."""

    def __init__(self) -> None:
        self._new: dict[str, Any] = {}
        self._some = asyncio.Event()

    def tell(self, key: str, value: Any) -> None:
        """In the loop's thread."""
        self._new[key] = value
        self._some.set()

    async def next(self) -> dict[str, Any]:
        """What is new since the last call; waits for something."""
        await self._some.wait()
        self._some.clear()
        new, self._new = self._new, {}
        return new


class RoomServer:
    """The application and what it needs."""

    def __init__(self, room: Room, port: int) -> None:
        self.door = Door(port)
        self._room = room
        self._watchers: set[Watcher] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self.eyes = Eyes(room, self._changed)
        self.deeds = Deeds(room, self.eyes, load_settings(room.site.config))
        self.app = self._build()

    def _changed(self, key: str, value: Any) -> None:
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._tell, key, value)

    def _tell(self, key: str, value: Any) -> None:
        for watcher in self._watchers:
            watcher.tell(key, value)

    @asynccontextmanager
    async def _life(self, _app: FastAPI) -> AsyncIterator[None]:
        self._loop = asyncio.get_running_loop()
        self.eyes.start()
        self.deeds.start()
        yield
        self._loop = None
        await run_in_threadpool(self.eyes.stop)

    def _build(self) -> FastAPI:
        app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, lifespan=self._life)
        door = self.door

        @app.middleware("http")
        async def guard(request: Request, go_on: Handler) -> Response:
            if not door.here(request.headers):
                return refusal(403, "bad_origin", "Trang này không được vào phòng.", "This page may not come in.")
            open_to_all = (
                request.method == "GET" and request.url.path in self._files or request.url.path == "/room/session"
            )
            if not open_to_all and not door.inside(request.cookies):
                return refusal(401, "no_session", "Mời mở lại địa chỉ mà lệnh demo in ra.", "Open the printed address.")
            return await go_on(request)

        self._files = {"/room": PAGE / "room.html", "/": PAGE / "room.html", "/favicon.ico": PAGE / "mark.svg"}
        self._files |= {f"/room/page/{path.name}": path for path in sorted(PAGE.iterdir()) if path.is_file()}
        weights: tuple[Weight, ...] = (400, 500, 600, 700)
        for weight in weights:
            self._files[f"/room/page/font-{weight}.ttf"] = font_file(weight)

        @app.post("/room/session")
        async def session(code: Annotated[str, Body(embed=True, max_length=100)]) -> Response:
            response = Response(status_code=204, headers=SECURITY)
            if not door.enter(code, response):
                return refusal(401, "bad_code", "Mã vào phòng không đúng.", "The code is not right.")
            return response

        @app.get("/room/facts")
        async def facts() -> dict[str, Any]:
            return await run_in_threadpool(self.deeds.facts)

        @app.post("/room/do")
        async def do(deed: Annotated[str, Body(max_length=20)], args: Annotated[dict[str, Any], Body()]) -> Response:
            try:
                result = await run_in_threadpool(self.deeds.do, deed, args)
            except DeedRefused as error:
                return refusal(error.status, "refused", error.vi, error.en)
            response = JSONResponse({"result": result.value}, headers=SECURITY)
            if result.cookie:
                response.headers.append("set-cookie", result.cookie)
            return response

        @app.get("/room/kiosk.png")
        async def kiosk() -> Response:
            picture = self.eyes.picture()
            if not picture:
                return Response(status_code=404, headers=SECURITY)
            return Response(picture, media_type="image/png", headers={**SECURITY, "Cache-Control": "no-store"})

        @app.get("/room/{kind}/{name}")
        async def file(kind: str, name: str) -> Response:
            page = self._files.get(f"/room/{kind}/{name}")
            if page is not None:
                return self._send(page, "no-cache")
            folders = {"paper": room.site.folder / "paper", "sound": room.site.folder / "sound",
                       "receipt": self.deeds.receipts}  # fmt: skip
            folder = folders.get(kind)
            # One plain name in one known folder: no path can lead anywhere else.
            if folder is None or "/" in name or name.startswith(".") or not (folder / name).is_file():
                return Response(status_code=404, headers=SECURITY)
            return self._send(folder / name, "private, max-age=3600")

        @app.get("/room")
        @app.get("/")
        async def page() -> Response:
            return self._send(PAGE / "room.html", "no-store")

        @app.get("/favicon.ico")
        async def icon() -> Response:
            return self._send(PAGE / "mark.svg", "no-cache")

        @app.websocket("/room/stream")
        async def stream(socket_: WebSocket) -> None:
            await self._stream(socket_)

        room = self._room
        return app

    @staticmethod
    def _send(path: Path, cache: str) -> Response:
        return FileResponse(path, media_type=TYPES.get(path.suffix), headers={**SECURITY, "Cache-Control": cache})

    async def _stream(self, page: WebSocket) -> None:
        if not self.door.here(page.headers) or page.headers.get("origin") is None or not self.door.inside(page.cookies):
            await page.close(1008)
            return
        await page.accept()
        watcher = Watcher()
        self._watchers.add(watcher)
        self.eyes.watch(1)
        gone = asyncio.create_task(self._until_gone(page))
        try:
            await page.send_text(json.dumps(self.eyes.state(), ensure_ascii=False))
            while not gone.done():
                news = asyncio.create_task(watcher.next())
                await asyncio.wait({news, gone}, return_when=asyncio.FIRST_COMPLETED)
                if gone.done():
                    news.cancel()
                    return
                await page.send_text(json.dumps(news.result(), ensure_ascii=False))
        except (WebSocketDisconnect, RuntimeError):
            return  # the page was closed in the middle of a message
        finally:
            gone.cancel()
            self.eyes.watch(-1)
            self._watchers.discard(watcher)

    @staticmethod
    async def _until_gone(page: WebSocket) -> None:
        # A page says nothing on this socket; the only thing that can come is its end.
        while (await page.receive())["type"] != "websocket.disconnect":
            continue


def _listen(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    return listener


def serve(room: Room, port: int, stop: threading.Event, tell: Callable[[str], None]) -> None:
    """Serve the room on a loopback port (0: a free one) until `stop`. Raises OSError when the port is taken.

    `tell` hears the address to open.
    """
    with _listen(port) as listener:
        chosen = int(listener.getsockname()[1])
        served = RoomServer(room, chosen)
        server = uvicorn.Server(
            uvicorn.Config(
                served.app, log_config=None, access_log=False, server_header=False, proxy_headers=False,
                timeout_graceful_shutdown=1, ws_ping_interval=20,
            )
        )  # fmt: skip
        # Not in the main thread: uvicorn would take the signals that are ours.
        thread = threading.Thread(target=server.run, args=([listener],), name="room", daemon=True)
        thread.start()
        while not server.started and thread.is_alive() and not stop.wait(0.02):
            continue
        tell(f"http://127.0.0.1:{chosen}/room#{served.door.code}")
        while thread.is_alive() and not stop.wait(0.5):
            continue
        server.should_exit = True
        thread.join(10)
