//! The names that serde writes, for reports: `rename`, `rename_all` and `rename_all_fields`.

use crate::ast::{Field, Input, Side, Style, Variant, member_name};

/// A rule of serde's `rename_all`.
#[derive(Clone, Copy)]
pub(crate) enum Rule {
    Lower,
    Upper,
    Pascal,
    Camel,
    Snake,
    ScreamingSnake,
    Kebab,
    ScreamingKebab,
}

impl Rule {
    pub(crate) const NAMES: &[&str] = &[
        "lowercase",
        "UPPERCASE",
        "PascalCase",
        "camelCase",
        "snake_case",
        "SCREAMING_SNAKE_CASE",
        "kebab-case",
        "SCREAMING-KEBAB-CASE",
    ];

    pub(crate) fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "lowercase" => Self::Lower,
            "UPPERCASE" => Self::Upper,
            "PascalCase" => Self::Pascal,
            "camelCase" => Self::Camel,
            "snake_case" => Self::Snake,
            "SCREAMING_SNAKE_CASE" => Self::ScreamingSnake,
            "kebab-case" => Self::Kebab,
            "SCREAMING-KEBAB-CASE" => Self::ScreamingKebab,
            _ => return None,
        })
    }

    /// As serde does it for fields, whose Rust names are `snake_case`.
    fn field(self, name: &str) -> String {
        match self {
            Self::Lower | Self::Snake => name.to_owned(),
            Self::Upper | Self::ScreamingSnake => name.to_ascii_uppercase(),
            Self::Pascal => name.split('_').map(capitalised).collect(),
            Self::Camel => {
                let pascal = Self::Pascal.field(name);
                let mut chars = pascal.chars();
                chars.next().map_or_else(String::new, |first| {
                    format!("{}{}", first.to_ascii_lowercase(), chars.as_str())
                })
            }
            Self::Kebab => name.replace('_', "-"),
            Self::ScreamingKebab => name.to_ascii_uppercase().replace('_', "-"),
        }
    }
}

fn capitalised(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map_or_else(String::new, |first| {
        format!("{}{}", first.to_ascii_uppercase(), chars.as_str())
    })
}

/// The name of a field in what serde writes; tuple fields by index.
pub(crate) fn wire_name(
    input: &Input,
    variant: Option<&Variant>,
    style: Style,
    field: &Field,
) -> String {
    let name = member_name(&field.member);
    if style != Style::Named {
        return name;
    }
    if let Some(text) = field.serde.text("rename", Side::Serialize) {
        return text.value();
    }
    let rule = match variant {
        Some(variant) => variant
            .serde
            .text("rename_all", Side::Serialize)
            .or_else(|| input.serde.text("rename_all_fields", Side::Serialize)),
        None => input.serde.text("rename_all", Side::Serialize),
    };
    rule.and_then(|rule| Rule::parse(&rule.value()))
        .map_or_else(|| name.clone(), |r| r.field(&name))
}
