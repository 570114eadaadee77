//! One opaque error with typed questions.
//!
//! No error ever contains a tagged value: messages are built from static text and logical names
//! (dataset, field path, location, purpose, actor) only.

use std::borrow::Cow;
use std::fmt;

/// Result of taggant's own operations.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What happened, one variant for each case that a program may want to tell from the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Outcome {
    /// No runtime is installed in this process nor scoped to this thread.
    NoRuntime,
    /// A tagged record was read outside `Flow::from` and `Flow::ingest`.
    NoFlow,
    /// The policy does not allow it; the message prints the rule that would.
    Denied,
    /// The key store has no key of that id.
    KeyNotFound,
    /// The key store or the root key cannot be asked now.
    KeyUnavailable,
    /// The key store is older than the erasures that are known to have happened.
    KeyStoreRolledBack,
    /// The data subject was erased.
    Erased,
    /// The envelope, its binding or a key row was changed.
    Tampered,
    /// The envelope belongs to another field.
    WrongField,
    /// The envelope belongs to another data subject.
    WrongSubject,
    /// The envelope belongs to another tenant.
    WrongTenant,
    /// The envelope belongs to another row or another place in its record.
    WrongRow,
    /// Storage held plaintext, or redacted text, where an envelope must be.
    UnexpectedPlaintext,
    /// Input from outside held an envelope or redacted text where plaintext must be.
    UnexpectedEnvelope,
    /// The envelope has a version, suite, flag or text form that this build does not know.
    UnknownFormat,
    /// The input or the configuration is malformed.
    Invalid,
    /// The journal cannot take the event, so what it would have recorded was not done.
    JournalUnavailable,
}

impl Outcome {
    /// The stable name, as it is written in messages and in the ledger.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NoRuntime => "NoRuntime",
            Self::NoFlow => "NoFlow",
            Self::Denied => "Denied",
            Self::KeyNotFound => "KeyNotFound",
            Self::KeyUnavailable => "KeyUnavailable",
            Self::KeyStoreRolledBack => "KeyStoreRolledBack",
            Self::Erased => "Erased",
            Self::Tampered => "Tampered",
            Self::WrongField => "WrongField",
            Self::WrongSubject => "WrongSubject",
            Self::WrongTenant => "WrongTenant",
            Self::WrongRow => "WrongRow",
            Self::UnexpectedPlaintext => "UnexpectedPlaintext",
            Self::UnexpectedEnvelope => "UnexpectedEnvelope",
            Self::UnknownFormat => "UnknownFormat",
            Self::Invalid => "Invalid",
            Self::JournalUnavailable => "JournalUnavailable",
        }
    }

    /// All outcomes, in the order of their codes.
    pub const ALL: [Self; 17] = [
        Self::NoRuntime,
        Self::NoFlow,
        Self::Denied,
        Self::KeyNotFound,
        Self::KeyUnavailable,
        Self::KeyStoreRolledBack,
        Self::Erased,
        Self::Tampered,
        Self::WrongField,
        Self::WrongSubject,
        Self::WrongTenant,
        Self::WrongRow,
        Self::UnexpectedPlaintext,
        Self::UnexpectedEnvelope,
        Self::UnknownFormat,
        Self::Invalid,
        Self::JournalUnavailable,
    ];

    /// The outcome of a code.
    #[must_use]
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.code() == code)
    }

    /// A stable small number, for the journal. 0 is kept for success.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::NoRuntime => 1,
            Self::NoFlow => 2,
            Self::Denied => 3,
            Self::KeyNotFound => 4,
            Self::KeyUnavailable => 5,
            Self::KeyStoreRolledBack => 6,
            Self::Erased => 7,
            Self::Tampered => 8,
            Self::WrongField => 9,
            Self::WrongSubject => 10,
            Self::WrongTenant => 11,
            Self::WrongRow => 12,
            Self::UnexpectedPlaintext => 13,
            Self::UnexpectedEnvelope => 14,
            Self::UnknownFormat => 15,
            Self::Invalid => 16,
            Self::JournalUnavailable => 17,
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The error of every taggant operation: what happened, to which field, where, and what to do.
///
/// It never contains a tagged value.
#[derive(Clone, Debug)]
pub struct Error(Box<Inner>);

#[derive(Clone, Debug)]
struct Inner {
    outcome: Outcome,
    what: Cow<'static, str>,
    field: Option<String>,
    location: Option<String>,
}

impl Error {
    /// An error of this outcome. `what` says what is wrong and what to do; it must be built from
    /// static text and logical names only, never from a value.
    #[must_use]
    pub fn new(outcome: Outcome, what: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Inner { outcome, what: what.into(), field: None, location: None }))
    }

    /// Says which field, unless that is known already (the innermost knows best).
    #[must_use]
    pub fn at_field(mut self, dataset: &str, path: &str) -> Self {
        if self.0.field.is_none() {
            self.0.field = Some(format!("{dataset}.{path}"));
        }
        self
    }

    /// Says at which location, unless that is known already.
    #[must_use]
    pub fn at_location(mut self, location: &str) -> Self {
        if self.0.location.is_none() {
            self.0.location = Some(location.to_owned());
        }
        self
    }

    /// What happened.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        self.0.outcome
    }

    /// The field (`dataset.path`) that it happened to, where one is known.
    #[must_use]
    pub fn field(&self) -> Option<&str> {
        self.0.field.as_deref()
    }

    /// The location that the data was going to or coming from, where one is known.
    #[must_use]
    pub fn location(&self) -> Option<&str> {
        self.0.location.as_deref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.outcome)?;
        if let Some(field) = &self.0.field {
            write!(f, ": {field}")?;
        }
        if let Some(location) = &self.0.location {
            write!(f, " at {location}")?;
        }
        write!(f, ": {}", self.0.what)
    }
}

impl std::error::Error for Error {}
