//! Reads a source file: walks its tokens and parses type definitions only.
//!
//! Walking instead of parsing whole files is several times faster, reads files with syntax that
//! `syn` does not know yet, and finds types inside functions and macro calls.

mod attrs;
mod guard;
mod item;
mod types;
mod uses;

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};

use crate::model::FileTypes;

/// Reads one file's text into `file`. What cannot be read is listed there.
pub(crate) fn file(text: &str, file: &mut FileTypes) {
    file.lines = text.lines().count() as u64;
    if guard::too_open(text) {
        file.unread.push((0, 0, "nested too deeply"));
        return;
    }
    match without_shebang(text).parse::<TokenStream>() {
        Ok(tokens) => {
            if guard::too_nested(&tokens) {
                file.unread.push((0, 0, "nested too deeply"));
            } else {
                Walk { file, module: Vec::new(), in_macro: false }.tokens(tokens, false);
            }
        }
        Err(error) => {
            let (line, column) = place(error.span());
            file.unread.push((line, column, "not Rust from here on; the file is skipped"));
        }
    }
    // The lexer keeps the text of everything it has read on this thread until it is told.
    proc_macro2::extra::invalidate_current_thread_spans();
}

/// The same text with its first line blank, where that is for the shell.
fn without_shebang(text: &str) -> std::borrow::Cow<'_, str> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.starts_with("#!") && !text.starts_with("#![") {
        let rest = text.find('\n').map_or("", |end| &text[end..]);
        return rest.into();
    }
    text.into()
}

pub(crate) fn place(span: Span) -> (usize, usize) {
    let start = span.start();
    (start.line, start.column + 1)
}

struct Walk<'f> {
    file: &'f mut FileTypes,
    /// Inline modules around the tokens.
    module: Vec<String>,
    /// Types in macros may be templates; those that do not parse are no errors.
    in_macro: bool,
}

/// The way through one level of brackets.
struct Level {
    tokens: Vec<TokenTree>,
    at: usize,
    /// Where the attributes and visibility of the next item begin.
    start: usize,
    /// Directly inside an `impl` or `trait`, where `type` is no alias.
    associated: bool,
    /// After `impl` or `trait`, before its braces.
    implementing: bool,
}

impl Level {
    /// Goes on behind what has been dealt with.
    fn done(&mut self, end: usize) {
        self.at = end;
        self.start = end;
    }
}

