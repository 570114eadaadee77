//! Which files are read.

mod common;

use common::{Workspace, fields};
use taggant_scan::{Error, Options, scan};

const PERSON: &str = "pub struct P { email: String }";

#[test]
fn built_vendored_hidden_and_test_folders_are_left_out() {
    let workspace = Workspace::new(&[
        ("src/lib.rs", "#[cfg(test)] mod checks; mod target;"),
        ("src/checks.rs", PERSON),
        ("src/checks/deep.rs", PERSON),
        ("src/target/mod.rs", PERSON),
        ("src/tests/kept.rs", PERSON),
        ("examples/show.rs", PERSON),
        ("build.rs", PERSON),
        ("target/debug/out.rs", PERSON),
        ("tests/all.rs", PERSON),
        ("benches/all.rs", PERSON),
        ("labelled/data.rs", PERSON),
        (".hidden/src/lib.rs", PERSON),
        ("vendor/other/Cargo.toml", "[package]\nname = \"other\"\n"),
        ("vendor/other/.cargo-checksum.json", "{}"),
        ("vendor/other/src/lib.rs", PERSON),
        ("tests/suite/Cargo.toml", "[package]\nname = \"suite\"\n"),
        ("tests/suite/src/lib.rs", PERSON),
    ]);
    let expected =
        ["build::P.email", "examples::show::P.email", "target::P.email", "tests::kept::P.email"];
    assert_eq!(fields(&workspace.scan()), expected);
    let mut options = Options::default();
    options.include_tests = true;
    let all = scan(workspace.path(), &options).unwrap();
    // The test folders are `tests`, `benches`; `labelled` belongs to no target.
    assert!(all.findings.iter().any(|found| found.path == "tests/suite/src/lib.rs"));
    assert!(!all.findings.iter().any(|found| found.path.starts_with("labelled")));
}

#[test]
fn targets_elsewhere_and_folders_without_a_manifest_are_read() {
    let workspace = Workspace::new(&[
        ("Cargo.toml", "[package]\nname = \"a\"\n[lib]\npath = \"lib/a.rs\"\n"),
        ("lib/a.rs", "mod b;"),
        ("lib/b.rs", PERSON),
    ]);
    assert_eq!(fields(&workspace.scan()).len(), 1);
    let loose = Workspace::new(&[("a/b.rs", PERSON)]);
    std::fs::remove_file(loose.path().join("Cargo.toml")).unwrap();
    assert_eq!(fields(&loose.scan()), ["a::b::P.email"]);
}

#[test]
fn large_files_and_broken_manifests_are_listed_as_unread() {
    let workspace = Workspace::new(&[
        ("src/lib.rs", PERSON),
        ("src/large.rs", &format!("// {}\n", "x".repeat(2000))),
        ("b/Cargo.toml", "[package"),
        ("b/src/lib.rs", PERSON),
    ]);
    let mut options = Options::default();
    options.max_file = 1000;
    let report = scan(workspace.path(), &options).unwrap();
    let unread: Vec<_> = report.unread.iter().map(|unread| unread.path.as_str()).collect();
    assert_eq!(unread, ["b/Cargo.toml", "src/large.rs"]);
    assert_eq!(report.findings.len(), 2);
}

#[cfg(unix)]
#[test]
fn links_are_not_followed_and_not_passed_over_in_silence() {
    let workspace = Workspace::new(&[("src/lib.rs", PERSON), ("elsewhere.txt", PERSON)]);
    let link = workspace.path().join("src/linked.rs");
    std::os::unix::fs::symlink(workspace.path().join("elsewhere.txt"), link).unwrap();
    let up = workspace.path().join("src/ring");
    std::os::unix::fs::symlink(workspace.path(), up).unwrap();
    let report = workspace.scan();
    assert_eq!(report.findings.len(), 1);
    let unread: Vec<_> = report.unread.iter().map(|unread| unread.path.as_str()).collect();
    assert_eq!(unread, ["src/linked.rs", "src/ring"]);
}

#[test]
fn a_folder_without_source_is_an_error_that_says_so() {
    let empty = tempfile::tempdir().unwrap();
    let error = scan(empty.path(), &Options::default()).unwrap_err();
    assert!(matches!(error, Error::NothingToScan(_)), "{error}");
    assert!(matches!(scan(&empty.path().join("none"), &Options::default()), Err(Error::Io { .. })));
}
