//! The derive macro of taggant.
//!
//! One folder per phase, each answering one question: `parse` (what was written, kept in `ast`),
//! `check` (is it allowed), `model` (resolved values, which cannot be built from a type that has
//! errors), `expand` (the code). All errors of a type are reported at once.

mod ast;
mod check;
mod diag;
mod expand;
mod ids;
mod model;
mod parse;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

/// Implements `Tagged`, `Debug`, `Serialize` and `Deserialize` for a type whose every field says
/// what it is: `#[tag(..)]`, `#[nested]` or `#[clear]`.
///
/// The attributes are described in the documentation of the `taggant` crate.
#[proc_macro_derive(Tagged, attributes(tagged, tag, nested, clear, serde))]
pub fn derive_tagged(input: TokenStream) -> TokenStream {
    derive(&parse_macro_input!(input as DeriveInput)).into()
}

fn derive(input: &DeriveInput) -> proc_macro2::TokenStream {
    let diag = diag::Diag::new();
    let ast = parse::input(input, &diag);
    check::input(&ast, &diag);
    match diag.finish() {
        Ok(proof) => expand::input(&model::build(ast, proof)),
        Err(error) => expand::stub(&ast, &error),
    }
}

#[cfg(test)]
mod tests;
