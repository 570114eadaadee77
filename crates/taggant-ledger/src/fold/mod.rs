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
/// A number that was claimed and never written: the process was killed. Nothing is wrong.
pub(crate) const GAP: u8 = 1;
/// A number whose content is not what was written.
pub(crate) const CHANGED: u8 = 2;
/// A number whose content can't be authenticated any more.
pub(crate) const UNVERIFIED: u8 = 3;
