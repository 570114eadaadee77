//! What events say, and that nothing is sent twice or left out.

use std::io::Write;
use std::path::Path;

use taggant_ledger::answers::{Action, Derivation, FlowEdge, Kind};

use super::*;

fn edge(field: &str, kind: Kind, action: Action, location: &str, count: u64) -> FlowEdge {
    let (dataset, path) = field.rsplit_once('.').unwrap();
    let mut edge = FlowEdge::new(dataset, path, kind, action, location);
    edge.categories = vec!["user.contact.email".into()];
    (edge.purpose, edge.actor) = ("essential.service.operations".into(), "svc:shop".into());
    edge.tenant = "default".into();
    (edge.first_ns, edge.last_ns) = (1_790_000_000_000_000_000, 1_790_000_100_000_000_000);
    edge.count = count;
    edge
}

fn label(origins: Vec<String>) -> Derivation {
    let place = "https://shipper.example/labels";
    Derivation::new(origins, "labels", "contact", place, Action::Reveal)
}

fn answers(flows: Vec<FlowEdge>) -> Answers {
    Answers { flows, ..Answers::default() }
}

fn events(answers: &Answers) -> Vec<serde_json::Value> {
    let pending = pending(answers, &Cursor::new(), &Options::default());
    pending.into_iter().map(|one| keep(one.event)).collect()
}

/// Adds the event to the file that is named so, where another reader checks all of them.
fn keep(event: serde_json::Value) -> serde_json::Value {
    if let Some(path) = std::env::var_os("OPENLINEAGE_EVENTS") {
        let file = std::fs::OpenOptions::new().create(true).append(true).open(path);
        file.and_then(|mut file| file.write_all(format!("{event}\n").as_bytes())).unwrap();
    }
    event
}

#[derive(Default)]
struct Memory {
    events: Vec<serde_json::Value>,
    fails_after: Option<usize>,
}

impl Target for Memory {
    fn send(&mut self, event: &[u8]) -> Result<(), ExportError> {
        if self.fails_after.is_some_and(|most| self.events.len() >= most) {
            return Err(ExportError("down".into()));
        }
        self.events.push(keep(serde_json::from_slice(event).unwrap()));
        Ok(())
    }
}

fn run(answers: &Answers, cursor: &Path, target: &mut Memory) -> Result<Exported, ExportError> {
    export(answers, cursor, target, &Options::default())
}

#[test]
fn an_event_has_one_output_and_says_what_was_masked_and_what_not() {
    let flows = vec![
        edge("customers.email", Kind::Read, Action::Open, "postgres://db/customers", 3),
        edge("customers.email", Kind::Write, Action::Seal, "s3://backup/customers.jsonl", 2),
        edge("customers.email", Kind::Write, Action::Reveal, "https://shipper.example/labels", 1),
        edge("customers.email", Kind::Write, Action::Deny, "https://ads.example/feed", 1),
    ];
    let events = events(&answers(flows));
    assert_eq!(events.len(), 3);
    let outputs = events.iter().filter_map(|event| event["outputs"].get(0));
    let by_name = |name: &str| outputs.clone().find(|output| output["name"] == name).unwrap();
    let lineage = |name: &str| {
        by_name(name)["facets"]["columnLineage"]["fields"]["email"]["inputFields"][0].clone()
    };
    let sealed = lineage("customers.jsonl");
    assert_eq!(
        (&sealed["namespace"], &sealed["name"]),
        (&"postgres://db".into(), &"customers".into())
    );
    assert_eq!(sealed["transformations"][0]["masking"], true);
    assert_eq!(lineage("labels")["transformations"][0]["masking"], false);
    assert!(events.iter().all(|event| event["outputs"].as_array().unwrap().len() <= 1));
    assert!(
        events.iter().all(|event| event["job"]["name"] == "svc:shop/essential.service.operations")
    );
    let tag = &by_name("labels")["facets"]["tags"]["tags"][0];
    assert_eq!((&tag["value"], &tag["field"]), (&"user.contact.email".into(), &"email".into()));
}

#[test]
fn a_value_made_of_another_field_has_that_field_as_its_source() {
    let flows = vec![
        edge("labels.contact", Kind::Write, Action::Reveal, "https://shipper.example/labels", 1),
        edge("customers.email", Kind::Read, Action::Open, "postgres://db/customers", 1),
    ];
    let derivations = vec![label(vec!["customers.email@postgres://db/customers".into()])];
    let events = events(&Answers { flows, derivations, ..Answers::default() });
    let event = events.iter().find(|event| event["outputs"][0].is_object()).unwrap();
    let field = &event["outputs"][0]["facets"]["columnLineage"]["fields"]["contact"];
    let input = &field["inputFields"][0];
    assert_eq!((&input["name"], &input["field"]), (&"customers".into(), &"email".into()));
    assert_eq!(event["inputs"][0]["namespace"], "postgres://db");
}

