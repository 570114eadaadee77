//! The root key: it wraps branch keys, and nothing else.

use zeroize::Zeroizing;

use crate::error::Result;

/// Whoever holds the root key: a file, a KMS. It is asked once per branch key and process.
///
/// `context` names tenant, group and branch; implementations authenticate it with the key.
pub trait RootKey: Send + Sync {
    /// A stable name of the key, stored beside what it wrapped. Not secret.
    fn id(&self) -> &str;

    /// A value that tells this key from another without telling what it is, where the holder can
    /// compute one. It tells "another root key" from "the wrap was changed".
    fn check_value(&self) -> Option<[u8; 8]> {
        None
    }

    /// Wraps a branch key.
    ///
    /// # Errors
    /// `KeyUnavailable` where the holder can't be asked.
    fn wrap(&self, context: &[u8], key: &[u8; 32]) -> Result<Vec<u8>>;

    /// Unwraps a branch key.
    ///
    /// # Errors
    /// `KeyUnavailable` where the holder can't be asked, `Tampered` where it refuses the wrap.
    fn unwrap(&self, context: &[u8], wrapped: &[u8]) -> Result<Zeroizing<[u8; 32]>>;
}
