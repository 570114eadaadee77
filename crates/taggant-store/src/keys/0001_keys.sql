-- Nothing in this file is secret or trusted: keys are wrapped, states and erasures bear MACs.
CREATE TABLE branch_keys (
    id         BLOB PRIMARY KEY CHECK (length(id) = 16),
    tenant     TEXT NOT NULL,
    key_group  TEXT NOT NULL,
    generation INTEGER NOT NULL,
    UNIQUE (tenant, key_group, generation)
) STRICT;

CREATE TABLE root_wraps (
    branch      BLOB NOT NULL REFERENCES branch_keys (id),
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

CREATE TABLE data_keys (
    id         BLOB PRIMARY KEY CHECK (length(id) = 16),
    tenant     TEXT NOT NULL,
    key_group  TEXT NOT NULL,
    branch     BLOB NOT NULL,
    owner_kind INTEGER NOT NULL,
    owner      BLOB NOT NULL,
    state      INTEGER NOT NULL,
    wrapped    BLOB,
    created_ns INTEGER NOT NULL,
    mac        BLOB NOT NULL CHECK (length(mac) = 32)
) STRICT;

-- One active key per owner and group.
CREATE UNIQUE INDEX active_data_keys ON data_keys (tenant, owner, owner_kind, key_group)
    WHERE state = 1;
CREATE INDEX owned_data_keys ON data_keys (tenant, owner, owner_kind);

CREATE TABLE erasures (
    number     INTEGER PRIMARY KEY,
    time_ns    INTEGER NOT NULL,
    tenant     TEXT NOT NULL,
    subject    BLOB NOT NULL CHECK (length(subject) = 16),
    key_groups TEXT NOT NULL,
    previous   BLOB NOT NULL CHECK (length(previous) = 32),
    hash       BLOB NOT NULL CHECK (length(hash) = 32),
    mac        BLOB NOT NULL CHECK (length(mac) = 32)
) STRICT;
CREATE INDEX erased_subjects ON erasures (tenant, subject);

CREATE TABLE holds (
    tenant  TEXT NOT NULL,
    subject BLOB NOT NULL CHECK (length(subject) = 16),
    mac     BLOB NOT NULL CHECK (length(mac) = 32),
    PRIMARY KEY (tenant, subject)
) STRICT, WITHOUT ROWID;

-- Moves when keys in somebody's memory may be void.
CREATE TABLE version (only INTEGER PRIMARY KEY CHECK (only = 1), value INTEGER NOT NULL) STRICT;
INSERT INTO version VALUES (1, 1);
