-- What a learner carries from one device to another, under a link that nobody else knows. Only the
-- hash of the link's secret is kept: who reads this table cannot open anybody's link.
CREATE TABLE learners (
    secret     BLOB    NOT NULL PRIMARY KEY,
    -- What was learned, as JSON.
    learned    TEXT    NOT NULL,
    updated_at INTEGER NOT NULL DEFAULT (unixepoch())
) STRICT, WITHOUT ROWID;

-- What somebody has completed, as the replay of the sandboxes' logs has shown it.
CREATE TABLE completions (
    id         TEXT    NOT NULL PRIMARY KEY,
    -- The hash of the key that deletes it.
    secret     BLOB    NOT NULL,
    name       TEXT    NOT NULL,
    -- The slugs of the lessons, as JSON.
    lessons    TEXT    NOT NULL,
    engine     TEXT    NOT NULL,
    created_at INTEGER NOT NULL DEFAULT (unixepoch())
) STRICT, WITHOUT ROWID;
