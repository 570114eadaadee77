//! An envelope is never taken for a value: not sealed again, not shown, not kept in the clear.

use serde::{Deserialize, Serialize};
use taggant::{Error, Flow, Outcome, Sensitive, Tagged};
use taggant_testing::{Recorder, canary};

const POLICY: &str = r#"
[[allow]]
action = ["open", "reveal"]
category = "user"
purpose = "essential"
"#;

#[derive(Tagged)]
#[tagged(dataset = "envelopes.source", subject(customer = id), row = id)]
struct Source {
    #[clear]
    id: u64,
    #[tag("user.name")]
    name: String,
}

#[derive(Tagged)]
#[tagged(dataset = "envelopes.text", subject(customer = id), row = id)]
struct Text<T: Serialize + serde::de::DeserializeOwned + std::fmt::Debug> {
    #[clear]
    id: u64,
    #[tag("user.content")]
    tagged: T,
}

#[derive(Tagged)]
#[tagged(dataset = "envelopes.clear", subject(customer = id), row = id)]
struct Loose<T: Serialize + serde::de::DeserializeOwned + std::fmt::Debug> {
    #[clear]
    id: u64,
    #[clear]
    clear: T,
}

#[derive(Tagged)]
#[tagged(dataset = "envelopes.sensitive", subject(customer = id), row = id)]
struct Kept {
    #[clear]
    id: u64,
    #[tag("user.content")]
    kept: Sensitive<String>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Deep {
    list: Vec<String>,
    text: Option<String>,
}

fn table() -> Flow {
    Flow::to("postgres://db", "t").purpose("essential")
}
fn stored() -> Flow {
    Flow::from("postgres://db", "t").purpose("essential")
}
fn partner() -> Flow {
    Flow::to("https://partner.example", "t").purpose("essential")
}

/// An envelope as text and as bytes.
fn envelope() -> (String, Vec<u8>) {
    let source = Source { id: 1, name: canary::name() };
    let row = serde_json::to_value(table().seal(&source)).unwrap();
    let bytes = rmp_serde::to_vec_named(&table().seal(&source)).unwrap();
    let start = bytes.windows(2).position(|two| two == [0xFE, 0xD1]).expect("an envelope");
    (row["name"].as_str().unwrap().to_owned(), bytes[start..].to_vec())
}

fn refused(what: &str, written: Result<String, serde_json::Error>) {
    assert!(written.is_err(), "{what} was written");
    let error = Error::last().expect("typed");
    assert_eq!(error.outcome(), Outcome::UnexpectedEnvelope, "{what}: {error}");
    assert!(error.field().is_some_and(|field| field.starts_with("envelopes.")), "{error}");
    assert!(!error.to_string().contains("tgt1.AAA"), "{error}");
}

/// Each way in which a record may leave.
fn leaves_in_no_way<T: Serialize>(what: &str, record: &T) {
    refused(what, serde_json::to_string(&table().seal(record)));
    refused(what, table().run(|| serde_json::to_string(record)));
    refused(what, serde_json::to_string(&partner().wrap(record)));
    refused(what, serde_json::to_string(record));
}

#[test]
fn an_envelope_is_not_written_as_the_value_of_a_field() {
    Recorder::new(POLICY).run(|| {
        let (text, bytes) = envelope();
        let deep = || Deep { list: vec!["x".into(), text.clone()], text: Some("y".into()) };
        leaves_in_no_way("tagged text", &Text { id: 1, tagged: text.clone() });
        leaves_in_no_way("an option", &Text { id: 1, tagged: Some(text.clone()) });
        leaves_in_no_way("bytes as numbers", &Text { id: 1, tagged: bytes.clone() });
        leaves_in_no_way("a deep value", &Text { id: 1, tagged: deep() });
        leaves_in_no_way("clear text", &Loose { id: 1, clear: text.clone() });
        leaves_in_no_way("clear text in spaces", &Loose { id: 1, clear: format!(" {text}\n") });
        leaves_in_no_way("clear bytes", &Loose { id: 1, clear: bytes });
        leaves_in_no_way("clear and deep", &Loose { id: 1, clear: deep() });
        leaves_in_no_way("raw JSON", &Loose { id: 1, clear: format!("{text:?}") });
        leaves_in_no_way("a Sensitive", &Kept { id: 1, kept: text.into() });
    });
}

#[test]
fn what_only_mentions_an_envelope_is_a_value() {
    Recorder::new(POLICY).run(|| {
        let (text, mut bytes) = envelope();
        bytes.truncate(40);
        for clear in [format!("see {text}"), "tgt1.".to_owned(), "tgt1.words".to_owned()] {
            let loose = Loose { id: 1, clear: clear.clone() };
            let row = serde_json::to_string(&table().seal(&loose)).expect("written");
            assert_eq!(stored().read_json::<Loose<String>>(&row).expect("read").clear, clear);
            let tagged = Text { id: 1, tagged: clear.clone() };
            let row = serde_json::to_string(&table().seal(&tagged)).expect("written");
            assert_eq!(stored().read_json::<Text<String>>(&row).expect("read").tagged, clear);
        }
        assert!(serde_json::to_string(&table().seal(&Loose { id: 1, clear: bytes })).is_ok());
    });
}

#[test]
fn an_envelope_is_not_read_from_a_clear_field() {
    Recorder::new(POLICY).run(|| {
        let (text, bytes) = envelope();
        let ingest = Flow::ingest("https://api.example", "in");
        for flow in [stored(), ingest] {
            for json in [
                format!(r#"{{"id":1,"clear":"{text}"}}"#),
                format!(r#"{{"clear":"{text}","id":1}}"#),
                format!(r#"{{"id":1,"clear":" {text} "}}"#),
            ] {
                let error = flow.read_json::<Loose<String>>(&json).expect_err("refused");
                assert_eq!(error.outcome(), Outcome::UnexpectedEnvelope, "{error}");
                assert_eq!(error.field(), Some("envelopes.clear.clear"));
                let error = flow.read_json::<Loose<serde_json::Value>>(&json).err();
                assert_eq!(error.expect("refused").outcome(), Outcome::UnexpectedEnvelope);
            }
            #[derive(Serialize)]
            struct Plain<'a> {
                id: u64,
                clear: ciborium::Value,
                #[serde(skip)]
                _lifetime: std::marker::PhantomData<&'a ()>,
            }
            let clear = ciborium::Value::Bytes(bytes.clone());
            let plain = Plain { id: 1, clear, _lifetime: std::marker::PhantomData };
            let plain = rmp_serde::to_vec_named(&plain).expect("MessagePack");
            let mut reader = rmp_serde::Deserializer::new(plain.as_slice());
            let error = flow.read::<Loose<ciborium::Value>, _>(&mut reader).expect_err("refused");
            assert_eq!(error.outcome(), Outcome::UnexpectedEnvelope, "{error}");
        }
    });
}

#[test]
fn records_that_hold_envelopes_of_their_own_are_sealed_as_values() {
    #[derive(Tagged)]
    #[tagged(dataset = "envelopes.holder", subject(customer = id), row = id)]
    struct Holder {
        #[clear]
        id: u64,
        #[tag("user.content")]
        sources: Vec<Source>,
        #[clear]
        loose: Option<Source>,
    }
    Recorder::new(POLICY).run(|| {
        let source = |id| Source { id, name: canary::name() };
        let holder = Holder { id: 1, sources: vec![source(2)], loose: Some(source(3)) };
        let row = serde_json::to_string(&table().seal(&holder)).expect("sealed");
        let back: Holder = stored().read_json(&row).expect("opened");
        assert!(back.sources[0].name == holder.sources[0].name);
        let loose = |holder: &Holder| holder.loose.as_ref().expect("there").name.clone();
        assert!(loose(&back) == loose(&holder));
        serde_json::to_string(&partner().wrap(&holder)).expect("revealed");
    });
}
