//! The disguises of a value that is known.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use serde::Serialize;
use taggant_core::hex;

/// In which disguise a value was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Disguise {
    /// As it is, in whatever case of ASCII letters.
    Raw,
    /// In lower case by the rules of Unicode.
    Folded,
    /// In a JSON string: with or without `\u` escapes for what is not ASCII, `\/`, `\u` escapes for
    /// `<`, `>` and `&`, and JSON that stands in a JSON string itself.
    Json,
    /// In Rust's escapes, as `Debug` prints text.
    Rust,
    /// In a CSV field or an SQL literal, quotes doubled.
    Quoted,
    /// Percent-encoded (RFC 3986), or as a form (`+` for a space).
    Url,
    /// Hex.
    Hex,
    /// Base64 of either alphabet, at any of its three alignments.
    Base64,
    /// UTF-16, little-endian.
    Utf16Le,
    /// UTF-16, big-endian.
    Utf16Be,
}

impl fmt::Display for Disguise {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Raw => "raw",
            Self::Folded => "case-folded",
            Self::Json => "JSON-escaped",
            Self::Rust => "Rust-escaped",
            Self::Quoted => "quoted",
            Self::Url => "URL-encoded",
            Self::Hex => "hex",
            Self::Base64 => "base64",
            Self::Utf16Le => "UTF-16LE",
            Self::Utf16Be => "UTF-16BE",
        })
    }
}

/// All disguises of a value, to be searched without regard to the case of ASCII letters; what is
/// found is one only if [`is_meant`].
#[must_use]
pub fn disguises(value: &[u8]) -> Vec<(Disguise, Vec<u8>)> {
    let mut all =
        vec![(Disguise::Raw, value.to_vec()), (Disguise::Hex, hex::encode(value).into_bytes())];
    for offset in 0..3 {
        all.extend(base64(value, offset).map(|text| (Disguise::Base64, text)));
    }
    if let Ok(text) = std::str::from_utf8(value) {
        all.extend(of_text(text));
    }
    let mut seen = std::collections::HashSet::new();
    // The search sees no difference either.
    all.retain(|(_, bytes)| seen.insert(bytes.to_ascii_lowercase()));
    all
}

/// Patterns of fewer bytes are found in base64 by chance if case does not count.
const SHORT: usize = 10;

/// Whether what was found where the case of letters did not count is the disguise all the same:
/// base64 means its letters' case, and short texts are found as they are, all in one case, or with
/// a capital.
#[must_use]
pub fn is_meant(disguise: Disguise, pattern: &[u8], found: &[u8]) -> bool {
    if pattern == found {
        return true;
    }
    if disguise == Disguise::Base64 {
        return false;
    }
    let has = |test: fn(&u8) -> bool| found.iter().any(test);
    let rest_is_lower = !found.iter().skip(1).any(u8::is_ascii_uppercase);
    pattern.len() >= SHORT
        || !has(u8::is_ascii_uppercase)
        || !has(u8::is_ascii_lowercase)
        || rest_is_lower
}

fn of_text(text: &str) -> Vec<(Disguise, Vec<u8>)> {
    let debug = format!("{text:?}");
    let mut all = vec![
        (Disguise::Folded, text.to_lowercase().into_bytes()),
        (Disguise::Folded, text.to_uppercase().into_bytes()),
        (Disguise::Rust, debug[1..debug.len() - 1].to_owned().into_bytes()),
        (Disguise::Rust, text.escape_default().to_string().into_bytes()),
        (Disguise::Quoted, text.replace('"', "\"\"").into_bytes()),
        (Disguise::Quoted, text.replace('\'', "''").into_bytes()),
        (Disguise::Url, percent(text, "-._~", "%20").into_bytes()),
        (Disguise::Url, percent(text, "-._~", "+").into_bytes()),
        (Disguise::Url, percent(text, "-._~!$&'()*+,;=:@/?", "%20").into_bytes()),
        (Disguise::Utf16Le, text.encode_utf16().flat_map(u16::to_le_bytes).collect()),
        (Disguise::Utf16Be, text.encode_utf16().flat_map(u16::to_be_bytes).collect()),
    ];
    for ascii in [false, true] {
        let once = json(text, ascii);
        let slashes = once.replace('/', "\\/");
        let html = ['<', '>', '&']
            .iter()
            .fold(once.clone(), |text, c| text.replace(*c, &format!("\\u{:04x}", u32::from(*c))));
        let twice = json(&once, ascii);
        all.extend([once, slashes, html, twice].map(|json| (Disguise::Json, json.into_bytes())));
    }
    all
}

fn json(value: &str, ascii: bool) -> String {
    let quoted = serde_json::to_string(value).expect("a string is JSON");
    let inner = &quoted[1..quoted.len() - 1];
    if !ascii {
        return inner.to_owned();
    }
    inner.chars().fold(String::new(), |mut out, c| {
        if c.is_ascii() {
            out.push(c);
        } else {
            for unit in c.encode_utf16(&mut [0; 2]) {
                out.push_str(&format!("\\u{unit:04x}"));
            }
        }
        out
    })
}

fn percent(value: &str, safe: &str, space: &str) -> String {
    value.bytes().fold(String::new(), |mut out, byte| {
        let c = char::from(byte);
        if c.is_ascii_alphanumeric() || (byte.is_ascii() && safe.contains(c)) {
            out.push(c);
        } else if c == ' ' {
            out.push_str(space);
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
        out
    })
}

/// Base64 of the value behind `offset` bytes of something else: the characters that depend on
/// nothing but the value.
fn base64(value: &[u8], offset: usize) -> impl Iterator<Item = Vec<u8>> {
    let padded = [&[0; 3][..offset], value].concat();
    let skip = [0, 2, 3][offset];
    let whole = padded.len() * 8 / 6;
    [STANDARD_NO_PAD.encode(&padded), URL_SAFE_NO_PAD.encode(&padded)]
        .into_iter()
        .map(move |text| text.as_bytes()[skip..whole].to_vec())
}

#[cfg(test)]
mod tests {
    use super::{Disguise, is_meant};

    #[test]
    fn case_counts_where_it_would_be_found_by_chance() {
        let meant = |found: &str| is_meant(Disguise::Raw, b"Madrid", found.as_bytes());
        assert!(["Madrid", "madrid", "MADRID"].into_iter().all(meant));
        assert!(!["MAdrid", "mAdRiD", "madriD"].into_iter().any(meant));
        assert!(is_meant(Disguise::Raw, b"van der Berg", b"VAN DER bERG"));
        assert!(is_meant(Disguise::Base64, b"TWFkcmlk", b"TWFkcmlk"));
        assert!(!is_meant(Disguise::Base64, b"TWFkcmlkTWFk", b"twfkcmlktwfk"));
    }
}
