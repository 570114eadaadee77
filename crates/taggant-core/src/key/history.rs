//! The history of keys: everything that an older genuine row could hide, numbered and hash-chained.

use sha2::{Digest, Sha256};

use super::groups::Groups;
use super::store::{Folder, KeyState};
use super::wrap::{frame, unframe};
use crate::tag::{KeyId, SubjectTag};

/// What happened to keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyEvent {
    /// Branch or service keys were made: hashes of what they are, see docs/KEYS.md.
    Made(Vec<[u8; 32]>),
    /// A person was erased.
    Erased {
        /// Erasures count from 1, without gaps.
        number: u64,
        /// Who.
        subject: SubjectTag,
        /// Which key groups.
        groups: Groups,
    },
    /// One data key may not write any more.
    State {
        /// Which.
        key: KeyId,
        /// Retired or compromised.
        state: KeyState,
    },
    /// New writes of a group take data keys of another generation.
    Generation {
        /// Key group.
        group: String,
        /// Counts up; a group begins with 1.
        generation: u32,
    },
    /// A legal hold was set or lifted.
    Hold {
        /// Who.
        subject: SubjectTag,
        /// Whether it was set.
        on: bool,
    },
    /// The store has adopted an identity key from outside; this is its check value.
    Identity([u8; 16]),
}

/// One entry of the history. It has no personal data: a subject tag is a keyed hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventRow {
    /// Counts from 1, without gaps.
    pub number: u64,
    /// Unix time in nanoseconds.
    pub time_ns: u64,
    /// Which [`KeyEvent`].
    pub kind: u8,
    /// Tenant.
    pub tenant: String,
    /// What the event says, framed.
    pub body: Vec<u8>,
    /// Hash of the entry before; of the folder for the first.
    pub previous: [u8; 32],
    /// Hash of this one.
    pub hash: [u8; 32],
    /// MAC of the hash under the history key.
    pub mac: [u8; 32],
}

/// An erasure, as the history tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErasureRow {
    /// Counts from 1, without gaps.
    pub number: u64,
    /// Unix time in nanoseconds.
    pub time_ns: u64,
    /// Tenant.
    pub tenant: String,
    /// Who.
    pub subject: SubjectTag,
    /// Which key groups.
    pub groups: Groups,
    /// Hash of its entry in the history of keys.
    pub hash: [u8; 32],
}

/// What stands in the history for a branch or service key that was made.
pub(super) fn made(tenant: &str, kind: &str, scope: &[u8], generation: u32) -> [u8; 32] {
    let what: [&[u8]; 5] =
        [b"taggant key made", tenant.as_bytes(), kind.as_bytes(), scope, &generation.to_be_bytes()];
    Sha256::digest(frame(&what)).into()
}

/// What the first entry follows: a history of another folder can't stand in for this one's.
pub(super) fn beginning(folder: &Folder) -> [u8; 32] {
    Sha256::digest(frame(&[b"taggant folder", &folder.id, &folder.format.to_be_bytes()])).into()
}

impl KeyEvent {
    /// The stored number of its kind.
    #[must_use]
    pub fn kind(&self) -> u8 {
        match self {
            Self::Made(_) => 1,
            Self::Erased { .. } => 2,
            Self::State { .. } => 3,
            Self::Generation { .. } => 4,
            Self::Hold { .. } => 5,
            Self::Identity(_) => 6,
        }
    }

    /// The stored bytes.
    #[must_use]
    pub fn body(&self) -> Vec<u8> {
        match self {
            Self::Made(hashes) => hashes.concat(),
            Self::Erased { number, subject, groups } => {
                frame(&[&number.to_be_bytes(), &subject.0, groups.to_text().as_bytes()])
            }
            Self::State { key, state } => frame(&[&key.0, &[*state as u8]]),
            Self::Generation { group, generation } => {
                frame(&[group.as_bytes(), &generation.to_be_bytes()])
            }
            Self::Hold { subject, on } => frame(&[&subject.0, &[u8::from(*on)]]),
            Self::Identity(check) => check.to_vec(),
        }
    }

    /// Reads the stored form; `None` for what this version does not know.
    #[must_use]
    pub fn parse(kind: u8, body: &[u8]) -> Option<Self> {
        let event = match kind {
            1 => {
                let (hashes, rest) = body.as_chunks::<32>();
                (rest.is_empty() && !hashes.is_empty()).then(|| Self::Made(hashes.to_vec()))
            }
            6 => body.try_into().ok().map(Self::Identity),
            _ => Self::parse_parts(kind, &unframe(body)?),
        }?;
        // One form for one event.
        (event.body() == body).then_some(event)
    }

