//! What the JSON targets share: a record of many shapes, a runtime, and the oracle that no error
//! text contains what stood in a tagged field.

mod record;

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde_json::Value;
use taggant::{Error, Flow, Policy, Runtime, Sensitive};

pub use record::{Address, Payment, Record};

/// Stands in tagged fields of the documents that the targets begin with.
pub const CANARY: &str = "Zebulon-Quartermaine-4929";

/// The runtime of the process and the envelopes that it has made.
pub struct World {
    pub runtime: Runtime,
    envelopes: Vec<String>,
}

/// Opens it once; the folder goes with the folder of temporary files.
pub fn world() -> &'static World {
    static WORLD: OnceLock<World> = OnceLock::new();
    WORLD.get_or_init(|| {
        let folder = tempfile::tempdir().expect("a folder").keep();
        let policy = Policy::from_toml("[[allow]]\naction = \"open\"\ncategory = \"user\"\n")
            .expect("a policy");
        let runtime = Runtime::builder(folder).policy(policy).build().expect("a runtime");
        runtime.install().expect("the only one");
        let mut envelopes = Vec::new();
        let index_len = 2 * (1 + 16);
        texts(&sealed(), &mut |text| {
            if text.starts_with("tgt1.") || text.len() == index_len {
                envelopes.push(text.to_owned());
            }
        });
        let world = World { runtime, envelopes };
        check_harness(&world);
        world
    })
}

/// A harness that cannot find anything is a defect: the sealed seed opens, and the oracle objects
/// to the error of an ordinary type.
fn check_harness(world: &World) {
    let document = world.document(include_str!("../seeds/json_from/sealed.json"));
    let flow = Flow::from("postgres://db:5432", "fuzz");
    let record = flow.run(|| serde_json::from_str::<Record>(&document)).expect("the seed opens");
    assert_eq!(record.phones, [CANARY], "the seed holds what was sealed");
    let document = format!("{{\"name\":\"{CANARY}\"}}");
    let error = serde_json::from_str::<BTreeMap<String, u8>>(&document).expect_err("a text");
    let caught = shows(&document, &error).is_some();
    assert!(caught, "the oracle does not see a leak");
}

/// A sealed record, as a document.
fn sealed() -> Value {
    let record = Record {
        id: 7,
        name: CANARY.into(),
        email: Some(format!("{CANARY}@example.com")),
        card: Some(Sensitive::new(CANARY.into())),
        born: Some(1971),
        phones: vec![CANARY.into()],
        notes: BTreeMap::from([(CANARY.into(), vec![1, 2])]),
        address: Some(Address { street: CANARY.into(), number: 3 }),
        ways: vec![Payment::Card { number: CANARY.into() }, Payment::Cash],
    };
    let text = Flow::to("postgres://db:5432", "fuzz").run(|| serde_json::to_string(&record));
    serde_json::from_str(&text.expect("sealed")).expect("JSON")
}

impl World {
    /// The document of an input: `@0`, `@1`, .. stand for envelopes that this process has made, so
    /// that a fuzzer that knows no key still reaches what lies behind the cipher.
    pub fn document(&self, input: &str) -> String {
        let mut out = String::with_capacity(input.len());
        let mut rest = input;
        while let Some(at) = rest.find('@') {
            out.push_str(&rest[..at]);
            rest = &rest[at + 1..];
            match rest.bytes().next().filter(u8::is_ascii_digit) {
                Some(digit) => {
                    out.push_str(&self.envelopes[usize::from(digit - b'0') % self.envelopes.len()]);
                    rest = &rest[1..];
                }
                None => out.push('@'),
            }
        }
        out.push_str(rest);
        out
    }
}

fn texts(value: &Value, found: &mut impl FnMut(&str)) {
    match value {
        Value::String(text) => found(text),
        Value::Array(items) => items.iter().for_each(|item| texts(item, found)),
        Value::Object(items) => items.iter().for_each(|(key, item)| {
            // Keys of a tagged map are part of its value.
            found(key);
            texts(item, found);
        }),
        _ => {}
    }
}

const CLEAR: &[&str] = &["id", "number", "by"];

/// The texts in a document that are nobody's business: all but those of `#[clear]` fields.
fn hidden(document: &str) -> Vec<String> {
    let Ok(Value::Object(fields)) = serde_json::from_str::<Value>(document) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let mut keep = |text: &str| found.push(text.to_owned());
    for (name, value) in &fields {
        match name.as_str() {
            "name" | "email" | "card" | "born" | "phones" | "notes" => texts(value, &mut keep),
            "address" => part(value, &mut keep),
            "ways" => match value {
                Value::Array(items) => items.iter().for_each(|item| part(item, &mut keep)),
                other => texts(other, &mut keep),
            },
            _ => {}
        }
    }
    found
}

/// A nested record: where an object is expected anything else is hidden whole.
fn part(value: &Value, keep: &mut impl FnMut(&str)) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                // The number of an address is clear, the number of a card is not: text is never
                // right in the first and is checked as if it were the second where `by` is there.
                let card = fields.contains_key("by") && name == "number";
                if card || !CLEAR.contains(&name.as_str()) {
                    texts(value, keep);
                }
            }
        }
        other => texts(other, keep),
    }
}

/// The longest run of a hidden text that an error may share with it by chance.
const CHANCE: usize = 8;

/// No error text contains more than [`CHANCE`] bytes in a row of a hidden text, which does not
/// stand in the rest of the document too.
pub fn check_error(document: &str, error: &serde_json::Error) {
    if let Some(shown) = shows(document, error) {
        panic!("an error shows a hidden text: {shown}");
    }
}

fn shows(document: &str, error: &serde_json::Error) -> Option<String> {
    let mut shown = format!("{error} {error:?} {error:#?}");
    if let Some(typed) = Error::last() {
        shown.push_str(&format!(" {typed} {typed:?}"));
    }
    let hidden = hidden(document);
    let mut windows = hidden.iter().flat_map(|text| text.as_bytes().windows(CHANCE + 1));
    let leaks = windows.any(|window| {
        std::str::from_utf8(window).is_ok_and(|window| {
            let hides = hidden.iter().map(|text| text.matches(window).count()).sum();
            shown.contains(window)
                && !VOCABULARY.contains(window)
                && document.matches(window).count() <= hides
        })
    });
    leaks.then_some(shown)
}

/// What errors rightly say: names of fields and datasets. A fuzzer learns them too.
const VOCABULARY: &str = include_str!("record.rs");
