//! `#[serde(..)]`: kept as written, so that words which serde adds later work too.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::quote;
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser, Result};
use syn::punctuated::Punctuated;
use syn::{Attribute, LitStr, Token, parenthesized};

use crate::ast::{SerdeValue, SerdeWord, SerdeWords};
use crate::diag::Diag;

pub(crate) fn parse(attrs: &[Attribute], diag: &Diag) -> SerdeWords {
    let mut out = SerdeWords::default();
    for attr in attrs.iter().filter(|attr| attr.path().is_ident("serde")) {
        match attr.parse_args_with(words) {
            Ok(words) => out.0.extend(words),
            Err(error) => diag.push(error),
        }
    }
    out
}

fn words(input: ParseStream<'_>) -> Result<Punctuated<SerdeWord, Token![,]>> {
    Punctuated::parse_terminated_with(input, word)
}

fn word(input: ParseStream<'_>) -> Result<SerdeWord> {
    let word = input.call(Ident::parse_any)?;
    let mut rest = TokenStream::new();
    while !input.is_empty() && !input.peek(Token![,]) {
        rest.extend([input.parse::<TokenTree>()?]);
    }
    Ok(SerdeWord {
        name: word.to_string(),
        span: word.span(),
        value: value.parse2(rest.clone()).unwrap_or(SerdeValue::Other),
        tokens: quote!(#word #rest),
    })
}

fn value(input: ParseStream<'_>) -> Result<SerdeValue> {
    if input.is_empty() {
        return Ok(SerdeValue::None);
    }
    if input.peek(Token![=]) {
        input.parse::<Token![=]>()?;
        return input.parse().map(SerdeValue::Text);
    }
    let inner;
    parenthesized!(inner in input);
    let sides = inner.parse_terminated(side, Token![,])?;
    Ok(SerdeValue::Sides(sides.into_iter().collect()))
}

fn side(input: ParseStream<'_>) -> Result<(Ident, LitStr)> {
    let word = input.call(Ident::parse_any)?;
    input.parse::<Token![=]>()?;
    Ok((word, input.parse()?))
}