    fn parse_parts(kind: u8, parts: &[&[u8]]) -> Option<Self> {
        let text = |part: &[u8]| String::from_utf8(part.to_vec()).ok();
        match (kind, parts) {
            (2, [number, subject, groups]) => Some(Self::Erased {
                number: u64::from_be_bytes((*number).try_into().ok()?),
                subject: SubjectTag((*subject).try_into().ok()?),
                groups: Groups::from_text(&text(groups)?),
            }),
            (3, [key, [state]]) => Some(Self::State {
                key: KeyId((*key).try_into().ok()?),
                state: KeyState::from_code(*state)?,
            }),
            (4, [group, generation]) => Some(Self::Generation {
                group: text(group)?,
                generation: u32::from_be_bytes((*generation).try_into().ok()?),
            }),
            (5, [subject, [on @ (0 | 1)]]) => {
                Some(Self::Hold { subject: SubjectTag((*subject).try_into().ok()?), on: *on == 1 })
            }
            _ => None,
        }
    }
}

impl EventRow {
    /// SHA-256 over number, time, kind, tenant, body and the previous hash, each framed.
    #[must_use]
    pub fn computed_hash(&self) -> [u8; 32] {
        let parts = frame(&[
            b"taggant key event",
            &self.number.to_be_bytes(),
            &self.time_ns.to_be_bytes(),
            &[self.kind],
            self.tenant.as_bytes(),
            &self.body,
            &self.previous,
        ]);
        Sha256::digest(parts).into()
    }

    /// Whether it is whole and follows `before`, or begins the history of the folder.
    #[must_use]
    pub fn follows(&self, before: Option<&Self>, folder: &Folder) -> bool {
        let (number, hash) = before.map_or((0, beginning(folder)), |row| (row.number, row.hash));
        self.number == number + 1 && self.previous == hash && self.hash == self.computed_hash()
    }

    /// The event; `None` for one that this version does not know.
    #[must_use]
    pub fn event(&self) -> Option<KeyEvent> {
        KeyEvent::parse(self.kind, &self.body)
    }

    /// The erasure, if it is one.
    #[must_use]
    pub fn erasure(&self) -> Option<ErasureRow> {
        let KeyEvent::Erased { number, subject, groups } = self.event()? else { return None };
        let (time_ns, tenant, hash) = (self.time_ns, self.tenant.clone(), self.hash);
        Some(ErasureRow { number, time_ns, tenant, subject, groups, hash })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_event_has_one_form_and_reads_back() {
        let subject = SubjectTag([7; 16]);
        let events = [
            KeyEvent::Made(vec![[1; 32], [2; 32]]),
            KeyEvent::Erased { number: 9, subject, groups: Groups::All },
            KeyEvent::Erased { number: 9, subject, groups: Groups::from_text("a,b") },
            KeyEvent::State { key: KeyId([3; 16]), state: KeyState::Compromised },
            KeyEvent::Generation { group: "main".into(), generation: 2 },
            KeyEvent::Hold { subject, on: true },
            KeyEvent::Identity([4; 16]),
        ];
        for event in events {
            let (kind, body) = (event.kind(), event.body());
            assert_eq!(KeyEvent::parse(kind, &body).as_ref(), Some(&event));
            assert_eq!(KeyEvent::parse(kind, &[&body[..], &[0]].concat()), None, "{event:?}");
            assert_eq!(KeyEvent::parse(kind, &body[..body.len() - 1]), None, "{event:?}");
            assert_eq!(KeyEvent::parse(7, &body), None);
        }
        assert_eq!(KeyEvent::parse(1, &[]), None, "no key was made");
    }

    #[test]
    fn the_history_of_another_folder_or_format_does_not_begin_this_ones() {
        let folder = Folder { id: [1; 16], format: 1 };
        let mut first = EventRow {
            number: 1,
            time_ns: 5,
            kind: 6,
            tenant: "t".into(),
            body: vec![4; 16],
            previous: beginning(&folder),
            hash: [0; 32],
            mac: [0; 32],
        };
        first.hash = first.computed_hash();
        assert!(first.follows(None, &folder));
        assert!(!first.follows(None, &Folder { id: [2; 16], ..folder }));
        assert!(!first.follows(None, &Folder { format: 2, ..folder }));
        assert!(!first.follows(Some(&first), &folder));
    }
}
