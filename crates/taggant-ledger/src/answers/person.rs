//! Where a person's data is, and who has seen it.

use std::fmt;

use serde::{Serialize, Serializer};

use super::protection::Protection;
use super::who::principal;
use super::words::{Action, Ended, Kind};

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

impl Place {
    /// A place where one record was, at time 0.
    #[must_use]
    pub fn new(
        dataset: impl Into<String>,
        location: impl Into<String>,
        kind: Kind,
        form: Protection,
    ) -> Self {
        let (dataset, location) = (dataset.into(), location.into());
        Self { dataset, location, kind, form, first_ns: 0, last_ns: 0, count: 1 }
    }
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
    /// Something that took place or was refused; what else is known of it is to be set.
    #[must_use]
    pub fn new(time_ns: u64, kind: Kind, outcome: Ended) -> Self {
        Self {
            time_ns,
            kind,
            outcome,
            dataset: String::new(),
            fields: Vec::new(),
            location: String::new(),
            purpose: String::new(),
            actor: String::new(),
            on_behalf: String::new(),
            service: String::new(),
            handle: None,
            reason: String::new(),
        }
    }

    /// Who stands behind it: for whom it was done, else who did it.
    #[must_use]
    pub fn principal(&self) -> &str {
        principal(&self.actor, &self.on_behalf)
    }

    /// Whether something was not handed out that was asked for: all of it, or a field.
    #[must_use]
    pub fn is_refused(&self) -> bool {
        !self.outcome.is_ok() || self.fields.iter().any(|(_, action)| *action == Action::Deny)
    }
}

/// What somebody saw, in all: one row per principal, so that who works through several programs is
/// one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ActorSum {
    /// Who stands behind it: for whom it was done, else who did it; empty if it was not said.
    pub principal: String,
    /// Who did it, in order: the principal, or those who said that they act for it.
    pub actors: Vec<String>,
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
    /// Somebody who has seen nothing yet.
    #[must_use]
    pub fn new(principal: impl Into<String>) -> Self {
        Self {
            principal: principal.into(),
            actors: Vec::new(),
            people: 0,
            accesses: 0,
            refused: 0,
            first_ns: 0,
            last_ns: 0,
        }
    }
}