#[test]
fn a_source_is_cut_into_dataset_and_field_where_the_ledger_knows_them() {
    let mut variant = edge("shop.orders.total", Kind::Read, Action::Open, "x://db/orders", 1);
    (variant.dataset, variant.path) = ("shop.orders".into(), "paid.total".into());
    let flows = vec![
        edge("labels.contact", Kind::Write, Action::Reveal, "https://shipper.example/labels", 1),
        edge("shop.customers.email", Kind::Read, Action::Open, "x://db/customers", 1),
        edge("shop.town", Kind::Read, Action::Open, "x://db/shop", 1),
        variant,
    ];
    let derivations = vec![label(vec![
        "shop.customers.email@x://db/customers".into(),
        "shop.orders.paid.total@x://db/orders".into(),
    ])];
    let events = events(&Answers { flows, derivations, ..Answers::default() });
    let event = events.iter().find(|event| event["outputs"][0].is_object()).unwrap();
    let lineage = &event["outputs"][0]["facets"]["columnLineage"]["fields"]["contact"];
    let fields: Vec<&str> = (lineage["inputFields"].as_array().unwrap().iter())
        .map(|input| input["field"].as_str().unwrap())
        .collect();
    assert_eq!(fields, ["email", "paid.total"]);
}

#[test]
fn names_are_safe_in_uris_whatever_an_actor_is_called() {
    let mut odd = edge("a.b", Kind::Write, Action::Seal, "x://y/z", 1);
    odd.actor = "user: Zoë <x>\"%".into();
    odd.tenant = "a/b c".into();
    let event = &events(&answers(vec![odd]))[0];
    let name = event["job"]["name"].as_str().unwrap();
    assert!(name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~:@/%".contains(&b)), "{name}");
}

#[test]
fn two_datasets_with_the_same_path_are_two_columns() {
    let flows = ["customers.email", "staff.email"]
        .map(|f| edge(f, Kind::Write, Action::Seal, "x://y/z", 1));
    let event = &events(&answers(flows.into()))[0];
    let fields = event["outputs"][0]["facets"]["columnLineage"]["fields"].as_object().unwrap();
    assert_eq!(fields.keys().collect::<Vec<_>>(), ["customers.email", "staff.email"]);
}

#[test]
fn only_what_came_since_the_last_export_is_sent() {
    let folder = tempfile::tempdir().unwrap();
    let cursor = folder.path().join("cursor.json");
    let mut target = Memory::default();
    let first = answers(vec![edge("a.b", Kind::Write, Action::Seal, "x://y/z", 5)]);
    let done = run(&first, &cursor, &mut target).unwrap();
    assert_eq!(done, Exported { events: 1, movements: 5 });
    assert_eq!(run(&first, &cursor, &mut target).unwrap().events, 0);
    let mut more = edge("a.b", Kind::Write, Action::Seal, "x://y/z", 7);
    more.last_ns += 1_000_000_000;
    let second = answers(vec![more, edge("a.b", Kind::Write, Action::Seal, "x://y/other", 1)]);
    let done = run(&second, &cursor, &mut target).unwrap();
    assert_eq!(done, Exported { events: 2, movements: 3 });
    // Another window is another run.
    let runs: Vec<&str> =
        target.events.iter().map(|event| event["run"]["runId"].as_str().unwrap()).collect();
    assert_ne!(runs[0], runs[1]);
}

#[test]
fn an_export_that_breaks_off_goes_on_where_it_stopped_and_resends_the_same_run() {
    let folder = tempfile::tempdir().unwrap();
    let cursor = folder.path().join("cursor.json");
    let flows =
        (0..10).map(|n| edge("a.b", Kind::Write, Action::Seal, &format!("x://y/{n}"), 1)).collect();
    let answers = answers(flows);
    let whole = events(&answers);
    let mut target = Memory { fails_after: Some(4), ..Memory::default() };
    assert!(run(&answers, &cursor, &mut target).is_err());
    target.fails_after = None;
    assert_eq!(run(&answers, &cursor, &mut target).unwrap().events, 6);
    assert_eq!(target.events, whole);
    // A cursor that is lost sends everything again, under the same ids.
    std::fs::remove_file(&cursor).unwrap();
    let mut again = Memory::default();
    run(&answers, &cursor, &mut again).unwrap();
    assert_eq!(again.events, whole);
}

#[test]
fn a_file_gets_a_line_per_event_and_a_wrong_cursor_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (file, cursor) = (folder.path().join("events.ndjson"), folder.path().join("cursor.json"));
    let answers = answers(vec![edge("a.b", Kind::Write, Action::Seal, "x://y/z", 1)]);
    for _ in 0..2 {
        let mut target = FileTarget::open(&file).unwrap();
        export(&answers, &cursor, &mut target, &Options::default()).unwrap();
    }
    assert_eq!(std::fs::read_to_string(&file).unwrap().lines().count(), 1);
    std::fs::write(&cursor, "{}").unwrap();
    assert!(Cursor::read(&cursor).is_err());
}

