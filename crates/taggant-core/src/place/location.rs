//! A place in its one form: OpenLineage dataset naming (namespace and name), normalised.
//!
//! What programs put into connection strings beside the place (passwords, tokens) must not get into
//! policy, ledger or receipts.

use std::fmt;

use super::cut::{System, cut};
use super::escape::{path, uri_safe};
use super::host::{hosts, no_host, web};
use crate::{Error, Outcome, Result};

/// Longest location in bytes, normalised.
pub const MAX_LOCATION: usize = 512;

/// A normalised place: namespace (`scheme://authority`, `scheme:rest` or a word) and name.
///
/// - User info, query and fragment are removed.
/// - Hosts are read as HTTP clients read them (WHATWG): `https:host`, `https:\\host`, full-width
///   letters and percent-encoded ones are all `https://host`. They are in lower case and ASCII
///   (`xn--`), without a dot at the end; the default port of a scheme of the web is left out.
/// - Slashes at both ends of the name, and at the end of the namespace, are removed.
/// - What is not URI-safe is percent-encoded, `*` too (it means something in policies); encoded
///   letters, digits and `-._~` are decoded; other escapes are kept.
///
/// ```
/// use taggant_core::place::Location;
///
/// let place = Location::new("Postgres://app:secret@Shop:5432", "shop.public.customers")?;
/// assert_eq!(place.to_string(), "postgres://shop:5432/shop.public.customers");
/// # Ok::<(), taggant_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Location {
    text: String,
    /// Where the namespace ends.
    namespace: usize,
}

impl Location {
    /// Normalises a place.
    ///
    /// # Errors
    /// `Invalid` where a part is empty, too long, has control characters, a host that no client
    /// would take, a port that is not a number, `.` or `..` as a path segment, or an `@` where it
    /// cannot be told from user info. The message never repeats the input, which may hold a
    /// password.
    pub fn new(namespace: &str, name: &str) -> Result<Self> {
        check_text(namespace)?;
        check_text(name)?;
        let (namespace, is_web) = namespace_of(namespace)?;
        check_name(name)?;
        Self::of(namespace, &path(name.trim_matches(' '), is_web)?)
    }

