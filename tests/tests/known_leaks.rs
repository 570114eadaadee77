//! The leaks that this field is known for, one test each, named after the behaviour.

use std::collections::{BTreeMap, HashMap};

use serde_json::Value;
use taggant::{Error, Flow, Groups, Outcome, Policy, Runtime, Sensitive, Tagged};
use taggant_testing::{LeakProbe, Recorder, canary};

const OPEN: &str = "[[allow]]\naction = [\"open\", \"lookup\"]\ncategory = \"user\"\n";

#[derive(Clone, PartialEq, Tagged)]
#[tagged(dataset = "leaks.people", subject(customer = id), row = id)]
struct Person {
    #[clear]
    id: u64,
    #[tag("user.name")]
    name: String,
    #[tag("user.contact.email", mask = email, lookup = "email_index")]
    email: Option<String>,
    #[tag("user.contact.phone_number", mask = last(4))]
    phone: Option<String>,
}

fn person(id: u64) -> Person {
    Person { id, name: canary::name(), email: Some(canary::email()), phone: Some(canary::phone()) }
}

fn to() -> Flow {
    Flow::to("postgres://db", "people")
}
fn from() -> Flow {
    Flow::from("postgres://db", "people").purpose("essential")
}

fn last() -> Outcome {
    Error::last().expect("a typed error").outcome()
}

#[test]
fn partial_masks_hide_short_values_whole() {
    let short = Person {
        id: 1,
        name: "Li".into(),
        email: Some("a@b.c".into()),
        phone: Some("1234".into()),
    };
    let text = format!("{short:?}");
    for part in ["Li", "a@b", "b.c", "1234", "234"] {
        assert!(!text.contains(part), "{part} in {text}");
    }
}

#[test]
fn debug_of_keys_runtimes_flows_and_builders_shows_no_secret() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = Runtime::builder(folder.path()).build().unwrap();
    let root = std::fs::read_to_string(folder.path().join("root.key")).unwrap();
    let id = canary::email();
    let flow = to().subject("customer", &id).reason("r");
    let sensitive = Sensitive::new(canary::card());
    let text = format!(
        "{runtime:?} {flow:?} {sensitive:?} {:?}",
        taggant::root::from_file(&folder.path().join("root.key"))
    );
    LeakProbe::new()
        .value("root", root.split(' ').nth(1).unwrap())
        .value("id", &id)
        .assert_sealed(&text);
    assert!(text.contains("<sensitive>"), "{text}");
}

#[test]
fn no_feature_and_no_environment_variable_unseals() {
    // Features of the crates that users build with: each adds, none weakens.
    for (name, allowed) in [
        // `embedded` brings where things are kept, and decides nothing about what is sealed.
        ("taggant", &["default", "embedded", "tracing"][..]),
        // `contract` has what any store must do, as functions for the tests of drivers.
        ("taggant-core", &["contract", "default", "uuid"][..]),
        ("taggant-derive", &[][..]),
        ("taggant-ledger", &["contract"][..]),
        ("taggant-store", &[][..]),
    ] {
        let path = format!("{}/../crates/{name}/Cargo.toml", env!("CARGO_MANIFEST_DIR"));
        let manifest: toml::Table = std::fs::read_to_string(path).unwrap().parse().unwrap();
        let features = manifest.get("features").and_then(toml::Value::as_table);
        for feature in features.into_iter().flat_map(toml::Table::keys) {
            assert!(allowed.contains(&feature.as_str()), "{name}: {feature}");
        }
        let folder = format!("{}/../crates/{name}/src", env!("CARGO_MANIFEST_DIR"));
        let asks = asks_its_surroundings(folder.as_ref());
        let allowed = match name {
            // Under `contract`, for tests: where the variable `CI` is true, a skip is a failure.
            "taggant-core" => &["skip.rs"][..],
            // The root key may stand in a variable; that it does says its owner, in code.
            "taggant-store" => &["text.rs"],
            // A package's name and version stand in the record of its types for the inventory.
            "taggant-derive" => &["record.rs"],
            _ => &[],
        };
        assert_eq!(asks, allowed, "{name}");
    }
}

/// The source files that read environment variables, or do otherwise in tests and debug builds.
fn asks_its_surroundings(folder: &std::path::Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(asks_its_surroundings(&path));
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let asks = ["env::var", "option_env!", "cfg!(", "cfg(not(test", "cfg(debug_assertions"];
        // The one use of `cfg(test)` is to leave a module of tests out.
        let tests = text.matches("cfg(test)").count();
        let modules = text.matches("#[cfg(test)]\nmod ").count();
        if asks.iter().any(|word| text.contains(word)) || tests != modules {
            found.push(path.file_name().unwrap().to_string_lossy().into_owned());
        }
    }
    found
}

