use super::*;
use taggant_ledger::answers::{Action, Kind};

use crate::map::testing::{edge, map};
use crate::map::{dot, mermaid, text};

const HOSTILE: [&str; 5] = [
    "</script><script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "'onmouseover='alert(1)",
    "<!--<script>\u{2028}",
    "a\"]\n b --> c;\u{1b}[2J\\",
];

fn hostile() -> Map {
    let flows = HOSTILE.iter().enumerate().map(|(at, name)| {
        let next = |by: usize| HOSTILE[(at + by) % 5].to_owned();
        let mut edge = edge("x.y", Kind::Write, Action::Reveal, name);
        (edge.dataset, edge.path, edge.actor, edge.purpose) = (next(1), next(2), next(3), next(4));
        edge.categories = vec![next(0), next(1)];
        edge.on_behalf = next(2);
        edge
    });
    map(flows.collect())
}

/// The names of all elements of a page, and the text of its scripts.
fn elements(page: &str) -> Vec<&str> {
    page.split('<')
        .skip(1)
        .map(|rest| rest.split([' ', '>', '\n', '/']).next().unwrap_or(""))
        .filter(|name| !name.is_empty())
        .collect()
}

#[test]
fn hostile_names_add_no_element_and_no_attribute() {
    let page = html(&hostile());
    let clean = page.replace(SCRIPT, "").replace(STYLE, "");
    assert_eq!(elements(&clean).iter().filter(|name| **name == "script").count(), 2);
    assert!(!elements(&clean).contains(&"img"));
    for mark in ["<img", "<script>alert", "<!--<", "\u{2028}", "\u{1b}"] {
        assert!(!clean.contains(mark), "{mark:?}");
    }
    // In JSON a quote of this kind is nothing special.
    let (markup, _) = clean.split_once("id=\"data\">").expect("data");
    assert!(!markup.contains("'onmouseover"));
    assert_eq!(clean.matches("<!").count(), 1, "the doctype");
}

#[test]
fn the_data_is_read_back_as_it_was() {
    let page = html(&hostile());
    let (_, rest) = page.split_once("id=\"data\">").expect("data");
    let (json, _) = rest.split_once("</script>").expect("an end");
    let data: serde_json::Value = serde_json::from_str(json).expect("JSON");
    let names = data["names"].as_array().expect("names");
    assert!(names.iter().any(|name| name == HOSTILE[0]));
    assert!(names.iter().any(|name| name == "<!--<script>\\u{2028}"), "made visible");
    assert_eq!(data["rows"]["count"].as_array().expect("rows").len(), 5);
}

#[test]
fn nothing_on_the_page_is_loaded_and_only_its_own_script_runs() {
    let page = html(&map(vec![edge(
        "people.name",
        Kind::Write,
        Action::Reveal,
        "https://partner.example/in",
    )]));
    let (_, policy) = page.split_once("Content-Security-Policy\" content=\"").expect("a policy");
    let (policy, _) = policy.split_once('"').expect("an end");
    assert!(policy.starts_with("default-src 'none'; script-src 'sha256-"), "{policy}");
    assert!(!policy.contains("unsafe") && !policy.contains('*'), "{policy}");
    for loading in
        [" src=", " href=\"http", "@import", "url(", "fetch(", "XMLHttpRequest", "import("]
    {
        assert!(!page.contains(loading), "{loading}");
    }
    for inline in [" style=", " onclick=", "javascript:"] {
        assert!(!page.contains(inline), "the policy would refuse {inline}");
    }
}

#[test]
fn plaintext_stands_before_the_map_and_its_absence_is_said() {
    let page = html(&map(vec![edge(
        "people.name",
        Kind::Write,
        Action::Reveal,
        "https://partner.example/in",
    )]));
    let alarm = page.find("Plaintext leaves here").expect("an alarm");
    assert!(alarm < page.find("<svg id=\"map\"").expect("a map"));
    let calm = html(&map(vec![edge(
        "people.name",
        Kind::Write,
        Action::Seal,
        "https://partner.example/in",
    )]));
    assert!(calm.contains("No plaintext leaves") && !calm.contains("Plaintext leaves here"));
}

#[test]
fn hostile_names_stay_inside_of_their_strings_in_diagrams_and_text() {
    let map = hostile();
    for line in mermaid(&map).lines() {
        assert_eq!(line.matches('"').count() % 2, 0, "{line}");
        assert!(!line.contains("alert(1)>") && !line.contains('<'), "{line}");
    }
    for line in dot(&map).lines() {
        let bare = line.replace("\\\\", "").replace("\\\"", "");
        assert_eq!(bare.matches('"').count() % 2, 0, "{line}");
        assert!(line.starts_with(' ') || line.starts_with("digraph") || line == "}", "{line}");
    }
    let text = text(&map);
    assert!(!text.contains('\u{1b}') && !text.contains('\u{2028}'));
    assert!(!text.contains("\n b --> c"), "no line of its own");
}
