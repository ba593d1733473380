"""The hub's process: sockets, loop, uplink, watchdog. `motcua hub` runs it."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import signal
import socket
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

import uvicorn

from config.clock import Clock, make_clock
from config.process import EXIT_OK, EXIT_USAGE, Heart, die_on_thread_exception, notify, setup_logging
from config.settings import Settings
from queue_display.desk import Desk, boot_id
from queue_display.hub.access import Gate
from queue_display.hub.api import build
from queue_display.hub.peer import Http, WebSocket
from queue_display.ledger import Ledger
from queue_display.ledger_file import LedgerBusy, LedgerTooNew
from queue_display.uplink import Uplink, UplinkState

log = logging.getLogger("hub")

TICK_S = 2.0
UPKEEP_TICKS = 5
BOARDS_S = 0.5
LOOP_LIMIT_S = 15.0
_FIRST_FD = 3  # sd_listen_fds(3)


class ClockedOutbox:
    """The ledger's outbox as the uplink asks for it: ages instead of moments."""

    def __init__(self, ledger: Ledger, clock: Clock) -> None:
        self._ledger = ledger
        self._clock = clock
        self.epoch: Callable[[], str] = ledger.epoch
        self.read = ledger.read
        self.watermark = ledger.watermark
        self.delivered = ledger.delivered
        self.wakeup = ledger.wakeup

    def depth(self) -> tuple[int, float]:
        """Events the server has not committed, and the age of the oldest in seconds."""
        waiting, since = self._ledger.depth()
        return waiting, max(0.0, self._clock.wall().timestamp() - since) if waiting else 0.0


class _Server(uvicorn.Server):
    """uvicorn, leaving signals to us: two of them share one process."""

    def capture_signals(self) -> AbstractContextManager[None]:  # type: ignore[override]
        return nullcontext()


def inherited() -> list[socket.socket]:
    """Sockets systemd has opened for us (socket activation); empty without."""
    if os.environ.get("LISTEN_PID") != str(os.getpid()):
        return []
    count = int(os.environ.get("LISTEN_FDS", "0"))
    for name in ("LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"):
        os.environ.pop(name, None)  # not for our children
    found = [socket.socket(fileno=each) for each in range(_FIRST_FD, _FIRST_FD + count)]
    for each in found:
        os.set_inheritable(each.fileno(), False)
    return found


