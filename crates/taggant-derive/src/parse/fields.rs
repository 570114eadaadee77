//! Fields and the decision about each.

use proc_macro2::Span;
use syn::spanned::Spanned;
use syn::visit_mut::VisitMut;
use syn::{Attribute, Index, Member, Meta};

use super::words::{self, Words};
use super::{Receiver, misplaced, serde, tag};
use crate::ast::{Decision, Field, Fields, NestedWords, Style};
use crate::diag::Diag;

pub(crate) fn parse(fields: &syn::Fields, receiver: &mut Receiver, diag: &Diag) -> Fields {
    let style = match fields {
        syn::Fields::Named(_) => Style::Named,
        syn::Fields::Unnamed(_) => Style::Tuple,
        syn::Fields::Unit => Style::Unit,
    };
    let list = fields.iter().enumerate().map(|(i, f)| field(i, f, receiver, diag)).collect();
    Fields { style, list }
}

fn field(index: usize, field: &syn::Field, receiver: &mut Receiver, diag: &Diag) -> Field {
    let mut ty = field.ty.clone();
    receiver.visit_type_mut(&mut ty);
    let span = field.ident.as_ref().map_or_else(|| field.ty.span(), |ident| ident.span());
    let member = field.ident.clone().map_or_else(
        || {
            let index = u32::try_from(index).expect("a type has fewer than 2^32 fields");
            Member::Unnamed(Index { index, span })
        },
        Member::Named,
    );
    misplaced(&field.attrs, &["tagged"], "field", diag);
    Field {
        member,
        span,
        ty,
        decision: decision(&field.attrs, span, diag),
        serde: serde::parse(&field.attrs, diag),
    }
}

/// Exactly one of `#[tag(..)]`, `#[nested]` and `#[clear]`.
fn decision(attrs: &[Attribute], span: Span, diag: &Diag) -> Option<Decision> {
    const CHOICES: &str = "`#[tag(\"category\")]` (sealed and redacted), `#[nested]` (a `Tagged` \
                           type of its own) or `#[clear]` (written and printed as it is)";
    let decides = |attr: &&Attribute| {
        ["tag", "nested", "clear"].iter().any(|name| attr.path().is_ident(name))
    };
    let mut found = attrs.iter().filter(decides);
    let Some(first) = found.next() else {
        diag.error(span, format!("decide what this field is: {CHOICES}"));
        return None;
    };
    for other in found {
        let what = if first.path().get_ident() == other.path().get_ident() {
            "this decision is written twice"
        } else {
            "a field takes one decision: `#[tag(..)]`, `#[nested]` or `#[clear]`"
        };
        diag.push(syn::Error::new_spanned(other.path(), what));
    }
    if first.path().is_ident("tag") {
        let at = first.path().span();
        return Some(Decision::Tag(Box::new(tag::parse(first, at, diag))));
    }
    if first.path().is_ident("nested") {
        return Some(Decision::Nested(nested(first, diag)));
    }
    Some(clear(first, diag))
}

fn nested(attr: &Attribute, diag: &Diag) -> NestedWords {
    let mut out = NestedWords::default();
    if matches!(attr.meta, Meta::Path(_)) {
        return out;
    }
    Words::new("nested", &["portable", "alias", "name"]).read(
        attr,
        diag,
        |word, input| {
            match word.to_string().as_str() {
                "portable" => out.portable = words::flag(word, input).map(|_| true)?,
                "alias" => out.alias = words::texts(input)?,
                _ => out.name = Some(words::text(input)?),
            }
            Ok(())
        },
        None,
    );
    out
}

fn clear(attr: &Attribute, diag: &Diag) -> Decision {
    let mut authenticated = false;
    if !matches!(attr.meta, Meta::Path(_)) {
        Words::new("clear", &["authenticated"]).read(
            attr,
            diag,
            |word, input| words::flag(word, input).map(|_| authenticated = true),
            None,
        );
    }
    Decision::Clear { authenticated }
}
