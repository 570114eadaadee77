//! Static descriptions of tagged types, written by the derive.

use std::sync::atomic::{AtomicU32, Ordering};

use crate::tag::FieldId;

/// A tagged record type.
#[derive(Debug)]
pub struct RecordSpec {
    /// Stable logical name.
    pub dataset: &'static str,
    /// Former names, still readable.
    pub dataset_aliases: &'static [&'static str],
    /// Key group.
    pub group: &'static str,
    /// Kinds of the data subjects: index 0 is the record's own (`None`: the enclosing record's,
    /// or the one that the flow names, or none), the others are those that single fields name.
    pub subjects: &'static [Option<&'static str>],
    /// Whether the type says `row = field(s)`.
    pub row_bound: bool,
    /// Every field, in declaration order; for enums variant by variant.
    pub fields: &'static [FieldSpec],
    /// Name of the whole-record integrity sibling.
    pub integrity: Option<&'static str>,
    /// Small process-wide number of this type, given on first use.
    pub number: SpecNumber,
}

impl RecordSpec {
    /// How many of its fields are tagged.
    pub(crate) fn tagged(&self) -> usize {
        self.fields.iter().filter(|field| field.tag().is_some()).count()
    }
}

/// A field of a tagged record type.
#[derive(Debug)]
pub struct FieldSpec {
    /// `[variant.]field`; tuple fields by decimal index.
    pub path: &'static str,
    /// The name serde writes it under (after `rename`, `rename_all`), for reports.
    pub wire_name: &'static str,
    /// Field id of dataset and path.
    pub id: FieldId,
    /// Ids under former dataset and field names.
    pub aliases: &'static [FieldId],
    /// What was decided about it.
    pub role: FieldRole,
}

/// What a developer decided about a field.
#[derive(Debug)]
pub enum FieldRole {
    /// `#[tag(..)]`
    Tagged(TagSpec),
    /// `#[nested]`; portable gives up the binding to the enclosing path and row.
    Nested {
        /// Whether `#[nested(portable)]` was written.
        portable: bool,
    },
    /// `#[clear]`
    Clear {
        /// Whether the record's integrity covers it.
        authenticated: bool,
    },
}

/// The words of `#[tag(..)]`.
#[derive(Debug)]
pub struct TagSpec {
    /// At least one category key.
    pub categories: &'static [&'static str],
    /// Index into [`RecordSpec::subjects`].
    pub subject: u8,
    /// What a person may see instead.
    pub mask: Mask,
    /// Whether `None` is sealed too.
    pub seal_none: bool,
    /// Padding of the plaintext.
    pub pad: Pad,
    /// The blind index.
    pub lookup: Option<LookupSpec>,
}

/// What is printed instead of a value. Masks never show more than half of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mask {
    /// The category only: `<user.name>`. The default.
    Category,
    /// A fixed run of asterisks.
    Full,
    /// First character of the local part, and the domain.
    Email,
    /// The last `n` characters.
    Last(u8),
    /// The first `n` characters.
    First(u8),
    /// The year of an ISO 8601 date.
    Year,
    /// The first half of an IP address.
    IpPrefix,
    /// A keyed pseudonym.
    Pseudonym,
    /// A function of the user's.
    Custom,
}

/// Padding of a field's plaintext before encryption.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pad {
    /// None: the length shows.
    None,
    /// Zero bytes up to a multiple of this many bytes (at least 1).
    To(u32),
}

/// A blind index of a field.
#[derive(Debug)]
pub struct LookupSpec {
    /// Name of the sibling field and of the index.
    pub name: &'static str,
    /// Name of the normaliser, with its version: `text/1`, `exact/1`, `phone/1`.
    pub normalizer: &'static str,
    /// Bits of the truncated HMAC: a multiple of 8 from 16 to 256.
    pub bits: u16,
}

impl FieldSpec {
    /// The words of `#[tag]`, where the field has one.
    #[must_use]
    pub fn tag(&self) -> Option<&TagSpec> {
        match &self.role {
            FieldRole::Tagged(tag) => Some(tag),
            _ => None,
        }
    }

    /// Whether an envelope of this field id may be read as this field.
    #[must_use]
    pub fn accepts(&self, id: FieldId) -> bool {
        self.id == id || self.aliases.contains(&id)
    }
}

static NEXT_NUMBER: AtomicU32 = AtomicU32::new(1);

/// A process-wide number that a record type gets on first use; 0 before.
#[derive(Debug, Default)]
pub struct SpecNumber(AtomicU32);

impl SpecNumber {
    /// For statics.
    #[must_use]
    pub const fn new() -> Self {
        Self(AtomicU32::new(0))
    }

    /// The number, assigned now if there is none yet.
    pub fn get(&self) -> u32 {
        match self.0.load(Ordering::Relaxed) {
            0 => self.assign(),
            number => number,
        }
    }

    #[cold]
    fn assign(&self) -> u32 {
        let fresh = NEXT_NUMBER.fetch_add(1, Ordering::Relaxed);
        match self.0.compare_exchange(0, fresh, Ordering::Relaxed, Ordering::Relaxed) {
            Ok(_) => fresh,
            Err(taken) => taken,
        }
    }
}
