//! `#[tag(..)]`

use proc_macro2::{Ident, Span};
use syn::parse::{ParseStream, Result};
use syn::{Attribute, LitInt, LitStr, Path, Token, parenthesized};

use super::words::{self, Words};
use crate::ast::{Mask, Pad, TagWords};
use crate::diag::{Diag, did_you_mean, list};

const WORDS: &[&str] = &[
    "mask",
    "lookup",
    "normalizer",
    "bits",
    "may_collide",
    "alias",
    "name",
    "subject",
    "pad",
    "seal_none",
];
const MASKS: &[&str] = &["full", "email", "last", "first", "year", "ip_prefix", "pseudonym"];
const NORMALIZERS: &[&str] = &["text", "exact", "phone"];

pub(crate) fn parse(attr: &Attribute, span: Span, diag: &Diag) -> TagWords {
    let mut categories = Vec::new();
    let mut out = TagWords {
        span,
        categories: Vec::new(),
        mask: None,
        lookup: None,
        normalizer: None,
        bits: None,
        may_collide: None,
        alias: Vec::new(),
        name: None,
        subject: None,
        pad: None,
        seal_none: None,
    };
    let mut category = |text: LitStr| categories.push(text);
    Words::new("tag", WORDS).read(
        attr,
        diag,
        |word, input| item(&mut out, word, input),
        Some(&mut category),
    );
    out.categories = categories;
    out
}

fn item(out: &mut TagWords, word: &Ident, input: ParseStream<'_>) -> Result<()> {
    match word.to_string().as_str() {
        "mask" => out.mask = Some(mask(input)?),
        "lookup" => out.lookup = Some(words::text(input)?),
        "normalizer" => out.normalizer = Some(normalizer(input)?),
        "bits" => out.bits = Some(number(input)?),
        "may_collide" => out.may_collide = Some(words::flag(word, input)?),
        "alias" => out.alias = words::texts(input)?,
        "name" => out.name = Some(words::text(input)?),
        "subject" => out.subject = Some(words::subject(input)?),
        "pad" => out.pad = Some(pad(input)?),
        "seal_none" => out.seal_none = Some(words::flag(word, input)?),
        other => unreachable!("`{other}` is in WORDS and handled nowhere"),
    }
    Ok(())
}

/// A mask weakens, so a single unknown word is never taken for a function's name.
fn mask(input: ParseStream<'_>) -> Result<Mask> {
    input.parse::<Token![=]>()?;
    let path = input.call(Path::parse_mod_style)?;
    let Some(word) = path.get_ident() else { return Ok(Mask::Function(path)) };
    let name = word.to_string();
    match name.as_str() {
        "full" => Ok(Mask::Full),
        "email" => Ok(Mask::Email),
        "year" => Ok(Mask::Year),
        "ip_prefix" => Ok(Mask::IpPrefix),
        "pseudonym" => Ok(Mask::Pseudonym),
        "last" => count(word, input).map(Mask::Last),
        "first" => count(word, input).map(Mask::First),
        _ => {
            let near = did_you_mean(&name, MASKS);
            let what = format!(
                "unknown mask `{name}`{near}\nvalid masks: `full`, `email`, `last(n)`, `first(n)`, \
                 `year`, `ip_prefix`, `pseudonym`, or a function by its path (`self::{name}`)",
            );
            Err(syn::Error::new(word.span(), what))
        }
    }
}

fn count(word: &Ident, input: ParseStream<'_>) -> Result<u8> {
    if !input.peek(syn::token::Paren) {
        let what = format!("`{word}` says how many characters show: `{word}(4)`");
        return Err(syn::Error::new(word.span(), what));
    }
    let inner;
    parenthesized!(inner in input);
    let number: LitInt = inner.parse()?;
    if !inner.is_empty() {
        return Err(inner.error("expected one number"));
    }
    match number.base10_parse() {
        Ok(count) if count > 0 => Ok(count),
        _ => Err(syn::Error::new(number.span(), format!("`{word}(n)` takes 1 to 255"))),
    }
}

fn normalizer(input: ParseStream<'_>) -> Result<(&'static str, Span)> {
    input.parse::<Token![=]>()?;
    let word: Ident = input.parse()?;
    let name = word.to_string();
    NORMALIZERS.iter().find(|known| **known == name).map(|known| (*known, word.span())).ok_or_else(
        || {
            let near = did_you_mean(&name, NORMALIZERS);
            let what =
                format!("unknown normalizer `{name}`{near}\nvalid words: {}", list(NORMALIZERS));
            syn::Error::new(word.span(), what)
        },
    )
}

fn number(input: ParseStream<'_>) -> Result<LitInt> {
    input.parse::<Token![=]>()?;
    input.parse()
}

fn pad(input: ParseStream<'_>) -> Result<Pad> {
    input.parse::<Token![=]>()?;
    if input.peek(LitInt) {
        let number: LitInt = input.parse()?;
        return match number.base10_parse() {
            Ok(to @ 1..=65536) => Ok(Pad::To(to)),
            _ => Err(syn::Error::new(number.span(), "`pad` takes `none` or 1 to 65536 bytes")),
        };
    }
    let word: Ident = input.parse()?;
    if word == "none" {
        return Ok(Pad::None);
    }
    Err(syn::Error::new(word.span(), "`pad` takes `none` or a number of bytes, such as `pad = 64`"))
}
