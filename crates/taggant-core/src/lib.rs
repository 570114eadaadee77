//! The bottom of taggant: what a tag is, how a field is sealed, redacted, decided and recorded.
//!
//! Users depend on the `taggant` crate, which re-exports what is public here.
//!
//! The modules form an order; each names only earlier ones:
//! `hex`, `tag`, `subject`, `field`, `error`, `inventory`, `place` → `envelope`, `cbor` → `cipher` →
//! `key` → `redact`, `event`, `journal` → `policy` → `flow` → `seal`.

pub mod cbor;
pub mod cipher;
pub mod envelope;
pub mod error;
pub mod event;
pub mod field;
pub mod flow;
pub mod hex;
pub mod inventory;
pub mod journal;
pub mod key;
pub mod place;
pub mod policy;
pub mod redact;
pub mod seal;
#[cfg(feature = "contract")]
pub mod skip;
pub mod subject;
pub mod tag;

pub use error::{Error, Outcome, Result};
