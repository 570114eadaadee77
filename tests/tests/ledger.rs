//! What the ledger knows of people, policies and accesses.

use taggant::ledger::{Action, Ended, Kind, OutcomeSum, Protection};
use taggant::{Flow, Policy, Runtime, Tagged};

const OPEN: &str = "[[allow]]\naction = \"open\"\ncategory = \"user\"\n";
const REVEAL: &str = "[[allow]]\naction = \"reveal\"\ncategory = \"user.name\"\n";

#[derive(Tagged)]
#[tagged(dataset = "ledger.tickets", subject(customer = id), row = id)]
struct Ticket {
    #[clear]
    id: u64,
    #[clear]
    agent_id: u64,
    #[tag("user.name")]
    name: String,
    #[tag("user.name", subject(employee = agent_id))]
    agent: String,
}

fn ticket() -> Ticket {
    Ticket { id: 1, agent_id: 2, name: "Ada Example".into(), agent: "Bob Example".into() }
}

fn runtime(folder: &std::path::Path, policy: &str) -> Runtime {
    Runtime::builder(folder)
        .policy(Policy::from_toml(policy).unwrap())
        .journal_slots(1024)
        .build()
        .unwrap()
}

#[test]
fn every_person_of_a_record_is_found_where_it_went() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = runtime(folder.path(), &format!("{OPEN}{REVEAL}"));
    let partner =
        Flow::to("https://partner.example", "tickets").purpose("essential.service.operations");
    runtime.scope(|| {
        let table = Flow::to("postgres://db", "tickets");
        table.run(|| serde_json::to_string(&ticket())).unwrap();
        serde_json::to_string(&partner.wrap(&ticket())).unwrap();
    });
    let customer = runtime.handle_of("customer", &1_u64).unwrap().expect("the customer is known");
    let employee = runtime.handle_of("employee", &2_u64).unwrap().expect("the employee is known");
    for handle in [customer, employee] {
        let places = runtime.ledger().where_is_person(handle).unwrap();
        let mut places: Vec<(&str, Protection, u64)> =
            places.iter().map(|p| (p.location.as_str(), p.form, p.count)).collect();
        places.sort_unstable();
        assert_eq!(places.len(), 2, "{places:?}");
        assert!(
            places.iter().any(|(_, form, count)| (*form, *count) == (Protection::Plaintext, 1)),
            "{places:?}"
        );
        assert!(places.iter().any(|(_, form, count)| (*form, *count) == (Protection::Sealed, 1)));
        assert_eq!(runtime.ledger().accesses_of(handle).unwrap().len(), 1);
    }
    // The employee's entry is about the employee's field, and the record counts once.
    let seen = runtime.ledger().accesses_of(employee).unwrap();
    assert_eq!(seen[0].fields, [("agent".to_owned(), Action::Reveal)]);
    let written = runtime.ledger().outcomes().unwrap();
    assert_eq!(written, [OutcomeSum::new(Kind::Write, Ended::Ok, 2)]);
    assert!(runtime.ledger().flows().unwrap().iter().all(|edge| edge.count == 1));
}

/// The erasure of a person waits for every process that may still hold a key of theirs, from the
/// moment that it runs.
#[test]
fn a_receipt_waits_for_a_process_that_has_just_started() {
    let folder = tempfile::tempdir().unwrap();
    let first = runtime(folder.path(), OPEN);
    let second = runtime(folder.path(), OPEN);
    let receipt = first.erase("customer", &1_u64).unwrap();
    assert!(receipt.is_provisional());
    assert_eq!(receipt.waiting_for.len(), 2, "{receipt}");
    drop(second);
    assert_eq!(first.ledger().receipt(receipt.number).unwrap().waiting_for.len(), 1);
}

#[test]
fn what_a_ledger_from_a_backup_lacks_is_a_finding() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = folder.path().join("ledger.db");
    let write = |runtime: &Runtime, count: u64| {
        runtime.scope(|| {
            let table = Flow::to("postgres://db", "tickets");
            for id in 0..count {
                table.run(|| serde_json::to_string(&Ticket { id, ..ticket() })).unwrap();
            }
        });
        runtime.drain().unwrap();
    };
    let runtime = runtime(folder.path(), OPEN);
    write(&runtime, 30);
    // As if an older copy had been restored beneath the process.
    let connection = rusqlite::Connection::open(&ledger).unwrap();
    connection.execute("UPDATE instances SET next_number = 7", []).unwrap();
    drop(connection);
    write(&runtime, 10);
    let findings = runtime.ledger().findings().unwrap();
    assert_eq!(findings.len(), 1, "{findings:?}");
    assert_eq!(findings[0].number, 7);
}

#[test]
fn a_rule_that_was_added_for_an_hour_is_seen() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = runtime(folder.path(), OPEN);
    let hex = |text: &str| -> String {
        taggant_core::hex::encode(&Policy::from_toml(text).unwrap().digest())
    };
    for text in [REVEAL, OPEN, REVEAL, OPEN] {
        runtime.reload(Policy::from_toml(text).unwrap()).unwrap();
    }
    runtime.drain().unwrap();
    let changes = runtime.ledger().policy_changes().unwrap();
    let digests: Vec<String> = changes.into_iter().map(|change| change.digest).collect();
    assert_eq!(digests, [OPEN, REVEAL, OPEN, REVEAL, OPEN].map(hex));
}