    /// Normalises a place that is written as one text, as a client takes a URL and as
    /// [`Display`](fmt::Display) shows it.
    ///
    /// ```
    /// use taggant_core::place::Location;
    ///
    /// let place = Location::parse("HTTPS://Shipper.Example:443/labels?token=x")?;
    /// assert_eq!(place, Location::new("https://shipper.example", "labels")?);
    /// # Ok::<(), taggant_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn parse(text: &str) -> Result<Self> {
        check_text(text)?;
        let parts = parts(text)?;
        Self::of(parts.namespace, &parts.name)
    }

    fn of(namespace: String, name: &str) -> Result<Self> {
        if name.is_empty() {
            return Err(invalid("a location has a name: the table, topic, path or stream"));
        }
        let text = format!("{namespace}/{name}");
        if text.len() > MAX_LOCATION {
            return Err(too_long());
        }
        Ok(Self { text, namespace: namespace.len() })
    }

    /// Namespace and name, with a slash between.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The OpenLineage namespace.
    #[must_use]
    pub fn namespace(&self) -> &str {
        &self.text[..self.namespace]
    }

    /// The OpenLineage name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.text[self.namespace + 1..]
    }

    /// Whether this is a log: a namespace of the scheme `log`.
    #[must_use]
    pub fn is_log(&self) -> bool {
        self.namespace() == "log" || self.namespace().starts_with("log:")
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// What [`Location::parse`] and patterns are made of. A pattern may have no name.
pub(super) struct Parts {
    pub(super) namespace: String,
    pub(super) name: String,
}

/// Cuts and normalises.
pub(super) fn parts(text: &str) -> Result<Parts> {
    let cut = cut(text)?;
    check_opaque(&cut.system)?;
    check_name(cut.tail)?;
    let namespace = system_of(&cut.scheme, &cut.system)?;
    Ok(Parts { namespace, name: path(cut.tail, cut.is_web())? })
}

/// A namespace may have a path of its own. Says too whether a scheme of the web stands before it.
fn namespace_of(text: &str) -> Result<(String, bool)> {
    let cut = cut(text)?;
    check_user_info(&cut.system, cut.tail)?;
    let mut namespace = system_of(&cut.scheme, &cut.system)?;
    let path = path(cut.tail, cut.is_web())?;
    if matches!(cut.system, System::Word) && !cut.tail.is_empty() {
        return Err(no_host());
    }
    if !path.is_empty() {
        namespace = format!("{namespace}/{path}");
    }
    Ok((namespace, cut.is_web()))
}

fn system_of(scheme: &str, system: &System<'_>) -> Result<String> {
    Ok(match system {
        System::Word => scheme.to_owned(),
        System::Opaque("") => return Err(no_host()),
        System::Opaque(rest) => format!("{scheme}:{}", uri_safe(rest)),
        System::Web(authority) => format!("{scheme}://{}", web(scheme, authority)?.text()),
        System::Hosts(authority) => {
            let hosts: Vec<_> = hosts(authority)?.iter().map(super::host::Place::text).collect();
            format!("{scheme}://{}", hosts.join(","))
        }
    })
}

/// `mysql:app:secret@host` is a connection string with user info, whatever else it is.
fn check_opaque(system: &System<'_>) -> Result<()> {
    match system {
        System::Opaque(rest) if rest.contains('@') => Err(stray_at()),
        _ => Ok(()),
    }
}

/// A password with an unescaped slash or question mark ends the authority early; guessing where the
/// host begins would keep a part of it.
fn check_user_info(system: &System<'_>, tail: &str) -> Result<()> {
    check_opaque(system)?;
    let stray = tail.rfind('@').is_some_and(|at| match system {
        System::Word => false,
        System::Opaque(_) | System::Hosts(_) => true,
        // A client looks for the host where the authority ends; and `/@name` is a usual path.
        System::Web(authority) => {
            let host = authority.rsplit('@').next().unwrap_or_default();
            host.contains(':') || tail[..at].contains(':')
        }
    });
    if stray { Err(stray_at()) } else { Ok(()) }
}

/// Before the query is cut off: a password may hold a question mark.
fn check_name(name: &str) -> Result<()> {
    match name.rfind('@') {
        Some(at) if name[..at].contains(':') => Err(stray_at()),
        _ => Ok(()),
    }
}

pub(super) fn check_text(text: &str) -> Result<()> {
    if text.len() > 4 * MAX_LOCATION {
        return Err(too_long());
    }
    if text.chars().any(char::is_control) {
        return Err(invalid("a location has no control characters; remove them"));
    }
    Ok(())
}

pub(super) fn invalid(what: &'static str) -> Error {
    Error::new(Outcome::Invalid, what)
}

fn too_long() -> Error {
    invalid("a location has at most 512 bytes; name the place, not the request")
}

fn stray_at() -> Error {
    invalid("an \"@\" here cannot be told from user info; remove user, password and query")
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
            ("https://shipper.example:443", "x", "https://shipper.example/x"),
            ("http://shipper.example:80", "x", "http://shipper.example/x"),
            ("https://shipper.example:80", "x", "https://shipper.example:80/x"),
            ("https:shipper.example", "x", "https://shipper.example/x"),
            (r"https:\\shipper.example", r"a\b", "https://shipper.example/a/b"),
            ("https://\u{ff53}hipper.example", "x", "https://shipper.example/x"),
            ("https://%73hipper.example.", "x", "https://shipper.example/x"),
            ("https://B\u{dc}cher.example", "x", "https://xn--bcher-kva.example/x"),
            ("postgres://B\u{dc}cher.example.", "x", "postgres://xn--bcher-kva.example/x"),
            (
                r"https://evil.example\@shipper.example",
                "x",
                "https://evil.example/@shipper.example/x",
            ),
            ("https://0x7f.1", "x", "https://127.0.0.1/x"),
            ("postgres://0x7f.1:1", "x", "postgres://127.0.0.1:1/x"),
            ("s3://0123", "x", "s3://0123/x"),
            ("s3://01%323%2e", "x", "s3://0123/x"),
            ("s3://\u{ff10}123", "x", "s3://0123/x"),
            ("postgres://0x7f%2e1", "x", "postgres://127.0.0.1/x"),
            ("postgres://127\u{ff0e}1", "x", "postgres://127.0.0.1/x"),
            ("s3://%%443", "x", "s3://%25d3/x"),
            ("postgres://%2fvar%2Frun", "x", "postgres://%2Fvar%2Frun/x"),
            ("file:///var", "/x", "file:///var/x"),
            ("https://shipper.example", "@scope/x", "https://shipper.example/@scope/x"),
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
            ("https://a:8 /b", "x"),
            ("mysql:u:p@h", "x"),
            ("https://u:p/w@h", "x"),
            ("https://u:p?w@h", "x"),
            ("a", "https://u:p@h/x"),
            ("https://a b", "x"),
            ("https://*", "x"),
            ("https://\u{ff0a}.example", "x"),
            ("postgres://\u{ff0a}.example", "x"),
            ("https://a..", "x"),
            ("https://a", r"b\..\c"),
            (r"https://a\..", "x"),
            ("https://u:1/w@h", "x"),
            (r"https://evil.example:443\@shipper.example", "x"),
            (r"postgres://a:\b", "x"),
            ("postgres://a%2cb", "x"),
            ("postgres://a\u{ff0c}b", "x"),
            (r"postgres://a:5432\b", "x"),
            ("https:", "x"),
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
                let twice = Location::new(once.namespace(), once.name()).ok();
                prop_assert_eq!(Some(&once), twice.as_ref());
                let read = Location::parse(once.as_str()).expect("what is shown can be read");
                prop_assert_eq!(once.as_str(), read.as_str());
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
