use std::fmt;

use sha2::{Digest, Sha256};

use crate::hex;

macro_rules! id_type {
    ($(#[$doc:meta])* $name:ident, $len:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub [u8; $len]);

        impl $name {
            /// Reads what `Display` writes: lower-case hex, all of it.
            #[must_use]
            pub fn from_hex(text: &str) -> Option<Self> {
                hex::decode_array(text).map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                hex::Display(&self.0).fmt(f)
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
