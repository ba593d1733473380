"""The yardstick of `motcua bench issue`: the least a durable ticket can cost in this language and on this disk.

A bare FastAPI handler on a Unix socket that commits one number (WAL, FULL) and nothing else: no print job, no event, no
idempotency, no access control. Not part of the product. Run as `python -m queue_display.bench_bare SOCKET DATABASE`.
"""

from __future__ import annotations

import sqlite3
import sys
from typing import Any

import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel


class Ask(BaseModel):
    """What is asked for."""

    service: str


def build(database: str) -> FastAPI:
    """The one route."""
    db = sqlite3.connect(database, isolation_level=None, check_same_thread=False)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    db.execute("CREATE TABLE IF NOT EXISTS last (service TEXT PRIMARY KEY, n INTEGER)")
    db.execute("CREATE TABLE IF NOT EXISTS ticket (service TEXT, n INTEGER, PRIMARY KEY (service, n))")
    app = FastAPI()

    @app.post("/v1/tickets")
    async def issue(ask: Ask) -> dict[str, Any]:
        db.execute("BEGIN IMMEDIATE")
        sql = "INSERT INTO last VALUES (?, 1) ON CONFLICT (service) DO UPDATE SET n = n + 1 RETURNING n"
        n = db.execute(sql, (ask.service,)).fetchone()[0]
        db.execute("INSERT INTO ticket VALUES (?, ?)", (ask.service, n))
        db.execute("COMMIT")
        return {"service": ask.service, "n": n}

    return app


if __name__ == "__main__":
    uvicorn.run(build(sys.argv[2]), uds=sys.argv[1], log_level="warning", access_log=False)
