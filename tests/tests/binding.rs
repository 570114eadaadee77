//! An envelope opens where it was sealed, unchanged, and nowhere else.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use taggant::{Error, Flow, Outcome, Sensitive, Tagged};
use taggant_testing::Recorder;

const POLICY: &str =
    "[[allow]]\naction = [\"open\", \"reveal\", \"lookup\"]\ncategory = \"user\"\n";

#[derive(Clone, PartialEq, Tagged)]
#[tagged(dataset = "people", subject(customer = id), row = (id, version))]
struct Person {
    #[clear]
    id: u64,
    #[clear]
    version: u8,
    #[tag("user.name")]
    name: String,
    #[tag("user.job_title")]
    title: String,
    #[tag("user.contact.email", lookup = "email_index")]
    email: String,
    #[nested]
    billing: Address,
    #[nested]
    shipping: Address,
    #[tag("user.account", subject(employee = agent))]
    note: Option<String>,
    #[clear]
    agent: Option<u64>,
}

#[derive(Clone, PartialEq, Tagged)]
#[tagged(dataset = "addresses", row = none, unbound)]
struct Address {
    #[tag("user.contact.address.street")]
    street: String,
}

fn person(id: u64) -> Person {
    Person {
        id,
        version: 1,
        name: format!("name {id}"),
        title: "Dr.".into(),
        email: format!("p{id}@example.org"),
        billing: Address { street: "Billing St".into() },
        shipping: Address { street: "Shipping St".into() },
        note: Some("a note of the agent".into()),
        agent: Some(5),
    }
}

fn to() -> Flow {
    Flow::to("postgres://db", "people")
}
fn from() -> Flow {
    Flow::from("postgres://db", "people").purpose("essential")
}

fn sealed(person: &Person) -> Value {
    to().run(|| serde_json::to_value(person)).unwrap()
}

fn outcome(document: Value) -> Option<Outcome> {
    match from().run(|| serde_json::from_value::<Person>(document)) {
        Ok(_) => None,
        Err(_) => Some(Error::last().expect("a typed error").outcome()),
    }
}

fn with(document: &Value, pointer: &str, value: Value) -> Value {
    let mut changed = document.clone();
    *changed.pointer_mut(pointer).unwrap() = value;
    changed
}

fn bytes(envelope: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(envelope.strip_prefix("tgt1.").unwrap()).unwrap()
}

fn text(bytes: &[u8]) -> Value {
    format!("tgt1.{}", URL_SAFE_NO_PAD.encode(bytes)).into()
}

#[test]
fn every_single_bit_change_is_rejected_with_the_right_outcome() {
    Recorder::new(POLICY).run(|| {
        let document = sealed(&person(1));
        let good = bytes(document["name"].as_str().unwrap());
        assert_eq!(outcome(with(&document, "/name", text(&good))), None);
        for bit in 0..good.len() * 8 {
            let mut bad = good.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            let expected = match bit / 8 {
                0..4 => Outcome::UnknownFormat,
                4 if bit % 8 > 2 => Outcome::UnknownFormat,
                4 => Outcome::Tampered,
                5..13 => Outcome::WrongField,
                13..29 => Outcome::KeyNotFound,
                _ => Outcome::Tampered,
            };
            let got = outcome(with(&document, "/name", text(&bad)));
            assert_eq!(got, Some(expected), "byte {} bit {}", bit / 8, bit % 8);
        }
        for length in 0..good.len() {
            let got = outcome(with(&document, "/name", text(&good[..length])));
            assert!(
                matches!(got, Some(Outcome::Tampered | Outcome::UnknownFormat)),
                "{length}: {got:?}"
            );
        }
        let longer = [good.as_slice(), &[0]].concat();
        assert_eq!(outcome(with(&document, "/name", text(&longer))), Some(Outcome::Tampered));
    });
}

#[test]
fn values_swapped_between_fields_rows_twins_and_people_do_not_open() {
    Recorder::new(POLICY).run(|| {
        let (one, two) = (sealed(&person(1)), sealed(&person(2)));
        assert_eq!(outcome(one.clone()), None);
        let moved = |to: &str, value: &Value| outcome(with(&one, to, value.clone()));
        // Another field.
        assert_eq!(moved("/name", &one["title"]), Some(Outcome::WrongField));
        // Another person's.
        assert_eq!(moved("/name", &two["name"]), Some(Outcome::WrongSubject));
        // The agent's note is the agent's in both, and bound to the row all the same.
        assert_eq!(moved("/note", &two["note"]), Some(Outcome::Tampered));
        // Another row of the same person.
        let newer = sealed(&Person { version: 2, ..person(1) });
        assert_eq!(moved("/name", &newer["name"]), Some(Outcome::Tampered));
        // Nested twins.
        assert_eq!(moved("/billing/street", &one["shipping"]["street"]), Some(Outcome::Tampered));
        // The whole record under another id, and under another row.
        assert_eq!(outcome(with(&one, "/id", json!(2))), Some(Outcome::WrongSubject));
        assert_eq!(outcome(with(&one, "/version", json!(9))), Some(Outcome::Tampered));
        // Another agent.
        assert_eq!(outcome(with(&one, "/agent", json!(6))), Some(Outcome::WrongSubject));
        assert_eq!(outcome(with(&one, "/agent", Value::Null)), Some(Outcome::WrongSubject));
    });
}

