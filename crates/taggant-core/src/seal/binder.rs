//! Whose record it is and which row: collected before anything is sealed or opened.

use crate::error::{Error, Outcome};
use crate::field::RecordSpec;
use crate::flow::resolved::Resolved;
use crate::subject::SubjectId;
use crate::tag::SubjectTag;

/// How many data subjects one record type may name.
pub(crate) const MAX_SUBJECTS: usize = 8;

/// A data subject of a record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Subject {
    /// The type names none: the enclosing record's, the flow's, or none.
    #[default]
    Unset,
    /// The type names one and its id is `None`.
    Absent,
    /// A person.
    Tag(SubjectTag),
}

impl Subject {
    pub(crate) fn tag(self) -> Option<SubjectTag> {
        match self {
            Self::Tag(tag) => Some(tag),
            Self::Unset | Self::Absent => None,
        }
    }
}

/// Collects the data subjects and the row of one record. The derive calls it.
pub struct Binder<'a> {
    flow: &'a Resolved,
    spec: &'static RecordSpec,
    subjects: &'a mut [Subject; MAX_SUBJECTS],
    row: &'a mut Vec<u8>,
    scratch: Vec<u8>,
    error: Option<Error>,
}

impl<'a> Binder<'a> {
    pub(crate) fn new(
        flow: &'a Resolved,
        spec: &'static RecordSpec,
        subjects: &'a mut [Subject; MAX_SUBJECTS],
        row: &'a mut Vec<u8>,
        scratch: Vec<u8>,
    ) -> Self {
        Self { flow, spec, subjects, row, scratch, error: None }
    }

    /// The subject number `index` of the type is the person `id`.
    pub fn subject<I: SubjectId + ?Sized>(&mut self, index: u8, id: &I) {
        let Some(Some(kind)) = self.spec.subjects.get(usize::from(index)) else { return };
        self.scratch.clear();
        let scratch = &mut self.scratch;
        let present = id.canonical(&mut |part| scratch.extend_from_slice(part));
        self.subjects[usize::from(index)] = if present {
            match self.flow.tenant.subject_tag(kind, &self.scratch) {
                Ok(tag) => Subject::Tag(tag),
                Err(error) => {
                    self.error = Some(error);
                    return;
                }
            }
        } else {
            Subject::Absent
        };
    }

    /// One more part of the row's id.
    pub fn row<I: SubjectId + ?Sized>(&mut self, part: &I) {
        let start = self.row.len();
        self.row.extend_from_slice(&[0; 8]);
        let row = &mut *self.row;
        if !part.canonical(&mut |bytes| row.extend_from_slice(bytes)) {
            self.error = Some(
                Error::new(
                    Outcome::Invalid,
                    "the row id is None: give the record its id before it is written, or say \
                     `row = none`",
                )
                .at_field(self.spec.dataset, "row"),
            );
            return;
        }
        let length = (self.row.len() - start - 8) as u64;
        self.row[start..start + 8].copy_from_slice(&length.to_be_bytes());
    }

    /// Ends the collection; gives the scratch buffer back.
    pub(crate) fn finish(self) -> (Vec<u8>, Result<(), Error>) {
        (self.scratch, self.error.map_or(Ok(()), Err))
    }
}

/// The subject of a record that names none: the one that the flow names, if it does.
pub(crate) fn flow_subject(flow: &Resolved) -> Result<Subject, Error> {
    match &flow.subject {
        Some((kind, id)) => flow.tenant.subject_tag(kind, id).map(Subject::Tag),
        None => Ok(Subject::Unset),
    }
}
