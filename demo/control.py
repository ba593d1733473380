"""The asking side of the control sockets (docs/contracts.md §5): the only way this room reaches virtual parts."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import Any


class ControlRefused(RuntimeError):
    """The part was reached and said no, in its own words."""


class ControlUnreachable(ConnectionError):
    """Nobody answers on that socket (yet, or any more)."""


class Control:
    """One control socket. A connection for each request: a part may be killed and started between two of them."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def ask(self, do: str, timeout_s: float = 5.0, **args: Any) -> Any:
        """The result of one deed. Raises `ControlRefused` or `ControlUnreachable`."""
        request = json.dumps({"id": 1, "do": do, "args": args}, ensure_ascii=False).encode() + b"\n"
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
                client.settimeout(timeout_s)
                client.connect(str(self.path))
                client.sendall(request)
                with client.makefile("rb") as stream:
                    line = stream.readline()
        except OSError as error:
            raise ControlUnreachable(f"{self.path.name}: {error}") from error
        if not line:
            raise ControlUnreachable(f"{self.path.name}: closed without an answer to {do}")
        answer = json.loads(line)
        if not answer.get("ok"):
            raise ControlRefused(f"{self.path.name} {do}: {answer.get('error')}")
        return answer.get("result")

    def alive(self, do: str = "state") -> bool:
        """Whether somebody answers."""
        try:
            self.ask(do, timeout_s=2.0)
        except (ControlRefused, ControlUnreachable):
            return False
        return True
