//! The direct verbs: a value and its flow, for one call of serde, and nobody else's.

use std::future::Future;
use std::io::{self, Write};
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use serde::{Serialize, Serializer};
use taggant::ledger::Action;
use taggant::{Error, Flow, Outcome, Runtime, Sensitive, Tagged};
use taggant_testing::{LeakProbe, Recorder, canary};

const POLICY: &str = r#"
[[allow]]
action = "open"
category = "user"

[[allow]]
action = "reveal"
category = "user"
purpose = "essential"
"#;

#[derive(Clone, PartialEq, Tagged)]
#[tagged(dataset = "direct.people", subject(customer = id), row = id)]
struct Person {
    #[clear]
    id: u64,
    #[tag("user.name")]
    name: String,
    #[clear]
    country: String,
}

fn person(id: u64) -> Person {
    Person { id, name: canary::name(), country: "ES".to_owned() }
}

fn table() -> Flow {
    Flow::to("postgres://db", "people")
}
fn stored() -> Flow {
    Flow::from("postgres://db", "people")
}
fn partner() -> Flow {
    Flow::to("https://partner.example", "people").purpose("essential")
}

fn json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("JSON")
}

/// Writes a record of its own whenever it is written to, as a logger or a tee might.
struct Tee<'a> {
    stranger: &'a Person,
    seen: Vec<String>,
}

impl Write for Tee<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.seen.push(json(self.stranger));
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn what_is_sealed_is_read_and_what_is_wrapped_is_disclosed() {
    let recorder = Recorder::new(POLICY);
    recorder.run(|| {
        let person = person(1);
        let probe = LeakProbe::watch(&person);
        let row = json(&table().seal(&person));
        probe.assert_sealed(&row);
        probe.assert_sealed(&json(&table().seal_owned(person.clone())));
        assert!(stored().read_json::<Person>(&row).expect("opened") == person);
        let mut reader = serde_json::Deserializer::from_str(&row);
        assert!(stored().read::<Person, _>(&mut reader).expect("opened") == person);
        let plain = json(&partner().wrap(&person));
        assert_eq!(plain, json(&partner().wrap_owned(person.clone())));
        assert!(!probe.find(&plain).is_empty(), "it is disclosed");
        let taken: Person = Flow::ingest("https://api.example", "in").read_json(&plain).unwrap();
        assert!(taken == person);
    });
    recorder.assert_flow("direct.people", "name", "postgres://db/people", Action::Seal);
    recorder.assert_flow("direct.people", "name", "https://partner.example/people", Action::Reveal);
}

#[test]
fn a_wrap_without_the_purpose_of_the_rule_reveals_nothing() {
    Recorder::new(POLICY).run(|| {
        let person = person(1);
        let probe = LeakProbe::watch(&person);
        let flow = Flow::to("https://partner.example", "people");
        probe.assert_sealed(&json(&flow.wrap(&person)));
        let other = flow.clone().purpose("marketing.advertising");
        probe.assert_sealed(&json(&other.wrap(&person)));
        assert!(!probe.find(&json(&partner().wrap(&person))).is_empty(), "with it, it does");
    });
}

#[test]
fn seal_reveals_nothing_whatever_the_policy_says() {
    let recorder = Recorder::new(POLICY);
    recorder.run(|| {
        let person = person(1);
        LeakProbe::watch(&person).assert_sealed(&json(&partner().seal(&person)));
        assert!(recorder.runtime().counters().would_reveal() >= 1, "counted");
    });
}

#[test]
fn a_stranger_inherits_neither_the_flow_nor_its_permission() {
    let recorder = Recorder::new(POLICY);
    recorder.run(|| {
        let (given, stranger) = (person(1), person(2));
        let probe = LeakProbe::watch(&stranger);
        let mut tee = Tee { stranger: &stranger, seen: Vec::new() };
        serde_json::to_writer(&mut tee, &partner().wrap(&given)).expect("written");
        serde_json::to_writer(&mut tee, &table().tenant("acme").seal(&given)).expect("written");
        assert!(tee.seen.len() > 10);
        for row in &tee.seen {
            probe.assert_sealed(row);
            // Not the tenant's of the flow that was around.
            assert!(stored().read_json::<Person>(row).expect("opened") == stranger);
        }
        // A scope that the stranger is in itself counts.
        tee.seen.clear();
        table().tenant("globex").run(|| {
            serde_json::to_writer(&mut tee, &partner().wrap(&given)).expect("written");
        });
        let globex = stored().tenant("globex");
        assert!(globex.read_json::<Person>(&tee.seen[0]).expect("opened") == stranger);
    });
    recorder.assert_flow("direct.people", "name", "taggant://flow/unknown", Action::Seal);
}

