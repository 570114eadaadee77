//! Accepted findings: stable over moves, strict about everything else.

mod common;

use common::Workspace;
use taggant_scan::{Baseline, Error};

const BEFORE: &str = "pub struct User { email: String, phone: String }";

fn accepted() -> (Workspace, Baseline) {
    let workspace = Workspace::new(&[("src/lib.rs", BEFORE)]);
    let text = Baseline::of(&workspace.scan()).to_text();
    (workspace, Baseline::parse(&text).expect("what was written is read"))
}

#[test]
fn moved_lines_and_reordered_fields_are_not_new() {
    let (workspace, baseline) = accepted();
    workspace.write(
        "src/lib.rs",
        "// a licence\n\nstruct Other;\n\npub struct User {\n    phone: String,\n    email: String,\n}\n",
    );
    let compared = baseline.compare(&workspace.scan());
    assert!(compared.new.is_empty() && compared.stale.is_empty(), "{compared:?}");
}

#[test]
fn a_new_field_a_lost_tag_and_a_second_type_of_the_same_name_are_new() {
    let (workspace, baseline) = accepted();
    let new = |text: &str| {
        workspace.write("src/lib.rs", text);
        let found = baseline.compare(&workspace.scan()).new;
        found.into_iter().map(|finding| finding.field).collect::<Vec<_>>()
    };
    assert_eq!(new("pub struct User { email: String, phone: String, iban: String }"), ["iban"]);
    let twice = format!("{BEFORE} fn f() {{ struct User {{ email: String }} }}");
    assert_eq!(new(&twice), ["email"]);
    let clear =
        "#[derive(taggant::Tagged)] pub struct User { #[clear] email: String, phone: String }";
    assert_eq!(new(clear), ["email"]);
}

#[test]
fn what_is_gone_is_stale() {
    let (workspace, baseline) = accepted();
    workspace.write("src/lib.rs", "pub struct User { email: String }");
    assert_eq!(baseline.compare(&workspace.scan()).stale, ["untagged shop User phone"]);
}

#[test]
fn files_that_cannot_be_read_are_new_until_they_are_accepted() {
    let (workspace, baseline) = accepted();
    workspace.write("src/odd name.rs", "struct {");
    let report = workspace.scan();
    assert_eq!(baseline.compare(&report).unread.len(), 1);
    let baseline = Baseline::parse(&Baseline::of(&report).to_text()).unwrap();
    assert!(baseline.compare(&report).unread.is_empty());
}

#[test]
fn a_baseline_that_is_not_understood_is_an_error_with_its_line() {
    let text = accepted().1.to_text();
    for (broken, at) in [
        ("", 1),
        ("# something else\n", 1),
        (&*format!("{text}email\n"), 6),
        (&*format!("{text}untagged shop User email\n"), 6),
        (&*format!("{text}ignored shop User email user.contact.email\n"), 6),
    ] {
        match Baseline::parse(broken) {
            Err(Error::Baseline { line, .. }) => assert_eq!(line, at, "{broken}"),
            other => panic!("{broken}: {other:?}"),
        }
    }
}
