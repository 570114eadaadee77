//! Root keys that a host holds itself: a file, an environment variable, a passphrase.

mod file;
mod passphrase;
mod text;

pub use file::from_file;
pub use passphrase::from_passphrase;
pub use text::{from_env, generate};
