-- A sandbox is its log: what it began as, and what was done to it at which model time.
CREATE TABLE sandboxes (
    id         TEXT    NOT NULL PRIMARY KEY,
    engine     TEXT    NOT NULL,
    seed       INTEGER NOT NULL,
    scenario   TEXT    NOT NULL,
    lesson     TEXT,
    learner    TEXT,
    rate       REAL    NOT NULL,
    -- Model time at which a sandbox that is not in memory goes on. While it is in memory and its
    -- clock runs, a little ahead of it, so that time never goes back after a crash.
    now_ms     INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL DEFAULT (unixepoch())
) STRICT;

CREATE TABLE entries (
    sandbox    TEXT    NOT NULL REFERENCES sandboxes (id) ON DELETE CASCADE,
    number     INTEGER NOT NULL,
    -- Model time up to which the cluster ran before this was done, and when it was done.
    begin_ms   INTEGER NOT NULL,
    end_ms     INTEGER NOT NULL,
    -- What was done, as JSON.
    deed       TEXT    NOT NULL,
    PRIMARY KEY (sandbox, number)
) STRICT, WITHOUT ROWID;

-- How far a learner is in the lesson of a sandbox.
CREATE TABLE progress (
    sandbox    TEXT    NOT NULL PRIMARY KEY REFERENCES sandboxes (id) ON DELETE CASCADE,
    learner    TEXT    NOT NULL,
    lesson     TEXT    NOT NULL,
    completed  INTEGER NOT NULL,
    state      TEXT    NOT NULL,
    updated_at INTEGER NOT NULL DEFAULT (unixepoch())
) STRICT;

CREATE INDEX progress_of_learner ON progress (learner, lesson);
