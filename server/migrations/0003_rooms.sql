-- Study jams. All of a room is deleted when it closes, with the sandboxes that were made in it, but
-- for those of learners who keep theirs. Of secrets only hashes are kept.
CREATE TABLE rooms (
    id         TEXT    NOT NULL PRIMARY KEY,
    host       BLOB    NOT NULL,
    code       TEXT    NOT NULL UNIQUE,
    name       TEXT    NOT NULL,
    language   TEXT    NOT NULL,
    -- Slugs, as JSON; an empty one is the playground.
    lessons    TEXT    NOT NULL,
    admission  INTEGER NOT NULL,
    closes_at  INTEGER NOT NULL
) STRICT;

CREATE TABLE room_learners (
    room       TEXT    NOT NULL REFERENCES rooms (id) ON DELETE CASCADE,
    number     INTEGER NOT NULL,
    secret     BLOB    NOT NULL,
    name       TEXT    NOT NULL,
    admitted   INTEGER NOT NULL,
    kept       INTEGER NOT NULL DEFAULT 0,
    joined_at  INTEGER NOT NULL,
    PRIMARY KEY (room, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE room_sandboxes (
    room       TEXT    NOT NULL REFERENCES rooms (id) ON DELETE CASCADE,
    -- The learner's; 0 for the hosts'.
    number     INTEGER NOT NULL,
    lesson     TEXT    NOT NULL,
    sandbox    TEXT    NOT NULL,
    PRIMARY KEY (room, number, lesson)
) STRICT, WITHOUT ROWID;
