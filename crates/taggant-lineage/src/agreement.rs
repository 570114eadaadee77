//! Everybody who reads movements says the same of each: for every kind, action, outcome, whether a
//! flow named the place, and whether the dataset is read there.

use std::collections::BTreeMap;

use taggant_core::Outcome;
use taggant_ledger::answers::{
    Access, Action, Direction, Ended, FlowEdge, Handle, Kind, Meaning, Place, Protection, ReadFrom,
};

use crate::map::{self, Map};
use crate::openlineage::{self, Cursor};
use crate::{drift, report};

const PLACE: &str = "https://partner.example/in";

struct Case {
    edge: FlowEdge,
    flows: Vec<FlowEdge>,
    meaning: Meaning,
}

impl Case {
    fn new(edge: FlowEdge, is_read_from: bool) -> Self {
        let mut flows = vec![edge.clone()];
        if is_read_from {
            let mut other = FlowEdge::new("people", "other", Kind::Read, Action::Pass, PLACE);
            (other.purpose, other.categories) = ("analytics".into(), vec!["user.device".into()]);
            flows.push(other);
        }
        let meaning = ReadFrom::of(&flows).meaning(&edge);
        Self { edge, flows, meaning }
    }

    /// What the assertions of a case are about.
    fn name(&self) -> String {
        let FlowEdge { kind, action, outcome, unknown, .. } = &self.edge;
        let flow = if *unknown { ", to no place that was named" } else { "" };
        format!("{kind} {action} {outcome}{flow}, {} other flows", self.flows.len() - 1)
    }
}

fn cases() -> impl Iterator<Item = Case> {
    let kinds = [Kind::Write, Kind::Read, Kind::Access, Kind::Lookup];
    let ends = [Ended::Ok, Ended::Failed(Outcome::Denied), Ended::Unknown];
    let flags = [(false, false), (false, true), (true, false), (true, true)];
    let actions = || Action::ALL.iter().copied().chain([Action::Unknown]);
    let edges = kinds.into_iter().flat_map(move |kind| {
        actions().flat_map(move |action| ends.into_iter().map(move |end| (kind, action, end)))
    });
    edges.flat_map(move |(kind, action, end)| {
        flags.map(|(unknown, is_read_from)| {
            let mut edge = FlowEdge::new("people", "name", kind, action, PLACE);
            edge.categories = vec!["user.name".into()];
            (edge.outcome, edge.unknown) = (end, unknown);
            Case::new(edge, is_read_from)
        })
    })
}

#[test]
fn the_map_agrees() {
    for case in cases() {
        let flows = case.flows.clone();
        let answers = map::Answers { flows, ..map::Answers::default() };
        let map = Map::of(answers, &map::Options::default());
        let link = map.links.iter().find(|link| link.field == "name").unwrap();
        let Meaning { direction, protection, .. } = case.meaning;
        assert_eq!((link.direction, link.protection), (direction, protection), "{}", case.name());
        let looked = map.looks.iter().any(|look| look.fields.contains(&"name".to_owned()));
        let is_look = case.meaning.is_seen && case.edge.kind != Kind::Write;
        assert_eq!(looked, is_look, "{}", case.name());
        let own = u64::from(case.meaning.took_place());
        assert_eq!(map.totals.movements, own + case.flows.len() as u64 - 1, "{}", case.name());
    }
}

#[test]
fn records_of_processing_agree() {
    for case in cases() {
        let own = &case.flows[..1];
        let ropa = report::ropa(&case.flows, &BTreeMap::new());
        let recipients: Vec<_> = ropa.activities.iter().flat_map(|row| &row.recipients).collect();
        let forms: Vec<Protection> = recipients.iter().map(|one| one.form).collect();
        let expected: Vec<Protection> =
            case.meaning.has_left().then_some(case.meaning.protection).into_iter().collect();
        assert_eq!(forms, expected, "{}", case.name());
        let fides = report::fides(own, &[], &BTreeMap::new());
        let is_alone = case.edge.kind != Kind::Access || case.flows.len() == 1;
        if is_alone {
            let is_named = fides.contains("user.name");
            assert_eq!(is_named, case.meaning.took_place(), "{}", case.name());
        }
    }
}

