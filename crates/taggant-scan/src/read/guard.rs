//! Bounds on what is handed to a recursive parser, so that hostile source cannot exhaust the stack.

use proc_macro2::{TokenStream, TokenTree};

/// Deeper brackets are no program that somebody wrote.
const MAX_DEPTH: usize = 96;

/// More tokens without a comma, counted along the way into brackets, are no type.
const MAX_RUN: usize = 1024;

/// Open brackets that a lexer may hold at once. Those in strings count too, which is why it is so many.
const MAX_OPEN: usize = 10_000;

/// Whether text has so many open brackets that reading it would cost memory for nothing.
pub(super) fn too_open(text: &str) -> bool {
    let mut open = 0_usize;
    text.bytes().any(|byte| {
        match byte {
            b'(' | b'[' | b'{' => open += 1,
            b')' | b']' | b'}' => open = open.saturating_sub(1),
            _ => {}
        }
        open > MAX_OPEN
    })
}

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
