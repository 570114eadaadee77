//! `taggant inventory`, on the executable of this test and on copies of it that were changed.

mod common;

use std::path::{Path, PathBuf};

use common::run;

/// This test's own executable: it declares [`common::Guest`].
fn own() -> PathBuf {
    std::env::current_exe().expect("a test is a file")
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a path in UTF-8")
}

/// A copy in which a word of the same length stands for another, with checksums that hold.
fn changed(folder: &Path, name: &str, from: &[u8], to: &[u8]) -> PathBuf {
    assert_eq!(from.len(), to.len());
    let mut bytes = std::fs::read(own()).expect("readable");
    let magic = [&b"\xFETGINV\r"[..], b"\n\x01\0\0\0"].concat();
    let heads: Vec<_> =
        (0..bytes.len() - magic.len()).filter(|at| bytes[*at..].starts_with(&magic)).collect();
    let mut times = 0;
    for head in heads {
        let len = u32::from_le_bytes(*bytes[head + 12..].first_chunk().expect("four bytes"));
        let body = head + 28..head + 28 + usize::try_from(len).expect("short");
        let Some(body_bytes) = bytes.get(body.clone()) else { continue };
        let Some(at) = body_bytes.windows(from.len()).position(|window| window == from) else {
            continue;
        };
        bytes[body.start + at..body.start + at + to.len()].copy_from_slice(to);
        let crc = crc32fast::hash(&bytes[body]);
        bytes[head + 16..head + 20].copy_from_slice(&crc.to_le_bytes());
        times += 1;
    }
    assert_eq!(times, 1, "the word stands in one record");
    let path = folder.join(name);
    std::fs::write(&path, bytes).expect("written");
    path
}

#[test]
fn the_fields_of_a_binary_are_listed_and_counted() {
    let own = own();
    let done = run(&["inventory", text(&own), "--expect", "1"]).exits(0);
    assert!(done.out.contains("guests.email"), "{}", done.out);
    assert!(done.out.contains("user.contact.email"), "{}", done.out);
    assert!(done.out.contains("1 types with 3 fields, 2 of them tagged"), "{}", done.out);
    let only = run(&["inventory", text(&own), "--category", "user.contact"]).exits(0);
    assert!(only.out.contains("guests.email") && !only.out.contains("guests.name"));
}

#[test]
fn another_number_than_expected_is_a_finding_that_says_what_to_do() {
    let own = own();
    let done = run(&["inventory", text(&own), "--expect", "2"]).exits(1);
    assert!(done.err.contains("1 tagged types are declared, not 2"), "{}", done.err);
    assert!(done.err.contains("as _;"), "{}", done.err);
    let folder = tempfile::tempdir().expect("a folder");
    let empty = folder.path().join("empty");
    std::fs::write(&empty, b"\x7fELF").expect("written");
    let done = run(&["inventory", text(&empty)]).exits(1);
    assert!(done.err.contains("no type is declared"), "{}", done.err);
    run(&["inventory", text(&empty), "--expect", "0"]).exits(0);
}

#[test]
fn the_answer_as_json_has_its_schema() {
    let own = own();
    let answer = run(&["inventory", text(&own), "--json"]).exits(0).json();
    assert_eq!(answer["schema"], "taggant.inventory.v1");
    assert_eq!(answer["type_count"], 1);
    assert_eq!(answer["binaries"][0]["path"], text(&own));
    let guest = &answer["types"][0];
    assert_eq!(guest["dataset"], "guests");
    assert_eq!(guest["module"], "inventory::common");
    assert_eq!(guest["fields"][2]["mask"], "email");
    assert_eq!(guest["fields"][0]["role"], "clear");
}

#[test]
fn binaries_that_contradict_each_other_are_a_finding() {
    let folder = tempfile::tempdir().expect("a folder");
    let other = changed(folder.path(), "other", b"user.contact.email", b"user.contact.skype");
    let own = own();
    let done = run(&["inventory", text(&own), text(&other)]).exits(1);
    assert!(done.out.contains("the field has several meanings"), "{}", done.out);
    let answer = run(&["inventory", text(&own), text(&other), "--json"]).exits(1).json();
    assert_eq!(answer["findings"][0]["kind"], "category");
    assert_eq!(answer["findings"][0]["binaries"].as_array().expect("a list").len(), 2);
    // The same program under another name contradicts nothing.
    let copy = folder.path().join("copy");
    std::fs::copy(&own, &copy).expect("copied");
    let done = run(&["inventory", text(&own), text(&copy), "--expect", "1"]).exits(0);
    assert!(done.out.contains("in 2 binaries"), "{}", done.out);
}

#[test]
fn what_changed_between_two_builds_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let own = own();
    let same = run(&["inventory", "--diff", text(&own), text(&own)]).exits(0);
    assert!(same.out.contains("nothing changed"), "{}", same.out);
    let new = changed(folder.path(), "new", b"user.contact.email", b"user.contact.skype");
    let done = run(&["inventory", "--diff", text(&own), text(&new)]).exits(1);
    assert!(done.out.contains("changed_category"), "{}", done.out);
    let answer = run(&["inventory", "--diff", text(&own), text(&new), "--json"]).exits(1).json();
    assert_eq!(answer["schema"], "taggant.inventory.diff.v1");
    assert_eq!(answer["changes"][0]["kind"], "changed_category");
    assert_eq!(answer["changes"][0]["severity"], "medium");
    let weaker = changed(folder.path(), "mask", b"\x05\0\0\0email\x10", b"\x05\0\0\0year \x10");
    run(&["inventory", "--diff", text(&own), text(&weaker)]).exits(1);
}

#[test]
fn a_broken_record_is_a_finding_and_a_missing_file_is_usage() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut bytes = std::fs::read(own()).expect("readable");
    let magic = [&b"\xFETGINV\r"[..], b"\n\x01\0\0\0"].concat();
    let found: Vec<_> =
        (0..bytes.len() - 100).filter(|at| bytes[*at..].starts_with(&magic)).collect();
    bytes[found[0] + 40] ^= 1;
    let path = folder.path().join("broken");
    std::fs::write(&path, bytes).expect("written");
    let done = run(&["inventory", text(&path), "--expect", "0"]).exits(1);
    assert!(done.out.contains("checksum"), "{}", done.out);
    run(&["inventory", "/nowhere/at/all"]).exits(2);
    run(&["inventory", text(folder.path())]).exits(2);
    run(&["inventory"]).exits(2);
    let own = own();
    run(&["inventory", text(&own), "--diff", text(&own), text(&own)]).exits(2);
}
