//! How a value stands at a place.

use std::fmt;

use serde::Serialize;

/// How a value stands at a place, the least protected first: the minimum of several is what
/// protects the whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Protection {
    /// Readable by whoever has the place.
    Plaintext,
    /// Nobody can say: it was sealed, but went to a place that no flow named, or a newer version
    /// wrote a word that this one does not know.
    Unknown,
    /// As a keyed pseudonym.
    Pseudonymised,
    /// As its mask.
    Masked,
    /// As an envelope.
    Sealed,
    /// Nothing of it is there: refused, left out, or failed.
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

    /// The word, as it is shown and serialized.
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

    /// Its place among [`ALL`](Self::ALL): 0 is the least protected.
    #[must_use]
    pub const fn rank(self) -> usize {
        self as usize
    }

    /// The code that is stored.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Unknown => 0,
            Self::Sealed => 1,
            Self::Masked => 2,
            Self::Pseudonymised => 3,
            Self::Plaintext => 4,
            Self::Withheld => 5,
        }
    }

    /// The protection that a stored code stands for.
    #[must_use]
    pub fn from_code(code: u8) -> Self {
        Self::ALL.into_iter().find(|one| one.code() == code).unwrap_or(Self::Unknown)
    }
}

impl fmt::Display for Protection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::Protection;

    #[test]
    fn every_protection_comes_back_from_its_code_and_is_written_as_its_name() {
        for one in Protection::ALL {
            assert_eq!(Protection::from_code(one.code()), one);
            assert_eq!(serde_json::to_string(&one).unwrap(), format!("\"{one}\""));
            assert_eq!(Protection::ALL[one.rank()], one);
        }
        assert_eq!(Protection::from_code(200), Protection::Unknown);
        assert!(Protection::ALL.is_sorted(), "the least protected first");
    }
}