#[test]
fn a_stranger_that_reads_meanwhile_has_no_flow() {
    struct Reads<'a>(&'a str, Vec<Outcome>);
    impl io::Read for Reads<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let stranger = serde_json::from_str::<Person>(r#"{"id":1,"name":"x","country":"y"}"#);
            assert!(stranger.is_err());
            self.1.push(Error::last().expect("typed").outcome());
            let length = buffer.len().min(self.0.len()).min(7);
            buffer[..length].copy_from_slice(&self.0.as_bytes()[..length]);
            self.0 = &self.0[length..];
            Ok(length)
        }
    }
    Recorder::new(POLICY).run(|| {
        let person = person(1);
        let row = json(&table().seal(&person));
        let mut reads = Reads(&row, Vec::new());
        let mut reader = serde_json::Deserializer::from_reader(&mut reads);
        assert!(stored().read::<Person, _>(&mut reader).expect("opened") == person);
        assert!(!reads.1.is_empty() && reads.1.iter().all(|outcome| *outcome == Outcome::NoFlow));
    });
}

#[test]
fn records_in_plain_types_and_in_each_other_belong_to_the_verb() {
    #[derive(Serialize)]
    struct Page {
        people: Vec<Person>,
        #[serde(flatten)]
        first: Person,
    }
    #[derive(PartialEq, Tagged)]
    #[tagged(dataset = "direct.teams", row = none, unbound)]
    struct Team {
        #[tag("user.content")]
        sealed: Vec<Person>,
        #[clear]
        clear: Vec<Person>,
    }
    let recorder = Recorder::new(POLICY);
    recorder.run(|| {
        let page = Page { people: vec![person(1), person(2)], first: person(3) };
        let (acme, from) = (table().tenant("acme"), stored().tenant("acme"));
        let row = json(&acme.seal(&page));
        assert_eq!(row.matches("tgt1.").count(), 3);
        assert_eq!(json(&partner().wrap(&page)).matches("tgt1.").count(), 0);
        let team = Team { sealed: vec![person(1)], clear: vec![person(2)] };
        let row = json(&acme.seal(&team));
        assert!(from.read_json::<Team>(&row).expect("opened") == team);
        assert!(stored().read_json::<Team>(&row).is_err(), "all of it is the tenant's");
    });
    assert_eq!(recorder.runtime().counters().unknown_writes(), 0);
}

#[test]
fn an_error_says_field_and_record_and_nothing_of_the_format() {
    Recorder::new(POLICY).run(|| {
        let people = [person(1), person(2), person(3)];
        let mut rows: Vec<serde_json::Value> =
            people.iter().map(|p| serde_json::to_value(table().seal(p)).unwrap()).collect();
        rows[1]["name"] = rows[0]["name"].clone();
        let rows = json(&rows);
        let error = stored().read_json::<Vec<Person>>(&rows).expect_err("moved to another person");
        assert_eq!(error.field(), Some("direct.people.name"));
        assert_eq!(error.record(), Some(1));
        assert_eq!(error.location(), Some("postgres://db/people"));
        assert!(error.to_string().contains("record 1"), "{error}");
        assert_eq!(Error::last().expect("the same").to_string(), error.to_string());
        for text in ["{\"id\": 4111111111111111x", "4111111111111111", "{} x", "[1", ""] {
            let ingest = Flow::ingest("https://api.example", "in");
            let error = ingest.read_json::<Person>(text).expect_err("malformed");
            assert_eq!(error.outcome(), Outcome::Invalid);
            let said = format!("{error} {error:?}");
            for quoted in ["4111", "line", "column", "expected", "EOF"] {
                assert!(!said.contains(quoted), "{said}");
            }
        }
    });
}

#[test]
fn an_error_of_a_write_says_which_record() {
    let policy = format!("{POLICY}\n[[deny]]\naction = \"*\"\ncategory = \"user.content\"\n");
    #[derive(Tagged)]
    #[tagged(dataset = "direct.notes", row = none, unbound)]
    struct Note {
        #[tag("user.content")]
        text: String,
    }
    #[derive(Serialize)]
    #[serde(untagged)]
    enum Item {
        Person(Person),
        Note(Note),
    }
    Recorder::new(&policy).run(|| {
        let text = canary::name();
        let items = [Item::Person(person(1)), Item::Note(Note { text })];
        assert!(serde_json::to_string(&table().seal(&items)).is_err());
        let error = Error::last().expect("typed");
        assert_eq!((error.outcome(), error.record()), (Outcome::Denied, Some(1)));
        assert_eq!(error.field(), Some("direct.notes.text"));
    });
}

/// A type that says its value when it refuses to be written.
struct Talks(String);

