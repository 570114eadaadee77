//! A workspace on disk, made for one test.

#![allow(dead_code, unreachable_pub, reason = "not every test file uses everything")]

use std::fs;
use std::path::Path;

use taggant_scan::{Finding, Options, Report, scan};

pub struct Workspace(tempfile::TempDir);

impl Workspace {
    /// Files by path; a `Cargo.toml` of a package `shop` where none is given.
    pub fn new(files: &[(&str, &str)]) -> Self {
        let workspace = Self(tempfile::tempdir().expect("a folder"));
        if !files.iter().any(|(path, _)| *path == "Cargo.toml") {
            workspace.write("Cargo.toml", "[package]\nname = \"shop\"\n");
        }
        for (path, text) in files {
            workspace.write(path, text);
        }
        workspace
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    pub fn write(&self, path: &str, text: &str) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, text).expect("a file");
    }

    pub fn scan(&self) -> Report {
        scan(self.path(), &Options::default()).expect("a report")
    }
}

/// Scans one file of a crate.
pub fn source(text: &str) -> Report {
    Workspace::new(&[("src/lib.rs", text)]).scan()
}

pub fn find<'r>(report: &'r Report, type_path: &str, field: &str) -> Option<&'r Finding> {
    report.findings.iter().find(|found| found.type_path == type_path && found.field == field)
}

/// `Type.field` of all findings.
pub fn fields(report: &Report) -> Vec<String> {
    report.findings.iter().map(|found| format!("{}.{}", found.type_path, found.field)).collect()
}
