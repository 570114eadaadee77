//! `taggant map`, as it is run.

mod common;

use common::{Folder, run};

#[test]
fn the_tree_begins_with_the_plaintext_that_left() {
    let folder = Folder::new();
    let tree = folder.run(&["map"]).exits(0).out;
    let alarm = tree.find("Plaintext leaves here").expect("a guest was disclosed");
    assert!(alarm < tree.find("\nguests: ").expect("a tree"), "{tree}");
    assert!(tree.contains("! guests: name, email -> https://shipper.example/labels"), "{tree}");
    assert!(tree.contains("Written to a place that the program did not name"), "{tree}");
}

#[test]
fn json_has_links_with_protection_and_everything_that_moved() {
    let folder = Folder::new();
    let map = folder.run(&["map", "--json", "--since", "2000-01-01"]).exits(0).json();
    assert_eq!(map["schema"], "taggant.map.v1");
    assert_eq!(map["since"], "2000-01-01T00:00:00Z");
    let first = &map["links"][0];
    assert_eq!(first["protection"], "plaintext");
    assert_eq!(first["location"], "https://shipper.example/labels");
    assert_eq!((&first["count"], &first["new"]), (&1.into(), &true.into()));
    assert_eq!(first["actors"][0], "svc:desk");
    assert_eq!(map["totals"]["plaintext_links"], 2);
    assert_eq!(map["datasets"][0]["fields"][1]["categories"][0], "user.contact.email");
    let looks = map["looks"].as_array().unwrap();
    assert!(looks.iter().any(|look| look["actor"] == "svc:front"), "{looks:?}");
}

#[test]
fn filters_leave_a_part_of_the_map() {
    let folder = Folder::new();
    let links = |arguments: &[&str]| {
        let map = folder.run(&[&["map", "--json"], arguments].concat()).exits(0).json();
        map["links"].as_array().unwrap().clone()
    };
    let all = links(&[]);
    for (arguments, key, value) in [
        (["--category", "user.contact"], "field", "email"),
        (["--place", "shipper"], "location", "https://shipper.example/labels"),
    ] {
        let part = links(&arguments);
        assert!(!part.is_empty() && part.len() < all.len(), "{arguments:?}");
        assert!(part.iter().all(|link| link[key] == value), "{arguments:?}: {part:?}");
    }
    assert!(links(&["--purpose", "marketing"]).is_empty());
    assert!(!links(&["--actor", "desk"]).is_empty());
    assert!(links(&["--actor", "nobody"]).is_empty());
}

#[test]
fn html_is_one_file_and_diagrams_are_text() {
    let folder = Folder::new();
    let page = folder.path().join("map.html");
    let done = folder.run(&["map", "--html", page.to_str().unwrap()]).exits(0);
    assert!(done.out.is_empty() && done.err.contains("map.html"), "{}{}", done.out, done.err);
    let html = std::fs::read_to_string(&page).unwrap();
    assert!(html.starts_with("<!DOCTYPE html>") && html.contains("Plaintext leaves here"));
    for secret in common::SECRETS {
        assert!(!html.contains(secret));
    }
    assert!(folder.run(&["map", "--mermaid"]).exits(0).out.starts_with("flowchart LR"));
    assert!(folder.run(&["map", "--dot"]).exits(0).out.starts_with("digraph"));
    folder.run(&["map", "--dot", "--mermaid"]).exits(2);
    folder.run(&["map", "--dot", "--json"]).exits(2);
    folder.run(&["map", "--since", "soon"]).exits(2);
    folder.run(&["map", "--html", "/no/such/folder/map.html"]).exits(2);
    run(&["map", "--data", "/nowhere"]).exits(2);
}
