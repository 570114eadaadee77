//! What the reports say of movements that were made up for it.

use std::collections::{BTreeMap, BTreeSet};

use taggant_ledger::answers::{
    Access, Action, ActorSum, Ended, FieldInfo, FlowEdge, Handle, Kind, Place, Protection, Role,
};

use super::*;

fn edge(field: &str, kind: Kind, action: Action, location: &str) -> FlowEdge {
    let (dataset, path) = field.rsplit_once('.').unwrap();
    let mut edge = FlowEdge::new(dataset, path, kind, action, location);
    edge.categories = vec![format!("user.{path}")];
    (edge.purpose, edge.actor) = ("essential.service".into(), "svc:shop".into());
    edge.tenant = "default".into();
    (edge.first_ns, edge.last_ns, edge.count) = (86_400_000_000_000, 172_800_000_000_000, 2);
    edge
}

fn field(name: &str) -> FieldInfo {
    let (dataset, path) = name.rsplit_once('.').unwrap();
    let mut field = FieldInfo::new(dataset, path, Role::Tag);
    field.categories = vec!["user".into()];
    field
}

#[test]
fn records_of_processing_name_recipients_least_protected_first_and_mark_what_a_person_must_say() {
    let flows = [
        edge("customers.email", Kind::Write, Action::Seal, "postgres://db/c"),
        edge("customers.email", Kind::Write, Action::Reveal, "https://shipper.example/l"),
        edge("customers.name", Kind::Read, Action::Open, "postgres://db/c"),
        edge("customers.email", Kind::Write, Action::Deny, "https://ads.example/f"),
        edge("customers.email", Kind::Access, Action::Reveal, "https://caller.example/c"),
        edge("customers.name", Kind::Access, Action::Reveal, "postgres://db/c"),
    ];
    let kinds = BTreeMap::from([("customers".to_owned(), BTreeSet::from(["customer".to_owned()]))]);
    let ropa = ropa(&flows, &kinds);
    assert_eq!(ropa.activities.len(), 1);
    let row = &ropa.activities[0];
    let recipients: Vec<(&str, Protection)> =
        row.recipients.iter().map(|one| (one.place.as_str(), one.form)).collect();
    assert_eq!(
        recipients,
        [
            ("https://caller.example/c", Protection::Plaintext),
            ("https://shipper.example/l", Protection::Plaintext),
            ("postgres://db/c", Protection::Sealed)
        ]
    );
    assert_eq!((row.subjects[0].as_str(), row.legal_basis), ("customer", HUMAN));
    assert_eq!(row.first, "1970-01-02T00:00:00Z");
    let unknown = super::ropa(&flows, &BTreeMap::new());
    assert_eq!(unknown.activities[0].subjects, [HUMAN]);
}

#[test]
fn a_spreadsheet_runs_no_cell_and_quotes_hold() {
    let mut odd = edge("customers.email", Kind::Write, Action::Seal, "postgres://db/a,\"b\"");
    odd.actor = "=HYPERLINK(\"http://evil\")".into();
    let csv = ropa_csv(&ropa(&[odd], &BTreeMap::new()));
    assert!(csv.contains("\"'=HYPERLINK(\"\"http://evil\"\")\""), "{csv}");
    assert!(csv.contains("\"postgres://db/a,\"\"b\"\" (sealed)\""), "{csv}");
    assert_eq!(csv.lines().count(), 2);
}

#[test]
fn fides_resources_are_quoted_whatever_names_are() {
    let mut odd = edge("customers.email", Kind::Write, Action::Seal, "postgres://db/c");
    odd.actor = "svc: \"x\"\n- evil".into();
    let yaml = fides(&[odd], &[field("customers.email")], &BTreeMap::new());
    assert!(yaml.contains("name: \"svc: \\\"x\\\"\\n- evil\""), "{yaml}");
    assert!(yaml.contains("data_use: \"essential.service\""), "{yaml}");
    assert!(yaml.contains("fides_key: \"customers\""), "{yaml}");
    assert!(!yaml.contains("\n- evil"), "{yaml}");
}

#[test]
fn a_person_gets_places_purposes_and_recipients() {
    let flows = [
        edge("customers.email", Kind::Write, Action::Seal, "postgres://db/c"),
        edge("customers.email", Kind::Write, Action::Reveal, "https://shipper.example/l"),
    ];
    let place = |location: &str, form| Place::new("customers", location, Kind::Write, form);
    let places = [
        place("postgres://db/c", Protection::Sealed),
        place("https://shipper.example/l", Protection::Plaintext),
    ];
    let answer = dsar(Handle([7; 16]), &places, &[], &flows);
    assert_eq!(answer.recipients, ["https://shipper.example/l"]);
    assert_eq!(answer.purposes, ["essential.service"]);
    assert_eq!(answer.categories, ["user.email"]);
    assert_eq!(answer.retention, HUMAN);
}

fn sum(principal: &str, people: u64) -> ActorSum {
    let mut sum = ActorSum::new(principal);
    (sum.people, sum.accesses) = (people, people);
    sum
}

