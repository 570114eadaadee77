//! What binds the envelopes of one record: tenant, people, row and place.

use std::sync::Arc;

use super::binder::{MAX_SUBJECTS, Subject};
use crate::envelope::{self, Flags, HEADER_LEN};
use crate::field::{FieldSpec, RecordSpec};
use crate::flow::resolved::Resolved;
use crate::key::Owner;

/// The binding of one record, kept by values of it that are still sealed.
pub(crate) struct RecordContext {
    pub(crate) flow: Arc<Resolved>,
    pub(crate) spec: &'static RecordSpec,
    pub(crate) binding: Binding,
}

/// Whose record, which row, which place.
#[derive(Clone, Default)]
pub(crate) struct Binding {
    pub(crate) subjects: [Subject; MAX_SUBJECTS],
    /// Framed row ids, the outermost record's first; empty: not bound.
    pub(crate) row: Vec<u8>,
    /// Field ids of the enclosing `#[nested]` fields; empty: not bound.
    pub(crate) path: Vec<u8>,
    /// Where the record stands in the outermost record around that has integrity, portable nested
    /// fields included; empty where there is none.
    pub(crate) place: Vec<u8>,
    /// `path` under former names of the enclosing fields.
    pub(crate) former_paths: Vec<Vec<u8>>,
}

impl Binding {
    pub(crate) fn flags(&self, seal_none: bool) -> Flags {
        Flags::new(!self.row.is_empty(), !self.path.is_empty(), seal_none)
    }

    pub(crate) fn row(&self) -> Option<&[u8]> {
        (!self.row.is_empty()).then_some(self.row.as_slice())
    }

    pub(crate) fn path(&self) -> Option<&[u8]> {
        (!self.path.is_empty()).then_some(self.path.as_slice())
    }

    /// Whose key a field is sealed under.
    pub(crate) fn owner(&self, spec: &'static RecordSpec, subject: u8) -> Owner {
        match self.subjects[usize::from(subject)] {
            Subject::Tag(tag) => Owner::Subject(tag),
            Subject::Unset | Subject::Absent => Owner::Dataset(spec.dataset),
        }
    }

    pub(crate) fn write_aad(&self, out: &mut Vec<u8>, header: &[u8; HEADER_LEN], tenant: &str) {
        envelope::write_aad(out, header, tenant, self.path(), self.row());
    }

    /// Whether an envelope bound like this stays readable where `other` binds.
    pub(crate) fn same_place(&self, other: &Self) -> bool {
        self.row == other.row && self.path == other.path
    }

    /// Steps into a `#[nested]` field.
    pub(crate) fn descend(&mut self, field: &FieldSpec) {
        let mut former = Vec::new();
        for path in std::iter::once(&self.path).chain(&self.former_paths) {
            for alias in field.aliases {
                former.push([path.as_slice(), &alias.0].concat());
            }
        }
        for path in &mut self.former_paths {
            path.extend_from_slice(&field.id.0);
        }
        self.former_paths.append(&mut former);
        self.path.extend_from_slice(&field.id.0);
    }
}
