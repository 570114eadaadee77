//! Findings that were accepted, as a file that is reviewed like code.
//!
//! There is deliberately no comment or attribute that silences a finding where it stands: what is
//! accepted stands in one file, and who adds to it shows in that file's history.

use std::collections::BTreeMap;

use crate::error::Error;
use crate::report::{Finding, Report, Unread};

/// Accepted findings and files that cannot be read, each with how often it may occur.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Baseline {
    entries: BTreeMap<String, Entry>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    count: usize,
    category: String,
}

/// A report against a baseline.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Comparison {
    /// Findings that were not accepted.
    pub new: Vec<Finding>,
    /// What could not be read and was not accepted.
    pub unread: Vec<Unread>,
    /// Accepted entries that no longer occur, as they stand in the file: they should go.
    pub stale: Vec<String>,
}

const HEADER: &str = "# taggant scan baseline v1";
const HELP: &str = "\
# Findings that were accepted. One a line: kind, crate, type, field, category. No line numbers, so
# that moving code changes nothing here. `taggant scan --write-baseline` writes it anew.
";

impl Baseline {
    /// Accepts everything that a report has.
    #[must_use]
    pub fn of(report: &Report) -> Self {
        let mut entries: BTreeMap<String, Entry> = BTreeMap::new();
        let mut add = |key: String, category: &str| {
            let entry = entries.entry(key).or_insert(Entry { count: 0, category: category.into() });
            entry.count += 1;
        };
        for finding in &report.findings {
            add(key(finding), finding.category);
        }
        for unread in &report.unread {
            add(unread_key(unread), "");
        }
        Self { entries }
    }

    /// Reads a file's text.
    ///
    /// # Errors
    /// [`Error::Baseline`] where a line is not one that this version writes.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let bad = |line: usize, reason| Err(Error::Baseline { line: line + 1, reason });
        let mut lines = text.lines().enumerate();
        if lines.next().map(|(_, line)| line.trim_end()) != Some(HEADER) {
            return bad(0, "not a baseline of this version");
        }
        let mut out = Self::default();
        for (at, line) in lines {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let parts: Vec<&str> = line.split_whitespace().collect();
            // An entry is a key and, but for `unread`, a category.
            let (key, category) = match parts.as_slice() {
                ["untagged" | "clear", _, _, _] => return bad(at, "the category is missing"),
                ["untagged" | "clear", .., category] if parts.len() == 5 => {
                    (parts[..4].join(" "), *category)
                }
                ["unread", ..] if parts.len() >= 2 => (parts.join(" "), ""),
                _ => return bad(at, "not an entry: kind, crate, type, field, category"),
            };
            let entry =
                out.entries.entry(key).or_insert(Entry { count: 0, category: category.into() });
            entry.count += 1;
        }
        Ok(out)
    }

    /// The file's text: sorted, the same for the same findings.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut out = format!("{HEADER}\n{HELP}");
        for (key, entry) in &self.entries {
            for _ in 0..entry.count {
                out.push_str(key);
                if !entry.category.is_empty() {
                    out.push(' ');
                    out.push_str(&entry.category);
                }
                out.push('\n');
            }
        }
        out
    }

    /// What a report has beyond this baseline, and what this baseline has beyond the report.
    #[must_use]
    pub fn compare(&self, report: &Report) -> Comparison {
        let mut left: BTreeMap<&str, usize> =
            self.entries.iter().map(|(key, entry)| (key.as_str(), entry.count)).collect();
        let mut accepted = |key: String| match left.get_mut(key.as_str()) {
            Some(count) if *count > 0 => {
                *count -= 1;
                true
            }
            _ => false,
        };
        let new = report.findings.iter().filter(|finding| !accepted(key(finding)));
        let new = new.cloned().collect();
        let unread = report.unread.iter().filter(|unread| !accepted(unread_key(unread)));
        let unread = unread.cloned().collect();
        let stale = left.into_iter().filter(|(_, count)| *count > 0);
        Comparison { new, unread, stale: stale.map(|(key, _)| key.to_owned()).collect() }
    }
}

/// The category is not part of it: a better word list must not make every finding new.
fn key(finding: &Finding) -> String {
    let Finding { kind, package, type_path, field, .. } = finding;
    format!("{} {} {type_path} {field}", kind.word(), package.replace(char::is_whitespace, "_"))
}

/// Paths may hold spaces, which the entry keeps as one word.
fn unread_key(unread: &Unread) -> String {
    format!("unread {}", unread.path.replace(char::is_whitespace, "_"))
}
