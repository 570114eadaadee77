//! Scopes, purposes, wraps, origins: what decides and what is recorded.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use taggant::ledger::{Action, Kind};
use taggant::{Error, Flow, Outcome, Policy, Sensitive, Tagged};
use taggant_testing::{LeakProbe, Recorder, canary};

const POLICY: &str = r#"
[[allow]]
action = "open"
category = "user"

[[allow]]
action = "reveal"
category = "user.name"
purpose = "essential.service.operations"
location = "https://shipper.example/*"

[[allow]]
action = "reveal"
category = "user.contact"
purpose = "essential.service.operations.support"

[[allow]]
action = "pseudonymise"
category = "user"
location = "https://stats.example/*"

[[allow]]
action = "omit"
category = "user"
location = "https://partner.example/*"

[[deny]]
action = "*"
category = "user.contact"
location = "https://evil.example/*"
"#;

#[derive(Clone, Tagged)]
#[tagged(dataset = "flows.people", subject(customer = id), row = id)]
struct Person {
    #[clear]
    id: u64,
    #[tag("user.name")]
    name: String,
    #[tag("user.contact.email")]
    email: Sensitive<String>,
}

#[derive(Tagged)]
#[tagged(dataset = "flows.labels", subject(customer = id), row = none)]
struct Label {
    #[clear]
    id: u64,
    #[tag("user.name")]
    contact: Sensitive<String>,
}

fn person(id: u64) -> Person {
    Person { id, name: canary::name(), email: canary::email().into() }
}
fn json<T: serde::Serialize>(value: &T) -> Result<String, serde_json::Error> {
    serde_json::to_string(value)
}
fn table() -> Flow {
    Flow::to("postgres://db", "people")
}
fn read() -> Flow {
    Flow::from("postgres://db", "people").purpose("essential.service.operations.support")
}
fn last() -> Outcome {
    Error::last().expect("a typed error").outcome()
}

#[test]
fn plaintext_leaves_through_wrap_only_and_is_recorded() {
    let recorder = Recorder::new(POLICY);
    recorder.run(|| {
        let person = person(1);
        let shipper =
            Flow::to("https://shipper.example", "labels").purpose("essential.service.operations");
        let probe = LeakProbe::watch(&person);
        let ambient = shipper.run(|| json(&person)).unwrap();
        probe.assert_sealed(&ambient);
        assert!(recorder.runtime().counters().would_reveal() >= 1, "counted");
        let body = json(&shipper.wrap(&person)).unwrap();
        assert!(body.contains(&serde_json::to_string(&person.name).unwrap()));
        assert!(body.contains("tgt1."), "what no rule reveals is sealed in a wrap, too: {body}");
        // A log line inside the wrap's flow does not inherit its permission.
        shipper.run(|| probe.assert_sealed(&format!("{person:?}")));
    });
    recorder.assert_flow("flows.people", "name", "https://shipper.example/labels", Action::Reveal);
    recorder.assert_flow("flows.people", "email", "https://shipper.example/labels", Action::Seal);
    let disclosed = recorder.accesses();
    assert!(disclosed.iter().any(|a| a.kind == Kind::Write && a.location.contains("shipper")));
}

