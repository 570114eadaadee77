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

impl Walk<'_> {
    /// `associated`: directly inside an `impl` or `trait`, where `type` is no alias.
    fn tokens(&mut self, tokens: TokenStream, associated: bool) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut at = 0;
        // Where the attributes and visibility of the next item begin.
        let mut start = 0;
        let mut implementing = false;
        while at < tokens.len() {
            match &tokens[at] {
                TokenTree::Punct(punct) if punct.as_char() == '#' => {
                    let inner = matches!(tokens.get(at + 1), Some(TokenTree::Punct(p)) if p.as_char() == '!');
                    let group = at + 1 + usize::from(inner);
                    if let Some(TokenTree::Group(found)) = tokens.get(group)
                        && found.delimiter() == Delimiter::Bracket
                    {
                        if inner && attrs::is_test_only(&found.stream()) {
                            return;
                        }
                        if inner {
                            start = group + 1;
                        } else if attrs::is_test_only(&found.stream()) {
                            at = self.skip_item(&tokens, group + 1);
                            start = at;
                            continue;
                        }
                        at = group + 1;
                        continue;
                    }
                    at += 1;
                    start = at;
                }
                TokenTree::Ident(word) => {
                    let text = word.to_string();
                    match text.as_str() {
                        "pub" => {
                            at += 1;
                            if matches!(tokens.get(at), Some(TokenTree::Group(g)) if g.delimiter() == Delimiter::Parenthesis)
                            {
                                at += 1;
                            }
                            continue;
                        }
                        "struct" | "enum" | "union" | "type" | "use" => {
                            if let Some(end) = item_end(&tokens, at, &text) {
                                if !(associated && text == "type") {
                                    self.item(&tokens[start..end], &text, word.span());
                                }
                                at = end;
                                start = at;
                                continue;
                            }
                        }
                        "mod" => {
                            if let Some(next) = self.module(&tokens, at) {
                                at = next;
                                start = at;
                                continue;
                            }
                        }
                        "impl" | "trait" => implementing = true,
                        _ => {}
                    }
                    at += 1;
                    start = at;
                }
                TokenTree::Group(group) => {
                    let braces = group.delimiter() == Delimiter::Brace;
                    self.group(group, implementing && braces, called_by(&tokens, at));
                    implementing &= !braces;
                    at += 1;
                    start = at;
                }
                token => {
                    if matches!(token, TokenTree::Punct(p) if p.as_char() == ';') {
                        implementing = false;
                    }
                    at += 1;
                    start = at;
                }
            }
        }
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
        let templated = tokens
            .iter()
            .any(|token| matches!(token, TokenTree::Punct(punct) if punct.as_char() == '$'));
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
            "type" => item::alias(stream, module).map(|found| self.file.types.push(found)),
            _ => item::data(stream, module).map(|found| self.file.types.push(found)),
        };
        if read.is_err() && !self.in_macro && word != "use" {
            let (line, column) = place(span);
            self.file.unread.push((line, column, "a type that cannot be read; it is skipped"));
        }
    }
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
