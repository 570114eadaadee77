//! Answers of the ledger. Times are Unix times in nanoseconds.

use std::fmt;

use serde::{Serialize, Serializer};

/// 16 random bytes that stand for a person.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Handle(pub [u8; 16]);

impl fmt::Display for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
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

/// A tagged field that some build declared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldInfo {
    /// Dataset.
    pub dataset: String,
    /// `[variant.]field`.
    pub path: String,
    /// Field id in hex.
    pub field_id: String,
    /// `tag`, `nested` or `clear`.
    pub role: String,
    /// Category keys.
    pub categories: Vec<String>,
}

/// All movements of one field that are alike, as one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FlowEdge {
    /// Dataset.
    pub dataset: String,
    /// `[variant.]field`.
    pub path: String,
    /// Category keys.
    pub categories: Vec<String>,
    /// `write`, `read`, `access` or `lookup`.
    pub kind: String,
    /// What was done with the field.
    pub action: String,
    /// Where to or from.
    pub location: String,
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
    /// Whether no sink flow covered it.
    pub unknown: bool,
    /// When first.
    pub first_ns: u64,
    /// When last.
    pub last_ns: u64,
    /// How often.
    pub count: u64,
}

/// A place where a person's data was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Place {
    /// Dataset.
    pub dataset: String,
    /// Where.
    pub location: String,
    /// `write` or `read`.
    pub kind: String,
    /// `sealed`, `masked` or `plaintext`: the least protected of its fields.
    pub form: String,
    /// When first.
    pub first_ns: u64,
    /// When last.
    pub last_ns: u64,
    /// How often.
    pub count: u64,
}

/// One time that somebody saw something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Access {
    /// When.
    pub time_ns: u64,
    /// `write` (a disclosure), `read`, `access`, `lookup`, `retract`, `erase` or `query`
    /// (the ledger was asked about a person).
    pub kind: String,
    /// `ok`, or what happened.
    pub outcome: String,
    /// Dataset; empty where the value belonged to none any more.
    pub dataset: String,
    /// Each field with its action.
    pub fields: Vec<(String, String)>,
    /// Where.
    pub location: String,
    /// Why.
    pub purpose: String,
    /// Who.
    pub actor: String,
    /// For whom.
    pub on_behalf: String,
    /// Of whom.
    pub handle: Option<Handle>,
    /// Reason or ticket.
    pub reason: String,
}

/// What an actor saw, in all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ActorSum {
    /// Who; empty if it was not said.
    pub actor: String,
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

/// A value that was made from values of other fields.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Derivation {
    /// The fields it was made from: `dataset.path@location`.
    pub origins: Vec<String>,
    /// Dataset that it was written to.
    pub dataset: String,
    /// Field that it was written to.
    pub path: String,
    /// Where.
    pub location: String,
    /// What was done with it.
    pub action: String,
    /// How often.
    pub count: u64,
}

/// Something about the journal that should not be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Journal instance in hex.
    pub instance: String,
    /// Number of the event.
    pub number: u64,
    /// What is wrong.
    pub what: String,
}

/// What an erasure leaves to do. It has no personal data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Receipt {
    /// Number in the chain of erasures.
    pub number: u64,
    /// Who.
    pub handle: Handle,
    /// When.
    pub time_ns: u64,
    /// Which key groups: `*` for all.
    pub groups: String,
    /// Until then another process may still serve a key from its memory: the receipt is
    /// provisional before.
    pub final_ns: u64,
    /// Journal instances that have not drained past `final_ns` yet, in hex.
    pub waiting_for: Vec<String>,
    /// The work list.
    pub lines: Vec<ReceiptLine>,
}

impl Receipt {
    /// Whether some process may still hold a key.
    #[must_use]
    pub fn is_provisional(&self) -> bool {
        !self.waiting_for.is_empty() || taggant_core::event::now() < self.final_ns
    }
}

/// One thing that a destroyed key does not reach.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReceiptLine {
    /// Number in the list.
    pub line: u32,
    /// Dataset.
    pub dataset: String,
    /// Where.
    pub location: String,
    /// What to do there.
    pub what: String,
    /// When somebody confirmed that it is done.
    pub confirmed_ns: Option<u64>,
}

impl fmt::Display for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let now = taggant_core::event::now();
        let state = if now < self.final_ns {
            let seconds = (self.final_ns - now).div_ceil(1_000_000_000);
            format!("provisional: other processes may hold a key for {seconds} s more")
        } else if self.waiting_for.is_empty() {
            "final".to_owned()
        } else {
            format!("provisional: waiting for journal instances {}", self.waiting_for.join(", "))
        };
        writeln!(f, "erasure {} of {}, key groups {}", self.number, self.handle, self.groups)?;
        writeln!(f, "{state}")?;
        for line in &self.lines {
            let mark = if line.confirmed_ns.is_some() { "x" } else { " " };
            writeln!(
                f,
                "  [{mark}] {}. {} at {}: {}",
                line.line, line.dataset, line.location, line.what
            )?;
        }
        Ok(())
    }
}