#[test]
fn to_value_and_round_trips_through_another_format_stay_sealed() {
    Recorder::new(OPEN).run(|| {
        let person = person(1);
        let probe = LeakProbe::watch(&person);
        let (yaml, bytes) = to().run(|| {
            let value: Value = serde_json::to_value(&person).unwrap();
            (serde_yaml_ng::to_string(&value).unwrap(), rmp_serde::to_vec_named(&value).unwrap())
        });
        probe.assert_sealed(&yaml);
        probe.assert_sealed(&bytes);
        let back: Value = serde_yaml_ng::from_str(&yaml).unwrap();
        let read = || serde_json::from_value::<Person>(back);
        assert!(from().run(read).unwrap() == person);
    });
}

#[test]
fn redacted_text_is_not_taken_back_into_storage() {
    Recorder::new(OPEN).run(|| {
        let person = person(1);
        let masked = Flow::log("app").run(|| serde_json::to_string(&person)).unwrap();
        let ingest = Flow::ingest("https://api.example", "people");
        assert!(ingest.run(|| serde_json::from_str::<Person>(&masked)).is_err());
        assert_eq!(last(), Outcome::UnexpectedEnvelope);
        assert!(from().run(|| serde_json::from_str::<Person>(&masked)).is_err());
        for text in [format!("{:?}", Sensitive::new(String::new())), "***".to_owned()] {
            let posted = serde_json::json!({"id": 1, "name": text});
            assert!(ingest.run(|| serde_json::from_value::<Person>(posted)).is_err(), "{text}");
            assert_eq!(last(), Outcome::UnexpectedEnvelope);
        }
    });
}

#[test]
fn a_captured_envelope_posted_to_an_api_does_not_come_back_decrypted() {
    #[derive(Tagged)]
    #[tagged(dataset = "leaks.profile", subject(customer = id), row = none)]
    struct Profile {
        #[clear]
        id: u64,
        #[tag("user.content")]
        plain: String,
        #[tag("user.content")]
        protected: Sensitive<String>,
        #[tag("user.content")]
        list: Vec<String>,
    }
    Recorder::new("[[allow]]\naction = [\"open\", \"reveal\"]\ncategory = \"user\"\n").run(|| {
        let victim = Profile {
            id: 1,
            plain: canary::name(),
            protected: canary::name().into(),
            list: vec![canary::name()],
        };
        let row = to().run(|| serde_json::to_value(&victim)).unwrap();
        let ingest = Flow::ingest("https://api.example", "profile").purpose("essential");
        for (field, value) in [
            ("plain", row["plain"].clone()),
            ("plain", format!(" {}", row["plain"].as_str().unwrap()).into()),
            ("protected", row["protected"].clone()),
            ("list", Value::Array(vec![row["list"].clone()])),
        ] {
            let mut posted = serde_json::json!({
                "id": 1, "plain": "hello there", "protected": "hello there", "list": []
            });
            posted[field] = value;
            assert!(ingest.run(|| serde_json::from_value::<Profile>(posted)).is_err(), "{field}");
            assert_eq!(last(), Outcome::UnexpectedEnvelope, "{field}");
        }
    });
}

#[test]
fn bulk_and_alternative_paths_seal_as_the_plain_one_does() {
    let recorder = Recorder::new(OPEN);
    recorder.run(|| {
        let people: Vec<Person> = (0..5).map(person).collect();
        let probe = LeakProbe::watch(&people);
        let one = &people[0];
        let written = to().run(|| {
            let map: HashMap<u64, &Person> = people.iter().map(|p| (p.id, p)).collect();
            let tree: BTreeMap<&str, Vec<&Person>> = [("all", people.iter().collect())].into();
            let mut csv = csv::Writer::from_writer(Vec::new());
            people.iter().for_each(|p| csv.serialize(p).unwrap());
            let mut lines = Vec::new();
            people.iter().for_each(|p| serde_json::to_writer(&mut lines, p).unwrap());
            vec![
                serde_json::to_vec(&people).unwrap(),
                serde_json::to_vec(&map).unwrap(),
                serde_json::to_vec(&tree).unwrap(),
                serde_json::to_vec(&(one, Some(one), Box::new(one), [one], Ok::<_, ()>(one)))
                    .unwrap(),
                serde_json::to_vec(&std::borrow::Cow::Borrowed(one)).unwrap(),
                serde_json::to_vec_pretty(&Box::new(one.clone())).unwrap(),
                postcard::to_stdvec(&people).unwrap(),
                csv.into_inner().unwrap(),
                lines,
            ]
        });
        written.iter().for_each(|bytes| probe.assert_sealed(bytes));
        probe.assert_sealed(recorder.folder());
    });
}

