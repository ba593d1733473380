"""Asking a control socket (docs/contracts.md §5): one JSON line there, one back."""

from __future__ import annotations

import json
import socket
import threading
from pathlib import Path
from typing import Any


class ControlFailed(RuntimeError):
    """The virtual part said no, or is not there; the text says which and why."""


class ControlRefused(ControlFailed):
    """The part was reached and said no, in its own words."""


class ControlUnreachable(ControlFailed):
    """Nobody answers on that socket (yet, or any more)."""


class Control:
    """One control socket. Every call opens its own connection: the part may have been killed and started since."""

    def __init__(self, path: Path, timeout_s: float = 10.0) -> None:
        self.path = path
        self._timeout_s = timeout_s
        self._lock = threading.Lock()
        self._count = 0

    def ask(self, do: str, **args: Any) -> Any:
        """Do a deed; its result. Raises `ControlFailed`."""
        with self._lock:
            self._count += 1
            number = self._count
        request = json.dumps({"id": number, "do": do, "args": args}, ensure_ascii=False).encode() + b"\n"
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
                link.settimeout(self._timeout_s)
                link.connect(str(self.path))
                link.sendall(request)
                with link.makefile("rb") as answers:
                    line = answers.readline()
        except OSError as error:
            raise ControlUnreachable(f"{self.path.name}: {do}: {error}") from error
        if not line:
            raise ControlUnreachable(f"{self.path.name}: {do}: the other side hung up")
        answer = json.loads(line)
        if not answer.get("ok"):
            raise ControlRefused(f"{self.path.name}: {do}: {answer.get('error')}")
        return answer.get("result")

    def there(self) -> bool:
        """Whether somebody listens."""
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
                link.settimeout(1.0)
                link.connect(str(self.path))
        except OSError:
            return False
        return True
