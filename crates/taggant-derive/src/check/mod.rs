//! Is it allowed: everything that must hold before a type can be resolved.

mod fields;
mod keys;
mod paths;
mod serde;
mod subjects;

use syn::{GenericParam, LitStr};

use crate::ast::{Input, Row, Skip};
use crate::diag::Diag;

/// Checks a whole type, reporting every error.
pub(crate) fn input(input: &Input, diag: &Diag) {
    names(input, diag);
    bound(input, diag);
    lifetimes(input, diag);
    keys::prefix(input, diag);
    subjects::input(input, diag);
    paths::input(input, diag);
    serde::input(input, diag);
    for (_, group) in input.groups() {
        for field in &group.list {
            fields::field(input, group, field, diag);
            serde::field(field, diag);
        }
        fields::siblings(input, group, diag);
    }
    integrity(input, diag);
}

fn names(input: &Input, diag: &Diag) {
    let words = &input.words;
    match &words.dataset {
        Some(name) => keys::name("dataset", name, diag),
        None if words.lacks("dataset") => diag.error(
            input.ident.span(),
            "name the dataset: `#[tagged(dataset = \"customers\")]`; stored data refers to this \
             name, so it stays when the type is renamed",
        ),
        None => {}
    }
    for (word, name) in [("group", &words.group), ("integrity", &words.integrity)] {
        if let Some(name) = name {
            keys::name(word, name, diag);
        }
    }
    for alias in &words.alias {
        keys::name("alias", alias, diag);
        if words.dataset.as_ref().map(LitStr::value) == Some(alias.value()) {
            diag.error(alias.span(), "the alias is the dataset's own name");
        }
    }
}

/// Every type says what its sealed values are bound to.
fn bound(input: &Input, diag: &Diag) {
    let words = &input.words;
    match (&words.row, &words.subject, words.unbound) {
        (None, ..) if words.lacks("row") => diag.error(
            input.ident.span(),
            "say what a row is: `row = field`, `row = (a, b)`, or `row = none` where values may \
             move between rows of one data subject",
        ),
        (Some(Row::None(span)), None, None)
            if words.lacks("subject") && words.lacks("unbound") => diag.error(
            *span,
            "`row = none` without a `subject(kind = field)` binds values to nothing of this type; \
             add `unbound` if that is meant",
        ),
        (Some(Row::Fields(_)), _, Some(span)) => {
            diag.error(span, "`unbound` contradicts `row = ..`: the values are bound to the row");
        }
        (_, Some(_), Some(span)) => {
            diag.error(
                span,
                "`unbound` contradicts `subject(..)`: the values are bound to the subject",
            );
        }
        _ => {}
    }
}

/// What is read is owned: a sealed value has no bytes in the input that could be borrowed.
fn lifetimes(input: &Input, diag: &Diag) {
    if input.skips(Skip::Deserialize) {
        return;
    }
    for param in &input.generics.params {
        if let GenericParam::Lifetime(param) = param {
            diag.error(
                param.lifetime.span(),
                "a type that borrows cannot be read: decrypted values are owned; add \
                 `#[tagged(skip(Deserialize))]`, or own the fields",
            );
        }
    }
}

fn integrity(input: &Input, diag: &Diag) {
    let Some(name) = &input.words.integrity else { return };
    if input.is_enum() {
        diag.error(name.span(), "`integrity` is not supported for enums: a variant has no place for the sibling field; put the enum in a struct that has it");
    }
}
