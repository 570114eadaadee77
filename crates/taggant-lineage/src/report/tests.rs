//! What the reports say of movements that were made up for it.

use std::collections::{BTreeMap, BTreeSet};

use taggant_store::ledger::{ActorSum, FieldInfo, FlowEdge, Handle, Place};

use super::*;

fn edge(field: &str, kind: &str, action: &str, location: &str) -> FlowEdge {
    let (dataset, path) = field.rsplit_once('.').unwrap();
    FlowEdge {
        dataset: dataset.into(),
        path: path.into(),
        categories: vec![format!("user.{path}")],
        kind: kind.into(),
        action: action.into(),
        location: location.into(),
        purpose: "essential.service".into(),
        actor: "svc:shop".into(),
        on_behalf: String::new(),
        tenant: "default".into(),
        outcome: "ok".into(),
        unknown: false,
        first_ns: 86_400_000_000_000,
        last_ns: 172_800_000_000_000,
        count: 2,
    }
}

fn field(name: &str) -> FieldInfo {
    let (dataset, path) = name.rsplit_once('.').unwrap();
    FieldInfo {
        dataset: dataset.into(),
        path: path.into(),
        field_id: String::new(),
        role: "tag".into(),
        categories: vec!["user".into()],
    }
}

#[test]
fn records_of_processing_name_recipients_least_protected_first_and_mark_what_a_person_must_say() {
    let flows = [
        edge("customers.email", "write", "seal", "postgres://db/c"),
        edge("customers.email", "write", "reveal", "https://shipper.example/l"),
        edge("customers.name", "read", "open", "postgres://db/c"),
        edge("customers.email", "write", "deny", "https://ads.example/f"),
        edge("customers.email", "access", "reveal", "https://caller.example/c"),
        edge("customers.name", "access", "reveal", "postgres://db/c"),
    ];
    let kinds = BTreeMap::from([("customers".to_owned(), BTreeSet::from(["customer".to_owned()]))]);
    let ropa = ropa(&flows, &kinds);
    assert_eq!(ropa.activities.len(), 1);
    let row = &ropa.activities[0];
    let recipients: Vec<(&str, &str)> =
        row.recipients.iter().map(|one| (one.place.as_str(), one.form)).collect();
    assert_eq!(
        recipients,
        [
            ("https://caller.example/c", "plaintext"),
            ("https://shipper.example/l", "plaintext"),
            ("postgres://db/c", "sealed")
        ]
    );
    assert_eq!((row.subjects[0].as_str(), row.legal_basis), ("customer", HUMAN));
    assert_eq!(row.first, "1970-01-02T00:00:00Z");
    let unknown = super::ropa(&flows, &BTreeMap::new());
    assert_eq!(unknown.activities[0].subjects, [HUMAN]);
}

#[test]
fn a_spreadsheet_runs_no_cell_and_quotes_hold() {
    let mut odd = edge("customers.email", "write", "seal", "postgres://db/a,\"b\"");
    odd.actor = "=HYPERLINK(\"http://evil\")".into();
    let csv = ropa_csv(&ropa(&[odd], &BTreeMap::new()));
    assert!(csv.contains("\"'=HYPERLINK(\"\"http://evil\"\")\""), "{csv}");
    assert!(csv.contains("\"postgres://db/a,\"\"b\"\" (sealed)\""), "{csv}");
    assert_eq!(csv.lines().count(), 2);
}

#[test]
fn fides_resources_are_quoted_whatever_names_are() {
    let mut odd = edge("customers.email", "write", "seal", "postgres://db/c");
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
        edge("customers.email", "write", "seal", "postgres://db/c"),
        edge("customers.email", "write", "reveal", "https://shipper.example/l"),
    ];
    let place = |location: &str, form: &str| Place {
        dataset: "customers".into(),
        location: location.into(),
        kind: "write".into(),
        form: form.into(),
        first_ns: 0,
        last_ns: 1,
        count: 1,
    };
    let places =
        [place("postgres://db/c", "sealed"), place("https://shipper.example/l", "plaintext")];
    let answer = dsar(Handle([7; 16]), &places, &[], &flows);
    assert_eq!(answer.recipients, ["https://shipper.example/l"]);
    assert_eq!(answer.purposes, ["essential.service"]);
    assert_eq!(answer.categories, ["user.email"]);
    assert_eq!(answer.retention, HUMAN);
}

fn sum(actor: &str, people: u64) -> ActorSum {
    ActorSum { actor: actor.into(), people, accesses: people, refused: 0, first_ns: 0, last_ns: 0 }
}

#[test]
fn who_saw_many_more_than_the_others_comes_first() {
    let mut sums: Vec<ActorSum> = (0..20).map(|n| sum(&format!("user:{n}"), 10 + n % 5)).collect();
    sums.push(sum("user:mallory", 400));
    let report = access(sums);
    assert_eq!(report.actors[0].sum.actor, "user:mallory");
    let outliers: Vec<&str> =
        report.actors.iter().filter(|a| a.outlier).map(|a| a.sum.actor.as_str()).collect();
    assert_eq!(outliers, ["user:mallory"]);
    // Two or three have no peers.
    assert!(access(vec![sum("a", 1), sum("b", 1000)]).actors.iter().all(|a| !a.outlier));
    assert!(access(Vec::new()).actors.is_empty());
}

#[test]
fn coverage_names_unknown_flows_dead_fields_and_datasets_never_seen() {
    let mut lost = edge("customers.email", "write", "seal", "taggant://flow/unknown");
    lost.unknown = true;
    let flows = [lost, edge("customers.email", "write", "seal", "postgres://db/c")];
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
