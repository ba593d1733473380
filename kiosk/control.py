"""The kiosk's control socket, open only under `--virtual`: JSON lines, so that the demo can look and tap."""

from __future__ import annotations

import json
import logging
import socket
import socketserver
import threading
from concurrent.futures import TimeoutError as NoAnswer
from dataclasses import asdict
from pathlib import Path
from typing import Any

from kiosk.app import FAILURES, App
from kiosk.model import Key

log = logging.getLogger("kiosk.control")

LONGEST_LINE = 64 << 10


class BadRequest(ValueError):
    """The request cannot be done; the text says why."""


class Control:
    """Serves one Unix socket. Raises `OSError` when the socket cannot be opened."""

    def __init__(self, app: App, path: Path) -> None:
        self._app = app
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        outer = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                while line := self.rfile.readline(LONGEST_LINE):
                    try:
                        self.wfile.write(outer.answer(line) + b"\n")
                    except (BrokenPipeError, ConnectionResetError):
                        return

        class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
            daemon_threads = True
            address_family = socket.AF_UNIX

        self._server = Server(str(path), Handler)
        path.chmod(0o600)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.2,), name="control", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop serving and remove the socket."""
        self._server.shutdown()
        self._server.server_close()
        self.path.unlink(missing_ok=True)

    def answer(self, line: bytes) -> bytes:
        """One request line → one answer line."""
        number: Any = None
        try:
            request = json.loads(line)
            if not isinstance(request, dict):
                raise BadRequest("a request is an object")
            number = request.get("id")
            result = self._do(str(request.get("do")), request.get("args") or {})
            told = {"id": number, "ok": True, "result": result}
        except (BadRequest, json.JSONDecodeError, NoAnswer, *FAILURES) as error:
            told = {"id": number, "ok": False, "error": f"{type(error).__name__}: {error}"}
        return json.dumps(told, ensure_ascii=False).encode()

    def _do(self, what: str, args: dict[str, Any]) -> dict[str, Any]:
        app = self._app
        match what:
            case "screen":
                return app.call(self._screen)
            case "screenshot":
                path = Path(str(args.get("path") or ""))
                if not path.is_absolute():
                    raise BadRequest("give an absolute path")
                app.call(lambda: app.picture(path))
                return {"path": str(path)}
            case "size":
                return app.call(lambda: {"width": app.size[0], "height": app.size[1]})
            case "tap":
                return app.call(lambda: self._tap(args))
            case "type":
                text = str(args.get("text", ""))
                for letter in text:
                    app.post(Key("backspace" if letter == "\b" else letter))
                return app.call(self._screen)
        raise BadRequest(f"unknown request {what!r}; there are screen, screenshot, size, tap, type")

    def _screen(self) -> dict[str, Any]:
        model = self._app.model
        return {
            "name": model.screen,
            "language": model.language,
            "large": model.large,
            "modes": asdict(model.modes),
            "page": model.page,
            "warn_left": model.warn_left,
            "ticket": model.ticket.number if model.ticket else None,
            "ticket_id": model.ticket.id if model.ticket else None,
            "paper": model.paper if model.ticket else None,
            "result": model.result.kind if model.result else None,
            "group": model.result.dossier.group if model.result and model.result.dossier else None,
            "hint": model.hint,
            "camera": model.camera,
            "hub": model.hub.connected,
            "words": self._app.words(),
            "targets": self._app.targets(),
        }

    def _tap(self, args: dict[str, Any]) -> dict[str, Any]:
        if "id" in args:
            if self._app.model.screen == "attract":
                self._app.press_at(1, 1)  # as a person would: the first touch only wakes it
            target = next((each for each in self._app.targets() if each["id"] == args["id"]), None)
            if target is None:
                there = ", ".join(each["id"] for each in self._app.targets())
                raise BadRequest(f"nothing to tap is called {args['id']!r} here; there are {there}")
            x, y, wide, high = target["rect"]
            at = (x + wide / 2, y + high / 2)
        elif "x" in args and "y" in args:
            at = (float(args["x"]), float(args["y"]))
        else:
            raise BadRequest("give id, or x and y in pixels")
        self._app.press_at(*at)
        return self._screen()
