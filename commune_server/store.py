"""The server's table of events, and the watermark of every device: what has been committed, without gaps.

SQLite in WAL mode with `synchronous=FULL`: an event that was acknowledged survives a power cut. One writer (the
ingest thread); readers have connections of their own. Identity of an event is (device, epoch, seq); a second copy is
dropped, a second copy with **other content** is set aside and raises an alarm (a cloned device).
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import secrets
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Engine,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    create_engine,
    event,
    func,
    select,
    text,
)  # fmt: skip
from sqlalchemy.dialects.sqlite import insert

metadata = MetaData()

_EPOCH, _TIME = String(16), String(40)

events = Table(
    "events", metadata,
    Column("device", String(100), primary_key=True),  # province/commune/device
    Column("epoch", _EPOCH, primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("type", String(80), nullable=False, index=True),
    Column("class", String(32), nullable=False),
    Column("time", _TIME, nullable=False),
    Column("clock", String(16), nullable=False),
    Column("hash", String(64), nullable=False),
    Column("body", String, nullable=False),
    Column("received_at", _TIME, nullable=False),
    Column("known", Boolean, nullable=False),  # the type is in our list; an unknown one is kept all the same
    sqlite_with_rowid=False,
)  # fmt: skip
dead_letters = Table(
    "dead_letters", metadata,
    Column("id", Integer, primary_key=True),
    Column("device", String(100), nullable=False, index=True),
    Column("epoch", _EPOCH), Column("seq", Integer),  # where they could be read: these count for the watermark
    Column("why", String(200), nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("received_at", _TIME, nullable=False),
)  # fmt: skip
quarantine = Table(
    "quarantine", metadata,
    Column("id", Integer, primary_key=True),
    Column("device", String(100), nullable=False), Column("epoch", _EPOCH, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("hash", String(64), nullable=False), Column("body", String, nullable=False),
    Column("received_at", _TIME, nullable=False),
)  # fmt: skip
streams = Table(
    "streams", metadata,
    Column("device", String(100), primary_key=True), Column("epoch", _EPOCH, primary_key=True),
    Column("watermark", Integer, nullable=False),
    Column("top", Integer, nullable=False),
    Column("given_up", Integer, nullable=False),  # events the device no longer keeps and we never had
)  # fmt: skip
devices = Table(
    "devices", metadata,
    Column("device", String(100), primary_key=True),
    Column("epoch", _EPOCH), Column("first_seen", _TIME, nullable=False), Column("last_seen", _TIME, nullable=False),
    Column("online", Boolean, nullable=False), Column("birth", String(40)), Column("version", String(40)),
    Column("clock", String(16)),
)  # fmt: skip
alarms = Table(
    "alarms", metadata,
    Column("id", Integer, primary_key=True),
    Column("code", String(40), nullable=False), Column("device", String(100), nullable=False),
    Column("text", String(300), nullable=False), Column("at", _TIME, nullable=False),
)  # fmt: skip
meta = Table("meta", metadata, Column("key", String(40), primary_key=True), Column("value", String, nullable=False))

GAPS_TOLD = 50


@dataclass(frozen=True)
class Arrival:
    """One event as ingest hands it over: checked, or a dead letter (`why` set, the rest as far as it could be read)."""

    device: str
    payload: bytes
    epoch: str | None = None
    seq: int | None = None
    type: str = ""
    event_class: str = ""
    time: str = ""
    clock: str = ""
    known: bool = True
    why: str | None = None


@dataclass(frozen=True)
class Stream:
    """The state of one device's epoch. `gaps`: missing ranges above the watermark, at most `GAPS_TOLD`."""

    device: str
    epoch: str
    watermark: int
    gaps: tuple[tuple[int, int], ...] = ()


@dataclass
class Stored:
    """What a commit did."""

    fresh: int = 0
    repeated: int = 0
    dead: int = 0
    quarantined: int = 0
    streams: list[Stream] = field(default_factory=list)


