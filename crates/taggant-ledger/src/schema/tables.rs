//! The tables. No tagged value, no key and no id of a person stands in them: people are handles.
//!
//! `lane` leads the key of every covered table but the people's, so that lanes never wait for each
//! other. Numbers of texts, datasets and instances are those of the lane; 0 is "none".

use super::{Column, Holds, Table};

const fn int(name: &'static str) -> Column {
    Column { name, holds: Holds::Int, nullable: false }
}

const fn text(name: &'static str) -> Column {
    Column { name, holds: Holds::Text, nullable: false }
}

const fn bytes(name: &'static str) -> Column {
    Column { name, holds: Holds::Bytes, nullable: false }
}

const fn maybe(column: Column) -> Column {
    Column { nullable: true, ..column }
}

const fn table(name: &'static str, key: usize, columns: &'static [Column]) -> Table {
    Table { name, columns, key, unique: &[], covered: columns.len() }
}

const fn uncovered(table: Table) -> Table {
    Table { covered: 0, ..table }
}

/// All tables.
pub const TABLES: &[Table] = &[
    // The ledger itself: one row.
    uncovered(table("ledger", 1, &[int("only"), bytes("id"), maybe(bytes("folder"))])),
    // The lanes of the log: whose, how long, and the roots of the whole subtrees.
    Table {
        unique: &["source, service, number"],
        ..uncovered(table(
            "lanes",
            1,
            &[
                int("lane"),
                bytes("source"),
                text("service"),
                int("number"),
                int("size"),
                bytes("roots"),
                int("events"),
                // Of the ledger's signer, over all that stands before it.
                maybe(bytes("signature")),
                maybe(bytes("holder")),
                int("held_until_ns"),
            ],
        ))
    },
    // The entries. Salt and content may go; the hash stays.
    uncovered(table(
        "leaves",
        2,
        &[
            int("lane"),
            int("number"),
            bytes("hash"),
            maybe(bytes("salt")),
            maybe(bytes("content")),
            maybe(bytes("access_salt")),
        ],
    )),
    // The signed heads.
    uncovered(table("checkpoints", 1, &[int("number"), int("size"), text("note")])),
    // Journal instances. How far one has come moves without an event.
    Table {
        covered: 10,
        ..table(
            "instances",
            2,
            &[
                int("lane"),
                int("number"),
                bytes("instance"),
                maybe(int("started_ns")),
                text("program"),
                text("build"),
                text("pid"),
                text("boot"),
                text("policy"),
                int("next_number"),
                int("drained_ns"),
                int("ended"),
            ],
        )
    },
    // Locations, purposes, actors, tenants, origins and scopes.
    table("texts", 2, &[int("lane"), int("number"), text("text")]),
    // What an instance's own numbers stand for.
    table(
        "dictionary",
        3,
        &[int("lane"), int("instance"), int("number"), int("kind"), int("target")],
    ),
    // A record type as some build declared it.
    table(
        "datasets",
        2,
        &[
            int("lane"),
            int("number"),
            text("description"),
            text("dataset"),
            text("key_group"),
            int("first_ns"),
        ],
    ),
    table(
        "fields",
        3,
        &[
            int("lane"),
            int("dataset"),
            int("position"),
            text("field_id"),
            text("path"),
            text("role"),
            text("categories"),
        ],
    ),
    // Movements by shape: the actions of all fields of a record as one value.
    table(
        "edges",
        2,
        &[
            int("lane"),
            bytes("shape"),
            int("dataset"),
            int("kind"),
            int("outcome"),
            int("unknown"),
            int("location"),
            int("purpose"),
            int("actor"),
            int("on_behalf"),
            int("tenant"),
            int("first_field"),
            bytes("actions"),
            int("first_ns"),
            int("last_ns"),
            int("count"),
        ],
    ),
    // Values that were made from others.
    table(
        "derivations",
        6,
        &[
            int("lane"),
            int("dataset"),
            int("field"),
            int("origin"),
            int("location"),
            int("action"),
            int("first_ns"),
            int("last_ns"),
            int("count"),
        ],
    ),
    // Which tag is which handle. Link, salt, tenant and tag go when nothing needs them any more:
    // then the person is forgotten, and no import brings them back.
    Table {
        unique: &["handle", "tag, tenant"],
        covered: 4,
        ..table(
            "people",
            1,
            &[
                int("person"),
                bytes("handle"),
                int("forgotten"),
                maybe(bytes("link")),
                maybe(bytes("salt")),
                maybe(text("tenant")),
                maybe(bytes("tag")),
            ],
        )
    },
    table(
        "subject_locations",
        6,
        &[
            int("person"),
            int("lane"),
            int("dataset"),
            int("location"),
            int("kind"),
            int("form"),
            int("first_ns"),
            int("last_ns"),
            int("count"),
        ],
    ),
    // One row per access: who opened, revealed or looked up what of whom, and why. An entry has
    // their hash; they are not stored in it a second time.
    uncovered(table(
        "accesses",
        3,
        &[
            int("lane"),
            int("instance"),
            int("number"),
            int("time_ns"),
            int("kind"),
            int("outcome"),
            int("dataset"),
            int("first_field"),
            bytes("actions"),
            maybe(int("field")),
            int("location"),
            int("purpose"),
            int("actor"),
            int("on_behalf"),
            int("tenant"),
            int("scope"),
            int("origin"),
            maybe(int("person")),
            int("refers"),
            text("reason"),
            bytes("trace"),
        ],
    )),
    table("outcomes", 3, &[int("lane"), int("kind"), int("outcome"), int("count")]),
    table("policies", 2, &[int("lane"), text("digest"), text("text"), int("first_ns")]),
    table(
        "policy_changes",
        3,
        &[int("lane"), int("instance"), int("number"), int("time_ns"), text("digest")],
    ),
    // Erasures by the key store that they took place in, and their work lists.
    table(
        "erasures",
        3,
        &[
            int("lane"),
            bytes("store"),
            int("number"),
            bytes("handle"),
            int("time_ns"),
            text("key_groups"),
            int("final_ns"),
        ],
    ),
    table(
        "erasure_lines",
        4,
        &[
            int("lane"),
            bytes("store"),
            int("number"),
            int("line"),
            text("dataset"),
            text("location"),
            text("what"),
        ],
    ),
    table(
        "confirmations",
        4,
        &[int("lane"), bytes("store"), int("number"), int("line"), int("time_ns")],
    ),
    // Entries whose access rows were deleted.
    table("drops", 5, &[int("lane"), bytes("source"), text("service"), int("number"), int("leaf")]),
    // Numbers that hold no event, and numbers whose content is not what was written.
    table("findings", 4, &[int("lane"), int("instance"), int("number"), int("flaw"), text("what")]),
    // Which events an entry is about.
    table(
        "runs",
        2,
        &[int("lane"), int("leaf"), int("instance"), int("first"), int("next"), bytes("content")],
    ),
];

/// All indices besides keys and unique columns.
pub const INDICES: &[&str] = &[
    "CREATE INDEX accesses_by_person ON accesses (person, time_ns)",
    "CREATE INDEX accesses_by_actor ON accesses (lane, actor, time_ns)",
    "CREATE INDEX accesses_by_principal ON accesses (lane, on_behalf, time_ns) WHERE on_behalf <> 0",
    "CREATE INDEX accesses_by_dataset ON accesses (lane, dataset, time_ns)",
    "CREATE INDEX accesses_by_time ON accesses (time_ns)",
    "CREATE INDEX instances_by_id ON instances (instance)",
    "CREATE INDEX runs_by_instance ON runs (lane, instance, first)",
];
