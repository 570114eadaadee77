//! Root keys that a host holds itself: a file, an environment variable, a passphrase.

pub(crate) mod file;
mod local;
mod passphrase;
pub(crate) mod text;

pub use local::{from_env, from_file, generate};
pub use passphrase::from_passphrase;
