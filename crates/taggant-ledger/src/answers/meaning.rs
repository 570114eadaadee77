//! What a movement means: the one definition that the ledger's fold, the map, the reports, drift,
//! OpenLineage events and the command go by.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::flow::FlowEdge;
use super::person::Access;
use super::protection::Protection;
use super::words::{Action, Ended, Kind};

/// Which way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// From a place into the program.
    From,
    /// From the program to a place.
    To,
}

impl Direction {
    /// `from` or `to`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::From => "from",
            Self::To => "to",
        }
    }
}

/// What a movement of a field means for who asks where the data is and who has seen it.
///
/// | kind | action | way | stands there | transfer | seen |
/// |---|---|---|---|---|---|
/// | write | seal, reseal, pass | to | sealed | yes | |
/// | write | mask, preview | to | masked | yes | |
/// | write | pseudonymise | to | pseudonymised | yes | |
/// | write | reveal (open, ingest) | to | plaintext | yes | yes |
/// | read | open (reveal) | from | sealed | yes | yes |
/// | read | pass (seal, reseal) | from | sealed | yes | |
/// | read | ingest | from | plaintext | yes | |
/// | access, at a place that the dataset is read from | reveal, open | from | sealed | | yes |
/// | access, at a place that the dataset is read from | preview, mask | from | sealed | | |
/// | access, elsewhere | reveal, open | to | plaintext | yes | yes |
/// | access, elsewhere | preview, mask | to | masked | yes | |
/// | lookup | lookup | from | sealed | | |
/// | any | deny, omit | as above | withheld | | |
/// | any that failed | any | as above | withheld | | |
/// | retract, erase, query | any | from | withheld | | |
///
/// - Actions in parentheses, and a mask or a pseudonym that is read, are pairs that no version
///   writes. A word of a newer version stands there `unknown`.
/// - What goes **to a place that no flow named** is `unknown` at best, whatever was done with it:
///   plaintext stays plaintext.
/// - **Transfer**: data went between the program and the place. A value that is looked at where it is
///   kept, and a question to a blind index, take place and move nothing.
/// - **Seen**: a program had it readable in hand, or a recipient got it so. What is ingested comes
///   from outside: nothing that was protected was seen.
/// - **An access elsewhere**: plaintext that a program asks for under a flow to a place that nothing
///   of the dataset is read from is on its way there: it counts as having left.
///
/// # How movements count
///
/// A record counts once per movement, however many fields it has; an event that continues another
/// counts zero. An access or a look-up is about one field and counts by itself. What is withheld
/// does not count as data that is there. [`records`](super::records) sums fields up to that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Meaning {
    /// Which way it went, or would have gone.
    pub direction: Direction,
    /// How the value stands at the place.
    pub protection: Protection,
    /// Whether data went between the program and the place.
    pub is_transfer: bool,
    /// Whether a program had it readable in hand, or a recipient got it so.
    pub is_seen: bool,
}

impl Meaning {
    /// The meaning of a movement. `is_read_from` says whether the dataset is read from its place.
    #[must_use]
    pub fn of(
        kind: Kind,
        action: Action,
        outcome: Ended,
        is_unknown: bool,
        is_read_from: bool,
    ) -> Self {
        let direction = match kind {
            Kind::Write | Kind::Edge | Kind::Unknown => Direction::To,
            Kind::Access if !is_read_from => Direction::To,
            Kind::Access | Kind::Read | Kind::Lookup => Direction::From,
            Kind::Retract | Kind::Erase | Kind::Query => Direction::From,
        };
        let is_none = matches!(kind, Kind::Retract | Kind::Erase | Kind::Query);
        let mut protection = stands(kind, direction, action);
        if !outcome.is_ok() || is_none {
            protection = Protection::Withheld;
        }
        let is_there = protection != Protection::Withheld;
        if is_there && (kind == Kind::Unknown || is_unknown && direction == Direction::To) {
            protection = protection.min(Protection::Unknown);
        }
        let is_look = matches!(kind, Kind::Read | Kind::Access)
            && matches!(action, Action::Open | Action::Reveal);
        let is_disclosed = direction == Direction::To && protection == Protection::Plaintext;
        Self {
            direction,
            protection,
            is_transfer: is_there && (direction == Direction::To || kind == Kind::Read),
            is_seen: is_there && (is_look || is_disclosed),
        }
    }

