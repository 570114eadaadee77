//! One opaque error with typed questions.
//!
//! No error ever contains a tagged value: messages are built from static text and logical names
//! (dataset, field path, location, purpose, actor) only.

mod outcome;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

pub use outcome::Outcome;

/// Result of taggant's own operations.
pub type Result<T, E = Error> = std::result::Result<T, E>;

type Source = Arc<dyn std::error::Error + Send + Sync + 'static>;

/// The error of every taggant operation: what happened, to which field, where, and what to do.
///
/// It never contains a tagged value. `Debug` prints what `Display` prints and then the sources, each
/// by its own `Display`, so that an `unwrap` or a `{:?}` in a log says no more than that.
///
/// ```
/// use taggant_core::{Error, Outcome};
///
/// fn may_try_again(error: &Error) -> bool {
///     match error.outcome() {
///         Outcome::Erased => false,              // gone for ever: tell the caller
///         _ => error.is_retryable(),             // a store that is down may come back
///     }
/// }
///
/// let down = Error::new(Outcome::KeyUnavailable, "the key store does not answer; check its host");
/// assert!(may_try_again(&down));
/// ```
#[derive(Clone)]
pub struct Error(Box<Inner>);

#[derive(Clone)]
struct Inner {
    outcome: Outcome,
    what: Cow<'static, str>,
    field: Option<String>,
    record: Option<usize>,
    location: Option<String>,
    retryable: Option<bool>,
    source: Option<Source>,
}

impl Error {
    /// An error of this outcome. `what` says what is wrong and what to do; it must be built from
    /// static text and logical names only, never from a value.
    #[must_use]
    pub fn new(outcome: Outcome, what: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Inner {
            outcome,
            what: what.into(),
            field: None,
            record: None,
            location: None,
            retryable: None,
            source: None,
        }))
    }

    /// Says which field, unless that is known already (the innermost knows best).
    #[must_use]
    pub fn at_field(mut self, dataset: &str, path: &str) -> Self {
        if self.0.field.is_none() {
            self.0.field = Some(format!("{dataset}.{path}"));
        }
        self
    }

    /// Says which record of a list it was, counted from 0, unless that is known already.
    #[must_use]
    pub fn at_record(mut self, record: usize) -> Self {
        self.0.record.get_or_insert(record);
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

    /// Says whether trying again can help, where that is known better than the outcome tells.
    ///
    /// ```
    /// use taggant_core::{Error, Outcome};
    ///
    /// let wrong = Error::new(Outcome::KeyUnavailable, "the key store has another root key; give it");
    /// assert!(wrong.is_retryable());
    /// assert!(!wrong.retryable(false).is_retryable());
    /// ```
    #[must_use]
    pub fn retryable(mut self, can_help: bool) -> Self {
        self.0.retryable = Some(can_help);
        self
    }

    /// Adds the error that caused this one, for logs and for
    /// [`source`](std::error::Error::source).
    ///
    /// # Security
    ///
    /// Sources are printed with the error, so a source must never be able to hold a tagged value, a
    /// key or a person's id. Errors of stores, drivers, files and sockets are meant: they know
    /// paths, hosts and codes. **Never pass an error of serde, of a format or of a tagged type's own
    /// code**: these quote the input that they refuse. Such an error is replaced, not wrapped.
    ///
    /// ```
    /// use std::error::Error as _;
    /// use taggant_core::{Error, Outcome};
    ///
    /// let cause = std::io::Error::from(std::io::ErrorKind::ConnectionRefused);
    /// let error = Error::new(Outcome::KeyUnavailable, "the key store does not answer; check its host")
    ///     .with_source(cause);
    /// assert_eq!(error.source().unwrap().to_string(), "connection refused");
    /// ```
    #[must_use]
    pub fn with_source(mut self, source: impl std::error::Error + Send + Sync + 'static) -> Self {
        self.0.source = Some(Arc::new(source));
        self
    }

    /// What happened.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        self.0.outcome
    }

    /// What happened, without the outcome: for an error that says more about it.
    pub(crate) fn reason(&self) -> String {
        self.0.what.to_string()
    }

    /// The field (`dataset.path`) that it happened to, where one is known.
    #[must_use]
    pub fn field(&self) -> Option<&str> {
        self.0.field.as_deref()
    }

    /// Which record it happened to, counted from 0 in the order in which a direct verb of a flow
    /// began them.
    #[must_use]
    pub fn record(&self) -> Option<usize> {
        self.0.record
    }

    /// The location that the data was going to or coming from, where one is known.
    #[must_use]
    pub fn location(&self) -> Option<&str> {
        self.0.location.as_deref()
    }

    /// Whether the same call can succeed later although nobody changed anything: what the error
    /// itself knows, else what its [outcome](Outcome::is_retryable) tells.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        self.0.retryable.unwrap_or(self.0.outcome.is_retryable())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.outcome)?;
        if let Some(field) = &self.0.field {
            write!(f, ": {field}")?;
        }
        if let Some(record) = self.0.record {
            write!(f, " of record {record}")?;
        }
        if let Some(location) = &self.0.location {
            write!(f, " at {location}")?;
        }
        write!(f, ": {}", self.0.what)
    }
}

/// By hand: a derived one would print the sources by their `Debug`, which may hold what their
/// `Display` leaves out.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Error({self}")?;
        let mut next = std::error::Error::source(self);
        while let Some(source) = next {
            write!(f, "; caused by: {source}")?;
            next = source.source();
        }
        f.write_str(")")
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}
