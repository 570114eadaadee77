//! `#[tagged(..)]`

use proc_macro2::Ident;
use syn::parse::{Parse, ParseStream, Result};
use syn::{Attribute, LitStr, Path, Token, parenthesized};

use super::words::{self, Words};
use crate::ast::{Row, Skip, TypeWords};
use crate::diag::{Diag, did_you_mean, list};

const WORDS: &[&str] = &[
    "dataset",
    "subject",
    "row",
    "unbound",
    "group",
    "alias",
    "integrity",
    "skip",
    "crate",
    "prefix",
];

pub(crate) fn parse(attrs: &[Attribute], diag: &Diag) -> TypeWords {
    let mut out = TypeWords::default();
    let mut words = Words::new("tagged", WORDS);
    for attr in attrs.iter().filter(|attr| attr.path().is_ident("tagged")) {
        words.read(attr, diag, |word, input| item(&mut out, word, input), None);
    }
    out.attempted = words.attempted();
    out
}

fn item(out: &mut TypeWords, word: &Ident, input: ParseStream<'_>) -> Result<()> {
    match word.to_string().as_str() {
        "dataset" => out.dataset = Some(words::text(input)?),
        "subject" => out.subject = Some(words::subject(input)?),
        "row" => out.row = Some(row(input)?),
        "unbound" => out.unbound = Some(words::flag(word, input)?),
        "group" => out.group = Some(words::text(input)?),
        "alias" => out.alias = words::texts(input)?,
        "integrity" => out.integrity = Some(words::text(input)?),
        "skip" => out.skip = skip(input)?,
        "crate" => out.krate = Some(krate(input)?),
        "prefix" => out.prefix = Some(words::text(input)?),
        other => unreachable!("`{other}` is in WORDS and handled nowhere"),
    }
    Ok(())
}

fn row(input: ParseStream<'_>) -> Result<Row> {
    input.parse::<Token![=]>()?;
    if input.peek(syn::token::Paren) {
        let inner;
        parenthesized!(inner in input);
        let list = inner.parse_terminated(words::member, Token![,])?;
        if list.is_empty() {
            return Err(inner.error("expected the fields that name the row, or write `row = none`"));
        }
        return Ok(Row::Fields(list.into_iter().collect()));
    }
    match words::member(input)? {
        syn::Member::Named(name) if name == "none" => Ok(Row::None(name.span())),
        member => Ok(Row::Fields(vec![member])),
    }
}

fn skip(input: ParseStream<'_>) -> Result<Vec<Skip>> {
    const TRAITS: &[&str] = &["Debug", "Serialize", "Deserialize"];
    let inner;
    parenthesized!(inner in input);
    let mut out = Vec::new();
    for word in inner.parse_terminated(Ident::parse, Token![,])? {
        let name = word.to_string();
        let skip = match name.as_str() {
            "Debug" => Skip::Debug,
            "Serialize" => Skip::Serialize,
            "Deserialize" => Skip::Deserialize,
            _ => {
                let near = did_you_mean(&name, TRAITS);
                let what =
                    format!("`{name}` cannot be skipped{near}\nvalid words: {}", list(TRAITS));
                return Err(syn::Error::new(word.span(), what));
            }
        };
        if out.contains(&skip) {
            return Err(syn::Error::new(word.span(), format!("`{name}` is written twice")));
        }
        out.push(skip);
    }
    if out.is_empty() {
        return Err(inner.error(format!("expected what to skip: {}", list(TRAITS))));
    }
    Ok(out)
}

/// `= path` or `= "path"`
fn krate(input: ParseStream<'_>) -> Result<Path> {
    input.parse::<Token![=]>()?;
    if input.peek(LitStr) {
        return input.parse::<LitStr>()?.parse_with(Path::parse_mod_style);
    }
    input.call(Path::parse_mod_style)
}
