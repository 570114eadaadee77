//! Bounds on what is handed to a recursive parser, so that hostile source cannot exhaust the stack.

use proc_macro2::{TokenStream, TokenTree};

/// Deeper brackets are no program that somebody wrote.
const MAX_DEPTH: usize = 96;

/// More tokens without a comma, counted along the way into brackets, are no type.
const MAX_RUN: usize = 4096;

/// Whether brackets are nested deeper than is walked.
pub(super) fn too_nested(tokens: &TokenStream) -> bool {
    let mut open = vec![(tokens.clone().into_iter(), 1)];
    while let Some((tokens, depth)) = open.last_mut() {
        let depth = *depth;
        match tokens.next() {
            Some(TokenTree::Group(_)) if depth == MAX_DEPTH => return true,
            Some(TokenTree::Group(group)) => open.push((group.stream().into_iter(), depth + 1)),
            Some(_) => {}
            None => {
                open.pop();
            }
        }
    }
    false
}

/// Whether some type or expression of an item is longer than a parser should recurse into.
pub(super) fn too_long(tokens: &[TokenTree]) -> bool {
    longest(tokens.iter().cloned(), 0) > MAX_RUN
}

fn longest(tokens: impl Iterator<Item = TokenTree>, before: usize) -> usize {
    let mut run = before;
    let mut most = before;
    for token in tokens {
        match token {
            TokenTree::Group(group) => {
                most = most.max(longest(group.stream().into_iter(), run + 1));
            }
            TokenTree::Punct(punct) if matches!(punct.as_char(), ',' | ';') => run = before,
            TokenTree::Punct(punct) if punct.as_char() == '#' => {}
            _ => {
                run += 1;
                most = most.max(run);
            }
        }
    }
    most
}
