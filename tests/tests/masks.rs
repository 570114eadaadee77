//! Masks show at most half of a value, and a `Sensitive` gives its text to nobody.

use std::fmt::{self, Write};

use serde::{Deserialize, Serialize, Serializer};
use taggant::{Flow, MaskText, Sensitive, Tagged};
use taggant_testing::{LeakProbe, Recorder, canary};

fn all_of_it(value: &str, out: &mut dyn Write) -> fmt::Result {
    out.write_str(value)
}

fn all_of_them(value: &Names, out: &mut dyn Write) -> fmt::Result {
    write!(out, "{} {}", value.first, value.last)
}

fn initial(value: &str, out: &mut dyn Write) -> fmt::Result {
    write!(out, "{}***", value.chars().next().unwrap_or('?'))
}

#[derive(Serialize, Deserialize)]
struct Names {
    first: String,
    last: String,
}

#[derive(Tagged)]
#[tagged(dataset = "masks.people", subject(customer = id), row = id)]
struct Person {
    #[clear]
    id: u64,
    #[tag("user.contact.email", mask = self::all_of_it)]
    email: String,
    #[tag("user.name", mask = self::all_of_them)]
    names: Names,
    #[tag("user.contact", mask = self::initial)]
    town: String,
}

#[test]
fn a_mask_function_that_prints_all_of_a_value_prints_its_category() {
    Recorder::new("").run(|| {
        let names = Names { first: canary::name(), last: canary::name() };
        let person = Person { id: 1, email: canary::email(), names, town: "Valparaiso".into() };
        let probe = LeakProbe::new()
            .value("email", &person.email)
            .value("first", &person.names.first)
            .value("last", &person.names.last);
        let logged = Flow::log("app").run(|| serde_json::to_string(&person)).expect("masked");
        for text in [format!("{person:?}"), logged] {
            probe.assert_sealed(&text);
            assert!(
                text.contains("<user.contact.email>") && text.contains("<user.name>"),
                "{text}"
            );
            assert!(text.contains("V***"), "a mask that shows little is shown: {text}");
        }
    });
}

/// Asks the `Sensitive` beside it for its text, as often as it is written.
struct Nosy(Sensitive<String>);

impl Serialize for Nosy {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        assert!(!self.0.with_text(&mut |text| panic!("{text} was told")));
        self.0.serialize(serializer)
    }
}

#[derive(Tagged)]
#[tagged(dataset = "masks.nosy", subject(customer = id), row = id, skip(Deserialize))]
struct Curious {
    #[clear]
    id: u64,
    #[tag("user.contact.email")]
    nosy: Nosy,
}

#[derive(Tagged)]
#[tagged(dataset = "masks.taken", subject(customer = id), row = id)]
struct Taken {
    #[clear]
    id: u64,
    #[tag("user.contact.phone_number", mask = last(4), lookup = "phone_index")]
    phone: Sensitive<String>,
}

#[test]
fn a_sensitive_has_no_text_for_code_that_runs_in_a_serialize() {
    let recorder = Recorder::new("");
    recorder.run(|| {
        let ingest = Flow::ingest("https://api.example", "in");
        let json = r#"{"id":1,"phone":"+34 600 123 456"}"#;
        let taken: Taken = ingest.read_json(json).expect("taken");
        let masked = Flow::log("app").run(|| serde_json::to_string(&taken)).expect("masked");
        assert!(masked.contains("********"), "the library's mask is shown all the same: {masked}");
        let row = Flow::to("a://b", "c").run(|| serde_json::to_string(&taken)).expect("sealed");
        assert!(row.contains("phone_index\":\"0"), "and so is the blind index made: {row}");
        let curious = Curious { id: 1, nosy: Nosy(taken.phone) };
        Flow::to("a://b", "c").run(|| serde_json::to_string(&curious)).expect("sealed");
    });
}