def open_unix(path: Path) -> socket.socket:
    """Listen on a Unix socket that owner and group may use. Replaces what a killed hub left there.

    The caller holds the ledger, so no living hub of this site listens there. Raises `OSError`.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists():
        if not stat.S_ISSOCK(path.stat().st_mode):
            raise FileExistsError(f"{path} is there and is not a socket")
        path.unlink()
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o117)
    try:
        listener.bind(str(path))
    finally:
        os.umask(before)
    listener.listen(128)
    return listener


def open_tcp(address: str) -> socket.socket:
    """Listen on host:port. Raises `OSError`."""
    host, _, port = address.rpartition(":")
    host = host.strip("[]")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((host, int(port)))
    listener.listen(128)
    return listener


@contextmanager
def _listening(settings: Settings) -> Iterator[tuple[list[socket.socket], list[socket.socket]]]:
    """(Unix listeners, TCP listeners), given by systemd or opened here."""
    given = inherited()
    unix = [each for each in given if each.family == socket.AF_UNIX]
    tcp = [each for each in given if each.family != socket.AF_UNIX]
    own: Path | None = None
    if not unix:
        own = Path(settings.hub.socket)
        unix = [open_unix(own)]
    if not tcp and settings.hub.listen:
        tcp = [open_tcp(settings.hub.listen)]
    try:
        yield unix, tcp
    finally:
        for each in (*unix, *tcp):
            each.close()
        if own is not None:
            own.unlink(missing_ok=True)


def _uvicorn(app: Any, settings: Settings, *, tls: bool) -> _Server:
    hub = settings.hub
    return _Server(
        uvicorn.Config(
            app,
            http=Http,
            ws=WebSocket,
            lifespan="off",
            log_config=None,
            access_log=False,
            # A header must never say who the peer is: the kernel and the tokens do.
            proxy_headers=False,
            server_header=False,
            ws_max_size=64 * 1024,
            ws_ping_interval=20,
            ws_ping_timeout=20,
            ws_per_message_deflate=False,
            timeout_graceful_shutdown=2,
            timeout_keep_alive=75,
            ssl_certfile=hub.tls_cert or None if tls else None,
            ssl_keyfile=hub.tls_key or None if tls else None,
        )
    )


async def _watch(desk: Desk, heart: Heart, outbox: ClockedOutbox) -> None:
    """The loop's own chores: the heartbeat, the day, the uplink's depth."""
    ticks = 0
    while True:
        heart.beat("loop")
        if ticks % UPKEEP_TICKS == 0:
            desk.tick()
        depth, oldest = outbox.depth()
        desk.uplink_state({**desk.window.uplink, "depth": depth, "oldest_s": round(oldest) if depth else 0})
        ticks += 1
        await asyncio.sleep(TICK_S)


async def _turn(desk: Desk) -> None:
    """Boards and TVs change by time alone too: a call waits for its place, the playlist goes on."""
    while True:
        desk.turn_boards()
        await asyncio.sleep(BOARDS_S)


async def _serve(settings: Settings, desk: Desk, clock: Clock) -> None:
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    desk.call_later_with(loop.call_soon)
    gate = Gate(settings, bytes.fromhex(desk.ledger.meta("session_secret") or ""))
    app = build(settings, desk, gate)
    outbox = ClockedOutbox(desk.ledger, clock)
    heart = Heart({"loop": LOOP_LIMIT_S})

    def told(state: UplinkState) -> None:
        shown: dict[str, Any] = {"connected": state.connected, "depth": state.depth, "oldest_s": round(state.oldest_s)}
        if state.problem is not None:
            shown["problem"] = {"code": state.problem.code, "vi": state.problem.vi, "en": state.problem.en}
        loop.call_soon_threadsafe(desk.uplink_state, shown)

    uplink = Uplink(settings, outbox, clock, on_change=told)
    with _listening(settings) as (unix, tcp):
        servers = [(_uvicorn(app, settings, tls=False), unix)]
        if tcp:
            servers.append((_uvicorn(app, settings, tls=True), tcp))
        running = [asyncio.create_task(server.serve(sockets=sockets)) for server, sockets in servers]
        watch = asyncio.create_task(_watch(desk, heart, outbox))
        turn = asyncio.create_task(_turn(desk))
        stopping = asyncio.create_task(stop.wait())
        uplink.start()
        heart.start()
        while not all(server.started for server, _ in servers) and not any(each.done() for each in running):
            await asyncio.sleep(0.002)
        # What start-up made lives as long as the process: the collector need not walk it at every tenth ticket.
        gc.collect()
        gc.freeze()
        notify("READY=1")
        log.info(
            "ready on %s%s, pid %d", settings.hub.socket, f" and {settings.hub.listen}" if tcp else "", os.getpid()
        )
        done, _ = await asyncio.wait({*running, watch, turn, stopping}, return_when=asyncio.FIRST_COMPLETED)
        notify("STOPPING=1")
        heart.stop()
        for server, _ in servers:
            server.should_exit = True
        watch.cancel()
        turn.cancel()
        stopping.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        uplink.stop()
        for each in done - {stopping}:
            each.result()  # an error in a chore or a server ends the process with it: systemd starts it anew


def run(settings: Settings) -> int:
    """Run the hub until SIGTERM. Gives the exit status."""
    setup_logging("hub")
    logging.getLogger("uvicorn").setLevel(logging.WARNING)  # a line a connection would fill the journal
    die_on_thread_exception()
    clock = make_clock(settings.site.timezone, settings.clock.trust)
    try:
        desk = Desk(settings, clock, boot_id())
    except (LedgerTooNew, LedgerBusy) as error:
        log.error("%s", error)
        return EXIT_USAGE
    try:
        asyncio.run(_serve(settings, desk, clock))
    finally:
        desk.close()
    return EXIT_OK


def main(path: str) -> int:
    """The hub with this settings file, without the `motcua` command around it (the bench measures starts)."""
    from config.load import load_settings

    return run(load_settings(Path(path)))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1]))