#[test]
fn another_tenants_values_do_not_open() {
    Recorder::new(POLICY).run(|| {
        let theirs = to().tenant("acme").run(|| serde_json::to_value(person(1))).unwrap();
        assert_eq!(outcome(theirs.clone()), Some(Outcome::WrongTenant));
        let read = || serde_json::from_value::<Person>(theirs);
        assert!(from().tenant("acme").run(read).is_ok());
    });
}

#[test]
fn a_copied_blind_index_value_is_found_when_the_value_is_opened() {
    Recorder::new(POLICY).run(|| {
        let (one, two) = (sealed(&person(1)), sealed(&person(2)));
        let hijacked = with(&one, "/email_index", two["email_index"].clone());
        assert_eq!(outcome(hijacked), Some(Outcome::Tampered));
        let values = from().run(|| Person::EMAIL.lookup("P1@Example.org ")).unwrap();
        assert_eq!(Value::from(values[0].to_hex()), one["email_index"]);
    });
}

#[derive(PartialEq, Tagged)]
#[tagged(dataset = "docs", subject(customer = id), row = id, integrity = "_seal")]
struct Whole {
    #[clear(authenticated)]
    id: u64,
    #[clear(authenticated)]
    role: String,
    #[tag("user.name")]
    name: Option<String>,
    #[tag("user.job_title")]
    title: Option<String>,
    #[nested]
    homes: Vec<Address>,
}

#[test]
fn integrity_finds_what_single_envelopes_cannot() {
    Recorder::new(POLICY).run(|| {
        let whole = |name: &str| Whole {
            id: 1,
            role: "user".into(),
            name: Some(name.into()),
            title: None,
            homes: vec![Address { street: "A".into() }, Address { street: "B".into() }],
        };
        let write = |whole: &Whole| to().run(|| serde_json::to_value(whole)).unwrap();
        let read = |document: Value| match from().run(|| serde_json::from_value::<Whole>(document))
        {
            Ok(_) => None,
            Err(_) => Some(Error::last().expect("a typed error").outcome()),
        };
        let (old, new) = (write(&whole("old")), write(&whole("new")));
        assert_eq!(read(new.clone()), None);
        let tampered = Some(Outcome::Tampered);
        assert_eq!(read(with(&new, "/name", old["name"].clone())), tampered, "rolled back");
        assert_eq!(read(with(&new, "/name", Value::Null)), tampered, "nulled");
        assert_eq!(read(with(&new, "/role", json!("admin"))), tampered, "clear field");
        assert_eq!(read(with(&new, "/_seal", Value::Null)), tampered, "seal nulled");
        assert_eq!(read(with(&new, "/_seal", old["_seal"].clone())), tampered, "seal of another");
        let mut fewer = new.clone();
        fewer["homes"].as_array_mut().unwrap().pop();
        assert_eq!(read(fewer), tampered, "a nested record less");
        let mut more = new.clone();
        let home = more["homes"][0].clone();
        more["homes"].as_array_mut().unwrap().push(home);
        assert_eq!(read(more), tampered, "a nested record more");
        let mut gone = new.clone();
        gone.as_object_mut().unwrap().remove("_seal");
        assert_eq!(read(gone), tampered, "seal removed");
        // The whole old row is genuine: rollback of a whole row is not found (docs/THREATS.md).
        assert_eq!(read(old), None);
    });
}

#[derive(PartialEq, Tagged)]
#[tagged(dataset = "secrets", subject(customer = id), row = none)]
struct Secret {
    #[clear]
    id: u64,
    #[tag("user.health_and_medical", seal_none)]
    diagnosis: Option<String>,
}

#[test]
fn none_is_not_told_from_some_where_the_field_seals_none() {
    Recorder::new(POLICY).run(|| {
        let write = |diagnosis: Option<&str>| {
            let secret = Secret { id: 1, diagnosis: diagnosis.map(str::to_owned) };
            to().run(|| serde_json::to_value(&secret)).unwrap()
        };
        let (none, some) = (write(None), write(Some("asthma")));
        let length = |document: &Value| document["diagnosis"].as_str().unwrap().len();
        assert_eq!(length(&none), length(&some));
        assert_eq!(bytes(none["diagnosis"].as_str().unwrap())[..5], [0xFE, 0xD1, 1, 1, 4]);
        assert_eq!(bytes(some["diagnosis"].as_str().unwrap())[..5], [0xFE, 0xD1, 1, 1, 4]);
        let nulled = with(&some, "/diagnosis", Value::Null);
        assert!(from().run(|| serde_json::from_value::<Secret>(nulled)).is_err());
        assert_eq!(Error::last().unwrap().outcome(), Outcome::Tampered);
        let read = |document| from().run(|| serde_json::from_value::<Secret>(document)).unwrap();
        assert_eq!(read(none).diagnosis, None);
        assert_eq!(read(some).diagnosis.as_deref(), Some("asthma"));
    });
}

