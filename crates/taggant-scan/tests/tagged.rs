//! Types that are `Tagged`: what counts as protected, and coverage.

mod common;

use common::{Workspace, fields, find, source};
use taggant_scan::Kind;

const FIELDS: &str = "#[tagged(dataset = \"c\", row = id)] pub struct Customer { #[clear] id: u64, \
                      #[tag(\"user.name\")] full_name: String, #[clear] email: String }";

#[test]
fn tagged_fields_are_covered_and_clear_ones_are_a_weaker_finding() {
    let plain = source("pub struct Customer { full_name: String, email: String }");
    let tagged = source(&format!("use taggant::Tagged; #[derive(Tagged)] {FIELDS}"));
    assert_eq!(fields(&tagged), ["Customer.email"]);
    let clear = find(&tagged, "Customer", "email").unwrap();
    assert_eq!(clear.kind, Kind::Clear);
    assert!(clear.confidence < find(&plain, "Customer", "email").unwrap().confidence);
    assert_eq!((tagged.total.tagged, tagged.total.untagged, tagged.total.clear), (1, 0, 1));
    assert_eq!(tagged.total.share, Some(0.5));
    assert_eq!(plain.total.share, Some(0.0));
    assert_eq!(source("struct A { x: u8 }").total.share, None);
}

#[test]
fn the_derive_is_known_under_other_names() {
    for derive in [
        "#[derive(Debug, taggant::Tagged)]",
        "use taggant::Tagged as T; #[derive(T)]",
        "use taggant as tg; #[derive(tg::Tagged)]",
        "use taggant::{self, Tagged}; #[derive(Tagged)]",
        "use crate::prelude::*; #[derive(Tagged)]",
    ] {
        let report = source(&format!("{derive} {FIELDS}"));
        assert_eq!(report.total.tagged, 1, "{derive}");
    }
    let renamed = Workspace::new(&[
        ("Cargo.toml", "[package]\nname = \"a\"\n[dependencies.marks]\npackage = \"taggant\"\n"),
        (
            "src/lib.rs",
            "#[derive(marks::Tagged)] pub struct C { #[tag(\"user.name\")] full_name: String }",
        ),
    ]);
    assert_eq!(renamed.scan().total.tagged, 1);
}

#[test]
fn attributes_without_our_derive_protect_nothing() {
    for derive in ["", "#[derive(Debug)]", "#[cfg_attr(feature = \"x\", derive(taggant::Tagged))]"]
    {
        let report = source(&format!("{derive} {FIELDS}"));
        assert_eq!(fields(&report), ["Customer.full_name", "Customer.email"], "{derive}");
    }
    let other = "use other::Tagged; #[derive(Tagged)] pub struct C { #[tag(\"x\")] email: String }";
    assert_eq!(fields(&source(other)), ["C.email"]);
    let conditional = "#[derive(taggant::Tagged)] pub struct C { \
                       #[cfg_attr(feature = \"x\", tag(\"user.name\"))] full_name: String }";
    let report = source(conditional);
    assert!(report.findings[0].reasons.iter().any(|why| why.contains("cfg")));
}

#[test]
fn tagged_newtypes_and_sensitive_values_protect_the_fields_that_hold_them() {
    let report = source(
        "use taggant::{Sensitive, Tagged}; \
         #[derive(Tagged)] #[tagged(dataset = \"e\")] \
         pub struct Email(#[tag(\"user.contact.email\")] String); \
         pub struct Customer { email: Option<Email>, iban: Sensitive<String>, phone: String }",
    );
    assert_eq!(fields(&report), ["Customer.phone"]);
    assert_eq!(report.total.tagged, 3);
}

#[test]
fn coverage_is_by_crate() {
    let workspace = Workspace::new(&[
        ("Cargo.toml", "[workspace]\nmembers = [\"a\", \"b\"]\n"),
        ("a/Cargo.toml", "[package]\nname = \"a\"\n"),
        ("a/src/lib.rs", &format!("#[derive(taggant::Tagged)] {FIELDS}")),
        ("b/Cargo.toml", "[package]\nname = \"b\"\n"),
        ("b/src/lib.rs", "pub struct User { email: String, iban: String }"),
        ("c/Cargo.toml", "[package]\nname = \"c\"\n"),
        ("c/src/lib.rs", "pub struct Tree { depth: u8 }"),
    ]);
    let report = workspace.scan();
    let found: Vec<_> = report
        .coverage
        .iter()
        .map(|of| (of.package.as_str(), of.tagged, of.untagged, of.clear))
        .collect();
    assert_eq!(found, [("a", 1, 0, 1), ("b", 0, 2, 0)]);
    assert_eq!(report.total.share, Some(0.25));
}
