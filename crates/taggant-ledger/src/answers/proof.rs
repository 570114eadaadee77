//! What is said of the ledger itself.

use serde::Serialize;

use super::words::{Ended, Kind};

/// Something about a journal that should not be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// Journal instance in hex.
    pub instance: String,
    /// Number of the event.
    pub number: u64,
    /// What is wrong.
    pub what: String,
}

impl Finding {
    /// A finding about an event of a journal instance.
    pub fn new(instance: impl Into<String>, number: u64, what: impl Into<String>) -> Self {
        Self { instance: instance.into(), number, what: what.into() }
    }
}

/// How many events of a kind ended how.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct OutcomeSum {
    /// What kind of movement.
    pub kind: Kind,
    /// How they ended.
    pub outcome: Ended,
    /// How many.
    pub count: u64,
}

impl OutcomeSum {
    /// So many of a kind ended so.
    #[must_use]
    pub fn new(kind: Kind, outcome: Ended, count: u64) -> Self {
        Self { kind, outcome, count }
    }
}

/// A policy that was in force at some time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PolicyText {
    /// SHA-256 of its canonical text, in hex.
    pub digest: String,
    /// Its canonical text.
    pub text: String,
    /// When first.
    pub first_ns: u64,
}

impl PolicyText {
    /// A policy, and when it first came into force.
    pub fn new(digest: impl Into<String>, text: impl Into<String>, first_ns: u64) -> Self {
        Self { digest: digest.into(), text: text.into(), first_ns }
    }
}

/// One time that a policy came into force in a process.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct InForce {
    /// Journal instance in hex.
    pub instance: String,
    /// Which service.
    pub service: String,
    /// When.
    pub time_ns: u64,
    /// Digest of the policy in hex.
    pub digest: String,
}

impl InForce {
    /// A policy came into force in a process of a service.
    pub fn new(
        instance: impl Into<String>,
        service: impl Into<String>,
        time_ns: u64,
        digest: impl Into<String>,
    ) -> Self {
        let (instance, service, digest) = (instance.into(), service.into(), digest.into());
        Self { instance, service, time_ns, digest }
    }
}

/// Something that is not as it was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Tampering {
    /// `changed`, `missing`, `inserted`, `checkpoint`, `rolled_back`, `erasures`, `journal`,
    /// `schema` or `log`.
    pub kind: String,
    /// The table that it is about.
    pub table: String,
    /// What is wrong. Rows are named by their keys.
    pub what: String,
}

impl Tampering {
    /// A finding.
    pub fn new(kind: &str, table: &str, what: impl Into<String>) -> Self {
        Self { kind: kind.to_owned(), table: table.to_owned(), what: what.into() }
    }
}

/// What was found, and how much was looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Verification {
    /// The ledger's id in hex.
    pub ledger: String,
    /// Lanes of the log.
    pub lanes: u64,
    /// Entries of all lanes.
    pub entries: u64,
    /// Events that they add up to.
    pub events: u64,
    /// Rows that were compared.
    pub rows: u64,
    /// Checkpoints.
    pub checkpoints: u64,
    /// Entries after the last checkpoint: a change of these can't be found.
    pub unsigned: u64,
    /// Entries whose rows were dropped, lawfully.
    pub dropped: u64,
    /// Numbers of events that a process claimed and was killed before it wrote them.
    pub gaps: u64,
    /// Events whose journal could not be authenticated any more: its key is gone.
    pub unverified: u64,
    /// The key that checkpoints were checked with, as other tools take it; empty if there is none.
    pub key: String,
    /// Where that key came from: `given`, `against`, or `ledger`: believed without a reason.
    pub key_from: String,
    /// What is not as it was written.
    pub findings: Vec<Tampering>,
    /// Findings that are not listed.
    pub more: u64,
}

impl Verification {
    /// Whether everything is as it was written.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.findings.is_empty()
    }
}
