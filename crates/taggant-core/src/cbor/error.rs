//! An error that can't hold a value.

use std::fmt::{self, Display};

use super::whose::{self, Whose};
use crate::error::{Error, Outcome};

/// What went wrong, without what it went wrong with.
#[derive(Clone, Debug)]
pub(crate) struct CborError(&'static str);

pub(crate) const SHORT: CborError = CborError("the plaintext is cut short");
pub(crate) const FORM: CborError = CborError("the plaintext is not in canonical form");
pub(crate) const DEEP: CborError = CborError("the plaintext is nested deeper than 128 levels");
pub(crate) const TEXT: CborError = CborError("a text of the plaintext is not UTF-8");
pub(crate) const SHAPE: CborError = CborError("the plaintext does not fit the field's type");

/// The value is an envelope, or has one inside.
pub(crate) const ENVELOPE: CborError = CborError(
    "the value is an envelope already, sealed for some field: it is neither sealed again nor shown; \
     read the record that it stands in under Flow::from",
);

impl CborError {
    pub(crate) fn is_envelope(&self) -> bool {
        self.0 == ENVELOPE.0
    }

    pub(crate) fn into_error(self) -> Error {
        let outcome =
            if self.is_envelope() { Outcome::UnexpectedEnvelope } else { Outcome::Invalid };
        Error::new(outcome, self.0)
    }
}

impl Display for CborError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for CborError {}

impl serde::ser::Error for CborError {
    fn custom<T: Display>(_: T) -> Self {
        whose::answer(Whose::Cbor);
        Self("the field's type reported an error while it was written")
    }
}

impl serde::de::Error for CborError {
    fn custom<T: Display>(_: T) -> Self {
        whose::answer(Whose::Cbor);
        SHAPE
    }
}

/// An error of a look at a value. It is a probe's, so that records write nothing for it.
#[derive(Clone, Debug)]
pub(crate) struct LookError(pub(crate) CborError);

impl From<CborError> for LookError {
    fn from(error: CborError) -> Self {
        Self(error)
    }
}

impl Display for LookError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for LookError {}

impl serde::ser::Error for LookError {
    fn custom<T: Display>(_: T) -> Self {
        whose::answer(Whose::Probe);
        Self(SHAPE)
    }
}
