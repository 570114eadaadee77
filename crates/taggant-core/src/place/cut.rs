//! The parts of a place as it is written, before they are normalised.

use super::location::invalid;
use crate::Result;

/// The schemes that the WHATWG standard calls special, and their default ports.
pub(super) const WEB: [(&str, Option<u16>); 6] = [
    ("ftp", Some(21)),
    ("file", None),
    ("http", Some(80)),
    ("https", Some(443)),
    ("ws", Some(80)),
    ("wss", Some(443)),
];

/// A place as it is written, cut into pieces.
pub(super) struct Cut<'a> {
    /// In lower case.
    pub(super) scheme: String,
    pub(super) system: System<'a>,
    /// What follows: a path or a name, a query, a fragment.
    pub(super) tail: &'a str,
}

/// What stands behind the scheme.
pub(super) enum System<'a> {
    /// Nothing: the scheme is a word, such as `file`.
    Word,
    /// `stdout` in `log:stdout`.
    Opaque(&'a str),
    /// User info, host and port behind a scheme of the web, however many slashes there are.
    Web(&'a str),
    /// User info, hosts and ports behind another `scheme://`.
    Hosts(&'a str),
}

impl Cut<'_> {
    pub(super) fn is_web(&self) -> bool {
        matches!(self.system, System::Web(_))
    }
}

/// Cuts a text into its parts.
pub(super) fn cut(text: &str) -> Result<Cut<'_>> {
    let text = text.trim_matches(' ');
    let (scheme, rest) = match text.find([':', '/', '?', '#']) {
        Some(at) if text[at..].starts_with(':') => (&text[..at], Some(&text[at + 1..])),
        Some(at) => (&text[..at], None),
        None => (text, None),
    };
    if !is_scheme(scheme) {
        return Err(invalid(
            "a namespace begins with a scheme or is a word, such as \"postgres://shop:5432\" or \
             \"log:stdout\"",
        ));
    }
    let name = scheme.to_ascii_lowercase();
    let Some(rest) = rest else {
        return Ok(Cut { scheme: name, system: System::Word, tail: &text[scheme.len()..] });
    };
    if WEB.iter().any(|(web, _)| *web == name) {
        let (authority, tail) = web_authority(&name, rest);
        return Ok(Cut { system: System::Web(authority), scheme: name, tail });
    }
    let (authority, rest) = match rest.strip_prefix("//") {
        Some(rest) => (true, rest),
        None => (false, rest),
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (system, tail) = rest.split_at(end);
    let system = if authority { System::Hosts(system) } else { System::Opaque(system) };
    Ok(Cut { scheme: name, system, tail })
}

/// Behind a scheme of the web any number of slashes and backslashes, none too, leads to the host;
/// behind `file:` only two do.
fn web_authority<'a>(scheme: &str, rest: &'a str) -> (&'a str, &'a str) {
    let slash = ['/', '\\'];
    let rest = if scheme != "file" {
        rest.trim_start_matches(slash)
    } else if let Some(rest) = rest.strip_prefix(slash).and_then(|rest| rest.strip_prefix(slash)) {
        rest
    } else {
        return ("", rest);
    };
    rest.split_at(rest.find(['/', '\\', '?', '#']).unwrap_or(rest.len()))
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-._".contains(&byte))
}
