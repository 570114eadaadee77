//! Where data goes to or comes from: OpenLineage dataset naming (namespace and name), normalised.
//!
//! One place must have one name, since policy, ledger and erasure receipts go by it; and what
//! programs put into connection strings beside the place (passwords, tokens) must not get into
//! any of these.

use std::fmt;

use crate::{Error, Outcome, Result};

/// Longest location in bytes, normalised.
pub const MAX_LOCATION: usize = 512;

/// A normalised place: namespace (`scheme://authority`, `scheme:rest` or a word) and name.
///
/// - User info, query and fragment are removed.
/// - Scheme and host become lower case; ports are kept, default ports too.
/// - Slashes at both ends of the name, and at the end of the namespace, are removed.
/// - What is not URI-safe is percent-encoded, `*` too (it means something in policies); encoded
///   letters, digits and `-._~` are decoded; other escapes are kept.
///
/// ```
/// use taggant_core::flow::location::Location;
///
/// let place = Location::new("Postgres://app:secret@Shop:5432", "shop.public.customers")?;
/// assert_eq!(place.to_string(), "postgres://shop:5432/shop.public.customers");
/// # Ok::<(), taggant_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Location {
    namespace: String,
    name: String,
}

impl Location {
    /// Normalises a place.
    ///
    /// # Errors
    /// `Invalid` where a part is empty, too long, has control characters, a port that is not a
    /// number, `.` or `..` as a path segment, or an `@` where it cannot be told from user info.
    /// The message never repeats the input, which may hold a password.
    pub fn new(namespace: &str, name: &str) -> Result<Self> {
        for part in [namespace, name] {
            if part.len() > 4 * MAX_LOCATION {
                return Err(too_long());
            }
            if part.chars().any(char::is_control) {
                return Err(invalid("a location has no control characters; remove them"));
            }
        }
        let location = Self { namespace: namespace_of(namespace)?, name: name_of(name)? };
        if location.namespace.len() + 1 + location.name.len() > MAX_LOCATION {
            return Err(too_long());
        }
        Ok(location)
    }

    /// The OpenLineage namespace.
    #[must_use]
    pub fn namespace(&self) -> &str {
        &self.namespace
    }

    /// The OpenLineage name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether this is a log: a namespace of the scheme `log`.
    #[must_use]
    pub fn is_log(&self) -> bool {
        self.namespace == "log" || self.namespace.starts_with("log:")
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.namespace, self.name)
    }
}

fn invalid(what: &'static str) -> Error {
    Error::new(Outcome::Invalid, what)
}

fn too_long() -> Error {
    invalid("a location has at most 512 bytes; name the place, not the request")
}

fn namespace_of(text: &str) -> Result<String> {
    let text = text.trim();
    let (scheme, rest) = match text.split_once(':') {
        Some((scheme, rest)) => (scheme, Some(rest)),
        None => (text, None),
    };
    if !is_scheme(scheme) {
        return Err(invalid(
            "a namespace begins with a scheme or is a word, such as \"postgres://shop:5432\" or \
             \"log:stdout\"",
        ));
    }
    let scheme = scheme.to_ascii_lowercase();
    match rest {
        None => Ok(scheme),
        Some(rest) => match rest.strip_prefix("//") {
            Some(rest) => Ok(format!("{scheme}://{}", with_authority(rest)?)),
            None => Ok(format!("{scheme}:{}", opaque(rest)?)),
        },
    }
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-._".contains(&byte))
}

/// What follows `scheme:` where there is no authority: `arn:aws:glue:eu-west-1:123`, `log:stdout`.
fn opaque(rest: &str) -> Result<String> {
    // `mysql:app:secret@host` is a connection string with user info, whatever else it is.
    if rest.contains('@') {
        return Err(stray_at());
    }
    let safe = uri_safe(without_query(rest).trim_end_matches('/'));
    check_segments(&safe)?;
    if safe.is_empty() { Err(empty_namespace()) } else { Ok(safe) }
}

fn with_authority(rest: &str) -> Result<String> {
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, tail) = rest.split_at(end);
    // A password with an unescaped slash or question mark ends the authority early; guessing where
    // the host begins would keep a part of it.
    if tail.contains('@') {
        return Err(stray_at());
    }
    let hosts = authority.rsplit_once('@').map_or(authority, |(_, hosts)| hosts);
    let hosts = hosts.split(',').map(host_and_port).collect::<Result<Vec<_>>>()?.join(",");
    let path = uri_safe(without_query(tail).trim_end_matches('/'));
    check_segments(&path)?;
    Ok(hosts + &path)
}

/// One host in lower case with its port. A port that is no number may be a password.
fn host_and_port(text: &str) -> Result<String> {
    let bracket = text.rfind(']').map_or(0, |at| at + 1);
    let (host, port) = match text[bracket..].rfind(':') {
        Some(colon) => (&text[..bracket + colon], &text[bracket + colon + 1..]),
        None => (text, ""),
    };
    let is_ipv6 =
        host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).is_some_and(|host| {
            host.bytes().all(|byte| byte.is_ascii_hexdigit() || b":.%".contains(&byte))
        });
    let is_name = !host.is_empty()
        && !host.chars().any(|c| c.is_whitespace() || "[]:*\\\"<>^`{|}@".contains(c));
    if !is_ipv6 && !is_name {
        return Err(empty_namespace());
    }
    if !port.bytes().all(|byte| byte.is_ascii_digit()) || port.len() > 5 {
        return Err(invalid("a port is a number; user info ends with \"@\""));
    }
    let host = if is_ipv6 { host.to_ascii_lowercase() } else { lower_host(host) };
    Ok(if port.is_empty() { host } else { format!("{host}:{port}") })
}

