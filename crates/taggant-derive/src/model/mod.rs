//! Resolved values: everything that `expand` needs, built only from a type without errors.

pub(crate) mod bounds;
pub(crate) mod wire;

use proc_macro2::{Ident, Span};
use syn::{Generics, LitStr, Member, Path, Type, Visibility, parse_quote};

use crate::ast::{self, Decision, Input, Mask, Pad, Row, SerdeWords, Skip, Style, TagWords};
use crate::diag::Checked;
use crate::ids;

/// A type that may be expanded.
pub(crate) struct Model {
    pub(crate) ident: Ident,
    pub(crate) vis: Visibility,
    pub(crate) generics: Generics,
    pub(crate) krate: Path,
    pub(crate) dataset: String,
    pub(crate) dataset_aliases: Vec<String>,
    pub(crate) group: String,
    /// Kinds by index; 0 is the record's own.
    pub(crate) subjects: Vec<Option<String>>,
    pub(crate) row_bound: bool,
    pub(crate) integrity: Option<String>,
    pub(crate) skip: Vec<Skip>,
    pub(crate) serde: SerdeWords,
    pub(crate) is_enum: bool,
    pub(crate) groups: Vec<Group>,
}

/// The fields of a struct or of one variant.
pub(crate) struct Group {
    pub(crate) variant: Option<Ident>,
    pub(crate) serde: SerdeWords,
    pub(crate) style: Style,
    pub(crate) fields: Vec<Field>,
    /// Subject index and position of the field that names it.
    pub(crate) subjects: Vec<(u8, usize)>,
    /// Positions of the fields that name the row.
    pub(crate) row: Vec<usize>,
}

/// A field with everything that was decided about it.
pub(crate) struct Field {
    /// Position in `RecordSpec::fields`.
    pub(crate) index: usize,
    pub(crate) member: Member,
    pub(crate) span: Span,
    pub(crate) ty: Type,
    pub(crate) path: String,
    pub(crate) wire_name: String,
    pub(crate) id: [u8; 8],
    pub(crate) aliases: Vec<[u8; 8]>,
    pub(crate) role: Role,
    pub(crate) serde: SerdeWords,
}

pub(crate) enum Role {
    Tagged(Box<Tag>),
    Nested { portable: bool },
    Clear { authenticated: bool },
}

pub(crate) struct Tag {
    pub(crate) categories: Vec<String>,
    pub(crate) subject: u8,
    pub(crate) mask: Option<Mask>,
    pub(crate) lookup: Option<Lookup>,
    pub(crate) pad: Pad,
    pub(crate) seal_none: bool,
}

pub(crate) struct Lookup {
    pub(crate) name: String,
    pub(crate) normalizer: String,
    pub(crate) bits: u16,
}

/// Resolves a checked type.
pub(crate) fn build(input: Input, _: Checked) -> Model {
    let subjects = Subjects::of(&input);
    let mut groups = Vec::new();
    let mut next = 0;
    for (variant, fields) in input.groups() {
        let start = next;
        next += fields.list.len();
        groups.push(group(&input, variant, fields, start, &subjects));
    }
    let words = input.words;
    Model {
        dataset: words.dataset.expect("checked: there is a dataset").value(),
        dataset_aliases: words.alias.iter().map(LitStr::value).collect(),
        group: words.group.map_or_else(|| "main".to_owned(), |group| group.value()),
        subjects: subjects.kinds(),
        row_bound: matches!(words.row, Some(Row::Fields(_))),
        integrity: words.integrity.map(|name| name.value()),
        skip: words.skip,
        krate: words.krate.unwrap_or_else(|| parse_quote!(::taggant)),
        is_enum: matches!(input.body, ast::Body::Enum(_)),
        serde: input.serde,
        ident: input.ident,
        vis: input.vis,
        generics: input.generics,
        groups,
    }
}

/// Every distinct (kind, field) of a type; the first is the record's own, or none.
struct Subjects(Vec<Option<(String, Member)>>);

impl Subjects {
    fn of(input: &Input) -> Self {
        let key = |s: &ast::SubjectRef| (s.kind.clone(), s.field.clone());
        let mut out = vec![input.words.subject.as_ref().map(key)];
        for (_, fields) in input.groups() {
            for subject in fields.list.iter().filter_map(|f| f.tag()?.subject.as_ref()) {
                let subject = Some(key(subject));
                if !out.contains(&subject) {
                    out.push(subject);
                }
            }
        }
        Self(out)
    }

