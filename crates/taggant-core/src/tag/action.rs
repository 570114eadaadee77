use std::fmt;

/// What may be done to a tagged value; decided by the policy, recorded in the journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
#[non_exhaustive]
pub enum Action {
    /// Encrypted into an envelope.
    Seal = 1,
    /// Replaced by its mask.
    Mask = 2,
    /// Replaced by a keyed pseudonym.
    Pseudonymise = 3,
    /// Left out: written as null.
    Omit = 4,
    /// Plaintext: written through `Flow::wrap`, or handed out by `Sensitive::reveal`.
    Reveal = 5,
    /// A plain field decrypted from storage.
    Open = 6,
    /// An unopened value re-encrypted for another place inside the library.
    Reseal = 7,
    /// A blind-index query.
    Lookup = 8,
    /// Refused.
    Deny = 9,
    /// Written as it was read: an envelope that stays where it belongs.
    Pass = 10,
    /// Plaintext taken in from outside.
    Ingest = 11,
    /// The declared built-in mask of a value that is still sealed, opened inside the library and
    /// recorded first; never a custom mask function.
    Preview = 12,
}

impl Action {
    /// All actions, in the order of their codes.
    pub const ALL: [Self; 12] = [
        Self::Seal,
        Self::Mask,
        Self::Pseudonymise,
        Self::Omit,
        Self::Reveal,
        Self::Open,
        Self::Reseal,
        Self::Lookup,
        Self::Deny,
        Self::Pass,
        Self::Ingest,
        Self::Preview,
    ];

    /// The word used in policies and in the ledger.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Seal => "seal",
            Self::Mask => "mask",
            Self::Pseudonymise => "pseudonymise",
            Self::Omit => "omit",
            Self::Reveal => "reveal",
            Self::Open => "open",
            Self::Reseal => "reseal",
            Self::Lookup => "lookup",
            Self::Deny => "deny",
            Self::Pass => "pass",
            Self::Ingest => "ingest",
            Self::Preview => "preview",
        }
    }

    /// The four-bit code used in journal events; 0 means that the field was not there.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// The action of a code.
    #[must_use]
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.get(usize::from(code).checked_sub(1)?).copied()
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn action_codes_are_their_position_and_fit_four_bits() {
        for (index, action) in Action::ALL.into_iter().enumerate() {
            assert_eq!(usize::from(action.code()), index + 1);
            assert!(action.code() < 16);
            assert_eq!(Action::from_code(action.code()), Some(action));
        }
        assert_eq!(Action::from_code(0), None);
        assert_eq!(Action::from_code(15), None);
    }
}