#[test]
fn an_erased_person_is_not_re_created_by_the_next_write_and_no_cache_outlives_it() {
    let recorder = Recorder::new(OPEN);
    recorder.run(|| {
        let (gone, stays) = (person(1), person(2));
        let row = to().run(|| serde_json::to_string(&gone)).unwrap();
        let other = to().run(|| serde_json::to_string(&stays)).unwrap();
        let receipt = recorder.runtime().erase("customer", &1_u64).unwrap();
        assert!(receipt.lines.iter().any(|line| line.location == "postgres://db/people"));
        let read = |row: &str| from().run(|| serde_json::from_str::<Person>(row));
        assert!(read(&row).is_err());
        assert_eq!(last(), Outcome::Erased);
        assert!(to().run(|| serde_json::to_string(&gone)).is_err());
        assert_eq!(last(), Outcome::Erased);
        recorder.runtime().prefetch("customer", &[1_u64]).unwrap();
        assert!(to().run(|| serde_json::to_string(&gone)).is_err());
        assert!(read(&other).unwrap() == stays);
        LeakProbe::watch(&gone).assert_sealed(&receipt.to_string());
    });
}

#[test]
fn rotation_does_something_and_corrupts_nothing() {
    let recorder = Recorder::new(OPEN);
    recorder.run(|| {
        let person = person(1);
        let write = || to().run(|| serde_json::to_string(&person)).unwrap();
        let read = |row: &str| from().run(|| serde_json::from_str::<Person>(row)).unwrap();
        let index = |row: &str| serde_json::from_str::<Value>(row).unwrap()["email_index"].clone();
        let old = write();
        let keys = recorder.runtime().keys();
        assert_eq!(keys.rotate_branch("default", "main", false).unwrap(), 1);
        assert_eq!(keys.rotate_data("default", "main").unwrap(), 1);
        let generation = keys.rotate_index("default", "leaks.people", "email_index").unwrap();
        let new = write();
        let key = |row: &str| {
            serde_json::from_str::<Value>(row).unwrap()["name"].as_str().unwrap()[22..43].to_owned()
        };
        assert_ne!(key(&old), key(&new), "the new write has a new key");
        assert_ne!(index(&old), index(&new));
        assert_eq!(generation, 2);
        assert!(read(&old) == person && read(&new) == person);
        // Both generations are asked for, so that old rows are still found.
        let email = person.email.clone().unwrap();
        let asked = from().run(|| Person::EMAIL.lookup(&email)).unwrap();
        let asked: Vec<Value> = asked.iter().map(|value| value.to_hex().into()).collect();
        assert_eq!(asked, [index(&new), index(&old)]);
    });
}

#[test]
fn the_register_of_fields_is_not_silently_empty() {
    let recorder = Recorder::new(OPEN);
    recorder.run(|| to().run(|| serde_json::to_string(&person(1))).unwrap());
    recorder.runtime().drain().unwrap();
    let fields = recorder.runtime().ledger().fields().unwrap();
    let tagged: Vec<&str> = fields
        .iter()
        .filter(|f| f.role == taggant::ledger::Role::Tag)
        .map(|f| f.path.as_str())
        .collect();
    assert_eq!(tagged, ["name", "email", "phone"]);
}

#[test]
fn erasing_one_key_group_leaves_what_must_be_kept() {
    #[derive(Tagged)]
    #[tagged(dataset = "leaks.invoices", subject(customer = id), row = id, group = "invoices")]
    struct Invoice {
        #[clear]
        id: u64,
        #[tag("user.name")]
        name: String,
    }
    let recorder = Recorder::new(OPEN);
    recorder.run(|| {
        let invoice = Invoice { id: 1, name: canary::name() };
        let kept = to().run(|| serde_json::to_string(&invoice)).unwrap();
        let gone = to().run(|| serde_json::to_string(&person(1))).unwrap();
        let groups = Groups::These(vec!["main".to_owned()]);
        recorder.runtime().erase_in("default", "customer", &1_u64, &groups).unwrap();
        assert!(from().run(|| serde_json::from_str::<Person>(&gone)).is_err());
        let back = from().run(|| serde_json::from_str::<Invoice>(&kept)).unwrap();
        assert_eq!(back.name, invoice.name);
    });
}

#[test]
fn a_restored_key_store_does_not_un_erase() {
    let folder = tempfile::tempdir().unwrap();
    let copy = tempfile::tempdir().unwrap();
    let policy = || Policy::from_toml(OPEN).unwrap();
    let open =
        || Runtime::builder(folder.path()).policy(policy()).journal_slots(64).build().unwrap();
    let runtime = open();
    let row = runtime.scope(|| to().run(|| serde_json::to_string(&person(1)))).unwrap();
    drop(runtime);
    for file in ["keys.db", "keys.db-wal"] {
        let _ = std::fs::copy(folder.path().join(file), copy.path().join(file));
    }
    let runtime = open();
    runtime.erase("customer", &1_u64).unwrap();
    drop(runtime);
    for file in ["keys.db", "keys.db-wal", "keys.db-shm"] {
        let _ = std::fs::remove_file(folder.path().join(file));
        let _ = std::fs::copy(copy.path().join(file), folder.path().join(file));
    }
    let runtime = open();
    let read = || from().run(|| serde_json::from_str::<Person>(&row));
    assert!(runtime.scope(read).is_err());
    assert_eq!(last(), Outcome::Erased);
}
