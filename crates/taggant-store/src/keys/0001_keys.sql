-- Nothing in this file is secret or trusted: keys are wrapped, rows and history bear MACs.
-- docs/KEYS.md describes every column.
CREATE TABLE folder (
    only        INTEGER PRIMARY KEY CHECK (only = 1),
    id          BLOB NOT NULL CHECK (length(id) = 16),
    format      INTEGER NOT NULL,
    overwritten INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE key_events (
    number   INTEGER PRIMARY KEY,
    time_ns  INTEGER NOT NULL,
    kind     INTEGER NOT NULL,
    tenant   TEXT NOT NULL,
    body     BLOB NOT NULL,
    previous BLOB NOT NULL CHECK (length(previous) = 32),
    hash     BLOB NOT NULL CHECK (length(hash) = 32),
    mac      BLOB NOT NULL CHECK (length(mac) = 32)
) STRICT;

CREATE TABLE branch_keys (
    id         BLOB PRIMARY KEY CHECK (length(id) = 16),
    tenant     TEXT NOT NULL,
    key_group  TEXT NOT NULL,
    generation INTEGER NOT NULL,
    UNIQUE (tenant, key_group, generation)
) STRICT;

CREATE TABLE root_wraps (
    branch      BLOB NOT NULL,
    root        TEXT NOT NULL,
    check_value BLOB,
    wrapped     BLOB NOT NULL,
    PRIMARY KEY (branch, root)
) STRICT, WITHOUT ROWID;

CREATE TABLE service_keys (
    tenant     TEXT NOT NULL,
    kind       TEXT NOT NULL,
    scope      BLOB NOT NULL,
    generation INTEGER NOT NULL,
    branch     BLOB NOT NULL,
    wrapped    BLOB NOT NULL,
    PRIMARY KEY (tenant, kind, scope, generation)
) STRICT, WITHOUT ROWID;

CREATE TABLE subjects (
    tenant  TEXT NOT NULL,
    tag     BLOB NOT NULL CHECK (length(tag) = 16),
    version INTEGER NOT NULL,
    fenced  TEXT NOT NULL,
    PRIMARY KEY (tenant, tag)
) STRICT, WITHOUT ROWID;

-- The newest checkpoint of each ledger: number and digest, signed with its checkpoint key.
CREATE TABLE ledger_heads (
    ledger BLOB PRIMARY KEY CHECK (length(ledger) = 16),
    number INTEGER NOT NULL,
    head   BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE data_keys (
    id         BLOB PRIMARY KEY CHECK (length(id) = 16),
    tenant     TEXT NOT NULL,
    key_group  TEXT NOT NULL,
    generation INTEGER NOT NULL,
    branch     BLOB NOT NULL,
    owner_kind INTEGER NOT NULL,
    owner      BLOB NOT NULL,
    state      INTEGER NOT NULL,
    wrapped    BLOB,
    created_ns INTEGER NOT NULL,
    mac        BLOB NOT NULL CHECK (length(mac) = 32)
) STRICT;

-- One active key per owner, group and generation. NULLs differ, so that there may be many others.
CREATE UNIQUE INDEX owned_data_keys ON data_keys
    (tenant, owner, owner_kind, key_group, generation, (CASE WHEN state = 1 THEN 1 END));
