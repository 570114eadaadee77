//! The shared loop over `word`, `word = value` and `word(..)`, with recovery at the next comma.

use proc_macro2::{Ident, Span, TokenTree};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Result};
use syn::{Attribute, LitInt, LitStr, Member, Token, parenthesized};

use taggant_taxonomy::suggest;

use crate::ast::SubjectRef;
use crate::diag::{Diag, did_you_mean, list};

/// The words of one attribute, with the valid ones and those seen so far.
pub(crate) struct Words<'a> {
    attribute: &'a str,
    valid: &'a [&'a str],
    seen: Vec<String>,
    near: Vec<String>,
}

impl<'a> Words<'a> {
    pub(crate) fn new(attribute: &'a str, valid: &'a [&'a str]) -> Self {
        Self { attribute, valid, seen: Vec::new(), near: Vec::new() }
    }

    /// Reads one attribute. `item` takes what stands after a valid word; `literal` takes strings
    /// that stand alone.
    pub(crate) fn read(
        &mut self,
        attr: &Attribute,
        diag: &Diag,
        mut item: impl FnMut(&Ident, ParseStream<'_>) -> Result<()>,
        mut literal: Option<&mut dyn FnMut(LitStr)>,
    ) {
        let parsed = attr.parse_args_with(|input: ParseStream<'_>| {
            while !input.is_empty() {
                let read = match &mut literal {
                    Some(literal) if input.peek(LitStr) => input.parse().map(&mut *literal),
                    _ => self.word(input, &mut item),
                };
                if let Err(error) = read {
                    diag.push(error);
                    skip_to_comma(input)?;
                }
                if let Err(error) = separator(input) {
                    diag.push(error);
                    skip_to_comma(input)?;
                    separator(input)?;
                }
            }
            Ok(())
        });
        if let Err(error) = parsed {
            diag.push(error);
        }
    }

    fn word(
        &mut self,
        input: ParseStream<'_>,
        item: &mut impl FnMut(&Ident, ParseStream<'_>) -> Result<()>,
    ) -> Result<()> {
        let word = input.call(Ident::parse_any)?;
        let name = word.to_string();
        if !self.valid.contains(&name.as_str()) {
            self.near.extend(suggest(&name, self.valid).map(str::to_owned));
            return Err(self.unknown(&word));
        }
        if self.seen.contains(&name) {
            return Err(syn::Error::new(word.span(), format!("`{name}` is written twice")));
        }
        self.seen.push(name);
        item(&word, input)
    }

    /// The words that were meant, so that an unreadable one is not reported as missing too.
    pub(crate) fn attempted(self) -> Vec<String> {
        self.seen.into_iter().chain(self.near).collect()
    }

    fn unknown(&self, word: &Ident) -> syn::Error {
        let name = word.to_string();
        let near = did_you_mean(&name, self.valid);
        let what = format!(
            "unknown word `{name}` in `#[{}]`{near}\nvalid words: {}",
            self.attribute,
            list(self.valid),
        );
        syn::Error::new(word.span(), what)
    }
}

fn separator(input: ParseStream<'_>) -> Result<()> {
    if input.is_empty() { Ok(()) } else { input.parse::<Token![,]>().map(|_| ()) }
}

fn skip_to_comma(input: ParseStream<'_>) -> Result<()> {
    while !input.is_empty() && !input.peek(Token![,]) {
        input.parse::<TokenTree>()?;
    }
    Ok(())
}

/// `= "text"`
pub(crate) fn text(input: ParseStream<'_>) -> Result<LitStr> {
    input.parse::<Token![=]>()?;
    input.parse()
}

/// `= "text"` or `("text", ..)`
pub(crate) fn texts(input: ParseStream<'_>) -> Result<Vec<LitStr>> {
    if input.peek(Token![=]) {
        return Ok(vec![text(input)?]);
    }
    let inner;
    parenthesized!(inner in input);
    let list = inner.parse_terminated(<LitStr as syn::parse::Parse>::parse, Token![,])?;
    if list.is_empty() {
        return Err(inner.error("expected at least one name"));
    }
    Ok(list.into_iter().collect())
}

/// A word that takes no value.
pub(crate) fn flag(word: &Ident, input: ParseStream<'_>) -> Result<Span> {
    if input.is_empty() || input.peek(Token![,]) {
        return Ok(word.span());
    }
    Err(input.error(format!("`{word}` takes no value")))
}

/// `(kind = field)`; a kind under an own prefix has dots.
pub(crate) fn subject(input: ParseStream<'_>) -> Result<SubjectRef> {
    let inner;
    parenthesized!(inner in input);
    let first = inner.call(Ident::parse_any)?;
    let mut kind = first.to_string();
    while inner.peek(Token![.]) {
        inner.parse::<Token![.]>()?;
        kind = format!("{kind}.{}", inner.call(Ident::parse_any)?);
    }
    inner.parse::<Token![=]>()?;
    let field = member(&inner)?;
    if !inner.is_empty() {
        return Err(inner.error("expected one `kind = field`"));
    }
    Ok(SubjectRef { kind, kind_span: first.span(), field })
}

/// A field's name or index.
pub(crate) fn member(input: ParseStream<'_>) -> Result<Member> {
    if input.peek(LitInt) {
        return Ok(Member::Unnamed(input.parse()?));
    }
    input.parse().map(Member::Named)
}
