//! serde's words that cannot be kept safely. Everything else passes through to serde.

use crate::ast::{Decision, Field, Input, SerdeValue, SerdeWord, SerdeWords, Side, Style, Variant};
use crate::diag::Diag;
use crate::model::wire::Rule;

pub(crate) fn input(input: &Input, diag: &Diag) {
    for word in &input.serde.0 {
        if let Some(why) = type_word(&word.name) {
            diag.error(word.span, why);
        }
    }
    words(&input.serde, diag);
    if let Some(word) = input.serde.get("default")
        && (input.is_enum() || input.groups().iter().any(|(_, g)| g.style == Style::Unit))
    {
        diag.error(word.span, "`default` on the type needs a struct with fields");
    }
    if let Some(bound) = input.serde.text("bound", Side::Deserialize) {
        deserialize_bound(bound, diag);
    }
    for (variant, _) in input.groups() {
        if let Some(variant) = variant {
            words(&variant.serde, diag);
            variant_functions(variant, diag);
        }
    }
}

fn type_word(name: &str) -> Option<&'static str> {
    Some(match name {
        "crate" => {
            "`Tagged` sets serde's path itself; a renamed taggant is `#[tagged(crate = path)]`"
        }
        "remote" => {
            "`remote` is not supported: `Tagged` writes a remote mirror of its own; wrap the foreign type in a newtype"
        }
        "from" | "try_from" | "into" => {
            "conversion through another type would leave this type's tags out; derive `Tagged` on that type, or `skip(..)` and write the impl by hand"
        }
        "field_identifier" | "variant_identifier" => {
            "identifier enums hold no data, so there is nothing to tag"
        }
        _ => return None,
    })
}

fn variant_functions(variant: &Variant, diag: &Diag) {
    let clear = variant.fields.list.iter().all(Field::is_clear);
    for name in ["with", "serialize_with", "deserialize_with"] {
        if let Some(word) = variant.serde.get(name)
            && !clear
        {
            diag.error(
                word.span,
                format!("`{name}` would write the fields of this variant unsealed; it is for variants whose fields are all `#[clear]`"),
            );
        }
    }
}

pub(crate) fn field(field: &Field, diag: &Diag) {
    words(&field.serde, diag);
    if let Some(word) = field.serde.get("getter") {
        diag.error(word.span, "`getter` belongs to `remote`, which is not supported");
    }
    if let Some(word) = field.serde.get("borrow") {
        borrow(field, word, diag);
    }
    if let Some(bound) = field.serde.text("bound", Side::Deserialize) {
        deserialize_bound(bound, diag);
    }
    authenticated(field, diag);
    if field.decision.is_none() || field.is_clear() {
        return;
    }
    for name in ["with", "serialize_with", "deserialize_with"] {
        if let Some(word) = field.serde.get(name) {
            diag.error(
                word.span,
                format!("`{name}` would handle the value before it is sealed; it is for `#[clear]` fields. Give the value a type with its own serde impls instead"),
            );
        }
    }
    if let (Some(word), Some(_)) = (field.serde.get("flatten"), field.tag()) {
        diag.error(
            word.span,
            "`flatten` on a tagged field would spread its contents unsealed; seal it as one value, or make it a `#[nested]` type",
        );
    }
}

/// What is authenticated must be what is written, in both directions.
fn authenticated(field: &Field, diag: &Diag) {
    if !matches!(field.decision, Some(Decision::Clear { authenticated: true })) {
        return;
    }
    const WORDS: &[&str] = &[
        "with",
        "serialize_with",
        "deserialize_with",
        "flatten",
        "skip",
        "skip_serializing",
        "skip_deserializing",
    ];
    for word in field.serde.0.iter().filter(|word| WORDS.contains(&word.name.as_str())) {
        let what = format!(
            "`{}` contradicts `#[clear(authenticated)]`: the value that is read must be the one that was written",
            word.name
        );
        diag.error(word.span, what);
    }
}

/// Nothing is borrowed from the input, so the word would have no effect.
fn borrow(field: &Field, word: &SerdeWord, diag: &Diag) {
    if !field.is_clear() {
        diag.error(word.span, "`borrow` has no effect: decrypted values are owned");
    }
}

fn deserialize_bound(bound: &syn::LitStr, diag: &Diag) {
    if bound.value().contains("'de") {
        diag.error(
            bound.span(),
            "records are read as a whole before they are opened, so the bound cannot name `'de`; write `DeserializeOwned`",
        );
    }
}

/// Words that the derive reads itself: their form, and repetition.
fn words(words: &SerdeWords, diag: &Diag) {
    const SPLIT: &[&str] = &["rename", "rename_all", "rename_all_fields", "bound", "alias"];
    for (index, word) in words.0.iter().enumerate() {
        let name = word.name.as_str();
        if !SPLIT.contains(&name) && words.0[..index].iter().any(|other| other.name == name) {
            diag.error(word.span, format!("serde's `{name}` is written twice"));
        }
        let text = matches!(word.value, SerdeValue::Text(_));
        let ok = match name {
            "rename" | "rename_all" | "rename_all_fields" | "bound" => {
                text || matches!(word.value, SerdeValue::Sides(_))
            }
            "default" => text || matches!(word.value, SerdeValue::None),
            "skip_serializing_if" | "with" | "serialize_with" | "deserialize_with" => text,
            _ => true,
        };
        if !ok {
            diag.error(word.span, format!("serde's `{name}` takes text: `{name} = \"..\"`"));
        }
        if name.starts_with("rename_all") {
            rules(word, diag);
        }
        if name == "bound" {
            bounds(word, diag);
        }
    }
}

fn texts(word: &SerdeWord) -> Vec<&syn::LitStr> {
    match &word.value {
        SerdeValue::Text(text) => vec![text],
        SerdeValue::Sides(sides) => sides.iter().map(|(_, text)| text).collect(),
        _ => Vec::new(),
    }
}

fn rules(word: &SerdeWord, diag: &Diag) {
    for text in texts(word) {
        if Rule::parse(&text.value()).is_none() {
            let what =
                format!("unknown rename rule\nvalid rules: {}", crate::diag::list(Rule::NAMES));
            diag.error(text.span(), what);
        }
    }
}

fn bounds(word: &SerdeWord, diag: &Diag) {
    for text in texts(word) {
        if let Err(error) = crate::model::bounds::predicates(text) {
            diag.push(error);
        }
    }
}
