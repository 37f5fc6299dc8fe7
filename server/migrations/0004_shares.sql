-- When a sandbox was used last: what nobody uses for too long is deleted.
ALTER TABLE sandboxes ADD COLUMN used_at INTEGER NOT NULL DEFAULT 0;
UPDATE sandboxes SET used_at = created_at;
CREATE INDEX sandboxes_by_use ON sandboxes (used_at);

-- Experiments that were shared. Each is a sandbox of its own, a copy of another's log up to a time;
-- the name under which it is seen is not its id, so that nobody can do anything to it.
CREATE TABLE shares (
    id         TEXT    NOT NULL PRIMARY KEY,
    sandbox    TEXT    NOT NULL REFERENCES sandboxes (id) ON DELETE CASCADE,
    -- What it is a copy of, while that is there.
    source     TEXT    REFERENCES sandboxes (id) ON DELETE SET NULL,
    note       TEXT    NOT NULL,
    created_at INTEGER NOT NULL DEFAULT (unixepoch())
) STRICT, WITHOUT ROWID;

CREATE INDEX shares_by_sandbox ON shares (sandbox);
CREATE INDEX shares_by_source ON shares (source);
