//! The map as plain data. Times are Unix nanoseconds here and RFC 3339 texts where it is
//! serialized.

use serde::{Serialize, Serializer};
use taggant_ledger::answers::{Action, Ended, Kind, OutcomeSum};

pub use taggant_ledger::answers::{Direction, Protection};

/// The `schema` of a serialized map.
pub const SCHEMA: &str = "taggant.map.v1";

/// Where data came from, which fields it has, where it went.
#[derive(Clone, Debug, Serialize)]
pub struct Map {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// When the ledger was asked.
    #[serde(rename = "made", serialize_with = "time")]
    pub made_ns: u64,
    /// What was first seen then or later is new.
    #[serde(rename = "since", serialize_with = "optional_time")]
    pub since_ns: Option<u64>,
    /// Sums.
    pub totals: Totals,
    /// Datasets with their tagged fields, by name.
    pub datasets: Vec<Dataset>,
    /// Places that data was taken in or read from, by name.
    pub sources: Vec<Location>,
    /// Places that data was written to, by name.
    pub places: Vec<Location>,
    /// What moved, the least protected first.
    pub links: Vec<Link>,
    /// Values that were made from values of other fields.
    pub derivations: Vec<Derivation>,
    /// Who had plaintext in the program, for what.
    pub looks: Vec<Look>,
    /// Who was refused something, among the newest accesses that the ledger keeps.
    pub refusals: Vec<Refusal>,
    /// How many events ended how.
    pub outcomes: Vec<OutcomeSum>,
}

/// Sums of a map.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Totals {
    /// Datasets.
    pub datasets: usize,
    /// Tagged fields.
    pub fields: usize,
    /// Tagged fields that no movement was seen of.
    pub fields_never_seen: usize,
    /// Places that data came from.
    pub sources: usize,
    /// Places that data went to.
    pub places: usize,
    /// Links that plaintext left through.
    pub plaintext_links: usize,
    /// Links to a place that the program did not name.
    pub unknown_links: usize,
    /// Links that are new.
    pub new_links: usize,
    /// Movements that took place: records, however many fields they have.
    pub movements: u64,
}

/// A tagged record type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Dataset {
    /// Its stable name.
    pub name: String,
    /// Tagged fields in the order of their declaration.
    pub fields: Vec<Field>,
    /// Whether nothing of it was seen before the date that was asked about.
    pub new: bool,
}

/// A tagged field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Field {
    /// `[variant.]field`.
    pub path: String,
    /// Category keys.
    pub categories: Vec<String>,
    /// Whether nothing of it was seen before the date that was asked about.
    pub new: bool,
}

/// A place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Location {
    /// Its normalised name.
    pub name: String,
    /// The least protection that data had on the way there, or came in with.
    pub protection: Protection,
    /// Whether it was not seen before the date that was asked about.
    pub new: bool,
}

/// All movements of a field between the program and a place that are protected alike.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Link {
    /// Which way.
    pub direction: Direction,
    /// Dataset.
    pub dataset: String,
    /// `[variant.]field`.
    pub field: String,
    /// Where from or to.
    pub location: String,
    /// How the data stood there.
    pub protection: Protection,
    /// How often.
    pub count: u64,
    /// When first.
    #[serde(rename = "first_seen", serialize_with = "time")]
    pub first_ns: u64,
    /// When last.
    #[serde(rename = "last_seen", serialize_with = "time")]
    pub last_ns: u64,
    /// Whether it was not seen before the date that was asked about.
    pub new: bool,
    /// What for.
    pub purposes: Vec<String>,
    /// By whom.
    pub actors: Vec<String>,
    /// For whom.
    pub on_behalf: Vec<String>,
    /// What it is made of.
    pub movements: Vec<Movement>,
}

/// Movements that are alike in everything.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Movement {
    /// What kind of movement.
    pub kind: Kind,
    /// What was done with the field.
    pub action: Action,
    /// Why; empty if it was not said.
    pub purpose: String,
    /// Who.
    pub actor: String,
    /// For whom.
    pub on_behalf: String,
    /// Whose.
    pub tenant: String,
    /// Which service.
    pub service: String,
    /// How it ended.
    pub outcome: Ended,
    /// When first.
    #[serde(rename = "first_seen", serialize_with = "time")]
    pub first_ns: u64,
    /// When last.
    #[serde(rename = "last_seen", serialize_with = "time")]
    pub last_ns: u64,
    /// How often.
    pub count: u64,
}

impl Movement {
    /// What movements are sorted by.
    pub(super) fn key(&self) -> ([&str; 8], u64) {
        let Self { purpose, actor, on_behalf, tenant, service, .. } = self;
        let [kind, action] = [self.kind.name(), self.action.name()];
        let outcome = self.outcome.name();
        ([kind, action, purpose, actor, on_behalf, tenant, service, outcome], self.first_ns)
    }
}

/// A field whose values were made from values of other fields.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Derivation {
    /// Dataset that was written.
    pub dataset: String,
    /// Field that was written.
    pub field: String,
    /// Where to.
    pub location: String,
    /// What was done with it.
    pub action: Action,
    /// What it was made from; empty where that were too many to tell.
    pub origins: Vec<Origin>,
    /// How often.
    pub count: u64,
}

/// What a value was made from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Origin {
    /// Dataset.
    pub dataset: String,
    /// Field.
    pub field: String,
    /// Where it was read or taken in.
    pub location: String,
}

/// Somebody who had plaintext of a dataset in the program: opened from storage, or revealed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Look {
    /// Who.
    pub actor: String,
    /// For whom.
    pub on_behalf: String,
    /// Why; empty if it was not said.
    pub purpose: String,
    /// Of what.
    pub dataset: String,
    /// Which fields.
    pub fields: Vec<String>,
    /// How often: records, however many fields of them were opened; each value that was revealed.
    pub count: u64,
    /// When first.
    #[serde(rename = "first_seen", serialize_with = "time")]
    pub first_ns: u64,
    /// When last.
    #[serde(rename = "last_seen", serialize_with = "time")]
    pub last_ns: u64,
}

/// Somebody who was refused something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Refusal {
    /// Who.
    pub actor: String,
    /// For whom.
    pub on_behalf: String,
    /// Why; empty if it was not said.
    pub purpose: String,
    /// Of what.
    pub dataset: String,
    /// Where.
    pub location: String,
    /// What happened, such as `Denied`.
    pub outcome: Ended,
    /// How often.
    pub count: u64,
    /// When last.
    #[serde(rename = "last_seen", serialize_with = "time")]
    pub last_ns: u64,
}

impl Map {
    /// Links that plaintext left the program through: what to look at first.
    pub fn plaintext_out(&self) -> impl Iterator<Item = &Link> {
        self.out_with(Protection::Plaintext)
    }

    /// Links to a place that the program did not name.
    pub fn unknown_out(&self) -> impl Iterator<Item = &Link> {
        self.out_with(Protection::Unknown)
    }

    fn out_with(&self, protection: Protection) -> impl Iterator<Item = &Link> {
        self.links
            .iter()
            .filter(move |link| link.direction == Direction::To && link.protection == protection)
    }
}

fn time<S: Serializer>(ns: &u64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&crate::time::rfc3339(*ns))
}

fn optional_time<S: Serializer>(ns: &Option<u64>, serializer: S) -> Result<S::Ok, S::Error> {
    match ns {
        Some(ns) => time(ns, serializer),
        None => serializer.serialize_none(),
    }
}
