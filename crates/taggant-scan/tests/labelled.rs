//! The scanner against the fields that were labelled by hand.

use std::path::{Path, PathBuf};

use taggant_scan::Error;
use taggant_scan::evaluate::evaluate;

fn half(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("labelled").join(name)
}

/// The floor lies below what is measured, so that a better word list for one language need not be
/// better for each; `cargo run -p taggant-scan --example evaluate` prints where it stands.
#[test]
fn both_halves_stay_above_the_floor() {
    for (name, fields, precision, recall) in
        [("development", 300, 0.97, 0.92), ("held_out", 450, 0.95, 0.85)]
    {
        let found = evaluate(&half(name)).expect("labels are well formed");
        assert!(found.fields >= fields, "{name}: {}", found.fields);
        let score = found.personal;
        assert!(score.precision() >= precision, "{name}: precision {}", score.precision());
        assert!(score.recall() >= recall, "{name}: recall {}", score.recall());
        assert!(found.near_category * 100 >= score.found * 95, "{name}: categories");
    }
}

#[test]
fn a_field_without_a_label_and_a_label_without_a_field_are_errors() {
    for (text, line) in [
        ("struct A {\n    name: String, //~ user.name\n    email: String,\n}", 3),
        ("struct A {\n    name: String, //~ user.nmae\n}", 2),
        ("//~ user.name\nstruct A;", 1),
    ] {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("a.rs"), text).expect("a file");
        match evaluate(folder.path()) {
            Err(Error::Label { line: found, .. }) => assert_eq!(found, line, "{text}"),
            other => panic!("{text}: {other:?}"),
        }
    }
}
