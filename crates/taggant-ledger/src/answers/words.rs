//! The words of answers. Each has `Unknown` for a code that a newer version has written.

use std::fmt;

use serde::{Serialize, Serializer};
use taggant_core::Outcome;

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$own:meta])* $variant:ident = $code:literal $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$own])* $variant,)*
            /// A code that this version does not know: a newer one has written it.
            Unknown,
        }

        impl $name {
            /// All of them but `Unknown`, in the order of their codes.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The word, as it is shown and serialized.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)*
                    Self::Unknown => "unknown",
                }
            }

            /// The word of a stored code.
            #[must_use]
            pub const fn from_code(code: u8) -> Self {
                match code {
                    $($code => Self::$variant,)*
                    _ => Self::Unknown,
                }
            }

            /// The code that is stored; 0 for `Unknown`.
            #[must_use]
            pub const fn code(self) -> u8 {
                match self {
                    $(Self::$variant => $code,)*
                    Self::Unknown => 0,
                }
            }

            /// The one with this name.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.name() == name)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.name())
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.name())
            }
        }
    };
}

words! {
    /// What kind of movement it was. The codes are those of the journal's events.
    Kind {
        /// A record was written.
        Write = 1 "write",
        /// A record was read.
        Read = 2 "read",
        /// A value was handed out: `reveal`, or opened for `map` and `zip`.
        Access = 3 "access",
        /// A blind index was asked.
        Lookup = 4 "lookup",
        /// A value of foreign origin was written to a field.
        Edge = 5 "edge",
        /// A disclosure that was announced did not take place.
        Retract = 6 "retract",
        /// A person was erased.
        Erase = 7 "erase",
        /// The ledger was asked about a person.
        Query = 8 "query",
    }
}

words! {
    /// What was done with a field. The codes are those of [`taggant_core::tag::Action`].
    Action {
        /// Encrypted into an envelope.
        Seal = 1 "seal",
        /// Replaced by its mask.
        Mask = 2 "mask",
        /// Replaced by a keyed pseudonym.
        Pseudonymise = 3 "pseudonymise",
        /// Left out.
        Omit = 4 "omit",
        /// Handed out in plaintext.
        Reveal = 5 "reveal",
        /// Decrypted from storage.
        Open = 6 "open",
        /// Re-encrypted for another place inside the library.
        Reseal = 7 "reseal",
        /// Looked up by its blind index.
        Lookup = 8 "lookup",
        /// Refused.
        Deny = 9 "deny",
        /// Written or read as the envelope that it was.
        Pass = 10 "pass",
        /// Taken in as plaintext from outside.
        Ingest = 11 "ingest",
        /// Its declared mask was shown while it stayed sealed.
        Preview = 12 "preview",
    }
}

words! {
    /// How a field was declared.
    Role {
        /// `#[tag(..)]`.
        Tag = 1 "tag",
        /// `#[nested]`.
        Nested = 2 "nested",
        /// `#[clear]`.
        Clear = 3 "clear",
    }
}

/// How a movement ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Ended {
    /// It took place.
    Ok,
    /// It did not.
    Failed(Outcome),
    /// A code that this version does not know: a newer one has written it.
    Unknown,
}

impl Ended {
    /// The end that a stored code stands for.
    #[must_use]
    pub fn from_code(code: u8) -> Self {
        match code {
            0 => Self::Ok,
            code => Outcome::from_code(code).map_or(Self::Unknown, Self::Failed),
        }
    }

    /// Whether it took place.
    #[must_use]
    pub const fn is_ok(self) -> bool {
        matches!(self, Self::Ok)
    }

    /// `ok`, or the name of what happened.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Failed(outcome) => outcome.name(),
            Self::Unknown => "unknown",
        }
    }
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl Serialize for Ended {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}
