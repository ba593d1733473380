"""The server's process: ingest, the HTTPS listener for devices, the loopback listener for staff."""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI
from sqlalchemy.exc import DatabaseError

from commune_server.api import Services, admin_routes, build_app, device_routes
from commune_server.dossiers import DossierStore
from commune_server.ingest import Ingest
from commune_server.limits import Limits
from commune_server.peer import DeviceProtocol
from commune_server.readings import Readings
from commune_server.store import Store, StoreBusy
from config.clock import Clock, make_clock
from config.process import EXIT_OK, Heart, die_on_thread_exception, notify, setup_logging, stop_on_signals
from config.settings import ServerSettings
from config.tls import client_context

log = logging.getLogger("server")

CATALOGUE = Path(__file__).parent.parent / "config" / "catalogue"


class ServerError(Exception):
    """The server cannot start; the text says why and what to do, in Vietnamese and English."""

    def __init__(self, vi: str, en: str) -> None:
        super().__init__(f"{vi} / {en}")
        self.vi, self.en = vi, en


def dossiers_path(settings: ServerSettings) -> Path:
    """The dossiers' own database, beside the events'."""
    return Path(settings.server.database).with_name("dossiers.db")


def open_dossiers(settings: ServerSettings, clock: Clock) -> DossierStore:
    """The dossiers, with the generated sample of today where settings ask for one."""
    store = DossierStore(dossiers_path(settings))
    if settings.dossiers.sample and store.fill(settings.dossiers.sample, settings.dossiers.seed, clock.wall().date()):
        log.info("%d sample dossiers were generated", settings.dossiers.sample)
    return store


def _catalogue(settings: ServerSettings) -> Path | None:
    if settings.server.catalogue:
        return Path(settings.server.catalogue)
    shipped = sorted([*CATALOGUE.glob("*.json"), *CATALOGUE.glob("*.toml")])
    return shipped[-1] if shipped else None


def build_services(
    settings: ServerSettings, store: Store, dossiers: DossierStore, clock: Clock, ingest: Ingest | None
) -> Services:
    """What the handlers need."""
    limit = settings.dossiers
    limits = Limits(limit.per_minute, limit.misses_per_minute, limit.tries, limit.pause_s)
    connected = (lambda: ingest.connected) if ingest is not None else (lambda: False)
    return Services(settings, dossiers, Readings(store.engine), limits, clock, _catalogue(settings), connected)


def _listen(address: str, what_vi: str, what_en: str) -> socket.socket:
    host, _, port = address.rpartition(":")
    host = host.strip("[]")
    sock = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((host, int(port)))
    except OSError as error:
        sock.close()
        raise ServerError(
            f"Không mở được cổng {address} cho {what_vi}: {error.strerror}",
            f"Cannot open {address} for {what_en}: {error.strerror}",
        ) from error
    sock.set_inheritable(False)
    return sock


def _tls(settings: ServerSettings) -> ssl.SSLContext:
    """TLS 1.2 or newer, and a certificate of our own CA from everybody."""
    server = settings.server
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.verify_mode = ssl.CERT_REQUIRED
    try:
        context.load_cert_chain(server.cert, server.key)
        context.load_verify_locations(server.ca)
    except OSError as error:  # ssl.SSLError is one
        raise ServerError(
            f"Không đọc được chứng thư ([server] ca, cert, key): {error}. Tạo bằng: motcua server pki --out THƯ_MỤC",
            f"Cannot read the certificates ([server] ca, cert, key): {error}. Make them: motcua server pki --out DIR",
        ) from error
    return context


def _check_ingest_files(settings: ServerSettings) -> None:
    ingest = settings.ingest
    if not ingest.ca:
        return
    try:
        client_context(ingest.ca, ingest.cert, ingest.key)
    except OSError as error:
        raise ServerError(
            f"Không đọc được chứng thư ([ingest] ca, cert, key): {error}. Tạo bằng: motcua server pki --out THƯ_MỤC",
            f"Cannot read the certificates ([ingest] ca, cert, key): {error}. Make them: motcua server pki --out DIR",
        ) from error


def _web(app: FastAPI, context: ssl.SSLContext | None) -> uvicorn.Server:
    options: dict[str, Any] = {"log_config": None, "access_log": False, "lifespan": "off", "server_header": False}
    if context is not None:
        options |= {"ssl_context_factory": lambda _config, _default: context, "http": DeviceProtocol}
    else:
        options |= {"http": "h11"}
    return uvicorn.Server(uvicorn.Config(app, loop="asyncio", ws="none", timeout_keep_alive=30, **options))


class Listeners:
    """The HTTP listeners in a thread of their own."""

    def __init__(self, pairs: Sequence[tuple[uvicorn.Server, socket.socket]]) -> None:
        self._pairs = list(pairs)
        # Outside the main thread uvicorn leaves the signals alone.
        self._thread = threading.Thread(target=self._run, name="listeners", daemon=True)

    def _run(self) -> None:
        async def both() -> None:
            await asyncio.gather(*(server.serve(sockets=[sock]) for server, sock in self._pairs))

        asyncio.run(both())

    def start(self) -> None:
        """Begin to serve."""
        self._thread.start()

    def stop(self) -> None:
        """Finish what is being answered, close."""
        for server, _ in self._pairs:
            server.should_exit = True
        self._thread.join(5)

    @property
    def started(self) -> bool:
        """Whether both answer."""
        return all(server.started for server, _ in self._pairs)

    @property
    def alive(self) -> bool:
        """Whether the thread runs."""
        return self._thread.is_alive()


def run(settings: ServerSettings) -> int:
    """Run until SIGTERM. Raises `ServerError` when it cannot start."""
    setup_logging("motcua-server")
    # At INFO the HTTP libraries write paths and addresses; a look-up's path says nothing, but let them not begin.
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "httpx"):
        logging.getLogger(name).setLevel(logging.WARNING)
    stop = stop_on_signals()
    die_on_thread_exception()
    clock = make_clock(settings.server.timezone)
    heart = Heart({"ingest": 30.0, "main": 30.0})
    context = _tls(settings)
    _check_ingest_files(settings)
    sockets = [
        _listen(settings.server.listen, "các máy", "devices"),
        _listen(settings.server.admin_listen, "trang trạng thái", "the status page"),
    ]
    try:
        store = Store(Path(settings.server.database))
    except StoreBusy as error:
        raise ServerError("Đã có một máy chủ đang chạy với cơ sở dữ liệu này.", str(error)) from error
    except (OSError, DatabaseError) as error:
        raise ServerError(
            f"Không mở được cơ sở dữ liệu {settings.server.database}: {error}",
            f"Cannot open the database {settings.server.database}: {error}",
        ) from error
    dossiers = open_dossiers(settings, clock)
    ingest = Ingest(settings.ingest, store, clock, heart)
    services = build_services(settings, store, dossiers, clock, ingest)
    listeners = Listeners(
        [
            (_web(build_app(device_routes(services)), context), sockets[0]),
            (_web(build_app(admin_routes(services)), None), sockets[1]),
        ]
    )
    listeners.start()
    ingest.start()
    while not listeners.started and listeners.alive and not stop.wait(0.02):
        continue
    heart.start()
    notify("READY=1")
    log.info("ready: devices %s, status page http://%s/", settings.server.listen, settings.server.admin_listen)
    while not stop.wait(1.0) and listeners.alive:
        heart.beat("main")
    heart.stop()
    notify("STOPPING=1")
    ingest.stop()
    listeners.stop()
    store.close()
    dossiers.close()
    return EXIT_OK if stop.is_set() else 1
