//! A data key in memory.

use std::fmt;
use std::sync::Arc;

use super::store::{KeyState, OwnerKind};
use crate::cipher::xaes::XaesKey;
use crate::tag::{KeyId, SubjectTag};

/// Whose values a data key seals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Owner {
    /// One person's.
    Subject(SubjectTag),
    /// Nobody's in particular: values of a dataset whose records name no person.
    Dataset(&'static str),
}

impl Owner {
    pub(super) fn kind(&self) -> OwnerKind {
        match self {
            Self::Subject(_) => OwnerKind::Subject,
            Self::Dataset(_) => OwnerKind::Dataset,
        }
    }

    pub(super) fn bytes(&self) -> &[u8] {
        match self {
            Self::Subject(tag) => &tag.0,
            Self::Dataset(name) => name.as_bytes(),
        }
    }
}

/// A data key, unwrapped. Wiped when the last user drops it; its `Debug` shows its id only.
pub struct DataKey {
    pub(super) id: KeyId,
    pub(super) owner_kind: OwnerKind,
    pub(super) owner: Box<[u8]>,
    pub(super) group: Arc<str>,
    pub(super) state: KeyState,
    pub(super) cipher: XaesKey,
}

impl DataKey {
    /// The id that envelopes name.
    #[must_use]
    pub fn id(&self) -> KeyId {
        self.id
    }

    /// The expanded key.
    #[must_use]
    pub fn cipher(&self) -> &XaesKey {
        &self.cipher
    }

    /// The key group.
    #[must_use]
    pub fn group(&self) -> &str {
        &self.group
    }

    /// The state when it was loaded.
    #[must_use]
    pub fn state(&self) -> KeyState {
        self.state
    }

    /// The person, if it is a person's.
    #[must_use]
    pub fn subject(&self) -> Option<SubjectTag> {
        match self.owner_kind {
            OwnerKind::Subject => self.owner.as_ref().try_into().ok().map(SubjectTag),
            OwnerKind::Dataset => None,
        }
    }

    /// Whether it is exactly this owner's.
    #[must_use]
    pub fn belongs_to(&self, owner: Owner) -> bool {
        self.owner_kind == owner.kind() && *self.owner == *owner.bytes()
    }
}

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DataKey({})", self.id)
    }
}
