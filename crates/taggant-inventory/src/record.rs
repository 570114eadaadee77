//! What the record of a type says.

use std::fmt;

use serde::{Serialize, Serializer};
use taggant_core::tag::FieldId;

/// A tagged type as a build declares it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[non_exhaustive]
pub struct TaggedType {
    /// Stable logical name of the record type.
    pub dataset: String,
    /// Former names, still readable.
    pub dataset_aliases: Vec<String>,
    /// Name of the Rust type.
    pub name: String,
    /// Path of the module it stands in, from the crate's name on.
    pub module: String,
    /// Package that declares it; empty where it was not built by cargo.
    pub package: String,
    /// Version of that package; likewise.
    pub version: String,
    /// Key group: what is erased together.
    pub group: String,
    /// Name of the whole-record integrity sibling.
    pub integrity: Option<String>,
    /// Whether it is an enum.
    pub is_enum: bool,
    /// Members that name the row; empty for `row = none`.
    pub row: Vec<String>,
    /// Data subjects by index; 0 is the record's own. `None`: the enclosing record's, the one that
    /// the flow names, or none.
    pub subjects: Vec<Option<Subject>>,
    /// Traits that the derive was told to leave out: `Debug`, `Serialize`, `Deserialize`.
    pub skips: Vec<&'static str>,
    /// Every field, in declaration order; for enums variant by variant.
    pub fields: Vec<Field>,
}

/// A kind of persons and the field with their id.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Subject {
    /// Key of the taxonomy, or the project's own.
    pub kind: String,
    /// Member of the type.
    pub field: String,
}

/// A field of a tagged type.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[non_exhaustive]
pub struct Field {
    /// `[variant.]field`; tuple fields by decimal index.
    pub path: String,
    /// The name serde writes it under.
    pub wire_name: String,
    /// Field id of dataset and path; as JSON 16 hex digits.
    #[serde(serialize_with = "id")]
    pub id: FieldId,
    /// Ids under former dataset and field names.
    #[serde(serialize_with = "ids")]
    pub aliases: Vec<FieldId>,
    /// Its Rust type, as it is written.
    #[serde(rename = "type")]
    pub type_name: String,
    /// What was decided about it.
    #[serde(flatten)]
    pub role: Role,
}

/// What a developer decided about a field.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(tag = "role", rename_all = "lowercase")]
pub enum Role {
    /// `#[clear]`
    Clear {
        /// Whether the record's integrity covers it.
        authenticated: bool,
    },
    /// `#[nested]`
    Nested {
        /// Whether it gives up the binding to its place.
        portable: bool,
    },
    /// `#[tag(..)]`
    Tagged(Tag),
}

/// The words of `#[tag(..)]`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[non_exhaustive]
pub struct Tag {
    /// At least one key.
    pub categories: Vec<String>,
    /// Index into [`TaggedType::subjects`].
    pub subject: u8,
    /// As it is written: `category` (the default), `full`, `email`, `last(4)`, `fn path`, ..
    pub mask: String,
    /// Plaintexts are padded to a multiple of this many bytes; 0: not at all.
    pub pad: u32,
    /// Whether `None` is sealed too.
    pub seal_none: bool,
    /// The blind index.
    pub lookup: Option<Lookup>,
}

/// A blind index.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Lookup {
    /// Name of the sibling field and of the index.
    pub name: String,
    /// Name of the normaliser, with its version.
    pub normalizer: String,
    /// Bits of the index value.
    pub bits: u32,
}

impl TaggedType {
    /// The person whose data a field is; `None` where the record names none.
    #[must_use]
    pub fn subject_of(&self, tag: &Tag) -> Option<&Subject> {
        self.subjects.get(usize::from(tag.subject))?.as_ref()
    }

    /// `shop::model::Customer`
    #[must_use]
    pub fn rust_path(&self) -> String {
        format!("{}::{}", self.module, self.name)
    }
}

impl Field {
    /// The words of `#[tag(..)]`, where the field has one.
    #[must_use]
    pub fn tag(&self) -> Option<&Tag> {
        match &self.role {
            Role::Tagged(tag) => Some(tag),
            _ => None,
        }
    }
}

impl Role {
    /// `clear`, `nested` or `tagged`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Clear { .. } => "clear",
            Self::Nested { .. } => "nested",
            Self::Tagged(_) => "tagged",
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.kind, self.field)
    }
}

pub(crate) fn id<S: Serializer>(id: &FieldId, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(id)
}

fn ids<S: Serializer>(ids: &[FieldId], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(ids.iter().map(ToString::to_string))
}
