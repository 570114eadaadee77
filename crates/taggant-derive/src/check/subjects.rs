//! Subject and row fields: they must be there, be readable before anything is opened, and be
//! written with the record, else what was sealed could not be opened again.

use proc_macro2::Span;
use syn::Member;
use syn::spanned::Spanned;

use super::keys;
use crate::ast::{Fields, Input, Row, Side, SubjectRef, Variant, member_name};
use crate::diag::Diag;

/// As the runtime: the record's own and seven others.
const MAX_SUBJECTS: usize = 8;

pub(crate) fn input(input: &Input, diag: &Diag) {
    if let Some(subject) = &input.words.subject {
        keys::subject_kind(input, subject, diag);
        everywhere(input, "subject", &subject.field, diag);
    }
    if let Some(Row::Fields(members)) = &input.words.row {
        for (index, member) in members.iter().enumerate() {
            if members[..index].contains(member) {
                let what = format!("`{}` names the row twice", member_name(member));
                diag.error(member.span(), what);
            }
            everywhere(input, "row", member, diag);
        }
    }
    let mut named: Vec<(&str, &Member)> = Vec::new();
    for (variant, group) in input.groups() {
        for subject in group.list.iter().filter_map(|f| f.tag()?.subject.as_ref()) {
            of_field(input, variant, group, subject, diag);
            if !named.contains(&(&subject.kind, &subject.field)) {
                named.push((&subject.kind, &subject.field));
            }
            if named.len() == MAX_SUBJECTS {
                let what = format!("a type names at most {MAX_SUBJECTS} data subjects");
                diag.error(subject.kind_span, what);
            }
        }
    }
}

fn of_field(
    input: &Input,
    variant: Option<&Variant>,
    group: &Fields,
    subject: &SubjectRef,
    diag: &Diag,
) {
    keys::subject_kind(input, subject, diag);
    readable(variant, group, "subject", &subject.field, subject.field.span(), diag);
}

fn everywhere(input: &Input, word: &str, member: &Member, diag: &Diag) {
    for (variant, group) in input.groups() {
        readable(variant, group, word, member, member.span(), diag);
    }
}

fn readable(
    variant: Option<&Variant>,
    group: &Fields,
    word: &str,
    member: &Member,
    span: Span,
    diag: &Diag,
) {
    let name = member_name(member);
    let place = variant.map_or_else(|| "this type".to_owned(), |v| format!("`{}`", v.ident));
    let Some(field) = group.find(member) else {
        diag.error(span, format!("{place} has no field `{name}`, which `{word}` names"));
        return;
    };
    if field.decision.is_some() && !field.is_clear() {
        diag.error(
            span,
            format!(
                "the {word} field `{name}` must be `#[clear]`: it is read before anything is opened"
            ),
        );
    }
    if let Some(skip) =
        [Side::Serialize, Side::Deserialize].iter().find(|s| field.serde.skipped(**s))
    {
        let what = format!(
            "the {word} field `{name}` is not {}d by serde: what is sealed for it could not be opened",
            skip.word(),
        );
        diag.error(span, what);
    }
}
