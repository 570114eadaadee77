//! Keys of the taxonomy, own keys, and logical names.

use syn::LitStr;
use taggant_taxonomy::{CATEGORIES, SUBJECT_KINDS};

use crate::ast::{Input, SubjectRef};
use crate::diag::{Diag, did_you_mean, list};

/// Logical names are joined by `.` and stand in ledgers and reports.
pub(crate) fn name(word: &str, text: &LitStr, diag: &Diag) {
    let value = text.value();
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    if value.is_empty() || !value.chars().all(allowed) {
        diag.error(
            text.span(),
            format!("`{word}` takes ASCII letters, digits, `_`, `-` and `.`, at least one"),
        );
    }
}

/// The prefix of own keys must not shadow the taxonomy.
pub(crate) fn prefix(input: &Input, diag: &Diag) {
    let Some(prefix) = &input.words.prefix else { return };
    let value = prefix.value();
    if !taggant_taxonomy::is_key(&value) {
        let what = "`prefix` takes a lower-case ASCII word: letters, digits and `_`";
        diag.error(prefix.span(), what);
    } else if !taggant_taxonomy::is_own_prefix(&value) {
        diag.error(
            prefix.span(),
            format!("`{value}` is a root of the taxonomy; own keys need a prefix of their own"),
        );
    }
}

/// A data category.
pub(crate) fn category(input: &Input, text: &LitStr, diag: &Diag) {
    let key = text.value();
    if !taggant_taxonomy::is_category(&key) && !is_own(input, &key) {
        if taggant_taxonomy::is_purpose(&key) {
            let what = "is a purpose, which flows name; a tag names a category of data";
            diag.error(text.span(), format!("`{key}` {what}"));
            return;
        }
        let near = did_you_mean(&key, CATEGORIES);
        let what = format!("unknown data category `{key}`{near}\n{}", choices(&key));
        diag.error(text.span(), what);
    }
}

/// A kind of data subject.
pub(crate) fn subject_kind(input: &Input, subject: &SubjectRef, diag: &Diag) {
    let key = &subject.kind;
    if !taggant_taxonomy::is_subject_kind(key) && !is_own(input, key) {
        let near = did_you_mean(key, SUBJECT_KINDS);
        let what = format!(
            "unknown kind of data subject `{key}`{near}\nvalid words: {}, or a key of your own \
             below `#[tagged(prefix = \"..\")]`",
            list(SUBJECT_KINDS),
        );
        diag.error(subject.kind_span, what);
    }
}

/// The keys that stand beside or below the nearest known part of what was written.
fn choices(key: &str) -> String {
    let mut parent = key;
    while let Some((shorter, _)) = parent.rsplit_once('.') {
        parent = shorter;
        if taggant_taxonomy::is_category(parent) {
            let depth = parent.split('.').count() + 1;
            let below: Vec<_> = CATEGORIES
                .iter()
                .copied()
                .filter(|k| k.split('.').count() == depth && k.starts_with(&format!("{parent}.")))
                .collect();
            if !below.is_empty() {
                return format!("valid keys below `{parent}`: {}", list(&below));
            }
        }
    }
    "valid keys are those of the fideslang taxonomy, such as `user.name`, `user.contact.email`, \
     `user.financial`; keys of your own stand below `#[tagged(prefix = \"..\")]`"
        .to_owned()
}

fn is_own(input: &Input, key: &str) -> bool {
    let prefix = &input.words.prefix;
    prefix.as_ref().is_some_and(|prefix| taggant_taxonomy::is_prefixed(key, &prefix.value()))
}
