"""The ledger as a file: who may open it, how an old one becomes a new one, and where a damaged one is kept."""

from __future__ import annotations

import fcntl
import os
import secrets
import sqlite3
import time
from datetime import date, datetime
from importlib.resources import files
from pathlib import Path

CLAIM_WAIT_S = 5.0
_PUT_META = "INSERT INTO meta (key, value) VALUES (?, ?)"


class LedgerTooNew(Exception):
    """Newer software wrote this ledger. It is healthy: it must neither be set aside nor be changed."""


class LedgerBusy(Exception):
    """Another hub has the ledger open."""


def claim(path: Path, wait_s: float = CLAIM_WAIT_S) -> int:
    """Take the ledger for this process; the kernel lets go of it when the process ends, however it ends.

    Waits a little for a predecessor that is still ending. Raises `LedgerBusy`.
    """
    descriptor = os.open(path.with_name(path.name + ".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
    deadline = time.monotonic() + wait_s
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return descriptor
        except BlockingIOError as error:
            if time.monotonic() > deadline:
                os.close(descriptor)
                raise LedgerBusy(f"{path} is open in another hub; stop that one first") from error
            time.sleep(0.05)


def migrations() -> list[tuple[int, str]]:
    """(version, SQL) of every step, ascending."""
    found = [
        (int(each.name.split("_")[0]), each.read_text(encoding="utf-8"))
        for each in files("queue_display.migrations").iterdir()
        if each.name.endswith(".sql")
    ]
    return sorted(found)


def statements(script: str) -> list[str]:
    """The statements of a migration. None of ours has a `;` inside one."""
    lines = [line for line in script.splitlines() if not line.lstrip().startswith("--")]
    return [each.strip() for each in "\n".join(lines).split(";") if each.strip()]


def migrate(db: sqlite3.Connection, steps: list[tuple[int, str]] | None = None) -> None:
    """Bring a ledger to the newest version, all steps in one transaction: all or nothing.

    `db` is a connection in autocommit. Raises `LedgerTooNew` when the ledger is ahead of this software.
    """
    steps = migrations() if steps is None else steps
    have = int(db.execute("PRAGMA user_version").fetchone()[0])
    newest = steps[-1][0]
    if have > newest:
        raise LedgerTooNew(
            f"the ledger is of version {have}, this software knows up to {newest}; install the newer one"
        )
    if have == newest:
        return
    db.execute("BEGIN IMMEDIATE")
    try:
        for version, script in steps:
            if version > have:
                for statement in statements(script):
                    db.execute(statement)
        db.execute(f"PRAGMA user_version = {newest}")
        db.execute("COMMIT")
    except BaseException:
        db.execute("ROLLBACK")
        raise


def sync_folder(folder: Path) -> None:
    """Make a rename in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def set_aside(path: Path, at: datetime) -> Path:
    """Rename a damaged ledger, with its WAL, to a name that tells when; keep it for whoever looks into it."""
    stamp = f"{at:%Y%m%d-%H%M%S}"
    target = path.with_name(f"{path.name}.bad-{stamp}")
    copy = 1
    while target.exists():
        copy += 1
        target = path.with_name(f"{path.name}.bad-{stamp}-{copy}")
    path.rename(target)
    for suffix in ("-wal", "-shm"):
        extra = Path(f"{path}{suffix}")
        if extra.exists():
            extra.rename(f"{target}{suffix}")
    sync_folder(path.parent)
    return target


def _connect(path: Path) -> sqlite3.Connection:
    # The lock in `Ledger` is what makes the second thread safe; isolation_level None leaves BEGIN to us.
    return sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=5.0, cached_statements=128)


def _settle(db: sqlite3.Connection) -> None:
    """The promises of a durable ledger, read back: a setting that did not take is as bad as a damaged file."""
    mode = db.execute("PRAGMA journal_mode = WAL").fetchone()[0]
    db.execute("PRAGMA synchronous = FULL")
    db.execute("PRAGMA foreign_keys = ON")
    level = db.execute("PRAGMA synchronous").fetchone()[0]
    keys = db.execute("PRAGMA foreign_keys").fetchone()[0]
    if (mode, level, keys) != ("wal", 2, 1):
        raise sqlite3.DatabaseError(f"journal_mode={mode} synchronous={level} foreign_keys={keys}, want wal 2 1")


def open_checked(path: Path) -> sqlite3.Connection:
    """Open an existing ledger. Raises `sqlite3.DatabaseError` when it is damaged."""
    if path.stat().st_size == 0:
        # A new ledger gets its name only when it is whole (`make`): an empty file has lost its content.
        raise sqlite3.DatabaseError("the file is empty")
    db = _connect(path)
    try:
        _settle(db)
        found = db.execute("PRAGMA quick_check(1)").fetchone()[0]
        if found != "ok":
            raise sqlite3.DatabaseError(found)
        if db.execute("PRAGMA foreign_key_check").fetchone() is not None:
            raise sqlite3.IntegrityError("a row refers to a ticket that is not there")
        migrate(db)
        for key in ("epoch", "service_day"):
            if db.execute("SELECT 1 FROM meta WHERE key = ?", (key,)).fetchone() is None:
                raise sqlite3.DatabaseError(f"the ledger has no {key}")
    except BaseException:
        db.close()
        raise
    return db


def make(path: Path, day: date, *, reserve: bool) -> sqlite3.Connection:
    """A new ledger with its epoch, given its name only when it is whole and on the disk."""
    draft = path.with_name(path.name + ".new")
    for leftover in (draft, Path(f"{draft}-wal"), Path(f"{draft}-shm")):
        leftover.unlink(missing_ok=True)
    db = _connect(draft)
    # A commit writes whole pages: half the usual size writes 21 instead of 34 KB a ticket; the card lives longer.
    db.execute("PRAGMA page_size = 2048")
    _settle(db)
    migrate(db)
    db.execute("BEGIN IMMEDIATE")
    notes = {
        "epoch": secrets.token_hex(4),
        "service_day": day.isoformat(),
        "rev": "0",
        "watermark": "0",
        "reserve": "1" if reserve else "0",
        "session_secret": secrets.token_hex(32),
    }
    for key, value in notes.items():
        db.execute(_PUT_META, (key, value))
    db.execute("COMMIT")
    db.close()  # the last connection folds the WAL into the file and removes it
    draft.chmod(0o640)
    draft.rename(path)
    sync_folder(path.parent)
    return open_checked(path)
