//! What was read: types and fields as far as a judgement needs them.

use std::collections::HashMap;

/// A source file's types.
#[derive(Default)]
pub(crate) struct FileTypes {
    /// Index of the crate.
    pub(crate) package: usize,
    /// From the scanned folder, with `/`.
    pub(crate) path: String,
    /// Modules of the file, `::` between.
    pub(crate) module: String,
    pub(crate) types: Vec<TypeDef>,
    /// What `use` made of names: local name to full path.
    pub(crate) uses: HashMap<String, Vec<String>>,
    /// `#[cfg(test)] mod name;`: files to leave out.
    pub(crate) test_modules: Vec<String>,
    pub(crate) unread: Vec<(usize, usize, &'static str)>,
    pub(crate) lines: u64,
}

/// A struct, enum, union or alias.
pub(crate) struct TypeDef {
    pub(crate) name: String,
    /// Inline modules inside the file.
    pub(crate) inline_module: String,
    /// Last segments and full paths of what it derives.
    pub(crate) derives: Vec<Vec<String>>,
    /// Whether `#[tagged(..)]` stands on it.
    pub(crate) tagged_attr: bool,
    pub(crate) body: Body,
}

pub(crate) enum Body {
    Alias(TypeRef),
    Struct(Vec<Field>),
    Enum(Vec<Variant>),
}

pub(crate) struct Variant {
    pub(crate) name: String,
    pub(crate) fields: Vec<Field>,
}

pub(crate) struct Field {
    /// Name, or index of a tuple field.
    pub(crate) member: String,
    pub(crate) named: bool,
    pub(crate) line: usize,
    pub(crate) column: usize,
    pub(crate) ty: TypeRef,
    pub(crate) decision: Decision,
    /// Other names that serde or a database adapter gives it.
    pub(crate) renames: Vec<String>,
    /// A decision that holds only under some `cfg`.
    pub(crate) conditional: bool,
}

/// What was decided about a field, where the type is `Tagged`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Decision {
    None,
    Tag,
    Nested,
    Clear,
}

/// A field's type: what is left after containers are taken away.
#[derive(Clone, Default)]
pub(crate) struct TypeRef {
    /// For people; literals left out.
    pub(crate) text: String,
    pub(crate) leaves: Vec<Leaf>,
    /// Inside `Sensitive<..>`.
    pub(crate) sensitive: bool,
}

/// An innermost type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Leaf {
    /// By its last segment.
    Named(String),
    /// `&'static str`
    StaticText,
    /// `Vec<u8>` and the like.
    Bytes,
    /// A function, trait object of behaviour, `()` or what else holds no data.
    NoData,
}

impl TypeDef {
    /// All groups of fields: one for a struct, one per variant.
    pub(crate) fn groups(&self) -> Vec<(Option<&str>, &[Field])> {
        match &self.body {
            Body::Alias(_) => Vec::new(),
            Body::Struct(fields) => vec![(None, fields)],
            Body::Enum(variants) => {
                variants.iter().map(|v| (Some(v.name.as_str()), v.fields.as_slice())).collect()
            }
        }
    }
}
