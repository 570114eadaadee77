//! What the code that the derive writes calls. Not part of the public API.

pub use serde;

pub use super::beside::{authenticated_field, clear_field, integrity_sibling};
pub use super::binder::Binder;
pub use super::custom_mask::{ByMask, ByNothing, BySerde, TextOf, limited_mask};
pub use super::integrity::IntegrityItems;
pub use super::lookup::{LookupField, lookup_of, lookup_sibling};
pub use super::masker::{Masker, NoMask, TextMask, masked};
pub use super::nested::{Nested, OpenNested, SealNested};
pub use super::read::{Clear, NestedPending, Opener, Pending, PendingSibling, open_record};
pub use super::write::{
    nested_field, seal_field, seal_lookup_field, seal_nested_record, seal_record,
};
pub use super::{Bind, Tagged};
pub use crate::error::Error;
pub use crate::field::{
    FieldRole, FieldSpec, LookupSpec, Mask, Pad, RecordSpec, SpecNumber, TagSpec,
};
pub use crate::inventory::{Parts as RecordParts, Record};
pub use crate::redact::MaskText;
pub use crate::subject::SubjectId;
pub use crate::tag::FieldId;

/// Stands for the value of a sibling field that no struct has.
pub fn unit<T: ?Sized>(_: &T) {}