    /// Whether it took place.
    #[must_use]
    pub fn took_place(self) -> bool {
        self.protection != Protection::Withheld
    }

    /// Whether the value left the program, protected or not.
    #[must_use]
    pub fn has_left(self) -> bool {
        self.took_place() && self.direction == Direction::To
    }

    /// Whether it left the program readable.
    #[must_use]
    pub fn is_disclosure(self) -> bool {
        self.direction == Direction::To && self.protection == Protection::Plaintext
    }

    /// How the least protected of a record's fields stands at the place, for a record that was
    /// written or read as a whole. One without any field that something was done with has nothing
    /// readable.
    pub fn of_record(
        kind: Kind,
        actions: impl IntoIterator<Item = Action>,
        is_unknown: bool,
    ) -> Protection {
        let of = |action| Self::of(kind, action, Ended::Ok, is_unknown, true).protection;
        actions.into_iter().map(of).min().unwrap_or_else(|| of(Action::Seal))
    }
}

fn stands(kind: Kind, direction: Direction, action: Action) -> Protection {
    // What is looked at where it is kept stays as it is there.
    let is_look = kind == Kind::Access && direction == Direction::From;
    match (action, direction) {
        (Action::Deny | Action::Omit, _) => Protection::Withheld,
        (Action::Ingest, _) | (Action::Reveal | Action::Open, Direction::To) => {
            Protection::Plaintext
        }
        (Action::Pseudonymise | Action::Mask | Action::Preview, _) if is_look => Protection::Sealed,
        (Action::Pseudonymise, _) => Protection::Pseudonymised,
        (Action::Mask | Action::Preview, _) => Protection::Masked,
        (Action::Seal | Action::Reseal | Action::Pass, _) => Protection::Sealed,
        (Action::Reveal | Action::Open | Action::Lookup, Direction::From) => Protection::Sealed,
        (Action::Lookup, Direction::To) | (Action::Unknown, _) => Protection::Unknown,
    }
}

/// Datasets with the places that they are read from.
pub struct ReadFrom<'a>(BTreeSet<(&'a str, &'a str)>);

impl<'a> ReadFrom<'a> {
    /// As movements show it.
    #[must_use]
    pub fn of(flows: &'a [FlowEdge]) -> Self {
        let reads = flows.iter().filter(|edge| matches!(edge.kind, Kind::Read | Kind::Lookup));
        Self(reads.map(|edge| (edge.dataset.as_str(), edge.location.as_str())).collect())
    }

    /// What a movement means.
    #[must_use]
    pub fn meaning(&self, edge: &FlowEdge) -> Meaning {
        let FlowEdge { kind, action, outcome, unknown, .. } = edge;
        let is_read_from = self.has(&edge.dataset, &edge.location);
        Meaning::of(*kind, *action, *outcome, *unknown, is_read_from)
    }

    /// Whether plaintext left by an access.
    #[must_use]
    pub fn is_disclosure(&self, access: &Access) -> bool {
        let is_read_from = self.has(&access.dataset, &access.location);
        access.fields.iter().any(|(_, action)| {
            Meaning::of(access.kind, *action, access.outcome, false, is_read_from).is_disclosure()
        })
    }

    fn has(&self, dataset: &str, location: &str) -> bool {
        self.0.contains(&(dataset, location))
    }
}

/// All movements with what they mean; those that did not take place too.
pub fn meanings(flows: &[FlowEdge]) -> impl Iterator<Item = (&FlowEdge, Meaning)> {
    let read_from = ReadFrom::of(flows);
    flows.iter().map(move |edge| (edge, read_from.meaning(edge)))
}

/// The movements that took place, with what they mean.
pub fn moved(flows: &[FlowEdge]) -> impl Iterator<Item = (&FlowEdge, Meaning)> {
    meanings(flows).filter(|(_, meaning)| meaning.took_place())
}

#[cfg(test)]
mod tests {
    use taggant_core::Outcome;