#[test]
fn each_action_does_what_it_says() {
    let recorder = Recorder::new(POLICY);
    recorder.run(|| {
        let person = person(1);
        let probe = LeakProbe::watch(&person);
        let at = |location: &str| Flow::to(location, "x").run(|| json(&person));
        let stats = at("https://stats.example").unwrap();
        assert!(stats.contains("\"name\":\"pn1."), "{stats}");
        assert_eq!(stats, at("https://stats.example").unwrap(), "the same value, the same word");
        assert_ne!(
            stats,
            Flow::to("https://stats.example", "x").tenant("acme").run(|| json(&person)).unwrap()
        );
        let partner = at("https://partner.example").unwrap();
        assert_eq!(partner, r#"{"id":1,"name":null,"email":null}"#);
        assert!(at("https://evil.example").is_err());
        assert_eq!(last(), Outcome::Denied);
        for text in [stats, partner] {
            probe.assert_sealed(&text);
        }
        assert!(
            read()
                .run(|| serde_json::from_str::<Person>(
                    r#"{"id":1,"name":"pn1.00112233445566778899aabbccddeeff","email":null}"#
                ))
                .is_err()
        );
    });
    recorder.assert_flow("flows.people", "email", "https://evil.example/x", Action::Deny);
}

#[test]
fn the_inner_scope_wins_and_none_shuts_out() {
    let recorder = Recorder::new(POLICY);
    recorder.run(|| {
        let person = person(1);
        Flow::to("https://partner.example", "x").run(|| {
            assert!(json(&person).unwrap().contains("null"));
            table().run(|| assert!(json(&person).unwrap().contains("tgt1.")));
            assert!(json(&person).unwrap().contains("null"));
            Flow::none().run(|| assert!(json(&person).unwrap().contains("tgt1.")));
        });
    });
    recorder.assert_flow("flows.people", "name", "taggant://flow/unknown", Action::Seal);
}

#[test]
fn a_scope_is_left_on_unwind() {
    Recorder::new(POLICY).run(|| {
        let person = person(1);
        let flow = Flow::to("https://partner.example", "x");
        let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            flow.run(|| panic!("on purpose"));
        }));
        assert!(panicked.is_err());
        assert!(json(&person).unwrap().contains("tgt1."), "no flow: sealed");
    });
}

#[test]
fn threads_that_lose_the_scope_are_sealed_to_unknown_and_counted() {
    let recorder = Recorder::new(POLICY);
    let person = person(1);
    let runtime = recorder.runtime().clone();
    recorder.run(|| {
        table().run(|| {
            std::thread::scope(|scope| {
                scope.spawn(|| runtime.scope(|| assert!(json(&person).unwrap().contains("tgt1."))));
            });
        });
    });
    assert_eq!(recorder.runtime().counters().unknown_writes(), 1);
    let unknown = recorder.runtime().ledger();
    recorder.runtime().drain().unwrap();
    assert_eq!(unknown.unknown_flows().unwrap().len(), 2);
}

/// Ready at the second poll.
struct Later(bool);

impl Future for Later {
    type Output = ();
    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if self.0 {
            return Poll::Ready(());
        }
        self.0 = true;
        Poll::Pending
    }
}

#[test]
fn an_instrumented_future_has_its_flow_at_each_poll_and_nothing_else_has() {
    let recorder = Recorder::new(POLICY);
    recorder.run(|| {
        let person = person(1);
        let future = async {
            let before = json(&person).unwrap();
            Later(false).await;
            (before, json(&person).unwrap())
        };
        let mut future = Box::pin(Flow::to("https://partner.example", "x").instrument(future));
        let mut context = Context::from_waker(Waker::noop());
        assert!(future.as_mut().poll(&mut context).is_pending());
        assert!(json(&person).unwrap().contains("tgt1."), "between the polls there is no flow");
        let Poll::Ready((before, after)) = future.as_mut().poll(&mut context) else {
            panic!("not ready");
        };
        assert!(before.contains("null") && after.contains("null"));
    });
}

#[test]
#[should_panic(expected = "use Flow::instrument")]
fn run_refuses_a_closure_that_returns_a_future() {
    drop(table().run(|| async { 1 }));
}

#[test]
fn reading_needs_a_reading_flow() {
    Recorder::new(POLICY).run(|| {
        let row = table().run(|| json(&person(1))).unwrap();
        let parse = || serde_json::from_str::<Person>(&row);
        assert!(parse().is_err());
        assert_eq!(last(), Outcome::NoFlow);
        assert!(table().run(parse).is_err());
        assert_eq!(last(), Outcome::NoFlow);
        assert!(read().run(parse).is_ok());
    });
}

