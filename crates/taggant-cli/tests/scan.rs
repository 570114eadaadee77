//! `taggant scan`, as it is run.

mod common;

use std::fs;
use std::path::Path;

use common::{Done, run};

const SOURCE: &str = "
    pub struct Customer { pub email: String, pub note: Option<String>, pub id: u64 }
    #[derive(taggant::Tagged)]
    #[tagged(dataset = \"people\", row = none, unbound)]
    pub struct Person { #[tag(\"user.name\")] pub full_name: String }
";

fn workspace() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("src")).unwrap();
    fs::write(folder.path().join("Cargo.toml"), "[package]\nname = \"shop\"\n").unwrap();
    fs::write(folder.path().join("src/lib.rs"), SOURCE).unwrap();
    folder
}

fn scan(folder: &Path, flags: &[&str]) -> Done {
    run(&[&["scan", folder.to_str().unwrap()], flags].concat())
}

#[test]
fn findings_are_listed_and_deny_decides_by_level() {
    let folder = workspace();
    let table = scan(folder.path(), &[]).exits(0);
    assert!(table.out.contains("src/lib.rs:2:"), "{}", table.out);
    assert!(table.out.contains("Customer.email") && table.out.contains("user.contact.email"));
    assert!(scan(folder.path(), &["--why"]).out.contains("matches `email`"));
    let answer = scan(folder.path(), &["--json"]).exits(0).json();
    assert_eq!(answer["schema"], "taggant.scan.v1");
    assert_eq!(answer["findings"][0]["field"], "email");
    assert_eq!(answer["findings"][0]["level"], "high");
    assert_eq!(answer["total"]["tagged"], 1);
    assert_eq!((&answer["denied"], &answer["fields"]), (&0.into(), &4.into()));
    for level in ["low", "medium", "high"] {
        scan(folder.path(), &["--deny", level]).exits(1);
    }
    fs::write(folder.path().join("src/lib.rs"), "pub struct Invite { note: String, nick: String }")
        .unwrap();
    scan(folder.path(), &["--deny", "high"]).exits(0);
    scan(folder.path(), &["--deny", "low"]).exits(1);
}

#[test]
fn a_baseline_lets_through_what_was_accepted_and_nothing_new() {
    let folder = workspace();
    let file = folder.path().join("accepted.txt");
    let file = file.to_str().unwrap();
    scan(folder.path(), &["--deny", "low", "--write-baseline", file]).exits(0);
    scan(folder.path(), &["--baseline", file]).exits(0);
    let source = format!("// moved\n\n{SOURCE}");
    fs::write(folder.path().join("src/lib.rs"), &source).unwrap();
    scan(folder.path(), &["--baseline", file, "--deny", "low"]).exits(0);
    let more = format!("{source} pub struct Employee {{ iban: String }}");
    fs::write(folder.path().join("src/lib.rs"), more).unwrap();
    let new = scan(folder.path(), &["--baseline", file, "--json"]).exits(1).json();
    assert_eq!(new["findings"].as_array().unwrap().len(), 1);
    assert_eq!(new["findings"][0]["type"], "Employee");
    fs::write(folder.path().join("src/lib.rs"), "pub struct Nothing;").unwrap();
    let gone = scan(folder.path(), &["--baseline", file]).exits(0);
    assert!(gone.err.contains("untagged shop Customer email"), "{}", gone.err);
}

#[test]
fn source_that_cannot_be_read_is_said_and_denied() {
    let folder = workspace();
    fs::write(folder.path().join("src/broken.rs"), "struct A {\n  \"guest-zebra-1").unwrap();
    let fine = scan(folder.path(), &[]).exits(0);
    assert!(fine.err.contains("src/broken.rs:2:3"), "{}", fine.err);
    fs::write(folder.path().join("src/lib.rs"), "pub struct Nothing;").unwrap();
    scan(folder.path(), &["--deny", "high"]).exits(1);
}

#[test]
fn what_cannot_be_scanned_is_wrong_usage() {
    let empty = tempfile::tempdir().unwrap();
    assert!(scan(empty.path(), &[]).exits(2).err.contains("no Rust source"));
    scan(&empty.path().join("none"), &[]).exits(2);
    let folder = workspace();
    scan(folder.path(), &["--deny", "some"]).exits(2);
    scan(folder.path(), &["--baseline", "/nowhere/at/all"]).exits(2);
    let file = folder.path().join("no-baseline.txt");
    fs::write(&file, "email\n").unwrap();
    let wrong = scan(folder.path(), &["--baseline", file.to_str().unwrap()]).exits(2);
    assert!(wrong.err.contains("line 1"), "{}", wrong.err);
}
