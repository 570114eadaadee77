//! The vectors of docs/WIRE.md, found by walking their folder.

#[path = "../examples/make_wire_vectors/catalogue/mod.rs"]
mod catalogue;

use std::path::PathBuf;

use catalogue::{lane, told};
use serde_json::Value;
use taggant_ledger::wire::{Entry, Leaf, decode_accesses, encode_accesses};

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors")
}

fn unhex(value: &Value) -> Vec<u8> {
    let text = value.as_str().unwrap();
    let digits = |at| u8::from_str_radix(&text[at..at + 2], 16).unwrap();
    (0..text.len()).step_by(2).map(digits).collect()
}

/// What bytes say and the bytes of that, if they are of the form.
fn read(form: &str, bytes: &[u8]) -> Option<(Value, Vec<u8>)> {
    match form {
        "content" => Entry::decode(bytes).map(|entry| (told::entry(&entry), entry.encode())),
        "accesses" => {
            decode_accesses(bytes).map(|rows| (told::accesses(&rows), encode_accesses(&rows)))
        }
        "leaf" => Leaf::decode(bytes).ok().map(|leaf| (told::leaf(&leaf), leaf.encode())),
        form => panic!("no such form: {form}"),
    }
}

fn opens(bytes: &[u8]) -> &'static str {
    match Leaf::decode(bytes).unwrap().open() {
        Ok(Some(_)) => "ok",
        Ok(None) => "deleted",
        Err(_) => "refused",
    }
}

/// The leaves of one lane, from its first one on.
fn read_lane(bytes: &[u8]) -> Option<Vec<[u8; 32]>> {
    let mut stream = bytes;
    let mut hashes = Vec::new();
    let mut name = None;
    while let Some(leaf) = Leaf::read(&mut stream).unwrap() {
        let is_next = leaf.number == hashes.len() as u64;
        let is_same = *name.get_or_insert_with(|| leaf.lane.clone()) == leaf.lane;
        if leaf.open().is_err() || !is_next || !is_same {
            return None;
        }
        hashes.push(leaf.hash);
    }
    Some(hashes)
}

fn check_lane(file: &str, vector: &Value) {
    let roots: Vec<String> = read_lane(&unhex(&vector["bytes"])).map_or(Vec::new(), |hashes| {
        (1..=hashes.len()).map(|size| told::hex(&lane::root(&hashes[..size]))).collect()
    });
    let holds = vector["roots"] == serde_json::to_value(roots).unwrap();
    assert_eq!(if holds { "ok" } else { "refused" }, vector["expected"], "{file}");
}

#[test]
fn every_vector_ends_as_it_says() {
    let mut count = 0;
    for entry in std::fs::read_dir(folder().join("wire")).unwrap() {
        let path = entry.unwrap().path();
        let file = path.display().to_string();
        let vector: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        count += 1;
        let form = vector["form"].as_str().unwrap();
        if form == "lane" {
            check_lane(&file, &vector);
            continue;
        }
        let bytes = unhex(&vector["bytes"]);
        match read(form, &bytes) {
            None => assert_eq!("refused", vector["expected"], "{file}"),
            Some((value, again)) => {
                assert_eq!("ok", vector["expected"], "{file}");
                assert_eq!(value, vector["value"], "{file}");
                assert_eq!(again, bytes, "{file}: another form of the same");
                if form == "leaf" {
                    assert_eq!(opens(&bytes), vector["opens"], "{file}");
                }
            }
        }
    }
    assert!(count >= 150, "only {count} vectors");
}

/// A change of the form shows as a change of these files, and none is left behind.
#[test]
fn the_files_are_what_the_generator_writes() {
    let files = catalogue::files();
    for (name, content) in &files {
        assert!(
            std::fs::read_to_string(folder().join(name)).unwrap() == *content,
            "{name} differs"
        );
    }
    let there = std::fs::read_dir(folder().join("wire")).unwrap().count();
    assert_eq!(there, files.len(), "files that the generator does not write");
}