impl Serialize for Talks {
    fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        Err(serde::ser::Error::custom(format_args!("I can't write {}", self.0)))
    }
}

#[test]
fn what_a_type_says_of_its_value_when_it_fails_is_not_passed_on() {
    #[derive(Tagged)]
    #[tagged(dataset = "direct.talks", row = none, unbound, skip(Deserialize))]
    struct Record {
        #[tag("user.name")]
        talks: Talks,
    }
    Recorder::new(POLICY).run(|| {
        let secret = canary::card();
        let probe = LeakProbe::new().value("secret", &secret);
        let record = Record { talks: Talks(secret) };
        for written in [
            serde_json::to_string(&partner().wrap(&record)),
            serde_json::to_string(&table().seal(&record)),
            serde_json::to_string(&table().seal(&record.talks)),
            table().run(|| serde_json::to_string(&record)),
        ] {
            let error = written.expect_err("it refuses");
            probe.assert_sealed(&format!("{error} {error:?}"));
        }
    });
}

#[test]
fn a_bare_sensitive_leaves_through_no_verb() {
    Recorder::new(POLICY).run(|| {
        let bare = Sensitive::new(canary::card());
        assert!(serde_json::to_string(&partner().wrap(&bare)).is_err());
        assert!(serde_json::to_string(&table().seal(&bare)).is_err());
    });
}

#[test]
fn flows_and_runtimes_go_through_catch_unwind() {
    fn goes<T: UnwindSafe + RefUnwindSafe + Send + Sync>() {}
    goes::<Flow>();
    goes::<Runtime>();
}

/// Ready at the second poll.
struct Later(bool);

impl Future for Later {
    type Output = ();
    fn poll(mut self: std::pin::Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if std::mem::replace(&mut self.0, true) { Poll::Ready(()) } else { Poll::Pending }
    }
}

#[test]
fn a_runtime_follows_a_future_to_another_thread() {
    let recorder = Recorder::new(POLICY);
    let person = person(1);
    let future = async {
        Later(false).await;
        json(&table().seal(&person))
    };
    let future = recorder.runtime().instrument(future);
    let row = std::thread::scope(|scope| {
        let polled = scope.spawn(|| {
            let mut future = pin!(future);
            let mut context = Context::from_waker(Waker::noop());
            assert!(future.as_mut().poll(&mut context).is_pending());
            assert!(serde_json::to_string(&person).is_err(), "no runtime between the polls");
            match future.as_mut().poll(&mut context) {
                Poll::Ready(row) => row,
                Poll::Pending => panic!("not ready"),
            }
        });
        polled.join().expect("it ran")
    });
    assert!(row.contains("tgt1."));
}

#[test]
fn a_spawner_carries_runtime_and_flow_to_tasks_and_threads() {
    let recorder = Recorder::new(POLICY);
    let person = person(1);
    let acme = table().tenant("acme");
    let spawner = recorder.run(|| acme.run(|| recorder.runtime().spawner()));
    let write = || json(&person);
    let rows = std::thread::scope(|scope| {
        let closure = scope.spawn(spawner.closure(write));
        let future = spawner.future(async { write() });
        let future =
            scope.spawn(|| match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
                Poll::Ready(row) => row,
                Poll::Pending => panic!("not ready"),
            });
        [closure.join().expect("it ran"), future.join().expect("it ran")]
    });
    recorder.run(|| {
        for row in rows {
            let back = stored().tenant("acme").read_json::<Person>(&row).expect("of the tenant");
            assert!(back == person);
        }
        // Made without a flow, it carries none into a scope either.
        let without = recorder.runtime().spawner();
        let row = acme.run(without.closure(write));
        assert!(stored().read_json::<Person>(&row).is_ok(), "the default tenant's");
    });
}

#[test]
fn each_row_of_a_csv_file_is_recorded_once() {
    let recorder = Recorder::new(POLICY);
    recorder.run(|| {
        let people = [person(1), person(2), person(3)];
        let mut sealed = csv::Writer::from_writer(Vec::new());
        let mut wrapped = csv::Writer::from_writer(Vec::new());
        for person in &people {
            sealed.serialize(table().seal(person)).expect("a row");
            wrapped.serialize(partner().wrap(person)).expect("a row");
        }
        let rows = String::from_utf8(sealed.into_inner().expect("written")).expect("text");
        assert_eq!(rows.lines().count(), 4);
        assert!(rows.starts_with("id,name,country\n"), "{rows}");
    });
    for location in ["postgres://db/people", "https://partner.example/people"] {
        let flows = recorder.flows();
        let edge = flows.iter().find(|edge| edge.location == location && edge.path == "name");
        assert_eq!(edge.expect("recorded").count, 3, "{location}");
    }
}
