//! Percent-encoding, and what a path may hold.

use super::location::invalid;
use crate::Result;

/// Percent-encodes what is not URI-safe and brings escapes to one form (RFC 3986, 6.2.2).
pub(super) fn uri_safe(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < bytes.len() {
        let (byte, escaped) = match escape_at(bytes, at) {
            Some(byte) => (byte, true),
            None => (bytes[at], false),
        };
        at += if escaped { 3 } else { 1 };
        if is_unreserved(byte) || (!escaped && b"/:@!$&'()+,;=".contains(&byte)) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)
}

/// The byte of the escape that begins here.
fn escape_at(bytes: &[u8], at: usize) -> Option<u8> {
    let [b'%', high, low] = *bytes.get(at..at + 3)? else { return None };
    let digit = |byte: u8| char::from(byte).to_digit(16);
    u8::try_from(digit(high)? * 16 + digit(low)?).ok()
}

/// What follows the host, or the name of a place: without query and fragment, URI-safe, without
/// slashes at both ends. To a scheme of the web a backslash is a slash.
pub(super) fn path(text: &str, is_web: bool) -> Result<String> {
    let text = without_query(text);
    let path = if is_web { uri_safe(&text.replace('\\', "/")) } else { uri_safe(text) };
    check_segments(&path)?;
    Ok(path.trim_matches('/').to_owned())
}

pub(super) fn without_query(text: &str) -> &str {
    text.find(['?', '#']).map_or(text, |end| &text[..end])
}

/// `labels/../admin` would match a rule for `labels/**`.
fn check_segments(path: &str) -> Result<()> {
    if path.split('/').any(|segment| segment == "." || segment == "..") {
        return Err(invalid("a location has no \".\" or \"..\" segments; write the place itself"));
    }
    Ok(())
}
