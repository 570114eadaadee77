//! Every bit of every envelope of a record counts, in formats that carry bytes too.

use taggant::{Error, Flow, Outcome, Tagged};
use taggant_testing::Recorder;
use taggant_tests::codec::{Cbor, Codec, MessagePack};

const POLICY: &str = "[[allow]]\naction = \"open\"\ncategory = \"user\"\n";

#[derive(Clone, PartialEq, Tagged)]
#[tagged(dataset = "flips.people", subject(customer = id), row = id)]
struct Person {
    #[clear]
    id: u64,
    #[tag("user.name")]
    name: String,
    #[tag("user.account", seal_none)]
    note: Option<String>,
    #[nested]
    home: Home,
}

#[derive(Clone, PartialEq, Tagged)]
#[tagged(dataset = "flips.homes", row = none, unbound)]
struct Home {
    #[tag("user.contact.address.street")]
    street: String,
}

#[derive(Clone, PartialEq, Tagged)]
#[tagged(dataset = "flips.whole", subject(customer = id), row = id, integrity = "_seal")]
struct Whole {
    #[clear(authenticated)]
    id: u64,
    #[tag("user.name")]
    name: String,
}

fn to() -> Flow {
    Flow::to("postgres://db", "people")
}

fn from() -> Flow {
    Flow::from("postgres://db", "people").purpose("essential")
}

fn outcome<C: Codec, T: serde::de::DeserializeOwned>(bytes: &[u8]) -> Option<Outcome> {
    let read = from().run(|| C::read::<T>(bytes));
    read.err().map(|_| Error::last().map_or(Outcome::Invalid, |error| error.outcome()))
}

/// Where envelopes begin, and how long they are: 69 bytes and 16 of plaintext, or none of it.
fn envelopes(document: &[u8], lengths: &[usize]) -> Vec<(usize, usize)> {
    let starts = document.windows(4).enumerate();
    let starts = starts.filter(|(_, four)| *four == [0xFE, 0xD1, 1, 1]).map(|(at, _)| at);
    let found: Vec<usize> = starts.collect();
    assert_eq!(found.len(), lengths.len());
    found.into_iter().zip(lengths.iter().copied()).collect()
}

fn flip_every_bit<C: Codec, T>(value: &T, lengths: &[usize], is_whole: bool)
where
    T: Tagged + serde::Serialize + serde::de::DeserializeOwned + PartialEq,
{
    let document = to().run(|| C::write(value)).expect("it is sealed");
    assert_eq!(outcome::<C, T>(&document), None);
    for (start, length) in envelopes(&document, lengths) {
        for bit in 0..length * 8 {
            let mut bad = document.clone();
            bad[start + bit / 8] ^= 1 << (bit % 8);
            let expected = match bit / 8 {
                // Without the mark they are bytes like others.
                0..2 => Outcome::UnexpectedPlaintext,
                2..4 => Outcome::UnknownFormat,
                4 if bit % 8 > 2 => Outcome::UnknownFormat,
                4 => Outcome::Tampered,
                5..13 => Outcome::WrongField,
                13..29 => Outcome::KeyNotFound,
                _ => Outcome::Tampered,
            };
            let got = outcome::<C, T>(&bad);
            // Integrity is checked first; the seal itself can't be mistaken for plaintext.
            let is_first = matches!(got, Some(Outcome::Tampered | Outcome::UnknownFormat));
            let is_right = got == Some(expected) || is_whole && is_first;
            assert!(is_right, "envelope at {start}, byte {} bit {}: {got:?}", bit / 8, bit % 8);
        }
    }
}

fn person(note: Option<&str>) -> Person {
    Person {
        id: 7,
        name: "Ada Example".into(),
        note: note.map(str::to_owned),
        home: Home { street: "Long Lane 1".into() },
    }
}

#[test]
fn every_bit_of_every_envelope_counts_in_message_pack() {
    Recorder::new(POLICY).run(|| {
        flip_every_bit::<MessagePack, _>(&person(Some("a note")), &[85, 85, 85], false);
    });
}

#[test]
fn every_bit_of_every_envelope_counts_in_cbor() {
    Recorder::new(POLICY).run(|| {
        flip_every_bit::<Cbor, _>(&person(Some("a note")), &[85, 85, 85], false);
    });
}

#[test]
fn every_bit_of_a_sealed_none_counts() {
    Recorder::new(POLICY).run(|| {
        flip_every_bit::<MessagePack, _>(&person(None), &[85, 85, 85], false);
    });
}

#[test]
fn every_bit_of_a_record_with_integrity_counts() {
    Recorder::new(POLICY).run(|| {
        let whole = Whole { id: 7, name: "Ada Example".into() };
        flip_every_bit::<Cbor, _>(&whole, &[85, 69], true);
    });
}