def content_hash(payload: bytes) -> str:
    """Hash of an envelope's meaning: the same event serialised otherwise is the same event."""
    body = json.loads(payload)
    return hashlib.sha256(json.dumps(body, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def open_engine(path: Path) -> Engine:
    """An engine on a SQLite file in WAL mode with full synchronisation; read back, because a pragma fails silently."""
    path.parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(f"sqlite:///{path}")

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        mode = cursor.execute("PRAGMA journal_mode=WAL").fetchone()[0]
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA busy_timeout=5000")
        if mode != "wal" or cursor.execute("PRAGMA synchronous").fetchone()[0] != 2:
            raise OSError(f"{path}: this file system does not let SQLite use WAL with full synchronisation")
        cursor.close()

    return engine


class StoreBusy(OSError):
    """Another process writes to this database."""


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Be the only writer of the database at `path`, until left or killed. Raises `StoreBusy`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = os.open(path.with_suffix(".lock"), os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        raise StoreBusy(f"{path} is in use by a running server") from None
    try:
        yield
    finally:
        os.close(lock)


class Store:
    """The events' database. `generation` names this copy of it: it changes when the store was restored."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._held = ExitStack()
        self._held.enter_context(held(path))
        self.engine = open_engine(path)
        metadata.create_all(self.engine)
        # The table holds operations, but a dead letter may hold anything: nobody but the server reads it.
        path.chmod(0o600)
        self._marker = path.with_suffix(".marker")
        self.generation = self._settle_generation()

    def close(self) -> None:
        """Give the file back."""
        self.engine.dispose()
        self._held.close()

    # -- generation ----------------------------------------------------------------------------------------------

    def _settle_generation(self) -> str:
        """Keep the generation, or begin a new one when this file is older than the marker that lies beside it.

        A file put back from a backup cannot know it by itself; the marker, written after each commit and in no
        backup, can.
        """
        with self.engine.begin() as connection:
            known = {row.key: row.value for row in connection.execute(select(meta))}
            generation, commits = known.get("generation"), int(known.get("commits", "0"))
            try:
                marked = json.loads(self._marker.read_text(encoding="utf-8"))
                restored = marked["generation"] != generation or marked["commits"] > commits
            except (OSError, ValueError, KeyError, TypeError):
                restored = True  # no marker: a copied file, or the first start
            if generation is None or restored:
                generation = secrets.token_hex(4)
                self._put(connection, "generation", generation)
                self._put(connection, "commits", str(commits + 1))
                commits += 1
        self._mark(generation, commits)
        return generation

    def _mark(self, generation: str, commits: int) -> None:
        # Not synchronised: after a power cut it may lag behind the table, which is the harmless side.
        temporary = self._marker.with_suffix(".new")
        temporary.write_text(json.dumps({"generation": generation, "commits": commits}), encoding="utf-8")
        os.replace(temporary, self._marker)

    @staticmethod
    def _put(connection: Connection, key: str, value: str) -> None:
        statement = insert(meta).values(key=key, value=value)
        connection.execute(statement.on_conflict_do_update(index_elements=["key"], set_={"value": value}))

    # -- writing (the ingest thread alone) -----------------------------------------------------------------------

    def add(self, arrivals: Sequence[Arrival], now: datetime) -> Stored:
        """Commit a batch. The streams it gives back are durable when this returns."""
        done = Stored()
        at = now.isoformat(timespec="milliseconds")
        with self.engine.begin() as connection:
            touched: dict[tuple[str, str], int] = {}
            for arrival in arrivals:
                if arrival.epoch is not None and arrival.seq is not None:
                    key = (arrival.device, arrival.epoch)
                    touched[key] = max(touched.get(key, 0), arrival.seq)
                if arrival.why is not None:
                    self._bury(connection, arrival, at, done)
                else:
                    self._insert(connection, arrival, at, done)
            for (device, epoch), top in touched.items():
                done.streams.append(self._advance(connection, device, epoch, top))
                self._seen(connection, device, at, {"epoch": epoch})
            row = connection.execute(select(meta.c.value).where(meta.c.key == "commits")).scalar_one()
            commits = int(row) + 1
            self._put(connection, "commits", str(commits))
        self._mark(self.generation, commits)
        return done

    def _insert(self, connection: Connection, arrival: Arrival, at: str, done: Stored) -> None:
        digest = content_hash(arrival.payload)
        body = arrival.payload.decode("utf-8")
        key = {"device": arrival.device, "epoch": arrival.epoch, "seq": arrival.seq}
        values = key | {
            "type": arrival.type, "class": arrival.event_class, "time": arrival.time, "clock": arrival.clock,
            "hash": digest, "body": body, "received_at": at, "known": arrival.known,
        }  # fmt: skip
        if connection.execute(insert(events).values(values).on_conflict_do_nothing()).rowcount == 1:
            done.fresh += 1
            return
        held = connection.execute(select(events.c.hash).filter_by(**key)).scalar_one()
        if held == digest:
            done.repeated += 1
            return
        copies = connection.execute(select(func.count()).select_from(quarantine).filter_by(**key, hash=digest))
        if copies.scalar_one() == 0:  # a resent copy of a quarantined event is the same incident
            connection.execute(insert(quarantine).values(key | {"hash": digest, "body": body, "received_at": at}))
            sentence = f"seq {arrival.seq} of epoch {arrival.epoch} came with two contents: is the device cloned?"
            self._alarm(connection, "two_contents", arrival.device, at, sentence)
            done.quarantined += 1

    def _bury(self, connection: Connection, arrival: Arrival, at: str, done: Stored) -> None:
        if arrival.seq is not None:
            held = connection.execute(
                select(func.count()).select_from(dead_letters)
                .filter_by(device=arrival.device, epoch=arrival.epoch, seq=arrival.seq)
            )  # fmt: skip
            if held.scalar_one():
                done.repeated += 1
                return
        connection.execute(
            insert(dead_letters).values(
                device=arrival.device, epoch=arrival.epoch, seq=arrival.seq, why=(arrival.why or "")[:200],
                payload=arrival.payload[:65536], received_at=at,
            )
        )  # fmt: skip
        done.dead += 1

    @staticmethod
    def _alarm(connection: Connection, code: str, device: str, at: str, sentence: str) -> None:
        connection.execute(insert(alarms).values(code=code, device=device, text=sentence[:300], at=at))

    def _advance(self, connection: Connection, device: str, epoch: str, top: int, floor: int = 0) -> Stream:
        """Move a stream's watermark over all that is there; dead letters count, or one would stop everything."""
        where = {"device": device, "epoch": epoch}
        row = connection.execute(select(streams).filter_by(**where)).one_or_none()
        before = row.watermark if row else 0
        mark = max(before, floor)
        top = max(top, row.top if row else 0, mark)
        given_up = (row.given_up if row else 0) + self._missing(connection, where, before, mark)
        gaps: list[tuple[int, int]] = []
        reached = mark
        for seq in self._above(connection, where, mark):
            if seq != reached + 1:
                gaps.append((reached + 1, seq - 1))
            elif not gaps:
                mark = seq
            reached = seq
        values = where | {"watermark": mark, "top": top, "given_up": given_up}
        statement = insert(streams).values(values)
        connection.execute(statement.on_conflict_do_update(index_elements=["device", "epoch"], set_=values))
        return Stream(device, epoch, mark, tuple(gaps[:GAPS_TOLD]))

    @staticmethod
    def _above(connection: Connection, where: dict[str, str], mark: int) -> Iterable[int]:
        held = select(events.c.seq).filter_by(**where).where(events.c.seq > mark)
        dead = select(dead_letters.c.seq).filter_by(**where).where(dead_letters.c.seq > mark)
        return connection.execute(held.union(dead).order_by("seq")).scalars()

    def _missing(self, connection: Connection, where: dict[str, str], low: int, high: int) -> int:
        """How many of (low, high] we do not hold."""
        if high <= low:
            return 0
        held = sum(1 for seq in self._above(connection, where, low) if seq <= high)
        return high - low - held

    def stream(self, device: str, epoch: str, now: datetime, first: int = 1) -> Stream:
        """The stream of a device that asks (`ev/hello`). `first`: the oldest event it still keeps.

        What is older and missing here is gone for good: counted, alarmed, and the watermark steps over it.
        """
        at = now.isoformat(timespec="milliseconds")
        with self.engine.begin() as connection:
            held = select(streams.c.given_up).filter_by(device=device, epoch=epoch)
            before = connection.execute(held).scalar_one_or_none() or 0
            stream = self._advance(connection, device, epoch, 0, floor=first - 1)
            after = connection.execute(held).scalar_one()
            if after > before:
                sentence = f"{after - before} events of epoch {epoch} are kept neither there nor here"
                self._alarm(connection, "given_up", device, at, sentence)
        return stream

    def known_streams(self) -> list[Stream]:
        """The newest stream of every device, for the acks after the server's own reconnection."""
        with self.engine.begin() as connection:
            current = select(devices.c.device, devices.c.epoch).where(devices.c.epoch.is_not(None))
            return [self._advance(connection, device, epoch, 0) for device, epoch in connection.execute(current).all()]

    def seen(self, device: str, now: datetime, **changes: Any) -> None:
        """Note that a device spoke. `changes`: epoch, online, birth, version, clock."""
        with self.engine.begin() as connection:
            self._seen(connection, device, now.isoformat(timespec="milliseconds"), changes)

    @staticmethod
    def _seen(connection: Connection, device: str, at: str, changes: dict[str, Any]) -> None:
        fresh = {"device": device, "first_seen": at, "last_seen": at, "online": True} | changes
        statement = insert(devices).values(fresh)
        connection.execute(statement.on_conflict_do_update(index_elements=["device"], set_={"last_seen": at} | changes))

    def died(self, device: str, birth: str) -> bool:
        """A will or a goodbye came. Ignored when it is of another connection than the current."""
        with self.engine.begin() as connection:
            changed = connection.execute(devices.update().filter_by(device=device, birth=birth).values(online=False))
            return bool(changed.rowcount)


def backup(source: Path, target: Path) -> None:
    """A consistent copy of the database while the server runs.

    Raises `FileExistsError` for a target that is there, `FileNotFoundError` when there is nothing to copy.
    """
    if target.exists():
        raise FileExistsError(f"{target} exists; a backup never overwrites")
    if not source.is_file():
        raise FileNotFoundError(f"{source} is not there")
    engine = open_engine(source)
    with engine.connect() as connection:
        connection.execute(text("VACUUM INTO :target"), {"target": str(target)})
    engine.dispose()
    target.chmod(0o600)
