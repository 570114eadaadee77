//! The statements that write, in the dialect of [`crate::sql`].

use crate::sql::Many;

/// Inserts whole rows that must not be there; one that is shows by the number of inserted rows.
const fn insert(head: &'static str, width: usize) -> Many {
    Many { head, width, tail: "ON CONFLICT DO NOTHING" }
}

macro_rules! sum {
    ($table:literal, $width:literal, $key:literal) => {
        Many {
            head: concat!("INSERT INTO ", $table),
            width: $width,
            tail: concat!(
                "ON CONFLICT (",
                $key,
                ") DO UPDATE SET first_ns = CASE WHEN excluded.first_ns < ",
                $table,
                ".first_ns THEN excluded.first_ns ELSE ",
                $table,
                ".first_ns END, last_ns = CASE WHEN excluded.last_ns > ",
                $table,
                ".last_ns THEN excluded.last_ns ELSE ",
                $table,
                ".last_ns END, count = ",
                $table,
                ".count + excluded.count"
            ),
        }
    };
}

pub(super) const INSTANCES: Many = insert("INSERT INTO instances", 12);
pub(super) const TEXTS: Many = insert("INSERT INTO texts", 3);
pub(super) const DATASETS: Many = insert("INSERT INTO datasets", 6);
pub(super) const FIELDS: Many = insert("INSERT INTO fields", 7);
pub(super) const DICTIONARY: Many = insert("INSERT INTO dictionary", 5);
pub(super) const POLICIES: Many = insert("INSERT INTO policies", 4);
pub(super) const POLICY_CHANGES: Many = insert("INSERT INTO policy_changes", 5);
pub(super) const RUNS: Many = insert("INSERT INTO runs", 6);
pub(super) const FINDINGS: Many = insert("INSERT INTO findings", 5);
pub(super) const ERASURES: Many = insert("INSERT INTO erasures", 7);
pub(super) const ERASURE_LINES: Many = insert("INSERT INTO erasure_lines", 7);
pub(super) const CONFIRMATIONS: Many = insert("INSERT INTO confirmations", 5);
pub(super) const PEOPLE: Many = insert("INSERT INTO people", 7);
/// A person that another lane may have named before: what is not known of them yet is added, unless
/// they were forgotten.
pub(super) const INTRODUCED: Many = Many {
    head: "INSERT INTO people",
    width: 7,
    tail: "ON CONFLICT (handle) DO UPDATE SET
        link = CASE WHEN people.forgotten = 0
            THEN coalesce(people.link, excluded.link) ELSE people.link END,
        salt = CASE WHEN people.forgotten = 0
            THEN coalesce(people.salt, excluded.salt) ELSE people.salt END,
        tenant = CASE WHEN people.forgotten = 0
            THEN coalesce(people.tenant, excluded.tenant) ELSE people.tenant END,
        tag = CASE WHEN people.forgotten = 0
            THEN coalesce(people.tag, excluded.tag) ELSE people.tag END",
};
pub(super) const DROPS: Many = insert("INSERT INTO drops", 5);
pub(super) const ACCESSES: Many = insert("INSERT INTO accesses", 21);

pub(super) const EDGES: Many = sum!("edges", 16, "lane, shape");
pub(super) const DERIVATIONS: Many =
    sum!("derivations", 9, "lane, dataset, field, origin, location, action");
pub(super) const PLACES: Many =
    sum!("subject_locations", 9, "person, lane, dataset, location, kind, form");
pub(super) const OUTCOMES: Many = Many {
    head: "INSERT INTO outcomes",
    width: 4,
    tail: "ON CONFLICT (lane, kind, outcome) DO UPDATE SET count = outcomes.count + excluded.count",
};

pub(super) const START: &str = "UPDATE instances
    SET started_ns = $3, program = $4, build = $5, pid = $6, boot = $7, policy = $8
    WHERE lane = $1 AND number = $2";
pub(super) const NEXT: &str =
    "UPDATE instances SET next_number = $3 WHERE lane = $1 AND number = $2";
pub(super) const FORGET: &str = "UPDATE people
    SET forgotten = 1, link = NULL, salt = NULL, tenant = NULL, tag = NULL
    WHERE person = $1 AND forgotten = 0";