mod renamed {
    use super::{Address, Tagged};

    /// `people` after a rename of dataset and fields.
    #[derive(Tagged)]
    #[tagged(dataset = "persons", alias = "people", subject(customer = id), row = (id, version))]
    pub(super) struct Person {
        #[clear]
        pub(super) id: u64,
        #[clear]
        pub(super) version: u8,
        #[tag("user.name", alias = "name")]
        #[serde(rename = "name")]
        pub(super) full_name: String,
        #[nested(alias = "billing")]
        #[serde(rename = "billing")]
        pub(super) invoice: Address,
    }
}

#[test]
fn aliases_keep_old_names_readable() {
    Recorder::new(POLICY).run(|| {
        let old = sealed(&person(1));
        let read = || serde_json::from_value::<renamed::Person>(old);
        let new = from().run(read).unwrap();
        assert_eq!((new.id, new.version), (1, 1));
        assert_eq!(new.full_name, "name 1");
        assert_eq!(new.invoice.street, "Billing St");
    });
}

#[test]
fn the_nonce_of_a_record_counts_and_two_records_share_none() {
    Recorder::new(POLICY).run(|| {
        let nonce = |value: &Value| bytes(value.as_str().unwrap())[29..53].to_vec();
        let document = sealed(&person(1));
        let (name, title) = (nonce(&document["name"]), nonce(&document["title"]));
        assert_eq!(name[..12], title[..12], "one derived key per record and data key");
        assert_ne!(name, title);
        assert_ne!(nonce(&document["note"])[..12], name[..12], "another person's key");
        assert_ne!(nonce(&sealed(&person(1))["name"])[..12], name[..12], "another record");
    });
}

#[derive(Tagged)]
#[tagged(dataset = "binding.indexed", subject(customer = id), row = id)]
struct Indexed {
    #[clear]
    id: u64,
    #[tag("user.contact.email", lookup = "email_index")]
    email: Sensitive<String>,
    #[tag("user.contact.phone_number", lookup = "phone_index", normalizer = exact)]
    phone: Option<Sensitive<u64>>,
}

#[test]
fn a_copied_index_value_beside_a_sensitive_is_found_when_it_is_revealed() {
    let policy = "[[allow]]\naction = [\"open\", \"reveal\", \"reseal\"]\ncategory = \"user\"\n";
    taggant_testing::Recorder::new(policy).run(|| {
        let to = Flow::to("a://b", "c");
        let from = Flow::from("a://b", "c").purpose("essential");
        let row = |id: u64| {
            let email = format!("person{id}@example.com").into();
            let record = Indexed { id, email, phone: Some((600_000_000 + id).into()) };
            serde_json::to_value(to.seal(&record)).expect("sealed")
        };
        let read = |row: &serde_json::Value| from.read::<Indexed, _>(row).expect("kept sealed");
        let revealed = |record: &Indexed| {
            let email = from.run(|| record.email.reveal().map(drop));
            let phone = from.run(|| record.phone.as_ref().expect("there").reveal().map(drop));
            [email, phone].map(|outcome| outcome.map_err(|error| error.outcome()))
        };
        let (mut one, two) = (row(1), row(2));
        assert_eq!(revealed(&read(&one)), [Ok(()), Ok(())]);
        one["email_index"] = two["email_index"].clone();
        assert_eq!(revealed(&read(&one)), [Err(Outcome::Tampered), Ok(())]);
        one["phone_index"] = two["phone_index"].clone();
        assert_eq!(revealed(&read(&one)), [Err(Outcome::Tampered), Err(Outcome::Tampered)]);
    });
}

#[derive(Tagged)]
#[tagged(dataset = "binding.letters", subject(customer = id), row = id)]
struct Letter {
    #[clear]
    id: u64,
    #[tag("user.contact.email", lookup = "to_index")]
    to: Sensitive<String>,
}

#[test]
fn a_value_that_is_resealed_under_another_index_has_the_index_value_of_its_new_place() {
    let policy = "[[allow]]\naction = [\"open\", \"reveal\", \"reseal\", \"lookup\"]\n\
        category = \"user\"\n";
    taggant_testing::Recorder::new(policy).run(|| {
        let to = Flow::to("a://b", "c").purpose("essential");
        let from = Flow::from("a://b", "c").purpose("essential");
        let email: Sensitive<String> = "person1@example.com".to_owned().into();
        let record = Indexed { id: 1, email, phone: None };
        let row = serde_json::to_value(to.seal(&record)).expect("sealed");
        let stored: Indexed = from.read(&row).expect("kept sealed");
        let letter = Letter { id: 1, to: stored.email };
        let resealed = serde_json::to_value(to.seal(&letter)).expect("resealed");
        assert_ne!(resealed["to_index"], row["email_index"]);
        let wanted = from.run(|| Letter::TO.lookup("person1@example.com")).expect("looked up");
        assert!(wanted.iter().any(|value| resealed["to_index"] == value.to_hex()));
        let read: Letter = from.read(&resealed).expect("kept sealed");
        assert_eq!(from.run(|| read.to.reveal().cloned()).expect("whole"), "person1@example.com");
    });
}