/// Lower case, but escapes in upper case as `uri_safe` writes them.
fn lower_host(host: &str) -> String {
    uri_safe(&uri_safe(host).to_ascii_lowercase())
}

fn name_of(text: &str) -> Result<String> {
    // Before the query is cut off: a password may hold a question mark.
    if let Some(at) = text.rfind('@')
        && text[..at].contains(':')
    {
        return Err(stray_at());
    }
    let name = uri_safe(without_query(text.trim()).trim_matches('/'));
    check_segments(&name)?;
    let name = name.trim_matches('/');
    if name.is_empty() {
        return Err(invalid("a location has a name: the table, topic, path or stream"));
    }
    Ok(name.to_owned())
}

fn without_query(text: &str) -> &str {
    text.find(['?', '#']).map_or(text, |end| &text[..end]).trim_end()
}

/// `labels/../admin` would match a rule for `labels/**`.
fn check_segments(path: &str) -> Result<()> {
    if path.split('/').any(|segment| segment == "." || segment == "..") {
        return Err(invalid("a location has no \".\" or \"..\" segments; write the place itself"));
    }
    Ok(())
}

fn stray_at() -> Error {
    invalid("an \"@\" here cannot be told from user info; remove user, password and query")
}

fn empty_namespace() -> Error {
    invalid("a namespace names a host or system, such as \"postgres://shop:5432\"")
}

/// Percent-encodes what is not URI-safe and brings escapes to one form (RFC 3986, 6.2.2).
fn uri_safe(text: &str) -> String {
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(namespace: &str, name: &str) -> Option<String> {
        Location::new(namespace, name).ok().map(|location| location.to_string())
    }

    #[test]
    fn one_place_has_one_name() {
        for (namespace, name, expected) in [
            ("https://shipper.example", "labels", "https://shipper.example/labels"),
            ("HTTPS://Shipper.Example/", "/labels/", "https://shipper.example/labels"),
            ("https://u:p@shipper.example", "labels?token=x", "https://shipper.example/labels"),
            ("https://shipper.example?token=x", "a#b", "https://shipper.example/a"),
            ("postgres://h1:5432,H2:5433", "shop.T", "postgres://h1:5432,h2:5433/shop.T"),
            ("postgres://[2001:DB8::1]:5432", "x", "postgres://[2001:db8::1]:5432/x"),
            ("postgres://u:p:w@o@Host:", "x", "postgres://host/x"),
            ("file", "/var/lib/a b.csv", "file/var/lib/a%20b.csv"),
            ("log:Stdout", "app", "log:Stdout/app"),
            ("arn:aws:glue:eu-west-1:123", "table/x", "arn:aws:glue:eu-west-1:123/table/x"),
            ("s3://Bucket", "%7euser/%2f*\u{e9}", "s3://bucket/~user/%2F%2A%C3%A9"),
            ("unknown", "unknown", "unknown/unknown"),
        ] {
            assert_eq!(shown(namespace, name).as_deref(), Some(expected), "{namespace}");
        }
    }

    #[test]
    fn what_cannot_be_a_safe_place_is_refused() {
        let long = "x".repeat(MAX_LOCATION);
        for (namespace, name) in [
            ("", "x"),
            ("https://", "x"),
            ("https://a", ""),
            ("https://a", "//"),
            ("1a", "x"),
            ("https://a\n", "x"),
            ("https://a", "x\u{7f}"),
            ("https://a", "b/../c"),
            ("https://a", "%2e%2e/c"),
            ("https://a:password", "x"),
            ("mysql:u:p@h", "x"),
            ("https://u:p/w@h", "x"),
            ("https://u:p?w@h", "x"),
            ("a", "https://u:p@h/x"),
            ("https://a b", "x"),
            ("https://*", "x"),
            ("https://a", &long),
            ("a b", "x"),
        ] {
            assert_eq!(shown(namespace, name), None, "{namespace} {name}");
        }
        let error = Location::new("https://user:hunter2?@h", "x").expect_err("stray @");
        assert!(!error.to_string().contains("hunter2"));
    }

    #[test]
    fn only_the_scheme_log_is_a_log() {
        let is_log = |namespace| Location::new(namespace, "x").expect("valid").is_log();
        assert!(is_log("log:stdout") && is_log("LOG") && is_log("log://host"));
        assert!(!is_log("logs:stdout") && !is_log("https://log"));
    }

    proptest! {
        #[test]
        fn normalising_twice_changes_nothing(
            namespace in "[a-zA-Z]{1,5}(:(//)?[\\PC]{0,12})?|\\PC{0,12}", name in "\\PC{0,20}|[%a-fA-F0-9/.]{0,12}",
        ) {
            if let Ok(once) = Location::new(&namespace, &name) {
                let twice = Location::new(once.namespace(), once.name());
                prop_assert_eq!(Some(once), twice.ok());
            }
        }

        #[test]
        fn passwords_and_tokens_never_survive(
            user in "[a-z]{0,6}", mark in "[!-~]{0,3}", host in "[a-z]{1,6}(:[0-9]{1,4})?",
        ) {
            let secret = format!("hunter2{mark}");
            for (namespace, name) in [
                (format!("https://{user}:{secret}@{host}"), "x".to_owned()),
                (format!("https://{host}?token={secret}"), format!("x?token={secret}")),
                (format!("https://{host}"), format!("{user}:{secret}@{host}/x")),
                (format!("db:{user}:{secret}@{host}"), format!("x#{secret}")),
            ] {
                if let Some(shown) = shown(&namespace, &name) {
                    prop_assert!(!shown.contains("hunter2"), "{}", shown);
                }
            }
        }
    }
}
