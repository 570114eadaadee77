//! Attributes: what is for tests only, what is tagged, what serde calls a field.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::punctuated::Punctuated;
use syn::{Attribute, Expr, Lit, Meta, Token};

use crate::model::Decision;

/// Whether the words of an attribute keep an item out of every build but tests.
pub(super) fn is_test_only(attr: &TokenStream) -> bool {
    let mut tokens = attr.clone().into_iter();
    match (tokens.next(), tokens.next(), tokens.next()) {
        (Some(TokenTree::Ident(word)), None, _) => word == "test" || word == "bench",
        (Some(TokenTree::Ident(word)), Some(TokenTree::Group(group)), None) if word == "cfg" => {
            needs_test(group.stream())
        }
        _ => false,
    }
}

/// `test`, `all(.., test, ..)`; not `any(test, ..)` and not `not(test)`.
fn needs_test(condition: TokenStream) -> bool {
    let tokens: Vec<TokenTree> = condition.into_iter().collect();
    match tokens.as_slice() {
        [TokenTree::Ident(word)] => word == "test",
        [TokenTree::Ident(word), TokenTree::Group(group)] if word == "all" => {
            let inner: Vec<TokenTree> = group.stream().into_iter().collect();
            inner
                .split(|token| matches!(token, TokenTree::Punct(p) if p.as_char() == ','))
                .any(|part| needs_test(part.iter().cloned().collect()))
        }
        _ => false,
    }
}

/// The tokens without documentation, which is long and says nothing here.
pub(super) fn without_docs(tokens: &[TokenTree]) -> Vec<TokenTree> {
    let mut out = Vec::with_capacity(tokens.len());
    let mut at = 0;
    while at < tokens.len() {
        if let (TokenTree::Punct(punct), Some(TokenTree::Group(group))) =
            (&tokens[at], tokens.get(at + 1))
            && punct.as_char() == '#'
            && group.delimiter() == Delimiter::Bracket
            && matches!(group.stream().into_iter().next(), Some(TokenTree::Ident(word)) if word == "doc")
        {
            at += 2;
            continue;
        }
        out.push(tokens[at].clone());
        at += 1;
    }
    out
}

/// Full paths of what is derived; what is derived under a condition only does not count.
pub(super) fn derives(attrs: &[Attribute]) -> Vec<Vec<String>> {
    attrs
        .iter()
        .filter(|attr| attr.path().is_ident("derive"))
        .filter_map(|attr| {
            attr.parse_args_with(Punctuated::<syn::Path, Token![,]>::parse_terminated).ok()
        })
        .flatten()
        .map(|path| path.segments.iter().map(|segment| segment.ident.to_string()).collect())
        .collect()
}

/// The decision about a field, and whether one holds only under some `cfg`.
pub(super) fn decision(attrs: &[Attribute]) -> (Decision, bool) {
    let decided = |attr: &Attribute| match attr.path().get_ident()?.to_string().as_str() {
        "tag" => Some(Decision::Tag),
        "nested" => Some(Decision::Nested),
        "clear" => Some(Decision::Clear),
        _ => None,
    };
    let conditional = attrs.iter().any(|attr| {
        let Meta::List(list) = &attr.meta else { return false };
        list.path.is_ident("cfg_attr")
            && list
                .tokens
                .clone()
                .into_iter()
                .any(|token| matches!(token, TokenTree::Ident(word) if word == "tag"))
    });
    (attrs.iter().find_map(decided).unwrap_or(Decision::None), conditional)
}

/// Names that a field has elsewhere: `rename` and `alias` of serde, sqlx, clap and the like.
pub(super) fn renames(attrs: &[Attribute]) -> Vec<String> {
    let mut out = Vec::new();
    for attr in attrs {
        let named = ["serde", "sqlx", "diesel", "sea_orm", "column_name", "graphql", "prost"];
        if !named.iter().any(|name| attr.path().is_ident(name)) {
            continue;
        }
        let Ok(words) = attr.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated)
        else {
            continue;
        };
        for word in words {
            if let Meta::NameValue(pair) = &word
                && ["rename", "alias", "column_name", "name"].iter().any(|n| pair.path.is_ident(n))
                && let Expr::Lit(value) = &pair.value
                && let Lit::Str(text) = &value.lit
            {
                out.push(text.value());
            } else if let Meta::List(sides) = &word
                && sides.path.is_ident("rename")
                && let Ok(sides) = sides
                    .parse_args_with(Punctuated::<syn::MetaNameValue, Token![,]>::parse_terminated)
            {
                out.extend(sides.iter().filter_map(|side| match &side.value {
                    Expr::Lit(syn::ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
                    _ => None,
                }));
            }
        }
    }
    out
}
