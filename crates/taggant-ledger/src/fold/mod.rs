//! Many events to few, before a database sees them.

mod accumulate;
mod define;
mod events;
mod names;

pub(crate) use define::{define, start_item};
pub(crate) use events::{Persons, content_hash, fold};
pub(crate) use names::{Known, Names};

/// Codes of findings besides those of [`taggant_core::journal`].
pub(crate) const OTHER_CONTENT: u8 = 16;
pub(crate) const OTHER_MEANING: u8 = 17;
pub(crate) const RESTORED: u8 = 18;