impl Walk<'_> {
    fn tokens(&mut self, tokens: TokenStream, associated: bool) {
        let tokens = tokens.into_iter().collect();
        let mut level = Level { tokens, at: 0, start: 0, associated, implementing: false };
        while let Some(token) = level.tokens.get(level.at).cloned() {
            match &token {
                TokenTree::Punct(punct) if punct.as_char() == '#' => {
                    if self.attribute(&mut level) {
                        return;
                    }
                }
                TokenTree::Ident(word) => self.word(&mut level, &word.to_string(), word.span()),
                TokenTree::Group(group) => {
                    let braces = group.delimiter() == Delimiter::Brace;
                    let associated = level.implementing && braces;
                    self.group(group, associated, called_by(&level.tokens, level.at));
                    level.implementing &= !braces;
                    level.done(level.at + 1);
                }
                TokenTree::Punct(punct) => {
                    level.implementing &= punct.as_char() != ';';
                    level.done(level.at + 1);
                }
                TokenTree::Literal(_) => level.done(level.at + 1),
            }
        }
    }

    /// `#[..]` and `#![..]`; whether the rest of this level is for tests only.
    fn attribute(&mut self, level: &mut Level) -> bool {
        let next = level.tokens.get(level.at + 1);
        let inner = matches!(next, Some(TokenTree::Punct(punct)) if punct.as_char() == '!');
        let at = level.at + 1 + usize::from(inner);
        let words = match level.tokens.get(at) {
            Some(TokenTree::Group(found)) if found.delimiter() == Delimiter::Bracket => {
                found.stream()
            }
            _ => {
                level.done(level.at + 1);
                return false;
            }
        };
        let test_only = attrs::is_test_only(&words);
        if inner {
            level.done(at + 1);
            return test_only;
        }
        if test_only {
            let end = self.skip_item(&level.tokens, at + 1);
            level.done(end);
        } else {
            level.at = at + 1;
        }
        false
    }

    fn word(&mut self, level: &mut Level, word: &str, span: Span) {
        let at = level.at;
        match word {
            "pub" => {
                let next = level.tokens.get(at + 1);
                let limited = matches!(next, Some(TokenTree::Group(group))
                    if group.delimiter() == Delimiter::Parenthesis);
                level.at += 1 + usize::from(limited);
                return;
            }
            "struct" | "enum" | "union" | "type" | "use" => {
                if let Some(end) = item_end(&level.tokens, at, word) {
                    if !(level.associated && word == "type") {
                        self.item(&level.tokens[level.start..end], word, span);
                    }
                    level.done(end);
                    return;
                }
            }
            "mod" => {
                if let Some(end) = self.module(&level.tokens, at) {
                    level.done(end);
                    return;
                }
            }
            "impl" | "trait" => level.implementing = true,
            _ => {}
        }
        level.done(at + 1);
    }

    fn group(&mut self, group: &Group, associated: bool, called_by: Option<String>) {
        if called_by.as_deref() == Some("macro_rules") {
            return;
        }
        let before = self.in_macro;
        self.in_macro |= called_by.is_some();
        self.tokens(group.stream(), associated);
        self.in_macro = before;
    }

    /// `mod name { .. }`; a module in another file is read there.
    fn module(&mut self, tokens: &[TokenTree], at: usize) -> Option<usize> {
        let TokenTree::Ident(name) = tokens.get(at + 1)? else { return None };
        match tokens.get(at + 2)? {
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
                self.module.push(name.to_string());
                self.tokens(group.stream(), false);
                self.module.pop();
                Some(at + 3)
            }
            _ => None,
        }
    }

    /// Leaves out an item that exists in tests only, and remembers its file if it is elsewhere.
    fn skip_item(&mut self, tokens: &[TokenTree], from: usize) -> usize {
        let mut at = from;
        while let Some(token) = tokens.get(at) {
            match token {
                TokenTree::Ident(word) if word == "mod" => {
                    if let (Some(TokenTree::Ident(name)), Some(TokenTree::Punct(end))) =
                        (tokens.get(at + 1), tokens.get(at + 2))
                        && end.as_char() == ';'
                    {
                        self.file.test_modules.push(name.to_string());
                    }
                }
                TokenTree::Punct(punct) if matches!(punct.as_char(), ';' | ',') => return at + 1,
                TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => return at + 1,
                _ => {}
            }
            at += 1;
        }
        at
    }

    fn item(&mut self, tokens: &[TokenTree], word: &str, span: Span) {
        let templated = tokens.iter().any(|token| is_punct(token, '$'));
        if templated && self.in_macro {
            return;
        }
        if guard::too_long(tokens) {
            let (line, column) = place(span);
            self.file.unread.push((line, column, "a type too long to be read"));
            return;
        }
        let stream: TokenStream = attrs::without_docs(tokens).into_iter().collect();
        let module = self.module.join("::");
        let read = match word {
            "use" => uses::read(stream, &mut self.file.uses),
            // `type Name;` names something foreign, which has no fields to see.
            "type" if !tokens.iter().any(|token| is_punct(token, '=')) => return,
            "type" => item::alias(stream, module).map(|found| self.file.types.push(found)),
            _ => item::data(stream, module).map(|found| self.file.types.push(found)),
        };
        if read.is_err() && !self.in_macro && word != "use" {
            let (line, column) = place(span);
            self.file.unread.push((line, column, "a type that cannot be read; it is skipped"));
        }
    }
}

fn is_punct(token: &TokenTree, char: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == char)
}

/// `name` of `name!(..)`, `name! ident {..}`.
fn called_by(tokens: &[TokenTree], group: usize) -> Option<String> {
    let named = |at: usize| match (tokens.get(at.checked_sub(1)?)?, tokens.get(at)?) {
        (TokenTree::Ident(name), TokenTree::Punct(bang)) if bang.as_char() == '!' => {
            Some(name.to_string())
        }
        _ => None,
    };
    let before = group.checked_sub(1)?;
    named(before).or_else(|| named(before.checked_sub(1)?))
}

/// One past the last token of the item whose keyword is at `at`; `None` where it is no item.
fn item_end(tokens: &[TokenTree], at: usize, word: &str) -> Option<usize> {
    if word != "use" && !matches!(tokens.get(at + 1)?, TokenTree::Ident(_)) {
        return None;
    }
    if word == "union" && !matches!(tokens.get(at + 2)?, TokenTree::Group(_) | TokenTree::Punct(_))
    {
        return None;
    }
    let mut angles = 0_i32;
    let mut arrow = false;
    for (index, token) in tokens.iter().enumerate().skip(at + 1) {
        let minus = matches!(token, TokenTree::Punct(p) if matches!(p.as_char(), '-' | '='));
        match token {
            TokenTree::Punct(punct) => match punct.as_char() {
                '<' => angles += 1,
                '>' if !arrow => angles -= 1,
                ';' => return Some(index + 1),
                _ => {}
            },
            TokenTree::Group(group)
                if group.delimiter() == Delimiter::Brace
                    && angles <= 0
                    && !matches!(word, "type" | "use") =>
            {
                return Some(index + 1);
            }
            _ => {}
        }
        arrow = minus
            && matches!(token, TokenTree::Punct(p) if p.spacing() == proc_macro2::Spacing::Joint);
    }
    None
}

#[cfg(test)]
mod tests;
