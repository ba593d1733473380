-- Version 2: the rules of the queue. Tickets of version 1 keep everything they had.

ALTER TABLE tickets ADD COLUMN recalls INTEGER NOT NULL DEFAULT 0;
ALTER TABLE tickets ADD COLUMN since TEXT;
ALTER TABLE tickets ADD COLUMN also TEXT NOT NULL DEFAULT '';
ALTER TABLE tickets ADD COLUMN back_to INTEGER;
ALTER TABLE tickets ADD COLUMN back_service TEXT;
ALTER TABLE tickets ADD COLUMN appointment INTEGER NOT NULL DEFAULT 0;
ALTER TABLE tickets ADD COLUMN prechecked INTEGER NOT NULL DEFAULT 0;
ALTER TABLE tickets ADD COLUMN returns INTEGER NOT NULL DEFAULT 0;
ALTER TABLE tickets ADD COLUMN carry INTEGER NOT NULL DEFAULT 0;

-- JSON list of service ids, or NULL for what the settings say.
ALTER TABLE posts ADD COLUMN services TEXT;
ALTER TABLE posts ADD COLUMN emergency INTEGER NOT NULL DEFAULT 0;
ALTER TABLE posts ADD COLUMN free_since TEXT;

-- A press that got no number is committed too: it has no ticket, but the reason (JSON).
CREATE TABLE presses_2 (
    board   TEXT NOT NULL,
    boot    INTEGER NOT NULL,
    press   INTEGER NOT NULL,
    button  INTEGER NOT NULL,
    ticket  TEXT REFERENCES tickets (id) ON DELETE CASCADE,
    refused TEXT,
    day     TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (board, boot, press),
    CHECK ((ticket IS NULL) <> (refused IS NULL))
) WITHOUT ROWID;
INSERT INTO presses_2 (board, boot, press, button, ticket) SELECT board, boot, press, button, ticket FROM presses;
DROP TABLE presses;
ALTER TABLE presses_2 RENAME TO presses;
CREATE INDEX presses_of_ticket ON presses (ticket) WHERE ticket IS NOT NULL;
CREATE INDEX presses_refused ON presses (day) WHERE refused IS NOT NULL;

-- Appointments: codes and times, never names.
CREATE TABLE appointments (
    code       TEXT PRIMARY KEY,
    service    TEXT NOT NULL,
    at         TEXT NOT NULL,
    prechecked INTEGER NOT NULL DEFAULT 0,
    ticket     TEXT
) WITHOUT ROWID;

-- Calls for a helper that nobody has answered yet, and the answered ones of the last days.
CREATE TABLE helps (
    id      INTEGER PRIMARY KEY,
    place   TEXT NOT NULL,
    what    TEXT NOT NULL,
    at      TEXT NOT NULL,
    counter INTEGER,
    done_at TEXT
);
CREATE INDEX open_helps ON helps (id) WHERE done_at IS NULL;

-- Measured times of the hours that are not summed yet.
CREATE TABLE samples (
    day     TEXT NOT NULL,
    hour    INTEGER NOT NULL,
    kind    TEXT NOT NULL,
    service TEXT NOT NULL,
    counter INTEGER NOT NULL,
    ticket  TEXT NOT NULL,
    at      TEXT NOT NULL,
    seconds REAL NOT NULL
);
CREATE INDEX samples_of_hour ON samples (day, hour);

-- Hourly sums: kept for a year, long after the tickets are gone. `service` is '' for a counter's idle time.
CREATE TABLE hours (
    day     TEXT NOT NULL,
    hour    INTEGER NOT NULL,
    service TEXT NOT NULL,
    counter INTEGER NOT NULL,
    issued  INTEGER NOT NULL,
    sums    TEXT NOT NULL,
    PRIMARY KEY (day, hour, service, counter)
) WITHOUT ROWID