#[test]
fn a_refusal_prints_the_rule_that_would_allow_it() {
    let recorder = Recorder::new("");
    recorder.run(|| {
        let row = table().run(|| json(&person(1))).unwrap();
        let parse = || read().actor("svc:x").run(|| serde_json::from_str::<Person>(&row));
        assert!(parse().is_err());
        let error = Error::last().unwrap();
        assert_eq!(error.outcome(), Outcome::Denied);
        let text = error.to_string();
        let rule = &text[text.find("[[allow]]").expect("a rule")..];
        recorder.runtime().reload(Policy::from_toml(rule).expect("TOML")).unwrap();
        assert!(parse().is_ok(), "{rule}");
    });
    recorder.runtime().drain().unwrap();
    assert_eq!(recorder.runtime().ledger().policies().unwrap().len(), 2, "both policies are kept");
}

#[test]
fn reveal_needs_a_purpose_and_a_rule_and_leaves_a_record() {
    let recorder = Recorder::new(POLICY);
    recorder.run(|| {
        let known = canary::email();
        let original = Person { email: known.clone().into(), ..person(1) };
        let row = table().run(|| json(&original)).unwrap();
        let back = read().run(|| serde_json::from_str::<Person>(&row)).unwrap();
        assert!(!back.email.is_open(), "sealed until revealed");
        assert_eq!(back.email.reveal().unwrap_err().outcome(), Outcome::NoFlow);
        let without = Flow::from("postgres://db", "people");
        assert_eq!(
            without.run(|| back.email.reveal().map(drop)).unwrap_err().outcome(),
            Outcome::NoFlow
        );
        let marketing = without.clone().purpose("marketing.advertising");
        assert_eq!(
            marketing.run(|| back.email.reveal().map(drop)).unwrap_err().outcome(),
            Outcome::Denied
        );
        let email = read().actor("svc:support").run(|| back.email.reveal().cloned()).unwrap();
        assert!(email == known);
    });
    let seen = recorder.accesses();
    let reveal = seen.iter().find(|a| a.kind == Kind::Access).expect("recorded");
    assert_eq!(reveal.fields, [("email".to_owned(), Action::Reveal)]);
    assert_eq!((reveal.actor.as_str(), reveal.dataset.as_str()), ("svc:support", "flows.people"));
    assert!(reveal.handle.is_some());
}