#[test]
fn who_saw_many_more_than_the_others_comes_first() {
    let mut sums: Vec<ActorSum> = (0..20).map(|n| sum(&format!("user:{n}"), 10 + n % 5)).collect();
    sums.push(sum("user:mallory", 400));
    let report = access(sums);
    assert_eq!(report.actors[0].sum.principal, "user:mallory");
    let outliers: Vec<&str> =
        report.actors.iter().filter(|a| a.outlier).map(|a| a.sum.principal.as_str()).collect();
    assert_eq!(outliers, ["user:mallory"]);
    // Two or three have no peers.
    assert!(access(vec![sum("a", 1), sum("b", 1000)]).actors.iter().all(|a| !a.outlier));
    assert!(access(Vec::new()).actors.is_empty());
}

#[test]
fn coverage_names_unknown_flows_dead_fields_and_datasets_never_seen() {
    let mut lost = edge("customers.email", Kind::Write, Action::Seal, "taggant://flow/unknown");
    lost.unknown = true;
    let flows = [lost, edge("customers.email", Kind::Write, Action::Seal, "postgres://db/c")];
    let fields = [field("customers.email"), field("customers.phone"), field("staff.name")];
    let report = coverage(&flows, &fields, None);
    assert!((report.unknown_share - 0.5).abs() < 1e-9);
    assert_eq!(report.unknown_flows[0].paths, ["email"]);
    assert_eq!(report.datasets_never_seen, ["staff"]);
    assert_eq!(report.dead_fields[0].path, "phone");
    let declared = [("other".to_owned(), "x".to_owned())];
    let report = coverage(&flows, &fields, Some(&declared));
    assert_eq!(report.undeclared_datasets, ["customers"]);
    assert_eq!(report.datasets_never_seen, ["other", "staff"]);
}

#[test]
fn a_record_counts_once_however_many_fields_it_has() {
    let flows = [
        edge("customers.email", Kind::Write, Action::Seal, "postgres://db/c"),
        edge("customers.name", Kind::Write, Action::Seal, "postgres://db/c"),
        edge("customers.name", Kind::Write, Action::Deny, "postgres://db/c"),
    ];
    let row = &ropa(&flows, &BTreeMap::new()).activities[0];
    assert_eq!((row.movements, row.recipients[0].movements), (2, 2));
    assert_eq!(row.protection, "2 written sealed");
    assert_eq!(coverage(&flows, &[], None).written, 2);
}

#[test]
fn what_failed_went_to_no_unknown_place() {
    let mut failed = edge("customers.email", Kind::Write, Action::Seal, "taggant://flow/unknown");
    (failed.unknown, failed.outcome) = (true, Ended::Unknown);
    let report = coverage(&[failed], &[], None);
    assert_eq!((report.unknown, report.unknown_flows.len()), (0, 0));
}

#[test]
fn categories_that_were_refused_are_not_among_what_is_at_a_place() {
    let flows = [
        edge("customers.email", Kind::Write, Action::Seal, "https://shipper.example/l"),
        edge("customers.card", Kind::Write, Action::Deny, "https://shipper.example/l"),
    ];
    let location = "https://shipper.example/l";
    let place = Place::new("customers", location, Kind::Write, Protection::Sealed);
    let answer = dsar(Handle([7; 16]), &[place], &[], &flows);
    assert_eq!(answer.categories, ["user.email"]);
}

#[test]
fn a_value_that_was_revealed_for_a_place_has_that_place_as_its_recipient() {
    let revealed = |location: &str| {
        let mut access = Access::new(1, Kind::Access, Ended::Ok);
        (access.dataset, access.location) = ("customers".into(), location.into());
        access.fields = vec![("email".into(), Action::Reveal)];
        access
    };
    let flows = [
        edge("customers.email", Kind::Read, Action::Pass, "postgres://db/c"),
        edge("customers.email", Kind::Access, Action::Reveal, "postgres://db/c"),
        edge("customers.email", Kind::Access, Action::Reveal, "https://shipper.example/l"),
    ];
    let accesses = [revealed("postgres://db/c"), revealed("https://shipper.example/l")];
    let answer = dsar(Handle([7; 16]), &[], &accesses, &flows);
    assert_eq!(answer.recipients, ["https://shipper.example/l"]);
}

#[test]
fn who_an_unknown_flow_was_for_is_said() {
    let lost = |on_behalf: &str| {
        let mut lost = edge("customers.email", Kind::Write, Action::Seal, "taggant://flow/unknown");
        (lost.unknown, lost.on_behalf) = (true, on_behalf.into());
        lost
    };
    let report = coverage(&[lost("user:dana"), lost("")], &[], None);
    let mut whom: Vec<&str> =
        report.unknown_flows.iter().map(|flow| flow.on_behalf.as_str()).collect();
    whom.sort_unstable();
    assert_eq!(whom, ["", "user:dana"]);
}
