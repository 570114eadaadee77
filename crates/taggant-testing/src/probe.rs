//! Searches for values where they must not be.

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

use aho_corasick::{AhoCorasick, AhoCorasickBuilder, MatchKind};
use serde::Serialize;
use taggant_trace::{Disguise as Encoding, disguises, is_meant};

use crate::haystack::Haystack;
use crate::leaves;

/// Values of fewer characters are not searched for: they stand everywhere by chance.
pub const MINIMUM: usize = 6;

/// A value by its number, and one of its disguises.
type Pattern = (usize, Encoding, Vec<u8>);

/// The plaintexts that must not show anywhere. Its `Debug` shows how many, not which.
#[derive(Clone, Default)]
pub struct LeakProbe {
    values: Vec<(String, Vec<u8>)>,
    /// Fields whose value is too short to be searched for.
    ignored: Vec<String>,
    /// Keeps what values are taken with, for the next probe.
    _own: Option<Arc<leaves::Own>>,
}

/// A value that was found where it must not be.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Leak {
    /// The field whose value it is.
    pub field: String,
    /// In which disguise.
    pub encoding: Encoding,
    /// In which file, or in `bytes` or `text`.
    pub place: String,
    /// How far from its beginning.
    pub offset: u64,
}

impl fmt::Display for Leak {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}) in {} at {}", self.field, self.encoding, self.place, self.offset)
    }
}

impl LeakProbe {
    /// Looks for nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Looks for the tagged plaintexts of a value: a record, a list of records, or anything with
    /// records in it.
    ///
    /// # Panics
    /// Where the value can't be serialized, or holds values that are still sealed.
    #[must_use]
    pub fn watch<T: Serialize + ?Sized>(value: &T) -> Self {
        Self::try_watch(value).unwrap_or_else(|error| panic!("{error}"))
    }

    /// As [`watch`](Self::watch), for values that may hold what can't be watched.
    ///
    /// # Errors
    /// Says why; never contains a value.
    pub fn try_watch<T: Serialize + ?Sized>(value: &T) -> Result<Self, String> {
        let own = leaves::own();
        let mut probe = Self::new();
        for (field, value) in leaves::of(&own, value)? {
            probe.add(field, &value);
        }
        probe._own = Some(own);
        Ok(probe)
    }

    /// Looks for one more value.
    #[must_use]
    pub fn value(mut self, field: &str, value: &str) -> Self {
        self.add(field.to_owned(), value.as_bytes());
        self
    }

    /// Looks for bytes that need not be text: as they are, in hex and in base64.
    #[must_use]
    pub fn bytes(mut self, field: &str, value: &[u8]) -> Self {
        self.add(field.to_owned(), value);
        self
    }

    /// Looks for what another probe looks for, too.
    #[must_use]
    pub fn and(mut self, other: &Self) -> Self {
        self.values.extend(other.values.iter().cloned());
        self.ignored.extend(other.ignored.iter().cloned());
        self
    }

    fn add(&mut self, field: String, value: &[u8]) {
        let long = match std::str::from_utf8(value) {
            Ok(text) => text.chars().count() >= MINIMUM && !text.chars().all(|c| c.is_control()),
            // Runs of few different bytes stand in every database file.
            Err(_) => value.iter().collect::<HashSet<_>>().len() >= MINIMUM,
        };
        if long {
            self.values.push((field, value.to_vec()));
        } else {
            self.ignored.push(field);
        }
    }

    /// How many values it looks for.
    #[must_use]
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether it looks for nothing: then it finds nothing either.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The fields whose values are shorter than [`MINIMUM`] characters, or are hardly different
    /// bytes: they are not searched for.
    #[must_use]
    pub fn ignored(&self) -> &[String] {
        &self.ignored
    }

    /// Everything that is found, in one pass.
    #[must_use]
    pub fn find<H: Haystack + ?Sized>(&self, haystack: &H) -> Vec<Leak> {
        let (searcher, patterns, longest) = self.searcher();
        let mut leaks = Vec::new();
        haystack.pieces(longest, &mut |place, start, bytes| {
            for found in searcher.find_overlapping_iter(bytes) {
                let (value, encoding, disguise) = &patterns[found.pattern().as_usize()];
                if !is_meant(*encoding, disguise, &bytes[found.range()]) {
                    continue;
                }
                leaks.push(Leak {
                    field: self.values[*value].0.clone(),
                    encoding: *encoding,
                    place: without_values(&searcher, place),
                    offset: start + found.start() as u64,
                });
            }
        });
        leaks.sort();
        leaks.dedup();
        leaks
    }

    fn searcher(&self) -> (AhoCorasick, Vec<Pattern>, usize) {
        let mut patterns = Vec::new();
        let mut bytes = Vec::new();
        for (index, (_, value)) in self.values.iter().enumerate() {
            for (encoding, disguise) in disguises(value) {
                bytes.push(disguise.clone());
                patterns.push((index, encoding, disguise));
            }
        }
        let longest = bytes.iter().map(Vec::len).max().unwrap_or(0);
        let searcher = AhoCorasickBuilder::new()
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::Standard)
            .build(&bytes)
            .expect("the values fit an automaton");
        (searcher, patterns, longest)
    }

    /// Asserts that none of the values shows.
    ///
    /// # Panics
    /// Where one does, with field, encoding, place and offset of each, and where there is nothing
    /// to look for.
    #[track_caller]
    pub fn assert_sealed<H: Haystack + ?Sized>(&self, haystack: &H) {
        let leaks = self.list(haystack);
        assert!(leaks.is_empty(), "{leaks}");
    }

    /// What is found, for people; empty where nothing is.
    #[track_caller]
    pub(crate) fn list<H: Haystack + ?Sized>(&self, haystack: &H) -> String {
        assert!(
            !self.is_empty(),
            "this probe looks for nothing: no tagged value of {MINIMUM} characters and more"
        );
        let leaks = self.find(haystack);
        let list: Vec<String> = leaks.iter().take(20).map(|leak| format!("\n  {leak}")).collect();
        if leaks.is_empty() {
            String::new()
        } else {
            format!("{} leaks:{}", leaks.len(), list.concat())
        }
    }
}

/// A place as it may be printed: a path's parts that show a value are left out.
fn without_values(searcher: &AhoCorasick, place: &str) -> String {
    if !searcher.is_match(place) {
        return place.to_owned();
    }
    let part = |part| if searcher.is_match(part) { "<a name that leaks>" } else { part };
    let parts: Vec<&str> = place.split(std::path::is_separator).map(part).collect();
    let place = parts.join("/");
    if searcher.is_match(&place) { "<a path that leaks>".to_owned() } else { place }
}

impl fmt::Debug for LeakProbe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LeakProbe({} values)", self.values.len())
    }
}
