//! What was written, word by word, each with its span; nothing resolved yet.

use proc_macro2::{Ident, Span, TokenStream};
use syn::{Generics, LitInt, LitStr, Member, Path, Type, Visibility};

/// A type with `#[derive(Tagged)]`.
pub(crate) struct Input {
    pub(crate) ident: Ident,
    pub(crate) vis: Visibility,
    pub(crate) generics: Generics,
    pub(crate) words: TypeWords,
    pub(crate) serde: SerdeWords,
    pub(crate) body: Body,
}

/// Struct or enum.
pub(crate) enum Body {
    Struct(Fields),
    Enum(Vec<Variant>),
}

/// A variant of an enum.
pub(crate) struct Variant {
    pub(crate) ident: Ident,
    pub(crate) serde: SerdeWords,
    pub(crate) fields: Fields,
}

/// How fields are written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    Named,
    Tuple,
    Unit,
}

/// The fields of a struct or variant.
pub(crate) struct Fields {
    pub(crate) style: Style,
    pub(crate) list: Vec<Field>,
}

/// A field; `decision` is `None` where nothing, or nothing readable, was decided.
pub(crate) struct Field {
    pub(crate) member: Member,
    pub(crate) span: Span,
    pub(crate) ty: Type,
    pub(crate) decision: Option<Decision>,
    pub(crate) serde: SerdeWords,
}

/// What a developer decided about a field.
pub(crate) enum Decision {
    Tag(Box<TagWords>),
    Nested(NestedWords),
    Clear { authenticated: bool },
}

/// The words of `#[tagged(..)]`.
#[derive(Default)]
pub(crate) struct TypeWords {
    pub(crate) dataset: Option<LitStr>,
    pub(crate) subject: Option<SubjectRef>,
    pub(crate) row: Option<Row>,
    pub(crate) unbound: Option<Span>,
    pub(crate) group: Option<LitStr>,
    pub(crate) alias: Vec<LitStr>,
    pub(crate) integrity: Option<LitStr>,
    pub(crate) skip: Vec<Skip>,
    pub(crate) krate: Option<Path>,
    pub(crate) prefix: Option<LitStr>,
    /// Words that were written, or that a misspelt one is close to, readable or not.
    pub(crate) attempted: Vec<String>,
}

impl TypeWords {
    /// Whether a word is missing, not just unreadable.
    pub(crate) fn lacks(&self, word: &str) -> bool {
        !self.attempted.iter().any(|attempted| attempted == word)
    }
}

/// A trait of `skip(..)`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Skip {
    Debug,
    Serialize,
    Deserialize,
}

/// `row = ..`
pub(crate) enum Row {
    None(Span),
    Fields(Vec<Member>),
}

/// `subject(kind = field)`
pub(crate) struct SubjectRef {
    pub(crate) kind: String,
    pub(crate) kind_span: Span,
    pub(crate) field: Member,
}

