//! The runs of each instance: they follow one another, over whatever lanes they went. One that is
//! missing was never taken, and one that stands twice was counted twice, whatever made the drainer
//! believe that it was not, or was, taken.

use std::collections::{BTreeMap, HashMap, HashSet};

use taggant_core::journal::InstanceId;

use super::Findings;
use crate::fold::RESTORED;
use crate::log::Head;
use crate::wire::Entry;

/// Source and id of an instance.
type Whose = ([u8; 16], [u8; 16]);

/// What the lanes have of each instance.
#[derive(Default)]
pub(super) struct Runs {
    /// Which instance a number of a lane is.
    numbers: HashMap<(i64, u64), Whose>,
    runs: BTreeMap<Whose, Vec<(u64, u64)>>,
    /// Where a gap was found by who drained, and told.
    told: HashSet<(Whose, u64)>,
}

impl Runs {
    pub(super) fn take(&mut self, lane: &Head, entry: &Entry) {
        for instance in &entry.instances {
            let whose = (lane.name.source, instance.id);
            self.numbers.insert((lane.lane, instance.number), whose);
        }
        if let Some(run) = &entry.run
            && let Some(whose) = self.numbers.get(&(lane.lane, run.instance))
        {
            self.runs.entry(*whose).or_default().push((run.first, run.next));
        }
        for found in entry.findings.iter().filter(|found| found.flaw == RESTORED) {
            if let Some(whose) = self.numbers.get(&(lane.lane, found.instance)) {
                self.told.insert((*whose, found.number));
            }
        }
    }

    /// Of other ledgers some lanes may not have been brought here yet.
    pub(super) fn judge(&mut self, own: [u8; 16], findings: &mut Findings) {
        for (whose, runs) in &mut self.runs {
            runs.sort_unstable();
            let (mut next, instance) = (0, InstanceId(whose.1));
            for (first, end) in runs {
                if *first < next {
                    let what = format!("events {first} to {next} of {instance} were taken twice");
                    findings.add("inserted", "runs", what);
                } else if *first > next && whose.0 == own && !self.told.contains(&(*whose, next)) {
                    let what = format!(
                        "events {next} to {} of {instance} were never taken, and nobody has said so",
                        *first - 1
                    );
                    findings.add("missing", "runs", what);
                }
                next = next.max(*end);
            }
        }
    }
}
