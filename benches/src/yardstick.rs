//! The yardstick record, written, read and printed by every library.

use std::fmt::Write as _;
use std::hint::black_box;

use crate::hand::Hand;
use crate::measure::{Case, Measured, interleaved};
#[cfg(feature = "peers")]
use crate::peers;
use crate::record::{Plain, Sealed, Unopened};
use crate::store::{self, Store};

/// So many people take turns, each with a key of their own.
const PEOPLE: usize = 64;

/// One thing of each kind per person, in turn.
struct Turns<T> {
    items: Vec<T>,
    next: usize,
}

impl<T> Turns<T> {
    fn new(make: impl FnMut(u64) -> T) -> Self {
        Self { items: (0..PEOPLE as u64).map(make).collect(), next: 0 }
    }

    fn next(&mut self) -> &T {
        self.next = (self.next + 1) % PEOPLE;
        &self.items[self.next]
    }
}

fn json<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("the record has a JSON form")
}

fn from_json<T: serde::de::DeserializeOwned>(text: &str) -> T {
    serde_json::from_str(text).expect("what was written can be read")
}

fn sealed(id: u64) -> String {
    store::to().run(|| json(&Sealed::sample(id)))
}

/// A case that writes a record of each person in turn.
macro_rules! writes {
    ($name:literal, $record:ty, $write:expr) => {{
        let mut records = Turns::new(<$record>::sample);
        Case::new($name, move || drop(black_box($write(records.next()))))
    }};
}

/// A case that reads documents that were written from `$record`.
macro_rules! reads {
    ($name:literal, $record:ty) => {{
        let mut documents = Turns::new(|id| json(&<$record>::sample(id)));
        Case::new($name, move || drop(black_box(from_json::<$record>(documents.next()))))
    }};
}

macro_rules! prints {
    ($name:literal, $record:ty) => {{
        let mut records = Turns::new(<$record>::sample);
        let mut out = String::with_capacity(1024);
        Case::new($name, move || {
            out.clear();
            write!(out, "{:?}", records.next()).expect("memory");
            black_box(&out);
        })
    }};
}

/// Serializing to a JSON string.
pub(crate) fn write(rounds: usize) -> Vec<Measured> {
    let store = Store::new(16_384);
    store.runtime.scope(|| {
        let hand = Hand::new();
        let mut longer = Turns::new(|id| from_json::<Plain>(&sealed(id)));
        let flow = store::to();
        let mut cases = vec![
            writes!("plain serde_json", Plain, json),
            Case::new("plain serde_json, a document as long as the sealed one", move || {
                drop(black_box(json(longer.next())));
            }),
            writes!("AES-GCM by hand, no serde, one key", Plain, |record| hand.write(record)),
        ];
        #[cfg(feature = "peers")]
        cases.extend([
            writes!("secrecy + aes-gcm by hand", peers::secrecy::Record, json),
            writes!("serde-encrypt", peers::serde_encrypt::Record, json),
            writes!("tink-aead", peers::tink::Record, json),
            writes!("vitaminc-encrypt", peers::vitaminc::Record, json),
        ]);
        cases.push(writes!("taggant, everything on", Sealed, |record| flow.run(|| json(record))));
        interleaved(&mut cases, rounds, &|| store.settle())
    })
}

/// Deserializing from a JSON string.
pub(crate) fn read(rounds: usize) -> Vec<Measured> {
    let store = Store::new(16_384);
    store.runtime.scope(|| {
        let hand = Hand::new();
        let mut longer = Turns::new(sealed);
        let mut by_hand = Turns::new(|id| hand.write(&Plain::sample(id)));
        let (mut opened, mut unopened) = (Turns::new(sealed), Turns::new(sealed));
        let flow = store::from();
        let mut cases = vec![
            reads!("plain serde_json", Plain),
            Case::new("plain serde_json, a document as long as the sealed one", move || {
                drop(black_box(from_json::<Plain>(longer.next())));
            }),
            Case::new("AES-GCM by hand, five fields, one key", || {
                drop(black_box(hand.read(by_hand.next())));
            }),
        ];
        #[cfg(feature = "peers")]
        cases.extend([
            reads!("secrecy + aes-gcm by hand", peers::secrecy::Record),
            reads!("serde-encrypt", peers::serde_encrypt::Record),
            reads!("tink-aead", peers::tink::Record),
            reads!("vitaminc-encrypt", peers::vitaminc::Record),
        ]);
        cases.push(Case::new("taggant, five plain fields opened", || {
            drop(black_box(flow.run(|| from_json::<Sealed>(opened.next()))));
        }));
        cases.push(Case::new("taggant, five Sensitive fields left sealed", || {
            drop(black_box(flow.run(|| from_json::<Unopened>(unopened.next()))));
        }));
        interleaved(&mut cases, rounds, &|| store.settle())
    })
}

/// `Debug` into a string that has room.
pub(crate) fn debug(rounds: usize) -> Vec<Measured> {
    let mut cases = vec![prints!("plain derive(Debug)", Plain)];
    #[cfg(feature = "peers")]
    cases.extend([
        prints!("veil, #[redact]", peers::debug::Veil),
        prints!("veil, #[redact(partial)]", peers::debug::VeilPartial),
        prints!("redact", peers::debug::Redact),
        prints!("data_privacy", peers::debug::DataPrivacy),
    ]);
    cases.push(prints!("taggant", Sealed));
    interleaved(&mut cases, rounds, &|| {})
}