/// The words of `#[tag(..)]`.
pub(crate) struct TagWords {
    pub(crate) span: Span,
    pub(crate) categories: Vec<LitStr>,
    pub(crate) mask: Option<Mask>,
    pub(crate) lookup: Option<LitStr>,
    pub(crate) normalizer: Option<(&'static str, Span)>,
    pub(crate) bits: Option<LitInt>,
    pub(crate) may_collide: Option<Span>,
    pub(crate) alias: Vec<LitStr>,
    pub(crate) name: Option<LitStr>,
    pub(crate) subject: Option<SubjectRef>,
    pub(crate) pad: Option<Pad>,
    pub(crate) seal_none: Option<Span>,
}

/// `mask = ..`
#[derive(Clone)]
pub(crate) enum Mask {
    Full,
    Email,
    Last(u8),
    First(u8),
    Year,
    IpPrefix,
    Pseudonym,
    Function(Path),
}

/// `pad = ..`
#[derive(Clone, Copy)]
pub(crate) enum Pad {
    None,
    To(u32),
}

/// The words of `#[nested(..)]`.
#[derive(Default)]
pub(crate) struct NestedWords {
    pub(crate) portable: bool,
    pub(crate) alias: Vec<LitStr>,
    pub(crate) name: Option<LitStr>,
}

/// The words of all `#[serde(..)]` attributes of one item.
#[derive(Clone, Default)]
pub(crate) struct SerdeWords(pub(crate) Vec<SerdeWord>);

/// A word of `#[serde(..)]`, kept as it was written and read as far as the derive needs it.
#[derive(Clone)]
pub(crate) struct SerdeWord {
    pub(crate) name: String,
    pub(crate) span: Span,
    pub(crate) tokens: TokenStream,
    pub(crate) value: SerdeValue,
}

/// The value of a word of `#[serde(..)]`.
#[derive(Clone)]
pub(crate) enum SerdeValue {
    None,
    Text(LitStr),
    /// `(serialize = "..", deserialize = "..")`
    Sides(Vec<(Ident, LitStr)>),
    Other,
}

/// One of serde's two directions.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Serialize,
    Deserialize,
}

impl Side {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Serialize => "serialize",
            Self::Deserialize => "deserialize",
        }
    }
}

impl SerdeWords {
    pub(crate) fn get(&self, name: &str) -> Option<&SerdeWord> {
        self.0.iter().find(|word| word.name == name)
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// The text of `name = ".."` or of `name(side = "..")`.
    pub(crate) fn text(&self, name: &str, side: Side) -> Option<&LitStr> {
        self.0.iter().filter(|word| word.name == name).find_map(|word| match &word.value {
            SerdeValue::Text(text) => Some(text),
            SerdeValue::Sides(sides) => {
                sides.iter().find(|(word, _)| word == side.word()).map(|(_, text)| text)
            }
            SerdeValue::None | SerdeValue::Other => None,
        })
    }

    /// Whether the item is left out in this direction.
    pub(crate) fn skipped(&self, side: Side) -> bool {
        let one_way = match side {
            Side::Serialize => "skip_serializing",
            Side::Deserialize => "skip_deserializing",
        };
        self.has("skip") || self.has(one_way)
    }

    /// Whether a function of the user's replaces this direction.
    pub(crate) fn replaced(&self, side: Side) -> bool {
        let one_way = match side {
            Side::Serialize => "serialize_with",
            Side::Deserialize => "deserialize_with",
        };
        self.has("with") || self.has(one_way)
    }
}

impl Input {
    /// All groups of fields: one for a struct, one per variant of an enum.
    pub(crate) fn groups(&self) -> Vec<(Option<&Variant>, &Fields)> {
        match &self.body {
            Body::Struct(fields) => vec![(None, fields)],
            Body::Enum(variants) => variants.iter().map(|v| (Some(v), &v.fields)).collect(),
        }
    }

    pub(crate) fn is_enum(&self) -> bool {
        matches!(self.body, Body::Enum(_))
    }

    pub(crate) fn skips(&self, skip: Skip) -> bool {
        self.words.skip.contains(&skip)
    }
}

impl Fields {
    pub(crate) fn find(&self, member: &Member) -> Option<&Field> {
        self.list.iter().find(|field| field.member == *member)
    }
}

impl Field {
    pub(crate) fn tag(&self) -> Option<&TagWords> {
        match &self.decision {
            Some(Decision::Tag(tag)) => Some(tag),
            _ => None,
        }
    }

    pub(crate) fn is_clear(&self) -> bool {
        matches!(self.decision, Some(Decision::Clear { .. }))
    }
}

/// A member as it is written in a field path.
pub(crate) fn member_name(member: &Member) -> String {
    match member {
        Member::Named(ident) => syn::ext::IdentExt::unraw(ident).to_string(),
        Member::Unnamed(index) => index.index.to_string(),
    }
}
