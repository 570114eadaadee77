-- What moved where. No tagged value, no key and no id of a person stands here: people are handles.
CREATE TABLE instances (
    id           INTEGER PRIMARY KEY,
    instance     BLOB NOT NULL UNIQUE CHECK (length(instance) = 16),
    started_ns   INTEGER,
    program      TEXT NOT NULL DEFAULT '',
    build        TEXT NOT NULL DEFAULT '',
    pid          TEXT NOT NULL DEFAULT '',
    boot         TEXT NOT NULL DEFAULT '',
    policy       TEXT NOT NULL DEFAULT '',
    next_number  INTEGER NOT NULL DEFAULT 0,
    drained_ns   INTEGER NOT NULL DEFAULT 0,
    ended        INTEGER NOT NULL DEFAULT 0
) STRICT;

-- Locations, purposes, actors, tenants and origins, once each. 0 is "none".
CREATE TABLE names (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT;
INSERT INTO names VALUES (0, '');

-- The dictionary of each instance: its numbers for names and datasets.
CREATE TABLE dictionary (
    instance INTEGER NOT NULL REFERENCES instances (id),
    number   INTEGER NOT NULL,
    kind     INTEGER NOT NULL,
    target   INTEGER NOT NULL,
    PRIMARY KEY (instance, number)
) STRICT, WITHOUT ROWID;

-- A record type as some build declared it.
CREATE TABLE datasets (
    id          INTEGER PRIMARY KEY,
    description TEXT NOT NULL UNIQUE,
    dataset     TEXT NOT NULL,
    key_group   TEXT NOT NULL,
    first_ns    INTEGER NOT NULL
) STRICT;

CREATE TABLE fields (
    id         INTEGER PRIMARY KEY,
    dataset    INTEGER NOT NULL REFERENCES datasets (id),
    position   INTEGER NOT NULL,
    field_id   TEXT NOT NULL,
    path       TEXT NOT NULL,
    role       TEXT NOT NULL,
    categories TEXT NOT NULL,
    UNIQUE (dataset, position)
) STRICT;

CREATE TABLE edges (
    field     INTEGER NOT NULL REFERENCES fields (id),
    kind      INTEGER NOT NULL,
    action    INTEGER NOT NULL,
    location  INTEGER NOT NULL REFERENCES names (id),
    purpose   INTEGER NOT NULL REFERENCES names (id),
    actor     INTEGER NOT NULL REFERENCES names (id),
    on_behalf INTEGER NOT NULL REFERENCES names (id),
    tenant    INTEGER NOT NULL REFERENCES names (id),
    outcome   INTEGER NOT NULL,
    unknown   INTEGER NOT NULL,
    first_ns  INTEGER NOT NULL,
    last_ns   INTEGER NOT NULL,
    count     INTEGER NOT NULL,
    PRIMARY KEY (field, kind, action, location, purpose, actor, on_behalf, tenant, outcome, unknown)
) STRICT, WITHOUT ROWID;

CREATE TABLE derivations (
    origin   INTEGER NOT NULL REFERENCES names (id),
    field    INTEGER NOT NULL REFERENCES fields (id),
    action   INTEGER NOT NULL,
    location INTEGER NOT NULL REFERENCES names (id),
    first_ns INTEGER NOT NULL,
    last_ns  INTEGER NOT NULL,
    count    INTEGER NOT NULL,
    PRIMARY KEY (origin, field, action, location)
) STRICT, WITHOUT ROWID;

-- Which tag is which handle. Salt, tenant and tag go when nothing needs the link any more.
CREATE TABLE handles (
    id     INTEGER PRIMARY KEY,
    handle BLOB NOT NULL UNIQUE CHECK (length(handle) = 16),
    salt   BLOB,
    tenant TEXT,
    tag    BLOB,
    UNIQUE (tag, tenant)
) STRICT;

CREATE TABLE subject_locations (
    handle   INTEGER NOT NULL REFERENCES handles (id),
    dataset  INTEGER NOT NULL REFERENCES datasets (id),
    location INTEGER NOT NULL REFERENCES names (id),
    kind     INTEGER NOT NULL,
    form     INTEGER NOT NULL, -- 1 sealed, 2 masked, 3 plaintext
    first_ns INTEGER NOT NULL,
    last_ns  INTEGER NOT NULL,
    count    INTEGER NOT NULL,
    PRIMARY KEY (handle, dataset, location, kind, form)
) STRICT, WITHOUT ROWID;

-- One row per access: who opened, revealed or looked up what of whom, and why.
CREATE TABLE accesses (
    instance  INTEGER NOT NULL REFERENCES instances (id),
    number    INTEGER NOT NULL,
    time_ns   INTEGER NOT NULL,
    kind      INTEGER NOT NULL,
    outcome   INTEGER NOT NULL,
    dataset   INTEGER REFERENCES datasets (id),
    actions   BLOB NOT NULL,
    first_field INTEGER NOT NULL,
    field     INTEGER,
    location  INTEGER NOT NULL REFERENCES names (id),
    purpose   INTEGER NOT NULL REFERENCES names (id),
    actor     INTEGER NOT NULL REFERENCES names (id),
    on_behalf INTEGER NOT NULL REFERENCES names (id),
    tenant    INTEGER NOT NULL REFERENCES names (id),
    handle    INTEGER REFERENCES handles (id),
    origin    INTEGER NOT NULL REFERENCES names (id),
    refers    INTEGER NOT NULL,
    reason    TEXT NOT NULL,
    trace     BLOB NOT NULL,
    PRIMARY KEY (instance, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX accesses_by_handle ON accesses (handle, time_ns);
CREATE INDEX accesses_by_actor ON accesses (actor, time_ns);
CREATE INDEX accesses_by_dataset ON accesses (dataset, time_ns);
CREATE INDEX accesses_by_time ON accesses (time_ns);

CREATE TABLE outcomes (
    kind    INTEGER NOT NULL,
    outcome INTEGER NOT NULL,
    count   INTEGER NOT NULL,
    PRIMARY KEY (kind, outcome)
) STRICT, WITHOUT ROWID;

CREATE TABLE policies (
    digest   TEXT PRIMARY KEY,
    text     TEXT NOT NULL,
    first_ns INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Each time that a policy came into force in a process.
CREATE TABLE policy_changes (
    instance INTEGER NOT NULL REFERENCES instances (id),
    number   INTEGER NOT NULL,
    time_ns  INTEGER NOT NULL,
    digest   TEXT NOT NULL,
    PRIMARY KEY (instance, number)
) STRICT, WITHOUT ROWID;

-- Erasures and their work lists: every line is open until somebody confirms it.
CREATE TABLE erasures (
    number  INTEGER PRIMARY KEY,
    handle  BLOB NOT NULL,
    time_ns INTEGER NOT NULL,
    key_groups TEXT NOT NULL,
    final_ns INTEGER NOT NULL
) STRICT;

CREATE TABLE erasure_lines (
    erasure      INTEGER NOT NULL REFERENCES erasures (number),
    line         INTEGER NOT NULL,
    dataset      TEXT NOT NULL,
    location     TEXT NOT NULL,
    what         TEXT NOT NULL,
    confirmed_ns INTEGER,
    PRIMARY KEY (erasure, line)
) STRICT, WITHOUT ROWID;

-- Numbers that hold no event, and numbers whose content is not what was written.
CREATE TABLE findings (
    instance INTEGER NOT NULL REFERENCES instances (id),
    number   INTEGER NOT NULL,
    what     TEXT NOT NULL,
    PRIMARY KEY (instance, number)
) STRICT, WITHOUT ROWID;

-- The proof of all above: docs/LEDGER.md.
CREATE TABLE log (
    only   INTEGER PRIMARY KEY CHECK (only = 1),
    id     BLOB NOT NULL CHECK (length(id) = 16),
    size   INTEGER NOT NULL,
    roots  BLOB NOT NULL,
    events INTEGER NOT NULL
) STRICT;

CREATE TABLE leaves (
    number INTEGER PRIMARY KEY,
    hash   BLOB NOT NULL CHECK (length(hash) = 32),
    salt   BLOB,
    data   BLOB
) STRICT;

-- Which events an entry is about.
CREATE TABLE runs (
    leaf     INTEGER PRIMARY KEY,
    instance INTEGER NOT NULL REFERENCES instances (id),
    first    INTEGER NOT NULL,
    next     INTEGER NOT NULL,
    content  BLOB NOT NULL CHECK (length(content) = 32)
) STRICT;
CREATE INDEX runs_by_instance ON runs (instance, first);

CREATE TABLE checkpoints (
    number INTEGER PRIMARY KEY,
    size   INTEGER NOT NULL,
    note   TEXT NOT NULL
) STRICT;
