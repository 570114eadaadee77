//! The map as plain data. Times are Unix nanoseconds here and RFC 3339 texts where it is
//! serialized.

use serde::{Serialize, Serializer};

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
    pub outcomes: Vec<OutcomeCount>,
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
    /// Movements of single fields.
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

/// How data stood at a place; the least protected first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Protection {
    /// As it is.
    Plaintext,
    /// Sealed, but to a place that the program did not name.
    Unknown,
    /// Replaced by a keyed pseudonym.
    Pseudonymised,
    /// Replaced by its mask.
    Masked,
    /// Encrypted.
    Sealed,
    /// Nothing moved: refused, failed or left out.
    Withheld,
}

impl Protection {
    /// All, the least protected first.
    pub const ALL: [Self; 6] = [
        Self::Plaintext,
        Self::Unknown,
        Self::Pseudonymised,
        Self::Masked,
        Self::Sealed,
        Self::Withheld,
    ];

    /// The word that stands for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Plaintext => "plaintext",
            Self::Unknown => "unknown",
            Self::Pseudonymised => "pseudonymised",
            Self::Masked => "masked",
            Self::Sealed => "sealed",
            Self::Withheld => "withheld",
        }
    }

    /// One character for it, so that nothing goes by colour alone.
    #[must_use]
    pub const fn letter(self) -> char {
        match self {
            Self::Plaintext => 'P',
            Self::Unknown => '?',
            Self::Pseudonymised => '~',
            Self::Masked => 'M',
            Self::Sealed => 'S',
            Self::Withheld => '-',
        }
    }
}

/// Which way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// From a place into the program.
    From,
    /// From the program to a place.
    To,
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
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Movement {
    /// `write`, `read`, `access` or `lookup`.
    pub kind: String,
    /// What was done with the field.
    pub action: String,
    /// Why; empty if it was not said.
    pub purpose: String,
    /// Who.
    pub actor: String,
    /// For whom.
    pub on_behalf: String,
    /// Whose.
    pub tenant: String,
    /// `ok`, or what happened.
    pub outcome: String,
    /// When first.
    #[serde(rename = "first_seen", serialize_with = "time")]
    pub first_ns: u64,
    /// When last.
    #[serde(rename = "last_seen", serialize_with = "time")]
    pub last_ns: u64,
    /// How often.
    pub count: u64,
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
    pub action: String,
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
    /// How often the field that was looked at most.
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
    /// Why; empty if it was not said.
    pub purpose: String,
    /// Of what.
    pub dataset: String,
    /// Where.
    pub location: String,
    /// What happened, such as `Denied`.
    pub outcome: String,
    /// How often.
    pub count: u64,
    /// When last.
    #[serde(rename = "last_seen", serialize_with = "time")]
    pub last_ns: u64,
}

/// How many events of a kind ended how.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OutcomeCount {
    /// `write`, `read`, `access`, `lookup` and so on.
    pub kind: String,
    /// `ok`, or what happened.
    pub outcome: String,
    /// How many.
    pub count: u64,
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