    fn index(&self, subject: Option<&ast::SubjectRef>) -> u8 {
        let Some(subject) = subject else { return 0 };
        let same = |own: &Option<(String, Member)>| {
            own.as_ref().is_some_and(|own| own.0 == subject.kind && own.1 == subject.field)
        };
        let index = self.0.iter().position(same).expect("every subject was collected");
        u8::try_from(index).expect("a type names at most 255 data subjects")
    }

    fn kinds(&self) -> Vec<Option<String>> {
        self.0.iter().map(|subject| Some(subject.as_ref()?.0.clone())).collect()
    }

    /// Which of them a group of fields names: the record's own and those of its own fields.
    fn in_group(&self, fields: &ast::Fields) -> Vec<(u8, usize)> {
        let mut used: Vec<u8> = vec![0];
        for tag in fields.list.iter().filter_map(ast::Field::tag) {
            used.push(self.index(tag.subject.as_ref()));
        }
        used.sort_unstable();
        used.dedup();
        used.into_iter()
            .filter_map(|index| {
                let (_, member) = self.0[usize::from(index)].as_ref()?;
                Some((index, position(fields, member)))
            })
            .collect()
    }
}

fn position(fields: &ast::Fields, member: &Member) -> usize {
    fields.list.iter().position(|f| f.member == *member).expect("checked: the field exists")
}

fn group(
    input: &Input,
    variant: Option<&ast::Variant>,
    fields: &ast::Fields,
    start: usize,
    subjects: &Subjects,
) -> Group {
    let row = match &input.words.row {
        Some(Row::Fields(members)) => members.iter().map(|m| position(fields, m)).collect(),
        _ => Vec::new(),
    };
    let list = fields.list.iter().enumerate();
    Group {
        variant: variant.map(|variant| variant.ident.clone()),
        serde: variant.map_or_else(SerdeWords::default, |variant| variant.serde.clone()),
        style: fields.style,
        fields: list
            .map(|(i, f)| field(input, variant, fields.style, f, start + i, subjects))
            .collect(),
        subjects: subjects.in_group(fields),
        row,
    }
}

fn field(
    input: &Input,
    variant: Option<&ast::Variant>,
    style: Style,
    field: &ast::Field,
    index: usize,
    subjects: &Subjects,
) -> Field {
    let dataset = input.words.dataset.as_ref().expect("checked: there is a dataset").value();
    let datasets: Vec<String> = input.words.alias.iter().map(LitStr::value).collect();
    let path = ids::path(variant, field);
    let former: Vec<String> = ids::aliases(field).iter().map(LitStr::value).collect();
    Field {
        index,
        member: field.member.clone(),
        span: field.span,
        ty: field.ty.clone(),
        wire_name: wire::wire_name(input, variant, style, field),
        id: ids::field_id(&dataset, &path),
        aliases: ids::alias_ids(&dataset, &datasets, &path, &former),
        path,
        role: match field.decision.as_ref().expect("checked: the field is decided") {
            Decision::Tag(words) => Role::Tagged(Box::new(tag(words, subjects))),
            Decision::Nested(words) => Role::Nested { portable: words.portable },
            Decision::Clear { authenticated } => Role::Clear { authenticated: *authenticated },
        },
        serde: field.serde.clone(),
    }
}

fn tag(words: &TagWords, subjects: &Subjects) -> Tag {
    let lookup = words.lookup.as_ref().map(|name| Lookup {
        name: name.value(),
        normalizer: format!("{}/1", words.normalizer.map_or("text", |(name, _)| name)),
        bits: words.bits.as_ref().map_or(128, |bits| bits.base10_parse().expect("checked: bits")),
    });
    Tag {
        categories: words.categories.iter().map(LitStr::value).collect(),
        subject: subjects.index(words.subject.as_ref()),
        mask: words.mask.clone(),
        lookup,
        pad: words.pad.unwrap_or(Pad::To(16)),
        seal_none: words.seal_none.is_some(),
    }
}

impl Model {
    pub(crate) fn skips(&self, skip: Skip) -> bool {
        self.skip.contains(&skip)
    }

    /// Every field of every variant.
    pub(crate) fn fields(&self) -> impl Iterator<Item = (&Group, &Field)> {
        self.groups.iter().flat_map(|group| group.fields.iter().map(move |field| (group, field)))
    }
}

impl Field {
    pub(crate) fn tag(&self) -> Option<&Tag> {
        match &self.role {
            Role::Tagged(tag) => Some(tag),
            _ => None,
        }
    }

    pub(crate) fn lookup(&self) -> Option<&Lookup> {
        self.tag()?.lookup.as_ref()
    }

    pub(crate) fn is_clear(&self) -> bool {
        matches!(self.role, Role::Clear { .. })
    }
}
