//! What a field says about itself, and the small ids that stand for it.

mod action;
mod actions;
mod id;

pub use action::Action;
pub use actions::Actions;
pub use id::{FieldId, KeyId, SubjectHandle, SubjectTag};
pub use taggant_taxonomy::is_within;