#[test]
fn coverage_agrees() {
    for case in cases() {
        let coverage = report::coverage(&case.flows, &[], None);
        let written = u64::from(case.meaning.has_left());
        let unknown = u64::from(case.meaning.has_left() && case.edge.unknown);
        let found = (coverage.written, coverage.unknown, coverage.unknown_flows.len() as u64);
        assert_eq!(found, (written, unknown, unknown), "{}", case.name());
    }
}

#[test]
fn what_a_person_may_get_agrees() {
    for case in cases() {
        let FlowEdge { kind, action, outcome, .. } = case.edge;
        let place = Place::new("people", PLACE, kind, case.meaning.protection);
        let mut access = Access::new(1, kind, outcome);
        (access.dataset, access.location) = ("people".into(), PLACE.into());
        access.fields = vec![("name".into(), action)];
        let answer = report::dsar(Handle([7; 16]), &[place], &[access], &case.flows);
        let is_there = answer.categories.contains(&"user.name".to_owned());
        assert_eq!(is_there, case.meaning.took_place(), "{}", case.name());
        let got = answer.recipients.contains(&PLACE.to_owned());
        assert_eq!(got, case.meaning.is_disclosure(), "{}", case.name());
    }
}

#[test]
fn drift_agrees() {
    for case in cases() {
        let drift = drift::compare(&case.flows, &drift::Declared::default());
        let own = drift.findings.iter().find(|found| found.paths.contains(&"name".to_owned()));
        let expected =
            case.meaning.is_transfer.then_some((case.meaning.direction, case.meaning.protection));
        assert_eq!(own.map(|found| (found.direction, found.form)), expected, "{}", case.name());
        let is_plaintext = own.is_some_and(|one| one.what == drift::What::NewPlaintextFlow);
        assert_eq!(is_plaintext, case.meaning.is_disclosure(), "{}", case.name());
        let declared = drift::Declared::from_toml(&drift::declare(&case.flows)).unwrap();
        assert_eq!(drift::compare(&case.flows, &declared).findings, [], "{}", case.name());
    }
}

#[test]
fn openlineage_events_agree() {
    for case in cases() {
        let answers =
            openlineage::Answers { flows: case.flows.clone(), ..openlineage::Answers::default() };
        let options = openlineage::Options::default();
        let pending = openlineage::pending(&answers, &Cursor::new(), &options);
        let column = |place: &serde_json::Value| {
            let facets = &place["facets"];
            let fields = facets["schema"]["fields"].as_array().cloned().unwrap_or_default();
            fields.iter().any(|field| field["name"] == "name")
        };
        let outputs: Vec<_> =
            pending.iter().flat_map(|one| one.event["outputs"].as_array()).flatten().collect();
        let is_output = outputs.iter().any(|place| column(place));
        let is_only_input = pending.iter().any(|one| {
            let no_output = one.event["outputs"].as_array().is_none_or(Vec::is_empty);
            no_output && one.event["inputs"].as_array().into_iter().flatten().any(&column)
        });
        let Meaning { direction, is_transfer, protection, .. } = case.meaning;
        assert_eq!(is_output, is_transfer && direction == Direction::To, "{}", case.name());
        assert_eq!(is_only_input, is_transfer && direction == Direction::From, "{}", case.name());
        for output in outputs {
            let field = &output["facets"]["columnLineage"]["fields"]["name"]["inputFields"][0];
            let masking = field["transformations"][0]["masking"].as_bool().unwrap();
            assert_eq!(masking, protection != Protection::Plaintext, "{}", case.name());
        }
    }
}

/// A person's places come from the fold, which sees records as a whole and no other flow.
#[test]
fn the_fold_agrees() {
    for case in cases().filter(|case| case.edge.outcome.is_ok()) {
        let FlowEdge { kind, action, unknown, .. } = case.edge;
        if matches!(kind, Kind::Write | Kind::Read) {
            let form = Meaning::of_record(kind, [action], unknown);
            assert_eq!(form, case.meaning.protection, "{}", case.name());
        }
    }
}
