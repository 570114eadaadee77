//! Measures the scanner on labelled source: how many findings are right, how many fields it misses.
//!
//! A label stands at the end of a field's line: `//~ user.contact.email`, `//~ -` for not personal,
//! `//~ user.name | user.account.username` where either category is right.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::Path;

use serde::Serialize;

use crate::error::Error;
use crate::model::FileTypes;
use crate::report::{Finding, ratio};
use crate::{read, run};

/// How well fields of one kind are found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Score {
    /// Personal and found.
    pub found: u64,
    /// Not personal, reported all the same.
    pub false_alarms: u64,
    /// Personal and not found.
    pub missed: u64,
}

impl Score {
    /// The share of findings that are right; 1 where there is none.
    #[must_use]
    pub fn precision(&self) -> f64 {
        share(self.found, self.found + self.false_alarms)
    }

    /// The share of personal fields that are found; 1 where there is none.
    #[must_use]
    pub fn recall(&self) -> f64 {
        share(self.found, self.found + self.missed)
    }

    /// The harmonic mean of both.
    #[must_use]
    pub fn f1(&self) -> f64 {
        share(2 * self.found, 2 * self.found + self.false_alarms + self.missed)
    }
}

fn share(part: u64, all: u64) -> f64 {
    if all == 0 { 1.0 } else { ratio(part, all) }
}

/// What a folder of labelled files says about the scanner.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct Evaluation {
    /// Labelled fields.
    pub fields: u64,
    /// Personal or not, whatever the category.
    pub personal: Score,
    /// Of what was found, how much has a category that the label names.
    pub same_category: u64,
    /// The same, a category above or below what the label names included.
    pub near_category: u64,
    /// By the first category of the label; a false alarm counts for the category it suggests.
    pub by_category: BTreeMap<String, Score>,
    /// What went wrong, one a line: where, what was expected, what was said.
    pub mistakes: Vec<String>,
}

/// Scans the labelled files in a folder as one crate, and compares.
///
/// # Errors
/// [`Error::Io`] where the folder cannot be read, [`Error::Label`] where a field has no label, a
/// label no field or a category that is none.
pub fn evaluate(folder: &Path) -> Result<Evaluation, Error> {
    let mut files = Vec::new();
    let mut labels = HashMap::new();
    let mut paths: Vec<_> = fs::read_dir(folder)
        .and_then(|entries| entries.map(|entry| Ok(entry?.path())).collect::<Result<_, _>>())
        .map_err(Error::io(folder))?;
    paths.sort();
    for path in paths.iter().filter(|path| path.extension().is_some_and(|end| end == "rs")) {
        let text = fs::read_to_string(path).map_err(Error::io(path))?;
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let mut file =
            FileTypes { path: name.clone(), module: name.clone(), ..FileTypes::default() };
        read::file(&text, &mut file);
        collect(&name, &text, &file, &mut labels)?;
        files.push(file);
    }
    let report = run::report(files, &["labelled".to_owned()], &[], Vec::new());
    let findings: HashMap<At, &Finding> = report
        .findings
        .iter()
        .map(|finding| ((finding.path.clone(), finding.line), finding))
        .collect();
    Ok(compare(&labels, &findings))
}

/// A field by its file and line.
type At = (String, usize);

fn collect(
    name: &str,
    text: &str,
    file: &FileTypes,
    labels: &mut HashMap<At, Vec<String>>,
) -> Result<(), Error> {
    let wrong = |line, reason| Error::Label { path: name.to_owned(), line, reason };
    if let Some((line, ..)) = file.unread.first() {
        return Err(wrong(*line, "not read"));
    }
    let mut found = HashMap::new();
    for (at, line) in text.lines().enumerate() {
        let Some((_, label)) = line.split_once("//~") else { continue };
        let keys: Vec<String> = label.split('|').map(|key| key.trim().to_owned()).collect();
        let known = |key: &String| key == "-" || taggant_taxonomy::is_category(key);
        if !keys.iter().all(known) {
            return Err(wrong(at + 1, "a label is `-` or categories of the taxonomy"));
        }
        found.insert(at + 1, keys);
    }
    for def in &file.types {
        for field in def.groups().into_iter().flat_map(|(_, fields)| fields) {
            let keys = found
                .remove(&field.line)
                .ok_or_else(|| wrong(field.line, "a field without a label of its own"))?;
            labels.insert((name.to_owned(), field.line), keys);
        }
    }
    found.keys().min().map_or(Ok(()), |line| Err(wrong(*line, "a label without a field")))
}

fn compare(labels: &HashMap<At, Vec<String>>, findings: &HashMap<At, &Finding>) -> Evaluation {
    let mut out = Evaluation {
        fields: labels.len() as u64,
        personal: Score::default(),
        same_category: 0,
        near_category: 0,
        by_category: BTreeMap::new(),
        mistakes: Vec::new(),
    };
    let mut all: Vec<_> = labels.iter().collect();
    all.sort();
    for (at, keys) in all {
        let expected = (keys[0] != "-").then_some(keys);
        out.add(at, expected, findings.get(at).copied());
    }
    out
}

impl Evaluation {
    fn add(&mut self, at: &At, expected: Option<&Vec<String>>, finding: Option<&Finding>) {
        let place = format!("{}:{}", at.0, at.1);
        match (expected, finding) {
            (None, None) => {}
            (None, Some(finding)) => {
                self.count(finding.category, |score| score.false_alarms += 1);
                self.mistakes.push(format!(
                    "{place} {} is not personal, said {} {}",
                    finding.field, finding.category, finding.confidence
                ));
            }
            (Some(keys), None) => {
                self.count(&keys[0], |score| score.missed += 1);
                self.mistakes.push(format!("{place} missed {}", keys[0]));
            }
            (Some(keys), Some(finding)) => {
                self.count(&keys[0], |score| score.found += 1);
                let same = keys.iter().any(|key| key == finding.category);
                let near = keys.iter().any(|key| {
                    taggant_taxonomy::is_within(key, finding.category)
                        || taggant_taxonomy::is_within(finding.category, key)
                });
                self.same_category += u64::from(same);
                self.near_category += u64::from(near);
                if !near {
                    let (field, said) = (&finding.field, finding.category);
                    self.mistakes.push(format!("{place} {field} is {}, said {said}", keys[0]));
                }
            }
        }
    }

    fn count(&mut self, category: &str, add: impl Fn(&mut Score)) {
        add(&mut self.personal);
        add(self.by_category.entry(category.to_owned()).or_default());
    }
}
