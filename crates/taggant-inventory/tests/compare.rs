//! Two builds are compared, and two programs contradict each other: the modules below stand for
//! them.

#![forbid(unsafe_code)]
#![allow(dead_code)]

#[path = "builds/new.rs"]
mod new;
#[path = "builds/old.rs"]
mod old;
#[path = "builds/other.rs"]
mod other;

use std::collections::BTreeSet;

use taggant_inventory::{Binary, Change, ChangeKind, FindingKind, Inventory, Severity, diff};

/// The types of one module, as if they were a binary.
fn binary(module: &str) -> Binary {
    let own = std::env::current_exe().expect("a test is a file");
    let mut binary = Binary::read(&own).expect("readable");
    binary.types.retain(|found| found.module == format!("compare::{module}"));
    for found in &mut binary.types {
        found.module = "shop::model".into();
    }
    binary.path = module.into();
    binary
}

fn inventory(module: &str) -> Inventory {
    Inventory::merge(vec![binary(module)])
}

fn changes() -> Vec<Change> {
    diff(&inventory("old"), &inventory("new"))
}

/// Kinds of the changes of a field, or of a dataset where `path` is empty.
fn of(changes: &[Change], dataset: &str, path: &str) -> BTreeSet<ChangeKind> {
    let mut found: Vec<_> = changes.iter().collect();
    found.retain(|change| change.dataset == dataset && change.path == path);
    found.into_iter().map(|change| change.kind).collect()
}

#[test]
fn each_change_of_a_field_has_its_kind() {
    use ChangeKind as Kind;
    let changes = changes();
    for (path, expected) in [
        ("id", vec![Kind::LostBinding]),
        ("agent", vec![]),
        ("name", vec![Kind::ShowsMore]),
        ("email", vec![Kind::WeakerMask, Kind::ShowsMore]),
        ("iban", vec![Kind::ChangedCategory, Kind::ShowsMore]),
        ("phone", vec![Kind::LostTag]),
        ("seen_by", vec![Kind::ChangedSubject]),
        ("ip", vec![Kind::ChangedLookup]),
        ("city", vec![Kind::Renamed]),
        ("town", vec![]),
        ("note", vec![Kind::GainedTag]),
        ("address", vec![Kind::ShowsMore]),
        ("comment", vec![Kind::NewField]),
    ] {
        assert_eq!(of(&changes, "customers", path), expected.into_iter().collect(), "{path}");
    }
    assert_eq!(of(&changes, "addresses", "street"), [Kind::ChangedMask].into());
    assert_eq!(of(&changes, "orders", "total"), [Kind::RemovedField].into());
}

#[test]
fn each_change_of_a_type_has_its_kind() {
    use ChangeKind as Kind;
    let changes = changes();
    let lost = [Kind::ChangedGroup, Kind::LostBinding, Kind::ChangedSubject];
    assert_eq!(of(&changes, "customers", ""), lost.into());
    let bindings = changes.iter().filter(|c| c.path.is_empty() && c.kind == Kind::LostBinding);
    let old: Vec<_> = bindings.map(|change| change.old.as_str()).collect();
    assert_eq!(old, ["_seal", "row = id"]);
    assert_eq!(of(&changes, "addresses", ""), [Kind::SkippedTrait].into());
    assert_eq!(of(&changes, "people", ""), [Kind::Renamed].into());
    assert_eq!(of(&changes, "people", "name"), BTreeSet::new());
    assert_eq!(of(&changes, "orders", ""), BTreeSet::new());
}

#[test]
fn the_worst_comes_first_and_more_protection_is_no_finding() {
    let changes = changes();
    assert!(changes.is_sorted_by(|a, b| a.severity >= b.severity));
    assert_eq!(changes[0].severity, Severity::High);
    assert!(changes[0].is_finding());
    let gained = changes.iter().find(|change| change.kind == ChangeKind::GainedTag);
    assert!(!gained.expect("a gain").is_finding());
}

#[test]
fn a_build_compared_with_itself_has_not_changed() {
    for module in ["old", "new"] {
        assert_eq!(diff(&inventory(module), &inventory(module)), []);
    }
    // Two types of one name: which of them belong together is clear all the same.
    let mut twice = binary("old");
    for mut found in binary("new").types {
        found.name = "Customer".into();
        twice.types.push(found);
    }
    let twice = || Inventory::merge(vec![twice.clone()]);
    assert_eq!(diff(&twice(), &twice()), []);
    let new_fields = diff(&Inventory::default(), &inventory("old"));
    assert!(new_fields.iter().all(|change| change.kind == ChangeKind::NewField));
    assert_eq!(new_fields.len(), inventory("old").field_count);
}

#[test]
fn programs_that_contradict_each_other_are_named() {
    let both = Inventory::merge(vec![binary("old"), binary("other")]);
    let found: Vec<_> =
        both.findings.iter().map(|found| (found.kind, found.path.as_str())).collect();
    assert_eq!(
        found,
        [
            (FindingKind::Role, "name"),
            (FindingKind::Category, "email"),
            (FindingKind::Subject, "email"),
            (FindingKind::Group, ""),
        ]
    );
    for finding in &both.findings {
        assert_eq!(finding.binaries, ["old", "other"], "{finding:?}");
        assert!(finding.what.contains("shop::model"));
    }
}

#[test]
fn an_alias_of_a_field_that_the_program_still_has_is_named() {
    let mut one = binary("old");
    one.types.extend(binary("other").types);
    let kinds = |binaries| {
        let findings = Inventory::merge(binaries).findings;
        findings.iter().map(|found| (found.kind, found.path.clone())).collect::<Vec<_>>()
    };
    let alias = (FindingKind::Alias, "place".to_owned());
    assert!(kinds(vec![one]).contains(&alias));
    let renamed_elsewhere = kinds(vec![binary("old"), binary("other")]);
    assert!(!renamed_elsewhere.contains(&alias));
}

#[test]
fn what_two_programs_have_in_common_counts_once() {
    let mut again = binary("old");
    again.path = "again".into();
    let both = Inventory::merge(vec![binary("old"), again]);
    assert_eq!(both.type_count, 4);
    assert!(both.types.iter().all(|entry| entry.binaries == ["old", "again"]));
    assert!(both.findings.is_empty());
    assert_eq!(both.tagged_count, 10);
}

#[test]
fn every_kind_is_written_as_in_json() {
    for kind in ChangeKind::ALL {
        assert_eq!(serde_json::to_value(kind).expect("JSON"), kind.name());
    }
}