#[test]
fn an_unopened_value_passes_where_it_belongs_and_is_resealed_or_refused_elsewhere() {
    let recorder = Recorder::new(POLICY);
    let row = recorder.run(|| table().run(|| json(&person(1))).unwrap());
    let envelope = |row: &str| {
        serde_json::from_str::<serde_json::Value>(row).unwrap()["email"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    recorder.run(|| {
        let back = read().run(|| serde_json::from_str::<Person>(&row)).unwrap();
        let again = table().run(|| json(&back)).unwrap();
        assert_eq!(envelope(&row), envelope(&again), "written as it is");
        // Another row, another person: only by a rule.
        let moved = Person { id: 2, ..back.clone() };
        assert!(table().run(|| json(&moved)).is_err());
        assert_eq!(last(), Outcome::Denied);
        let rule = format!("{POLICY}\n[[allow]]\naction = \"reseal\"\ncategory = \"user\"\n");
        recorder.runtime().reload(Policy::from_toml(&rule).unwrap()).unwrap();
        let resealed = table().run(|| json(&moved)).unwrap();
        assert_ne!(envelope(&row), envelope(&resealed));
        let back = read().run(|| serde_json::from_str::<Person>(&resealed)).unwrap();
        assert!(read().run(|| back.email.reveal().is_ok()));
        assert!(!moved.email.is_open(), "it was resealed inside the library");
    });
    recorder.assert_flow("flows.people", "email", "postgres://db/people", Action::Reseal);
}

#[test]
fn a_derived_value_keeps_its_origin_and_decisions_respect_it() {
    let recorder = Recorder::new(POLICY);
    recorder.run(|| {
        let row = table().run(|| json(&person(1))).unwrap();
        let back = read().run(|| serde_json::from_str::<Person>(&row)).unwrap();
        // The label's own category, a name, may be revealed to the shipper; an e-mail address not.
        let contact = read().run(|| back.email.map(|email| format!("c/o {email}"))).unwrap();
        let label = Label { id: 1, contact };
        let shipper =
            Flow::to("https://shipper.example", "labels").purpose("essential.service.operations");
        let body = json(&shipper.wrap(&label)).unwrap();
        assert!(body.contains("tgt1.") && !body.contains("c/o"), "{body}");
        let own = Label { id: 1, contact: canary::name().into() };
        assert!(!json(&shipper.wrap(&own)).unwrap().contains("tgt1."));
    });
    recorder.runtime().drain().unwrap();
    let derivations = recorder.runtime().ledger().derivations().unwrap();
    assert_eq!(derivations[0].origins, ["flows.people.email@postgres://db/people"]);
    assert_eq!(
        (derivations[0].dataset.as_str(), derivations[0].path.as_str()),
        ("flows.labels", "contact")
    );
}

#[test]
fn a_sensitive_value_outside_a_tagged_field_does_not_serialize() {
    #[derive(Tagged)]
    #[tagged(dataset = "flows.loose", row = none, unbound)]
    struct Loose {
        #[clear]
        value: Sensitive<String>,
    }
    Recorder::new(POLICY).run(|| {
        let secret = canary::card();
        let probe = LeakProbe::new().value("card", &secret);
        let value = Sensitive::new(secret);
        let flow = Flow::to("https://shipper.example", "x").purpose("essential.service.operations");
        for error in [
            json(&value).unwrap_err(),
            flow.run(|| json(&Loose { value: value.clone() })).unwrap_err(),
            json(&flow.wrap(&Loose { value: value.clone() })).unwrap_err(),
            json(&flow.wrap(&value)).unwrap_err(),
        ] {
            probe.assert_sealed(&error.to_string());
        }
        assert!(read().run(|| serde_json::from_str::<Sensitive<String>>("\"x\"")).is_err());
    });
}

#[test]
fn bad_flows_say_what_is_wrong_and_let_nothing_through() {
    Recorder::new(POLICY).run(|| {
        let wrong = table().purpose("esential.service");
        let error = wrong.check().unwrap_err();
        assert!(error.to_string().contains("essential.service"), "{error}");
        assert!(wrong.run(|| json(&person(1))).is_err());
        assert_eq!(last(), Outcome::Invalid);
        assert!(Flow::to("", "").check().is_err());
    });
}

#[test]
fn a_migration_takes_plaintext_counts_it_and_ends() {
    let policy = |until: &str| {
        format!("{POLICY}\n[[migration]]\ndataset = \"flows.people\"\nuntil = \"{until}\"\n")
    };
    let recorder = Recorder::new(&policy("2099-01-01"));
    recorder.run(|| {
        let plain =
            format!(r#"{{"id":1,"name":"{}","email":"{}"}}"#, canary::word(), canary::email());
        let parse = |text: &str| read().run(|| serde_json::from_str::<Person>(text));
        let person = parse(&plain).unwrap();
        assert_eq!(recorder.runtime().counters().plaintext_reads(), 2);
        let sealed = table().run(|| json(&person)).unwrap();
        assert!(parse(&sealed).unwrap().name == person.name);
        assert_eq!(recorder.runtime().counters().plaintext_reads(), 2, "no more");
        recorder.runtime().reload(Policy::from_toml(&policy("2020-01-01")).unwrap()).unwrap();
        assert!(parse(&plain).is_err());
        assert_eq!(last(), Outcome::UnexpectedPlaintext);
        assert!(parse(&sealed).is_ok());
    });
}

#[test]
fn many_locations_are_folded_into_one_visible_place() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = taggant::Runtime::builder(folder.path()).max_locations(10).build().unwrap();
    runtime.scope(|| {
        for n in 0..30 {
            let flow = Flow::to("https://api.example", &format!("users/{n}"));
            flow.run(|| json(&person(1))).unwrap();
        }
    });
    runtime.drain().unwrap();
    let mut places: Vec<String> =
        runtime.ledger().flows().unwrap().into_iter().map(|edge| edge.location).collect();
    places.sort();
    places.dedup();
    assert_eq!(places.len(), 11, "{places:?}");
    assert!(places.iter().any(|place| place == "taggant://flow/many"));
}
