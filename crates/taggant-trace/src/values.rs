//! Values that somebody gives, looked for in every disguise. They are named by number, never shown.

use std::collections::BTreeMap;

use aho_corasick::{AhoCorasick, AhoCorasickBuilder, MatchKind};
use serde::Serialize;

use super::disguise::{Disguise, disguises, is_meant};
use super::stream::Search;

/// So many values at once: each has some twenty disguises, and memory is bounded.
pub const MAX_VALUES: usize = 500;
/// Values of fewer characters stand everywhere by chance.
pub const MIN_VALUE: usize = 6;
/// Longer ones are no field's value.
const MAX_LENGTH: usize = 4096;

/// Values to look for.
pub struct Values {
    searcher: AhoCorasick,
    /// The number of the value, and the disguise, of each pattern.
    patterns: Vec<(usize, Disguise, Vec<u8>)>,
    longest: usize,
}

/// A value that was found where it must not be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ValueFound {
    /// Which of the given values, from 1.
    pub value: usize,
    /// In which disguises.
    pub disguises: Vec<Disguise>,
    /// How often.
    pub count: u64,
    /// Where first: bytes from the beginning.
    pub first_offset: u64,
}

impl Values {
    /// Takes the values to look for.
    ///
    /// # Errors
    /// Says which of them, by number, is too short or too long, or that they are too many.
    pub fn new<'a>(values: impl IntoIterator<Item = &'a str>) -> Result<Self, String> {
        let (mut patterns, mut bytes, mut count) = (Vec::new(), Vec::new(), 0);
        for (number, value) in (1..).zip(values) {
            let characters = value.chars().count();
            if characters < MIN_VALUE {
                return Err(format!(
                    "value {number} has less than {MIN_VALUE} characters: it would be found \
                     everywhere by chance; leave it out"
                ));
            }
            if number > MAX_VALUES || value.len() > MAX_LENGTH {
                return Err(format!(
                    "{MAX_VALUES} values of up to {MAX_LENGTH} bytes are looked for at once; value \
                     {number} is beyond that"
                ));
            }
            for (disguise, pattern) in disguises(value.as_bytes()) {
                bytes.push(pattern.clone());
                patterns.push((number, disguise, pattern));
            }
            count = number;
        }
        if count == 0 {
            return Err("there is no value to look for".to_owned());
        }
        let longest = bytes.iter().map(Vec::len).max().unwrap_or(0);
        let searcher = AhoCorasickBuilder::new()
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::Standard)
            .build(&bytes)
            .map_err(|_| "the values are too many to be looked for at once".to_owned())?;
        Ok(Self { searcher, patterns, longest })
    }

    pub(crate) fn search(&self) -> Seen<'_> {
        Seen { values: self, found: BTreeMap::new() }
    }
}

/// What was seen of the values in one place.
pub(crate) struct Seen<'a> {
    values: &'a Values,
    found: BTreeMap<usize, ValueFound>,
}

impl Seen<'_> {
    pub(crate) fn into_found(self) -> Vec<ValueFound> {
        self.found.into_values().collect()
    }
}

impl Search for Seen<'_> {
    fn before(&self) -> usize {
        0
    }
    fn after(&self) -> usize {
        self.values.longest
    }
    fn search(&mut self, window: &[u8], from: usize, until: usize, base: u64) {
        let Some(part) = window.get(from..) else { return };
        for found in self.values.searcher.find_overlapping_iter(part) {
            if from + found.start() >= until {
                continue;
            }
            let (value, disguise, pattern) = &self.values.patterns[found.pattern().as_usize()];
            let (value, disguise) = (*value, *disguise);
            if !is_meant(disguise, pattern, &part[found.range()]) {
                continue;
            }
            let offset = base + (from + found.start()) as u64;
            let seen = self.found.entry(value).or_insert(ValueFound {
                value,
                disguises: Vec::new(),
                count: 0,
                first_offset: offset,
            });
            seen.count += 1;
            seen.first_offset = seen.first_offset.min(offset);
            if !seen.disguises.contains(&disguise) {
                seen.disguises.push(disguise);
            }
        }
    }
}
