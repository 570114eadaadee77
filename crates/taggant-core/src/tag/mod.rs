//! What a field says about itself, and the small ids that stand for it.

use std::fmt;

use sha2::{Digest, Sha256};

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
}

impl Action {
    /// All actions, in the order of their codes.
    pub const ALL: [Self; 11] = [
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

macro_rules! id_type {
    ($(#[$doc:meta])* $name:ident, $len:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub [u8; $len]);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }
    };
}

id_type!(
    /// First 8 bytes of SHA-256(dataset, 0x00, field path).
    FieldId,
    8
);
id_type!(
    /// Random id of a data key.
    KeyId,
    16
);
id_type!(
    /// Keyed hash of a data subject: tenant, subject kind and canonical id.
    SubjectTag,
    16
);
id_type!(
    /// 16 random bytes that stand for a data subject in ledger, streams and receipts.
    SubjectHandle,
    16
);

impl FieldId {
    /// Computes the id of a field path of a dataset.
    #[must_use]
    pub fn of(dataset: &str, path: &str) -> Self {
        let digest = Sha256::new()
            .chain_update(dataset.as_bytes())
            .chain_update([0])
            .chain_update(path.as_bytes())
            .finalize();
        let mut id = [0; 8];
        id.copy_from_slice(&digest[..8]);
        Self(id)
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
