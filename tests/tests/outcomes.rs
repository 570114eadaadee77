//! What stands in a field decides the outcome, not the format nor the order of the fields; during a
//! migration both are taken, from every format.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use taggant::{Error, Flow, Outcome, Result, Sensitive, Tagged};
use taggant_testing::{Recorder, canary};

const POLICY: &str = r#"
[[allow]]
action = ["open", "reveal"]
category = "user"
purpose = "essential"
"#;

fn migrating() -> String {
    format!("{POLICY}\n[[migration]]\ndataset = \"outcomes\"\nuntil = \"2099-12-31\"\n")
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Deep {
    list: Vec<String>,
    number: u16,
}

#[derive(Tagged)]
#[tagged(dataset = "outcomes", subject(customer = id), row = id)]
struct Record {
    #[clear]
    id: u64,
    #[tag("user.name")]
    text: String,
    #[tag("user.financial")]
    number: i64,
    #[tag("user.demographic")]
    flag: bool,
    #[tag("user.content")]
    deep: Deep,
    #[tag("user.contact")]
    maybe: Option<String>,
    #[tag("user.financial")]
    perhaps: Option<u32>,
    #[tag("user.contact.email")]
    kept: Sensitive<String>,
}

/// The same before taggant.
#[derive(Clone, Serialize)]
struct Plain {
    id: u64,
    text: String,
    number: i64,
    flag: bool,
    deep: Deep,
    maybe: Option<String>,
    perhaps: Option<u32>,
    kept: String,
}

fn plain() -> Plain {
    Plain {
        id: 1,
        text: canary::name(),
        number: -5,
        flag: true,
        deep: Deep { list: vec!["x".into(), "y".into()], number: 7 },
        maybe: Some(canary::name()),
        perhaps: Some(9),
        kept: canary::email(),
    }
}

fn record(plain: &Plain) -> Record {
    let Plain { id, text, number, flag, deep, maybe, perhaps, kept } = plain.clone();
    Record { id, text, number, flag, deep, maybe, perhaps, kept: kept.into() }
}

fn table() -> Flow {
    Flow::to("postgres://db", "t")
}
fn stored() -> Flow {
    Flow::from("postgres://db", "t").purpose("essential")
}

fn same(record: &Record, plain: &Plain) -> bool {
    let kept = stored().run(|| record.kept.reveal().cloned()).expect("revealed");
    (record.id, &record.text, record.number, record.flag, &record.deep, &record.maybe)
        == (plain.id, &plain.text, plain.number, plain.flag, &plain.deep, &plain.maybe)
        && record.perhaps == plain.perhaps
        && kept == plain.kept
}

/// A format: how a value is written and read.
trait Format {
    const NAME: &'static str;
    /// Whether it says what it holds, so that plaintext can be told from an envelope.
    const TELLS: bool = true;
    fn write<T: Serialize>(value: &T) -> Vec<u8>;
    fn read<T: DeserializeOwned>(flow: &Flow, bytes: &[u8]) -> Result<T>;
}

macro_rules! a_format {
    ($type:ident, $tells:literal, |$value:ident| $write:expr, |$flow:ident, $bytes:ident| $read:expr) => {
        struct $type;
        impl Format for $type {
            const NAME: &'static str = stringify!($type);
            const TELLS: bool = $tells;
            fn write<T: Serialize>($value: &T) -> Vec<u8> {
                $write
            }
            fn read<T: DeserializeOwned>($flow: &Flow, $bytes: &[u8]) -> Result<T> {
                $read
            }
        }
    };
}

a_format!(Json, true, |value| serde_json::to_vec(value).unwrap(), |flow, bytes| {
    flow.read_json(bytes)
});
a_format!(
    JsonValue,
    true,
    |value| serde_json::to_value(value).unwrap().to_string().into_bytes(),
    |flow, bytes| flow.read(serde_json::from_slice::<serde_json::Value>(bytes).unwrap())
);
a_format!(
    Yaml,
    true,
    |value| serde_yaml_ng::to_string(value).unwrap().into_bytes(),
    |flow, bytes| flow.read(serde_yaml_ng::Deserializer::from_slice(bytes))
);
a_format!(Toml, true, |value| toml::to_string(value).unwrap().into_bytes(), |flow, bytes| {
    flow.read(toml::Deserializer::parse(std::str::from_utf8(bytes).unwrap()).unwrap())
});
a_format!(RonText, true, |value| ron::to_string(value).unwrap().into_bytes(), |flow, bytes| {
    flow.read(&mut ron::Deserializer::from_bytes(bytes).unwrap())
});
a_format!(Named, true, |value| rmp_serde::to_vec_named(value).unwrap(), |flow, bytes| {
    flow.read(&mut rmp_serde::Deserializer::from_read_ref(bytes))
});
a_format!(Unnamed, true, |value| rmp_serde::to_vec(value).unwrap(), |flow, bytes| {
    flow.read(&mut rmp_serde::Deserializer::from_read_ref(bytes))
});
a_format!(
    CborValue,
    true,
    |value| {
        let mut out = Vec::new();
        ciborium::into_writer(value, &mut out).unwrap();
        out
    },
    |flow, bytes| {
        let value: ciborium::Value = ciborium::from_reader(bytes).unwrap();
        flow.run(|| value.deserialized()).map_err(|_| Error::last().expect("typed"))
    }
);
a_format!(CborReader, true, |value| CborValue::write(value), |flow, bytes| {
    flow.run(|| ciborium::from_reader(bytes)).map_err(|_| Error::last().expect("typed"))
});
a_format!(Bson, true, |value| bson::serialize_to_vec(value).unwrap(), |flow, bytes| {
    flow.run(|| bson::deserialize_from_slice(bytes)).map_err(|_| Error::last().expect("typed"))
});
a_format!(Postcard, false, |value| postcard::to_stdvec(value).unwrap(), |flow, bytes| {
    flow.read(&mut postcard::Deserializer::from_bytes(bytes))
});
a_format!(
    Bincode,
    false,
    |value| bincode::serde::encode_to_vec(value, bincode::config::standard()).unwrap(),
    |flow, bytes| {
        let config = bincode::config::standard();
        flow.run(|| bincode::serde::decode_from_slice(bytes, config).map(|(value, _)| value))
            .map_err(|_| Error::last().expect("typed"))
    }
);

a_format!(
    Xml,
    true,
    |value| quick_xml::se::to_string_with_root("r", value).unwrap().into_bytes(),
    |flow, bytes| {
        flow.read(&mut quick_xml::de::Deserializer::from_str(std::str::from_utf8(bytes).unwrap()))
    }
);
a_format!(Flexbuffers, true, |value| flexbuffers::to_vec(value).unwrap(), |flow, bytes| {
    flow.read(flexbuffers::Reader::get_root(bytes).unwrap())
});

a_format!(
    DynamoDb,
    true,
    |value| {
        let item: serde_dynamo::Item = serde_dynamo::to_item(value).unwrap();
        serde_json::to_vec(&item).unwrap()
    },
    |flow, bytes| {
        let item: serde_dynamo::Item = serde_json::from_slice(bytes).unwrap();
        flow.run(|| serde_dynamo::from_item(item)).map_err(|_| Error::last().expect("typed"))
    }
);

thread_local! {
    /// Values of Avro without a schema, by what they are called: tests hand bytes about.
    static AVRO: std::cell::RefCell<Vec<apache_avro::types::Value>> = const { std::cell::RefCell::new(Vec::new()) };
}
a_format!(
    Avro,
    true,
    |value| {
        let value = apache_avro::to_value(value).unwrap();
        AVRO.with_borrow_mut(|values| {
            values.push(value);
            vec![u8::try_from(values.len() - 1).unwrap()]
        })
    },
    |flow, bytes| {
        let value = AVRO.with_borrow(|values| values[usize::from(bytes[0])].clone());
        flow.run(|| apache_avro::from_value(&value)).map_err(|_| Error::last().expect("typed"))
    }
);

macro_rules! each_format {
    ($check:ident) => {
        $check::<DynamoDb>();
        $check::<Avro>();
        $check::<Json>();
        $check::<JsonValue>();
        $check::<Yaml>();
        $check::<Toml>();
        $check::<RonText>();
        $check::<Named>();
        $check::<Unnamed>();
        $check::<CborValue>();
        $check::<CborReader>();
        $check::<Bson>();
        $check::<Xml>();
        $check::<Flexbuffers>();
        $check::<Postcard>();
        $check::<Bincode>();
    };
}

fn reads_sealed_and_plaintext<F: Format>() {
    let plain = plain();
    let sealed = Recorder::new(POLICY);
    sealed.run(|| {
        let row = F::write(&table().seal(&record(&plain)));
        let back: Record = F::read(&stored(), &row).unwrap_or_else(|e| panic!("{}: {e}", F::NAME));
        assert!(same(&back, &plain), "{}", F::NAME);
    });
    let migrating = Recorder::new(&migrating());
    migrating.run(|| {
        let row = F::write(&table().seal(&record(&plain)));
        let back: Record =
            F::read(&stored(), &row).unwrap_or_else(|e| panic!("{} migrating: {e}", F::NAME));
        assert!(same(&back, &plain), "{}", F::NAME);
        assert_eq!(migrating.runtime().counters().plaintext_reads(), 0, "{}", F::NAME);
        if F::TELLS {
            let row = F::write(&plain);
            let back: Record =
                F::read(&stored(), &row).unwrap_or_else(|e| panic!("{} plaintext: {e}", F::NAME));
            assert!(same(&back, &plain), "{}", F::NAME);
            assert_eq!(migrating.runtime().counters().plaintext_reads(), 7, "{}", F::NAME);
        }
    });
}

#[test]
fn a_migration_reads_sealed_and_plaintext_rows_of_every_format() {
    each_format!(reads_sealed_and_plaintext);
}

#[derive(Tagged)]
#[tagged(dataset = "outcomes", row = none, unbound)]
struct Words {
    #[tag("user.name")]
    word: String,
}

#[test]
fn text_migrates_out_of_formats_that_do_not_say_what_they_hold() {
    Recorder::new(&migrating()).run(|| {
        let old = Words { word: canary::name() };
        let row = postcard::to_stdvec(&(&old.word,)).unwrap();
        assert!(Postcard::read::<Words>(&stored(), &row).expect("plaintext").word == old.word);
        let row = Bincode::write(&(&old.word,));
        assert!(Bincode::read::<Words>(&stored(), &row).expect("plaintext").word == old.word);
        let row = Postcard::write(&table().seal(&old));
        assert!(Postcard::read::<Words>(&stored(), &row).expect("sealed").word == old.word);
    });
}

/// One field of another type, and how it is called.
macro_rules! one {
    ($name:ident, $type:ty) => {
        #[derive(Tagged)]
        #[tagged(dataset = "outcomes.one", row = none, unbound)]
        struct $name {
            #[tag("user.content")]
            #[allow(dead_code)]
            field: $type,
        }
    };
}
one!(Text, String);
one!(Number, i64);
one!(Flag, bool);
one!(List, Vec<u32>);
one!(Structure, Deep);
one!(Maybe, Option<u64>);
one!(Kept, Sensitive<u64>);

#[derive(Serialize)]
struct One<T> {
    field: T,
}

fn refused<T: DeserializeOwned, F: Format>(
    flow: &Flow,
    bytes: &[u8],
    expected: Outcome,
    what: &str,
) {
    let error = F::read::<T>(flow, bytes).err().unwrap_or_else(|| panic!("{what}: {}", F::NAME));
    assert_eq!(error.outcome(), expected, "{what} of {}: {error}", F::NAME);
    assert_eq!(error.field(), Some("outcomes.one.field"), "{what} of {}: {error}", F::NAME);
}

fn tells<F: Format>() {
    if !F::TELLS {
        return;
    }
    Recorder::new(POLICY).run(|| {
        let from = stored();
        let plain = Outcome::UnexpectedPlaintext;
        refused::<Text, F>(&from, &F::write(&One { field: "x" }), plain, "text");
        refused::<Number, F>(&from, &F::write(&One { field: 5 }), plain, "a number");
        refused::<Flag, F>(&from, &F::write(&One { field: true }), plain, "a boolean");
        refused::<List, F>(&from, &F::write(&One { field: vec!["a"] }), plain, "a list");
        refused::<List, F>(&from, &F::write(&One { field: vec![5000] }), plain, "numbers");
        let deep = Deep { list: vec![], number: 1 };
        refused::<Structure, F>(&from, &F::write(&One { field: &deep }), plain, "a struct");
        refused::<Maybe, F>(&from, &F::write(&One { field: Some(5) }), plain, "an option");
        refused::<Kept, F>(&from, &F::write(&One { field: 5 }), plain, "a Sensitive");
        let ingest = Flow::ingest("https://api.example", "in");
        let sealed = Outcome::UnexpectedEnvelope;
        let to = table();
        let text = F::write(&to.seal(&Text { field: "x".into() }));
        let some = F::write(&to.seal(&Maybe { field: Some(5) }));
        refused::<Text, F>(&ingest, &text, sealed, "text");
        refused::<Number, F>(&ingest, &text, sealed, "a number");
        refused::<Flag, F>(&ingest, &text, sealed, "a boolean");
        if F::NAME != "Xml" {
            // There a list is what stands several times, and a struct any element.
            refused::<List, F>(&ingest, &text, sealed, "a list");
            refused::<Structure, F>(&ingest, &text, sealed, "a struct");
        }
        refused::<Maybe, F>(&ingest, &some, sealed, "an option");
        refused::<Kept, F>(&ingest, &text, sealed, "a Sensitive");
    });
}

#[test]
fn plaintext_in_storage_and_envelopes_from_outside_have_one_outcome_in_every_format() {
    each_format!(tells);
}

#[test]
fn the_outcome_does_not_depend_on_the_order_of_the_fields() {
    Recorder::new(POLICY).run(|| {
        let row = serde_json::to_value(table().seal(&record(&plain()))).unwrap();
        let fields: Vec<(String, serde_json::Value)> =
            row.as_object().unwrap().clone().into_iter().collect();
        for turn in 0..fields.len() {
            let mut turned = fields.clone();
            turned.rotate_left(turn);
            let json = |fields: &[(String, serde_json::Value)]| {
                let fields: Vec<String> =
                    fields.iter().map(|(key, value)| format!("\"{key}\":{value}")).collect();
                format!("{{{}}}", fields.join(","))
            };
            assert!(stored().read_json::<Record>(json(&turned)).is_ok());
            let at = turned.iter().position(|(key, _)| key == "number").unwrap();
            turned[at].1 = 5.into();
            let error = stored().read_json::<Record>(json(&turned)).err().unwrap();
            assert_eq!(error.outcome(), Outcome::UnexpectedPlaintext);
            assert_eq!(error.field(), Some("outcomes.number"));
        }
    });
}
