"""Control sockets (docs/contracts.md §5): JSON lines on a Unix socket, only for the virtual room and tests.

{"id": 1, "do": "press", "args": {…}}  →  {"id": 1, "ok": true, "result": {…}}
                                          {"id": 1, "ok": false, "error": "…"}
"""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

Deeds = dict[str, Callable[..., Any]]


class ControlError(Exception):
    """The request cannot be done; the text goes back to the asker."""


class ControlServer:
    """Answers on `path` (removed at the end). A deed gets `args` as keywords and returns what JSON can hold."""

    def __init__(self, path: Path, deeds: Deeds) -> None:
        self._path = path
        self._deeds = deeds
        self._socket: socket.socket | None = None
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()

    def start(self) -> None:
        """Raises OSError when the path cannot be bound."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.unlink(missing_ok=True)
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        listener.bind(str(self._path))
        self._path.chmod(0o600)
        listener.listen(16)
        self._socket = listener
        threading.Thread(target=self._accept, args=(listener,), name="control", daemon=True).start()

    def stop(self) -> None:
        listener, self._socket = self._socket, None
        if listener is None:
            return
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        with self._lock:
            for each in self._open:
                each.close()
        self._path.unlink(missing_ok=True)

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return  # stop() closed it
            with self._lock:
                self._open.add(client)
            threading.Thread(target=self._serve, args=(client,), name="control-client", daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        try:
            with client, client.makefile("rwb") as stream:
                for line in stream:
                    stream.write(json.dumps(self._answer(line), ensure_ascii=False).encode() + b"\n")
                    stream.flush()
        except (OSError, ValueError):
            return  # the asker went away in the middle; nobody waits for this answer
        finally:
            with self._lock:
                self._open.discard(client)

    def _answer(self, line: bytes) -> dict[str, Any]:
        try:
            ask = json.loads(line)
            deed = self._deeds.get(ask["do"])
            if deed is None:
                raise ControlError(f"unknown deed {ask['do']!r}; known: {', '.join(sorted(self._deeds))}")
            arguments = ask.get("args") or {}
            if not isinstance(arguments, dict):
                raise ControlError("args is an object")
        except (ValueError, KeyError, TypeError) as error:
            return {"id": None, "ok": False, "error": f"not a request: {error}"}
        except ControlError as error:
            return {"id": None, "ok": False, "error": str(error)}
        try:
            return {"id": ask.get("id"), "ok": True, "result": deed(**arguments)}
        except (ControlError, TypeError, ValueError, KeyError, OSError, RuntimeError) as error:
            return {"id": ask.get("id"), "ok": False, "error": f"{type(error).__name__}: {error}"}


def ask(path: Path, do: str, timeout_s: float = 5.0, **arguments: Any) -> Any:
    """One request to a control socket. Raises ControlError with the other side's words, OSError when nobody answers."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.settimeout(timeout_s)
        client.connect(str(path))
        client.sendall(json.dumps({"id": 1, "do": do, "args": arguments}).encode() + b"\n")
        with client.makefile("rb") as stream:
            line = stream.readline()
    if not line:
        raise ConnectionError(f"{path}: no answer to {do}")
    answer = json.loads(line)
    if not answer["ok"]:
        raise ControlError(answer["error"])
    return answer["result"]
