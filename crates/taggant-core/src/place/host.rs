//! Hosts and ports, as the `url` crate reads them.

use url::{Host, Url};

use super::escape::uri_safe;
use super::location::invalid;
use crate::{Error, Result};

/// A host in its one form, and its port unless that is the scheme's own.
pub(super) struct Place {
    pub(super) host: String,
    pub(super) port: Option<u16>,
}

impl Place {
    pub(super) fn text(&self) -> String {
        match self.port {
            Some(port) => format!("{}:{port}", self.host),
            None => self.host.clone(),
        }
    }
}

/// Behind a scheme of the web: as an HTTP client takes it.
pub(super) fn web(scheme: &str, authority: &str) -> Result<Place> {
    let url = Url::parse(&format!("{scheme}://{authority}/")).map_err(refused)?;
    let host = url.host_str().unwrap_or_default();
    if host.is_empty() && scheme == "file" {
        return Ok(Place { host: String::new(), port: None });
    }
    Ok(Place { host: checked(host)?, port: url.port() })
}

/// The hosts behind another `scheme://`: a connection string may name several.
pub(super) fn hosts(authority: &str) -> Result<Vec<Place>> {
    let hosts = authority.rsplit_once('@').map_or(authority, |(_, hosts)| hosts);
    hosts.split(',').map(one_host).collect()
}

fn one_host(text: &str) -> Result<Place> {
    // Behind a port the crate takes it for the end, and what follows would be lost.
    if text.contains('\\') {
        return Err(invalid("a host has no backslash; a path begins with a slash"));
    }
    // The standard leaves such hosts as they are written. Names and addresses are the same ones
    // behind every scheme, so that they are folded here too.
    let url = Url::parse(&format!("x://{text}/")).map_err(refused)?;
    let host = url.host_str().unwrap_or_default();
    let host = host.strip_suffix('.').unwrap_or(host);
    let folded = match Host::parse(host) {
        Ok(Host::Ipv4(address)) => lone_number(host).unwrap_or_else(|| address.to_string()),
        Ok(host) => host.to_string(),
        // The path of a socket, or another name that is no domain.
        Err(_) => lower(host),
    };
    if folded.contains(',') {
        // It was escaped, or another letter of the kind.
        return Err(invalid("a comma stands between hosts; none has one in its name"));
    }
    Ok(Place { host: uri_safe_host(&checked(&folded)?), port: url.port() })
}

/// A number without dots, decoded. Behind a scheme that is not of the web it is a name, such as a
/// bucket's.
fn lone_number(host: &str) -> Option<String> {
    // With letters behind it, it is no address.
    let Ok(Host::Domain(name)) = Host::parse(&format!("{host}.x")) else { return None };
    let name = name.strip_suffix(".x")?;
    let name = name.strip_suffix('.').unwrap_or(name);
    (!name.contains('.')).then(|| name.to_owned())
}

/// Letters that were escaped too.
fn lower(host: &str) -> String {
    uri_safe_host(host).to_ascii_lowercase()
}

/// Escapes in upper case, as `uri_safe` writes them; the brackets of an address stay.
fn uri_safe_host(host: &str) -> String {
    if host.starts_with('[') { host.to_owned() } else { uri_safe(host) }
}

/// Without the dot of the root. What means something in a pattern is no part of a host.
fn checked(host: &str) -> Result<String> {
    let host = host.strip_suffix('.').unwrap_or(host);
    if host.is_empty() || host.ends_with('.') || host.contains(['*', '"', '`', '{', '}', ' ']) {
        return Err(no_host());
    }
    Ok(host.to_owned())
}

pub(super) fn no_host() -> Error {
    invalid("a namespace names a host or system, such as \"postgres://shop:5432\"")
}

/// Why a host was refused. A port that is no number may be a password.
fn refused(error: url::ParseError) -> Error {
    match error {
        url::ParseError::InvalidPort => invalid("a port is a number; user info ends with \"@\""),
        _ => no_host(),
    }
}
