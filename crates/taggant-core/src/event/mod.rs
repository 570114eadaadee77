//! What happened: one fixed-size event per record that crosses a boundary, per derivation edge and
//! per access. docs/JOURNAL.md has the bytes.

mod codec;

pub use codec::{Bytes, Decoded, MORE, PAYLOAD, Unit, decode, encode_record, encode_text};

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::tag::{Actions, KeyId, SubjectTag};

/// Unix time in nanoseconds.
#[must_use]
pub fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}

/// What kind of movement an event is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum RecordKind {
    /// A record was written.
    Write = 1,
    /// A record was read.
    Read = 2,
    /// A value was handed out: `reveal`, or opened for `map` and `zip`.
    Access = 3,
    /// A blind index was asked.
    Lookup = 4,
    /// A value of foreign origin was written to a field.
    Edge = 5,
    /// A disclosure that was announced did not take place; `refers` names its event.
    Retract = 6,
    /// A person was erased.
    Erase = 7,
    /// The ledger was asked about a person.
    Query = 8,
}

impl RecordKind {
    /// All kinds, in the order of their codes.
    pub const ALL: [Self; 8] = [
        Self::Write,
        Self::Read,
        Self::Access,
        Self::Lookup,
        Self::Edge,
        Self::Retract,
        Self::Erase,
        Self::Query,
    ];

    /// The word used in the ledger.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Write => "write",
            Self::Read => "read",
            Self::Access => "access",
            Self::Lookup => "lookup",
            Self::Edge => "edge",
            Self::Retract => "retract",
            Self::Erase => "erase",
            Self::Query => "query",
        }
    }
}

/// Circumstances of an event, as bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct EventFlags(pub u16);

impl EventFlags {
    /// No sink flow covered the write.
    pub const UNKNOWN_FLOW: u16 = 1;
    /// The record names a person whose id is `None`.
    pub const UNBOUND: u16 = 2;
    /// The record was written through `wrap`.
    pub const WRAPPED: u16 = 4;
    /// The event adds to the one before it what concerns another person of the same record.
    pub const FURTHER: u16 = 8;

    /// Whether a bit is set.
    #[must_use]
    pub const fn has(self, bit: u16) -> bool {
        self.0 & bit != 0
    }
}

/// Bytes of a reason or ticket at most; what is longer is cut at a character.
pub const REASON_LEN: usize = 1024;

/// An event about a record or a value. Numbers name entries of the instance's dictionary; 0 is
/// "none".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordEvent {
    /// What moved.
    pub kind: RecordKind,
    /// 0 for success, else [`Outcome::code`](crate::Outcome::code).
    pub outcome: u8,
    /// Circumstances.
    pub flags: EventFlags,
    /// Unix time in nanoseconds.
    pub time_ns: u64,
    /// Record type.
    pub dataset: u32,
    /// Where to or from.
    pub location: u32,
    /// Why.
    pub purpose: u32,
    /// Who.
    pub actor: u32,
    /// For whom.
    pub on_behalf: u32,
    /// Whose.
    pub tenant: u32,
    /// The request or job that events share.
    pub scope: u32,
    /// Which person.
    pub subject: Option<SubjectTag>,
    /// Under which key.
    pub key: Option<KeyId>,
    /// What was done with 64 fields.
    pub actions: Actions,
    /// The field that the first action is of: more than 64 fields continue in further events.
    pub first_field: u16,
    /// The field, for events about one.
    pub field: u16,
    /// The origins of the value, for edges and accesses.
    pub label: u32,
    /// Trace id.
    pub trace: [u8; 16],
    /// The number of the event that this one is about.
    pub refers: u64,
    /// Reason or ticket; its first [`REASON_LEN`] bytes are written.
    pub reason: Option<Arc<str>>,
}

impl RecordEvent {
    /// An event with nothing in it but its kind and the time.
    #[must_use]
    pub fn new(kind: RecordKind) -> Self {
        Self {
            kind,
            outcome: 0,
            flags: EventFlags::default(),
            time_ns: now(),
            dataset: 0,
            location: 0,
            purpose: 0,
            actor: 0,
            on_behalf: 0,
            tenant: 0,
            scope: 0,
            subject: None,
            key: None,
            actions: Actions::NONE,
            first_field: 0,
            field: 0,
            label: 0,
            trace: [0; 16],
            refers: 0,
            reason: None,
        }
    }

    /// Sets the reason.
    pub fn set_reason(&mut self, reason: &str) {
        self.reason = Some(Arc::from(cut(reason)));
    }

    /// The reason as it is written; empty where there is none.
    #[must_use]
    pub fn reason(&self) -> &str {
        cut(self.reason.as_deref().unwrap_or(""))
    }
}

/// As much of a reason as is written.
fn cut(reason: &str) -> &str {
    if reason.len() <= REASON_LEN {
        return reason;
    }
    let end = (0..=REASON_LEN).rev().find(|end| reason.is_char_boundary(*end));
    &reason[..end.unwrap_or(0)]
}

/// What a dictionary entry names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum DefineKind {
    /// What the process says of itself; always the first entry.
    Start = 1,
    /// A record type: a line `dataset\tgroup`, then a line `id\tpath\trole\tcategories` per field.
    Dataset = 2,
    /// A location.
    Location = 3,
    /// A purpose.
    Purpose = 4,
    /// An actor.
    Actor = 5,
    /// A tenant.
    Tenant = 6,
    /// The origins of a value: a line `dataset.path@location` each.
    Label = 7,
    /// A policy: its digest in hex, a line break, its text.
    Policy = 8,
    /// A request or job that events share.
    Scope = 9,
}

impl DefineKind {
    /// All kinds, in the order of their codes.
    pub const ALL: [Self; 9] = [
        Self::Start,
        Self::Dataset,
        Self::Location,
        Self::Purpose,
        Self::Actor,
        Self::Tenant,
        Self::Label,
        Self::Policy,
        Self::Scope,
    ];
}
