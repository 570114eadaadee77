//! Where a person's data is, and who has seen it.

use std::fmt;

use serde::{Serialize, Serializer};

use super::words::{Action, Ended, Kind, Protection};

/// 16 random bytes that stand for a person.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Handle(pub [u8; 16]);

impl fmt::Display for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&taggant_core::hex::encode(&self.0))
    }
}

impl Serialize for Handle {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Handle({self})")
    }
}

/// A place where a person's data was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Place {
    /// Dataset.
    pub dataset: String,
    /// Where.
    pub location: String,
    /// `Write` or `Read`.
    pub kind: Kind,
    /// How the least protected of its fields stood there.
    pub form: Protection,
    /// When first.
    pub first_ns: u64,
    /// When last.
    pub last_ns: u64,
    /// How many records.
    pub count: u64,
}

/// One time that somebody saw something, asked for it, or was refused it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Access {
    /// When.
    pub time_ns: u64,
    /// What kind of movement; a `Write` is a disclosure.
    pub kind: Kind,
    /// How it ended.
    pub outcome: Ended,
    /// Dataset; empty where the value belonged to none any more.
    pub dataset: String,
    /// Each field with its action.
    pub fields: Vec<(String, Action)>,
    /// Where.
    pub location: String,
    /// Why.
    pub purpose: String,
    /// Who did it.
    pub actor: String,
    /// For whom; empty if for themselves.
    pub on_behalf: String,
    /// Which service.
    pub service: String,
    /// Of whom.
    pub handle: Option<Handle>,
    /// Reason or ticket.
    pub reason: String,
}

impl Access {
    /// Who stands behind it: for whom it was done, else who did it.
    #[must_use]
    pub fn principal(&self) -> &str {
        if self.on_behalf.is_empty() { &self.actor } else { &self.on_behalf }
    }
}

/// What somebody saw, in all. One row per pair of actor and on whose behalf.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ActorSum {
    /// Who did it; empty if it was not said.
    pub actor: String,
    /// For whom; empty if for themselves.
    pub on_behalf: String,
    /// How many different people's data.
    pub people: u64,
    /// How often plaintext was handed out.
    pub accesses: u64,
    /// How often it was refused.
    pub refused: u64,
    /// When first.
    pub first_ns: u64,
    /// When last.
    pub last_ns: u64,
}

impl ActorSum {
    /// Who stands behind it: for whom it was done, else who did it.
    #[must_use]
    pub fn principal(&self) -> &str {
        if self.on_behalf.is_empty() { &self.actor } else { &self.on_behalf }
    }
}