#[test]
fn accesses_are_found_by_field_and_the_newest_come_first() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = runtime(folder.path(), REVEAL);
    runtime.scope(|| {
        for place in ["a", "b", "c"] {
            let flow =
                Flow::to("https://partner.example", place).purpose("essential.service.operations");
            serde_json::to_string(&flow.wrap(&ticket())).unwrap();
        }
    });
    runtime.drain().unwrap();
    let ledger = runtime.ledger();
    assert_eq!(ledger.accesses_to("ledger.tickets", "name").unwrap().len(), 3);
    assert!(ledger.accesses_to("ledger.tickets", "id").unwrap().is_empty());
    let newest = ledger.recent_accesses(2).unwrap();
    assert_eq!(newest.len(), 2);
    assert!(newest.iter().all(|access| access.location.ends_with("/c")), "{newest:?}");
}

/// Who works through several services is one person, who is found under their own name.
#[test]
fn what_somebody_saw_through_services_is_theirs_and_found_by_either_name() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = runtime(folder.path(), OPEN);
    runtime.scope(|| {
        let table = Flow::to("postgres://db", "tickets");
        let row = table.run(|| serde_json::to_string(&ticket())).unwrap();
        for (service, whom) in [("svc:desk", "user:dana"), ("svc:admin", "user:dana")] {
            let from = Flow::from("postgres://db", "tickets").actor(service).on_behalf(whom);
            from.run(|| serde_json::from_str::<Ticket>(&row)).unwrap();
        }
        let from = Flow::from("postgres://db", "tickets").actor("user:dana");
        from.run(|| serde_json::from_str::<Ticket>(&row)).unwrap();
    });
    runtime.drain().unwrap();
    let sums = runtime.ledger().actors(0).unwrap();
    assert_eq!(sums.len(), 1, "{sums:?}");
    assert_eq!(sums[0].principal, "user:dana");
    assert_eq!(sums[0].actors, ["svc:admin", "svc:desk", "user:dana"]);
    // The customer and the employee of one ticket, three times.
    assert_eq!((sums[0].people, sums[0].refused), (2, 0));
    let of = |who: &str| {
        let seen = runtime.ledger().accesses_by(who).unwrap();
        assert!(seen.iter().all(|access| access.principal() == "user:dana"), "{seen:?}");
        seen.len()
    };
    assert_eq!(of("user:dana"), of("svc:desk") * 3);
    assert_eq!(of("svc:desk"), of("svc:admin"));
}

/// What was refused or left out does not count as data that is there.
#[test]
fn a_record_whose_fields_were_all_left_out_is_at_no_place() {
    let folder = tempfile::tempdir().unwrap();
    let omit = "[[allow]]\naction = \"omit\"\ncategory = \"user\"\nlocation = \"https://partner.example/*\"\n";
    let runtime = runtime(folder.path(), omit);
    runtime.scope(|| {
        let partner = Flow::to("https://partner.example", "in");
        let text = partner.run(|| serde_json::to_string(&ticket())).unwrap();
        assert!(!text.contains("tgt1."), "left out: {text}");
        Flow::to("postgres://db", "tickets").run(|| serde_json::to_string(&ticket())).unwrap();
    });
    let handle = runtime.handle_of("customer", &1_u64).unwrap().unwrap();
    let places = runtime.ledger().where_is_person(handle).unwrap();
    let locations: Vec<&str> = places.iter().map(|place| place.location.as_str()).collect();
    assert_eq!(locations, ["postgres://db/tickets"]);
}

#[test]
fn who_erased_a_person_and_why_is_in_the_ledger() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = runtime(folder.path(), "");
    let table = Flow::to("postgres://db", "tickets");
    runtime.scope(|| table.run(|| serde_json::to_string(&ticket()))).unwrap();
    let desk = Flow::from("postgres://db", "tickets").actor("user:dana").reason("request 77");
    let receipt = runtime.scope(|| desk.run(|| runtime.erase("customer", &1_u64))).unwrap();
    let seen = runtime.ledger().accesses_of(receipt.handle).unwrap();
    let erased: Vec<_> = seen.iter().filter(|access| access.kind == Kind::Erase).collect();
    assert_eq!(erased.len(), 1, "{seen:?}");
    assert_eq!((erased[0].actor.as_str(), erased[0].reason.as_str()), ("user:dana", "request 77"));
}

#[test]
fn an_erasure_whose_process_died_before_the_receipt_gets_its_work_list_at_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    let handle = {
        let runtime = runtime(folder.path(), "");
        let table = Flow::to("postgres://db", "tickets");
        runtime.scope(|| table.run(|| serde_json::to_string(&ticket()))).unwrap();
        let handle = runtime.handle_of("customer", &1_u64).unwrap().unwrap();
        // All that an erasure does before its event.
        let keys = runtime.keys().tenant("default").unwrap();
        let tag = keys.subject_tag("customer", b"1").unwrap();
        runtime.keys().erase("default", tag, &taggant::Groups::All).unwrap();
        assert!(runtime.ledger().receipt(1).is_err());
        handle
    };
    let runtime = runtime(folder.path(), "");
    let receipt = runtime.ledger().receipt(1).unwrap();
    assert_eq!(receipt.handle, handle);
    assert_eq!(receipt.lines.len(), 1, "{receipt}");
}

#[test]
fn a_runtime_that_is_dropped_ends_its_journal() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_owned();
    std::thread::spawn(move || {
        let runtime = runtime(&path, OPEN);
        runtime.scope(|| {
            // With a flow, and without one.
            let table = Flow::to("postgres://db", "tickets");
            let row = table.run(|| serde_json::to_string(&ticket())).unwrap();
            serde_json::to_string(&ticket()).unwrap();
            let from = Flow::from("postgres://db", "tickets");
            from.run(|| serde_json::from_str::<Ticket>(&row)).unwrap();
        });
    })
    .join()
    .unwrap();
    // An instance that has ended leaves no folder behind.
    let left = std::fs::read_dir(folder.path().join("journal")).unwrap().flatten();
    let left: Vec<_> = left.filter(|entry| entry.path().is_dir()).collect();
    assert!(left.is_empty(), "{left:?}");
}
