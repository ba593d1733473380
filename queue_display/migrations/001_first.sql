-- The ledger, version 1. One row of truth per thing; everything a press changes is written in one transaction.

CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

-- Last number of each letter and day: never goes down, so no number is issued twice.
CREATE TABLE series (
    service_day TEXT NOT NULL,
    letter      TEXT NOT NULL,
    last        INTEGER NOT NULL CHECK (last BETWEEN 1 AND 999),
    PRIMARY KEY (service_day, letter)
) WITHOUT ROWID;

CREATE TABLE tickets (
    id           TEXT PRIMARY KEY,
    number       TEXT NOT NULL,
    letter       TEXT NOT NULL,
    n            INTEGER NOT NULL CHECK (n BETWEEN 1 AND 999),
    service      TEXT NOT NULL,
    service_day  TEXT NOT NULL,
    epoch        TEXT NOT NULL,
    place        INTEGER NOT NULL,
    issued_at    TEXT NOT NULL,
    ahead        INTEGER NOT NULL,
    state        TEXT NOT NULL,
    print        TEXT NOT NULL,
    priority     INTEGER NOT NULL,
    counter      INTEGER,
    called_at    TEXT,
    served_at    TEXT,
    closed_at    TEXT,
    last_call_at TEXT,
    calls        INTEGER NOT NULL,
    note         TEXT,
    clock        TEXT NOT NULL,
    boot         TEXT NOT NULL,
    uptime       REAL NOT NULL,
    UNIQUE (service_day, letter, n)
) WITHOUT ROWID;

CREATE TABLE presses (
    board  TEXT NOT NULL,
    boot   INTEGER NOT NULL,
    press  INTEGER NOT NULL,
    button INTEGER NOT NULL,
    ticket TEXT NOT NULL REFERENCES tickets (id) ON DELETE CASCADE,
    PRIMARY KEY (board, boot, press)
) WITHOUT ROWID;
CREATE INDEX presses_of_ticket ON presses (ticket);

-- Counters as they stand: open, paused or closed, and who is there.
CREATE TABLE posts (
    id           INTEGER PRIMARY KEY,
    state        TEXT NOT NULL,
    ticket       TEXT,
    pause_reason TEXT,
    pause_until  TEXT,
    normals      INTEGER NOT NULL
);

CREATE TABLE jobs (
    id         INTEGER PRIMARY KEY,
    kind       TEXT NOT NULL,
    ticket     TEXT REFERENCES tickets (id) ON DELETE CASCADE,
    state      TEXT NOT NULL,
    payload    TEXT,
    created_at TEXT NOT NULL,
    detail     TEXT
);
CREATE INDEX jobs_of_ticket ON jobs (ticket);
CREATE INDEX open_jobs ON jobs (id) WHERE state NOT IN ('printed', 'dropped');

-- Idempotency: the first answer to a key, and a hash of what was asked.
CREATE TABLE requests (
    key    TEXT PRIMARY KEY,
    hash   TEXT NOT NULL,
    answer TEXT NOT NULL,
    at     REAL NOT NULL
) WITHOUT ROWID;

-- Events for the commune server; kept until delivered and old.
CREATE TABLE outbox (
    epoch TEXT NOT NULL,
    seq   INTEGER NOT NULL CHECK (seq >= 1),
    class TEXT NOT NULL,
    body  TEXT NOT NULL,
    at    REAL NOT NULL,
    PRIMARY KEY (epoch, seq)
) WITHOUT ROWID;
