//! Patterns of places, normalised by the code that normalises places.
//!
//! Else a rule that is written as a person writes a URL would match nothing, and a deny rule that
//! matches nothing lets everything pass.

use super::cut::{System, WEB, cut};
use super::escape::{path, uri_safe, without_query};
use super::location::{MAX_LOCATION, check_text, parts};
use crate::{Error, Outcome, Result};

/// The patterns that together stand for what is written, in the one form that places have.
///
/// `*` stands for any characters but `/` and `:`, `**` for any. Mostly it is one pattern. It is two
/// where the port is `*`, which stands for none too, or where a default port follows a `*` in the
/// scheme, or where letters behind a `**` may belong to a host (which has lower case) or to a path.
///
/// ```
/// use taggant_core::place::normal_patterns;
///
/// let patterns = normal_patterns("HTTPS://*.Shipper.Example:443/labels/")?;
/// assert_eq!(patterns, ["https://*.shipper.example/labels"]);
/// assert!(normal_patterns("https://shipper.example").is_err(), "no place is without a name");
/// # Ok::<(), taggant_core::Error>(())
/// ```
///
/// # Errors
/// `Invalid` where no place could match. The message says how to write it, as far as that can be
/// told, and does not repeat user info.
pub fn normal_patterns(pattern: &str) -> Result<Vec<String>> {
    check_text(pattern).map_err(nothing)?;
    let pattern = pattern.trim_matches(' ');
    let marks = Marks::new(pattern);
    let mut normal = if pattern.starts_with("**") && !has_scheme(pattern) {
        free(pattern)?
    } else {
        marked(&marks.set(pattern), &marks)?
    };
    if normal.iter().any(|one| one.len() > MAX_LOCATION) {
        return Err(invalid("a pattern of locations has at most 512 bytes; shorten it".to_owned()));
    }
    normal.sort_unstable();
    normal.dedup();
    Ok(normal)
}

/// Words that stand for stars while a pattern is normalised: letters mean nothing anywhere.
struct Marks {
    star: String,
    stars: String,
}

impl Marks {
    fn new(pattern: &str) -> Self {
        let taken = pattern.to_lowercase();
        let mut word = "zq".to_owned();
        while taken.contains(&word) {
            word.push('q');
        }
        Self { star: format!("{word}jx"), stars: format!("{word}jjx") }
    }

    fn set(&self, pattern: &str) -> String {
        pattern.replace("**", &self.stars).replace('*', &self.star)
    }

    fn unset(&self, text: &str) -> String {
        text.replace(&self.stars, "**").replace(&self.star, "*")
    }
}

/// Whether a scheme stands before `://`, be it one with stars, or would once escapes are decoded.
fn has_scheme(pattern: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"+-._".contains(&byte);
    pattern.split_once("://").is_some_and(|(scheme, _)| {
        scheme.split('*').all(|piece| uri_safe(piece).bytes().all(is_part))
    })
}

/// A pattern that begins anywhere in a place.
fn free(pattern: &str) -> Result<Vec<String>> {
    let text = without_query(pattern);
    let pieces: Vec<String> = text.split('*').map(uri_safe).collect();
    // Refuses segments that no place has.
    path(text, false).map_err(nothing)?;
    let normal = pieces.join("*").trim_end_matches('/').to_owned();
    let end = normal.find('/').unwrap_or(normal.len());
    let host = normal[..end].to_ascii_lowercase();
    let host: Vec<String> = host.split('*').map(uri_safe).collect();
    Ok(vec![host.join("*") + &normal[end..], normal])
}

fn marked(text: &str, marks: &Marks) -> Result<Vec<String>> {
    let piece = cut(text).map_err(nothing)?;
    let authority = match &piece.system {
        System::Web(authority) | System::Hosts(authority) => Some(*authority),
        System::Word | System::Opaque(_) => None,
    };
    let (before, tail) = text.split_at(text.len() - piece.tail.len());
    let star = format!(":{}", marks.star);
    let has_port = authority.is_some_and(|authority| authority.ends_with(&star));
    let any_port = before.strip_suffix(&star).filter(|_| has_port);
    let parts = parts(&format!("{}{tail}", any_port.unwrap_or(before))).map_err(nothing)?;
    check_international(&parts.namespace, marks)?;
    let namespace = marks.unset(&parts.namespace);
    // A `**` may stand for the name too, but not one in a scheme.
    let host = namespace.find("://").map_or(0, |at| at + 3);
    let may_be_name = namespace[host..].contains("**");
    let rest = match marks.unset(&parts.name) {
        name if name.is_empty() && !may_be_name => return Err(no_name(&namespace)),
        name if name.is_empty() => name,
        name => format!("/{name}"),
    };
    let mut normal = vec![format!("{namespace}{rest}")];
    if any_port.is_some() {
        normal.push(format!("{namespace}:*{rest}"));
    }
    let others = default_ports(&parts.namespace, marks);
    normal.extend(others.iter().map(|namespace| format!("{namespace}{rest}")));
    if let Some(authority) = authority {
        let written = authority.rsplit('@').next().unwrap_or_default();
        if let (Some(end), Some(from)) = (namespace[host..].find("**"), written.find(&marks.stars))
        {
            // What follows may be the end of a path.
            let behind = marks.unset(&format!("{}{tail}", &written[from..]));
            let behind = if piece.is_web() { behind.replace('\\', "/") } else { behind };
            let prefix = &namespace[..host + end];
            normal.extend(free(&behind)?.iter().map(|tail| format!("{prefix}{tail}")));
        }
    }
    Ok(normal)
}

/// `*://host:443/x` is `https://host/x`, which is written without the port. Where a client would not
/// take the host there is no such place.
fn default_ports(namespace: &str, marks: &Marks) -> Vec<String> {
    let (scheme, authority) = namespace.split_once("://").unwrap_or_default();
    let (host, port) = authority.rsplit_once(':').unwrap_or_default();
    let scheme = marks.unset(scheme);
    let Some(port) = port.parse::<u16>().ok().filter(|_| scheme.contains('*')) else {
        return Vec::new();
    };
    let same = WEB.iter().filter(|(web, of)| *of == Some(port) && super::matches(&scheme, web));
    same.filter_map(|(web, _)| {
        let place = super::host::web(web, host).ok()?;
        Some(marks.unset(&format!("{web}://{}", place.text())))
    })
    .collect()
}

/// A label that is not ASCII is written as a whole in another way (`xn--`), so that a star for a
/// part of it would stand for something else.
fn check_international(namespace: &str, marks: &Marks) -> Result<()> {
    let host = namespace.split_once("://").map_or("", |(_, host)| host);
    let torn = |label: &str| {
        label.starts_with("xn--") && (label.contains(&marks.star) || label.contains(&marks.stars))
    };
    if host.split(['.', ',']).any(torn) {
        return Err(invalid(
            "a location has a star beside letters that are not ASCII, which matches nothing: let \
             the star stand for the whole part between two dots"
                .to_owned(),
        ));
    }
    Ok(())
}

fn no_name(namespace: &str) -> Error {
    invalid(format!(
        "a location without a name matches nothing: write \"{namespace}/**\" for everything there, \
         or \"**\" for every location"
    ))
}

fn nothing(error: Error) -> Error {
    invalid(format!("a location matches nothing as it is written: {}", error.reason()))
}

fn invalid(what: String) -> Error {
    Error::new(Outcome::Invalid, what)
}