    use super::*;

    fn all() -> impl Iterator<Item = (Kind, Action, Ended, bool, bool)> {
        let kinds = || Kind::ALL.iter().copied().chain([Kind::Unknown]);
        let actions = || Action::ALL.iter().copied().chain([Action::Unknown]);
        let ends = [Ended::Ok, Ended::Failed(Outcome::Denied), Ended::Unknown];
        let flags = [(false, false), (false, true), (true, false), (true, true)];
        kinds().flat_map(move |kind| {
            actions().flat_map(move |action| {
                ends.into_iter().flat_map(move |end| {
                    flags.map(|(unknown, read_from)| (kind, action, end, unknown, read_from))
                })
            })
        })
    }

    fn of(one: (Kind, Action, Ended, bool, bool)) -> Meaning {
        Meaning::of(one.0, one.1, one.2, one.3, one.4)
    }

    #[test]
    fn what_was_refused_left_out_or_failed_is_not_there_and_nobody_saw_it() {
        for one in all() {
            let (_, action, end, ..) = one;
            if !end.is_ok() || matches!(action, Action::Deny | Action::Omit) {
                let meaning = of(one);
                assert!(!meaning.took_place() && !meaning.has_left(), "{one:?}");
                assert!(!meaning.is_seen && !meaning.is_transfer, "{one:?}");
            }
        }
    }

    #[test]
    fn a_place_that_no_flow_named_never_looks_better_and_never_hides_plaintext() {
        for one in all().filter(|one| !one.3) {
            let (named, unnamed) = (of(one), of((one.0, one.1, one.2, true, one.4)));
            assert!(unnamed.protection <= named.protection, "{one:?}");
            assert_eq!(unnamed.is_disclosure(), named.is_disclosure(), "{one:?}");
            if named.has_left() {
                assert!(unnamed.protection <= Protection::Unknown, "{one:?}");
            }
        }
    }

    #[test]
    fn plaintext_that_left_was_seen() {
        assert!(all().map(of).all(|meaning| !meaning.is_disclosure() || meaning.is_seen));
    }

    #[test]
    fn a_word_of_a_newer_version_is_not_taken_for_protection() {
        let end = Ended::Ok;
        for kind in [Kind::Write, Kind::Read, Kind::Access, Kind::Unknown] {
            let meaning = Meaning::of(kind, Action::Unknown, end, false, false);
            assert_eq!(meaning.protection, Protection::Unknown, "{kind}");
        }
        let meaning = Meaning::of(Kind::Unknown, Action::Seal, end, false, false);
        assert_eq!(meaning.protection, Protection::Unknown);
        let meaning = Meaning::of(Kind::Unknown, Action::Reveal, end, false, false);
        assert_eq!(meaning.protection, Protection::Plaintext);
    }

    #[test]
    fn a_reveal_is_a_look_where_the_dataset_is_read_and_a_disclosure_elsewhere() {
        let of = |read| Meaning::of(Kind::Access, Action::Reveal, Ended::Ok, false, read);
        let (look, disclosure) = (of(true), of(false));
        assert!(look.is_seen && !look.has_left() && !look.is_transfer);
        assert_eq!(look.protection, Protection::Sealed);
        assert!(disclosure.is_seen && disclosure.is_disclosure() && disclosure.is_transfer);
    }

    #[test]
    fn a_record_is_as_protected_as_its_least_protected_field() {
        let of =
            |actions: &[Action]| Meaning::of_record(Kind::Write, actions.iter().copied(), false);
        assert_eq!(of(&[Action::Seal, Action::Mask]), Protection::Masked);
        assert_eq!(of(&[Action::Seal, Action::Pseudonymise]), Protection::Pseudonymised);
        assert_eq!(of(&[Action::Mask, Action::Reveal, Action::Deny]), Protection::Plaintext);
        assert_eq!(of(&[Action::Deny, Action::Omit]), Protection::Withheld);
        assert_eq!(of(&[]), Protection::Sealed);
        let unnamed = Meaning::of_record(Kind::Write, [Action::Seal], true);
        assert_eq!(unnamed, Protection::Unknown);
    }
}
