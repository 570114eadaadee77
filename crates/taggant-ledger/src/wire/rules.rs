//! What must hold of an entry besides the form of its bytes: docs/WIRE.md has each rule beside its
//! section.

use super::codec::MAX_COUNT;
use super::entry::{Entry, Erasure, LaneName, Run, Start};
use super::text::{is_line, is_lines, is_table};

/// The lanes of a service are 0 to 63.
const LANES: u8 = 64;

impl Entry {
    /// Why a reader does not take it; the order of items and the size of numbers aside, which show
    /// in the bytes.
    pub(super) fn check(&self) -> Result<(), &'static str> {
        self.check_numbers()?;
        self.check_texts()?;
        self.check_run()?;
        require(
            self.outcomes.iter().all(|(_, _, count)| (1..=MAX_COUNT).contains(count)),
            "the content has a count of outcomes that is 0 or too large",
        )?;
        require(
            self.dropped.iter().all(|dropped| dropped.lane.is_valid()),
            "the content names a lane that there can't be",
        )
    }

    /// 0 stands for "none", so nothing is numbered by it.
    fn check_numbers(&self) -> Result<(), &'static str> {
        let defined = (self.instances.iter().map(|instance| instance.number))
            .chain(self.texts.iter().map(|(number, _)| *number))
            .chain(self.datasets.iter().map(|dataset| dataset.number));
        let referred = (self.starts.iter().map(|start| start.instance))
            .chain(self.dictionary.iter().map(|entry| entry.instance))
            .chain(self.policy_changes.iter().map(|change| change.instance))
            .chain(self.run.iter().map(|run| run.instance))
            .chain(self.findings.iter().map(|finding| finding.instance));
        require(
            defined.chain(referred).all(|number| number != 0),
            "the content has a number 0 where nothing is none",
        )
    }

    fn check_texts(&self) -> Result<(), &'static str> {
        let lines = (self.policies.iter().map(|policy| &policy.digest))
            .chain(self.policy_changes.iter().map(|change| &change.digest))
            .chain(self.findings.iter().map(|finding| &finding.what))
            .chain(self.starts.iter().flat_map(Start::texts))
            .chain(self.erasures.iter().flat_map(Erasure::texts));
        let are_lines = lines.into_iter().all(|text| is_line(text))
            && self.texts.iter().all(|(_, text)| is_line(text) || is_list(text))
            && self.policies.iter().all(|policy| is_lines(&policy.text))
            && self.datasets.iter().all(|dataset| is_table(&dataset.description));
        require(are_lines, "the content has a text with control characters")
    }

    fn check_run(&self) -> Result<(), &'static str> {
        let length = self.run.as_ref().map(Run::length);
        require(length != Some(0), "the content has a run without events")?;
        let Some(accesses) = &self.accesses else { return Ok(()) };
        let length = length.ok_or("the content has accesses without a run")?;
        require(
            (1..=length).contains(&accesses.count),
            "the content has no accesses, or more than events",
        )
    }
}

/// The origins of a value: lines, each with its end.
fn is_list(text: &str) -> bool {
    is_lines(text) && text.ends_with('\n') && !text.starts_with('\n') && !text.contains("\n\n")
}

impl Run {
    /// How many numbers it has; 0 where it ends before it begins.
    pub(super) fn length(&self) -> u64 {
        self.next.saturating_sub(self.first)
    }
}

impl Start {
    fn texts(&self) -> [&String; 5] {
        [&self.program, &self.build, &self.pid, &self.boot, &self.policy]
    }
}

impl Erasure {
    fn texts(&self) -> impl Iterator<Item = &String> {
        self.lines.iter().flatten().chain([&self.groups])
    }
}

impl LaneName {
    /// Whether there can be such a lane.
    pub(super) fn is_valid(&self) -> bool {
        self.number < LANES && is_line(&self.service)
    }
}

fn require(holds: bool, otherwise: &'static str) -> Result<(), &'static str> {
    if holds { Ok(()) } else { Err(otherwise) }
}
