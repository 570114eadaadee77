//! Which of serde's words go to which mirror.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::LitStr;

use super::runtime::Runtime;
use crate::ast::{SerdeWords, Side};
use crate::model::{Field, Group, Model};

/// Words that only the other direction reads, or that the derive rewrites. A word that both
/// mirrors carried would have its errors reported twice.
fn dropped(word: &str, side: Side) -> bool {
    const WRITE: &[&str] = &["skip_serializing", "skip_serializing_if", "serialize_with"];
    const READ: &[&str] = &[
        "alias",
        "borrow",
        "default",
        "deny_unknown_fields",
        "deserialize_with",
        "expecting",
        "other",
        "skip_deserializing",
    ];
    let foreign = if side == Side::Serialize { READ } else { WRITE };
    word == "bound" || foreign.contains(&word)
}

/// The words of an item that its mirror carries as they are.
fn kept(words: &SerdeWords, side: Side, also_dropped: &[&str]) -> Vec<TokenStream> {
    words
        .0
        .iter()
        .filter(|word| !dropped(&word.name, side) && !also_dropped.contains(&word.name.as_str()))
        .map(|word| word.tokens.clone())
        .collect()
}

/// `#[serde(..)]` of these words, or nothing.
pub(crate) fn attribute(words: &[TokenStream]) -> TokenStream {
    if words.is_empty() { TokenStream::new() } else { quote!(#[serde(#(#words),*)]) }
}

/// The attribute of a whole mirror.
pub(crate) fn of_type(model: &Model, side: Side) -> TokenStream {
    let serde = text(&Runtime::absolute(&model.krate).serde());
    let ident = syn::ext::IdentExt::unraw(&model.ident).to_string();
    let name = |side| model.serde.text("rename", side).map_or(ident.clone(), LitStr::value);
    let (write, read) = (name(Side::Serialize), name(Side::Deserialize));
    let mut words = kept(&model.serde, side, &["rename", "default", "expecting"]);
    words.push(quote!(crate = #serde));
    words.push(quote!(rename(serialize = #write, deserialize = #read)));
    match side {
        Side::Serialize => {
            let remote = model.ident.to_string();
            words.push(quote!(bound(serialize = "")));
            words.push(quote!(remote = #remote));
        }
        Side::Deserialize => {
            words.push(quote!(bound(deserialize = "")));
            words.push(expecting(model, &ident));
            let default = model.serde.get("default").map(|word| match word.value {
                crate::ast::SerdeValue::Text(_) => quote!(default = "__taggant_default"),
                _ => quote!(default),
            });
            words.extend(default);
        }
    }
    attribute(&words)
}

/// The user's words, or the type's name instead of the mirror's.
fn expecting(model: &Model, ident: &str) -> TokenStream {
    if let Some(word) = model.serde.get("expecting") {
        return word.tokens.clone();
    }
    let what = if model.serde.has("untagged") {
        format!("data did not match any variant of untagged enum {ident}")
    } else if model.is_enum {
        format!("enum {ident}")
    } else {
        format!("struct {ident}")
    };
    quote!(expecting = #what)
}

/// The words of a variant.
pub(crate) fn of_group(group: &Group, side: Side) -> TokenStream {
    attribute(&kept(&group.serde, side, &[]))
}

/// The words of a field; `also_dropped` are rewritten by the caller.
pub(crate) fn of_field(field: &Field, side: Side, also_dropped: &[&str]) -> Vec<TokenStream> {
    kept(&field.serde, side, also_dropped)
}

/// Tokens as the text that serde's attributes take.
pub(crate) fn text(tokens: &impl ToTokens) -> LitStr {
    text_at(tokens, Span::call_site())
}

/// The same, so that errors point at `span`.
pub(crate) fn text_at(tokens: &impl ToTokens, span: Span) -> LitStr {
    LitStr::new(&tokens.to_token_stream().to_string(), span)
}

/// The macro's own tokens, reported where a type stands.
pub(crate) fn respan(tokens: TokenStream, span: Span) -> TokenStream {
    tokens
        .into_iter()
        .map(|mut token| {
            if let TokenTree::Group(group) = &token {
                let inner = respan(group.stream(), span);
                token = TokenTree::Group(proc_macro2::Group::new(group.delimiter(), inner));
            }
            token.set_span(span);
            token
        })
        .collect()
}
