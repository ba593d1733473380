"""Drawing in a process of its own: `Drawer` in the bridge, `main` in the child.

Pillow, the faces and the picture take 12 MiB and 40 ms of the interpreter's lock; in the bridge that is memory for good
and a serial reader that waits. The child takes 60 ms to start, draws while tickets come, and ends after a quiet minute
(docs/decisions/015-printer.md). If it dies or hangs, the job is drawn once more by a new one, then it has failed.

On the pipes: four bytes length (high first), then JSON to the child; back: length, one byte what, then the bytes.
"""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Mapping
from typing import IO, Any

from firmware_bridge.rows import PaperKind, Template, as_plain, from_plain

LIMIT_S = 15.0
"""For one paper, the start of a cold child on a busy Pi included."""
QUIET_S = 60.0
DRAWN, UNDRAWABLE, NO_FACE = 0, 1, 2


class Undrawable(ValueError):
    """The job cannot be drawn; the text says why."""


class DrawerLost(RuntimeError):
    """The child died or did not answer, twice."""


class Drawer:
    """The bridge's end. Used by one thread at a time; `draw` starts the child when there is none."""

    def __init__(self) -> None:
        self._child: subprocess.Popen[bytes] | None = None
        self._end: weakref.finalize[[subprocess.Popen[bytes]], Drawer] | None = None
        self._used = 0.0
        self._lock = threading.Lock()

    @property
    def pid(self) -> int | None:
        """Process id of the child, None when there is none."""
        child = self._child
        return child.pid if child else None

    def warm(self) -> None:
        """A job is on its way: start the child now."""
        with self._lock:
            self._start()

    def rest(self) -> None:
        """End the child when nothing was drawn for a minute."""
        with self._lock:
            if self._child is not None and time.monotonic() - self._used >= QUIET_S:
                self._stop()

    def close(self) -> None:
        with self._lock:
            self._stop()

    def draw(self, job: Mapping[str, Any], template: Template, paper: PaperKind, *, desk: bool = False) -> bytes:
        """The bytes of one paper. Raises `Undrawable`, `FileNotFoundError` (a typeface), `DrawerLost`."""
        request = json.dumps({"job": dict(job), "desk": desk, **as_plain(template, paper)}).encode("ascii")
        with self._lock:
            for last in (False, True):
                try:
                    child = self._start()
                    answer = _ask(child, request, time.monotonic() + LIMIT_S)
                    break
                except (OSError, EOFError) as error:
                    self._stop()
                    if last:
                        raise DrawerLost(f"the drawing process was lost: {error or type(error).__name__}") from error
            self._used = time.monotonic()
        what, body = answer[0], answer[1:]
        if what == UNDRAWABLE:
            raise Undrawable(body.decode("utf-8"))
        if what == NO_FACE:
            raise FileNotFoundError(body.decode("utf-8"))
        return body

    def _start(self) -> subprocess.Popen[bytes]:
        self._used = time.monotonic()
        if self._child is None or self._child.poll() is not None:
            self._stop()
            self._child = subprocess.Popen(
                [sys.executable, "-m", "firmware_bridge.drawing"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
            )
            self._end = weakref.finalize(self, _finish, self._child)
        return self._child

    def _stop(self) -> None:
        if self._end is not None:
            self._end()
        self._child = self._end = None


def _finish(child: subprocess.Popen[bytes]) -> None:
    for pipe in (child.stdin, child.stdout):
        if pipe:
            try:
                pipe.close()
            except OSError:  # it died with words of ours in the pipe
                continue
    child.kill()
    child.wait()


def _ask(child: subprocess.Popen[bytes], request: bytes, deadline: float) -> bytes:
    stdin, stdout = child.stdin, child.stdout
    if stdin is None or stdout is None:
        raise EOFError("no pipes")
    stdin.write(len(request).to_bytes(4, "big") + request)
    stdin.flush()
    got = b""
    wanted = 4
    while len(got) < wanted:
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([stdout], [], [], left)[0]:
            raise TimeoutError("it does not answer")
        more = os.read(stdout.fileno(), 65536)
        if not more:
            raise EOFError("it ended")
        got += more
        if len(got) >= 4:
            wanted = 4 + int.from_bytes(got[:4], "big")
    return got[4:]


# -- the child


def drawn(request: Mapping[str, Any]) -> bytes:
    """The bytes of one paper, drawn here. Raises `JobUndrawable`, `FileNotFoundError`."""
    from firmware_bridge.raster import paper_commands
    from firmware_bridge.ticket import draw_paper

    template, paper = from_plain(request)
    picture = draw_paper(request["job"], paper, template, desk=bool(request["desk"]))
    return b"".join(paper_commands(picture.image, paper, picture.codes))


def _answer(request: bytes) -> bytes:
    from firmware_bridge.ticket import JobUndrawable

    try:
        return bytes([DRAWN]) + drawn(json.loads(request))
    except JobUndrawable as error:
        return bytes([UNDRAWABLE]) + str(error).encode("utf-8", "replace")
    except FileNotFoundError as error:
        return bytes([NO_FACE]) + str(error).encode("utf-8", "replace")


def _exactly(pipe: IO[bytes], size: int) -> bytes:
    data = pipe.read(size)
    if len(data) < size:
        sys.exit(0)  # the bridge is gone, and so is the need for pictures
    return data


def main() -> None:
    """Draw what comes on standard input until it closes."""
    import signal

    import firmware_bridge.ticket  # noqa: F401  # loaded before the first job comes

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl-C in a terminal is the bridge's to answer
    while True:
        size = int.from_bytes(_exactly(sys.stdin.buffer, 4), "big")
        answer = _answer(_exactly(sys.stdin.buffer, size))
        sys.stdout.buffer.write(len(answer).to_bytes(4, "big") + answer)
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