#[test]
fn half_a_line_of_a_crash_spoils_no_event_after_it() {
    let folder = tempfile::tempdir().unwrap();
    let (file, cursor) = (folder.path().join("events.ndjson"), folder.path().join("cursor.json"));
    std::fs::write(&file, "{\"eventTime\":\"20").unwrap();
    let answers = answers(vec![edge("a.b", Kind::Write, Action::Seal, "x://y/z", 1)]);
    let mut target = FileTarget::open(&file).unwrap();
    export(&answers, &cursor, &mut target, &Options::default()).unwrap();
    let text = std::fs::read_to_string(&file).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 2);
    assert!(serde_json::from_str::<serde_json::Value>(lines[1]).unwrap()["run"].is_object());
}

#[test]
fn the_cursor_moves_only_after_the_target_keeps_what_was_sent() {
    struct Forgetful;
    impl Target for Forgetful {
        fn send(&mut self, _: &[u8]) -> Result<(), ExportError> {
            Ok(())
        }
        fn keep(&mut self) -> Result<(), ExportError> {
            Err(ExportError("the disk is full".into()))
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let cursor = folder.path().join("cursor.json");
    let answers = answers(vec![edge("a.b", Kind::Write, Action::Seal, "x://y/z", 1)]);
    assert!(export(&answers, &cursor, &mut Forgetful, &Options::default()).is_err());
    assert_eq!(run(&answers, &cursor, &mut Memory::default()).unwrap().events, 1);
}

#[test]
fn places_are_split_into_namespace_and_name() {
    assert_eq!(
        dataset_of("postgres://shop:5432/shop.public.c"),
        ("postgres://shop:5432", "shop.public.c")
    );
    assert_eq!(dataset_of("https://a.example/x/y"), ("https://a.example", "x/y"));
    assert_eq!(dataset_of("log/app"), ("log", "app"));
    assert_eq!(dataset_of("alone"), ("alone", "."));
}

#[test]
fn a_cursor_of_another_ledger_leaves_nothing_out() {
    let folder = tempfile::tempdir().unwrap();
    let cursor = folder.path().join("cursor.json");
    let mut target = Memory::default();
    let old = answers(vec![edge("a.b", Kind::Write, Action::Seal, "x://y/z", 500)]);
    run(&old, &cursor, &mut target).unwrap();
    let new = answers(vec![edge("a.b", Kind::Write, Action::Seal, "x://y/z", 5)]);
    let done = run(&Answers { ledger: [7; 16], ..new }, &cursor, &mut target).unwrap();
    assert_eq!(done, Exported { events: 1, movements: 5 });
}

#[test]
fn plaintext_that_was_asked_for_under_a_flow_to_a_place_is_an_output_there() {
    let mut asked =
        edge("customers.email", Kind::Access, Action::Open, "https://ads.example/feed", 2);
    let stored = edge("customers.email", Kind::Read, Action::Open, "postgres://db/customers", 1);
    let mut looked =
        edge("customers.email", Kind::Access, Action::Reveal, "postgres://db/customers", 1);
    looked.actor = "svc:desk".into();
    asked.purpose = "marketing".into();
    let events = events(&answers(vec![asked, stored, looked]));
    let outputs: Vec<_> = events.iter().filter_map(|event| event["outputs"].get(0)).collect();
    assert_eq!((events.len(), outputs.len()), (2, 1));
    let field = &outputs[0]["facets"]["columnLineage"]["fields"]["email"]["inputFields"][0];
    assert_eq!(field["transformations"][0]["masking"], false);
    assert_eq!(outputs[0]["name"], "feed");
}
