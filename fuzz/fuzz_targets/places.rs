//! What taggant takes for a host is what an HTTP client connects to: places are compared with the
//! `url` crate, whichever way they are written, and patterns mean the same places.
#![no_main]

use libfuzzer_sys::fuzz_target;
use taggant_core::place::{Location, normal_patterns};
use url::Url;

const WEB: [&str; 5] = ["http", "https", "ws", "wss", "ftp"];

/// The place as a client understands the text, if it is one that goes over the web.
fn as_client(text: &str) -> Option<Url> {
    Url::parse(text).ok().filter(|url| WEB.contains(&url.scheme()))
}

fn is_web(namespace: &str) -> bool {
    namespace.split_once("://").is_some_and(|(scheme, _)| WEB.contains(&scheme))
}

fn compare(place: &Location, url: &Url) {
    let host = url.host_str().expect("a client has a host");
    let host = host.strip_suffix('.').unwrap_or(host);
    let port = url.port().map_or(String::new(), |port| format!(":{port}"));
    let namespace = format!("{}://{host}{port}", url.scheme());
    let told = place.as_str().strip_prefix(&namespace);
    assert!(told.is_some_and(|rest| rest.starts_with('/')), "{place} and {namespace}");
}

fuzz_target!(|data: &str| {
    if let Ok(place) = Location::parse(data) {
        let again = Location::parse(place.as_str()).expect("what is shown can be read");
        assert_eq!(again.as_str(), place.as_str());
        match as_client(data) {
            Some(url) => {
                compare(&place, &url);
                let path = Location::new(place.namespace(), url.path()).expect("the same name");
                assert_eq!(path.as_str(), place.as_str(), "another path");
            }
            // What no client takes for the web must not look as if it were there.
            None => assert!(!is_web(place.namespace()), "{place}"),
        }
        if !data.contains('*') {
            assert_eq!(normal_patterns(data).expect("a place is a pattern"), [place.as_str()]);
        }
    }
    if let Some((namespace, name)) = data.split_once('\t')
        && let Ok(place) = Location::new(namespace, name)
        && let Some(url) = as_client(namespace)
    {
        compare(&place, &url);
    }
    if let Ok(once) = normal_patterns(data) {
        let again = |one: &String| normal_patterns(one).expect("a normal pattern is a pattern");
        let mut twice: Vec<String> = once.iter().flat_map(again).collect();
        twice.sort_unstable();
        twice.dedup();
        assert_eq!(once, twice);
    }
});
