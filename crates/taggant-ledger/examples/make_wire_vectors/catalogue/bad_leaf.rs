//! Leaves that are refused, and leaves whose parts do not belong together.

use serde_json::json;
use taggant_ledger::wire::{Accesses, Entry, Leaf, access_hash, encode_accesses, leaf_hash};

use super::raw::{b, frame, n, s};
use super::{Named, refused, sample, told};

/// The parts of what follows the head of a leaf.
#[derive(Clone)]
struct Body {
    service: &'static str,
    lane: u8,
    number: Vec<u8>,
    sections: Vec<Vec<u8>>,
}

fn body(sections: &[Vec<u8>]) -> Body {
    Body { service: "a", lane: 3, number: n(1), sections: sections.to_vec() }
}

impl Body {
    fn bytes(&self) -> Vec<u8> {
        let lane = [vec![5; 16], s(self.service), vec![self.lane]].concat();
        frame(&[lane, self.number.clone(), vec![6; 32], self.sections.concat()].concat())
    }
}

/// A section of a leaf: its code, its length, its bytes.
fn section(code: u8, bytes: &[u8]) -> Vec<u8> {
    [vec![code], b(bytes)].concat()
}

fn tag(handle: u8, tenant: &str) -> Vec<u8> {
    [vec![handle; 16], vec![2; 16], s(tenant), vec![3; 16]].concat()
}

fn tags(tags: &[Vec<u8>]) -> Vec<u8> {
    section(3, &[n(tags.len() as u64), tags.concat()].concat())
}

pub(super) fn all() -> Vec<Named> {
    [heads(), lanes(), sections(), of_tags()].concat()
}

fn bad(name: &str, comment: &str, sound: &[u8], bytes: &[u8]) -> Named {
    refused("leaf", name, comment, sound, bytes)
}

fn heads() -> Vec<Named> {
    let sound = body(&[section(1, &[7; 20])]).bytes();
    let length = u8::try_from(sound.len() - 7).expect("a short one");
    let head = |head: [u8; 7]| [&head[..], &sound[7..]].concat();
    let end = sound.len() - 1;
    vec![
        bad("nothing", "no bytes at all", &sound, &[]),
        bad("head-cut", "six bytes", &sound, &sound[..6]),
        bad("magic-1", "another first byte", &sound, &head([0xFF, 0xD2, 1, 0, 0, 0, length])),
        bad(
            "magic-2",
            "the second byte of an envelope",
            &sound,
            &head([0xFE, 0xD1, 1, 0, 0, 0, length]),
        ),
        bad("version-0", "version 0", &sound, &head([0xFE, 0xD2, 0, 0, 0, 0, length])),
        bad("version-2", "version 2", &sound, &head([0xFE, 0xD2, 2, 0, 0, 0, length])),
        bad(
            "length-high",
            "a length of a byte more",
            &sound,
            &head([0xFE, 0xD2, 1, 0, 0, 0, length + 1]),
        ),
        bad(
            "length-low",
            "a length of a byte less",
            &sound,
            &head([0xFE, 0xD2, 1, 0, 0, 0, length - 1]),
        ),
        bad(
            "length-too-large",
            "a length of 64 MiB and a byte",
            &sound,
            &head([0xFE, 0xD2, 1, 4, 0, 0, 1]),
        ),
        bad("cut", "the last byte is missing", &sound, &sound[..end]),
        bad("trailing", "a byte after the leaf", &sound, &[&sound[..], &[0]].concat()),
    ]
}

fn lanes() -> Vec<Named> {
    let sound = body(&[]);
    let with = |name: &str, comment: &str, change: &dyn Fn(&mut Body)| {
        let mut changed = sound.clone();
        change(&mut changed);
        bad(name, comment, &sound.bytes(), &changed.bytes())
    };
    vec![
        with("lane-64", "a lane above 63", &|body| body.lane = 64),
        with("service-break", "a service with a line break", &|body| body.service = "a\nb"),
        with("number-64-bits", "a leaf's number of 2^63", &|body| body.number = n(1 << 63)),
        with("number-longer", "a number in two bytes that one holds", &|body| {
            body.number = vec![0x81, 0]
        }),
    ]
}

fn sections() -> Vec<Named> {
    let (content, rows) = (section(1, &[7; 20]), section(2, &[8; 20]));
    let tags = tags(&[tag(1, "t")]);
    let of = |sections: &[&Vec<u8>]| {
        body(&sections.iter().map(|section| (*section).clone()).collect::<Vec<_>>()).bytes()
    };
    let all = of(&[&content, &rows, &tags]);
    let short = section(1, &[7; 16]);
    vec![
        bad("section-0", "a section of code 0", &all, &of(&[&section(0, &[7; 20]), &content])),
        bad(
            "section-4",
            "a section that is unknown",
            &all,
            &of(&[&content, &section(4, &[7; 20])]),
        ),
        bad("section-order", "sections out of order", &all, &of(&[&content, &tags, &rows])),
        bad("section-twice", "a section twice", &of(&[&content]), &of(&[&content, &content])),
        bad("content-salt-only", "a salt without content", &of(&[&content]), &of(&[&short])),
        bad(
            "content-salt-cut",
            "a salt of 15 bytes",
            &of(&[&content]),
            &of(&[&section(1, &[7; 15])]),
        ),
        bad(
            "accesses-salt-only",
            "a salt without rows",
            &of(&[&content, &rows]),
            &of(&[&content, &section(2, &[8; 16])]),
        ),
        bad("accesses-alone", "accesses without a content", &of(&[&content, &rows]), &of(&[&rows])),
        bad("tags-alone", "tags without a content", &of(&[&content, &tags]), &of(&[&tags])),
    ]
}

fn of_tags() -> Vec<Named> {
    let of = |tags: Vec<u8>| body(&[section(1, &[7; 20]), tags]).bytes();
    let (one, two) = (of(tags(&[tag(1, "t")])), of(tags(&[tag(1, "t"), tag(2, "t")])));
    let trailing = section(3, &[n(1), tag(1, "t"), vec![0]].concat());
    vec![
        bad("tags-none", "a section of no tags", &one, &of(tags(&[]))),
        bad("tags-order", "tags out of order", &two, &of(tags(&[tag(2, "t"), tag(1, "t")]))),
        bad("tags-twice", "two tags of one handle", &two, &of(tags(&[tag(1, "t"), tag(1, "u")]))),
        bad("tags-trailing", "a byte after the last tag", &one, &of(trailing)),
        bad("tags-tenant", "a tenant with a line break", &one, &of(tags(&[tag(1, "t\n")]))),
    ]
}

/// Their form is sound. What they say is not.
pub(super) fn that_do_not_open() -> Vec<Named> {
    let (batch, people) = (sample::leaf_of_batch(2), sample::leaf_of_people(1));
    let other = Entry { run: None, accesses: None, ..sample::batch() };
    let salt = [0x52; 16];
    let with_rows = |count: u64, number: u64| {
        let rows = encode_accesses(&[sample::row(number)]);
        let accesses = Some(Accesses { count, hash: access_hash(&salt, &rows) });
        let leaf = sample::leaf(2, &Entry { accesses, ..sample::batch() });
        Leaf { accesses: Some((salt, rows)), ..leaf }
    };
    let (content, salt_of_content) = (vec![1, 0], [1; 16]);
    let malformed = Leaf {
        hash: leaf_hash(&salt_of_content, &content),
        content: Some((salt_of_content, content)),
        ..sample::leaf(0, &Entry::default())
    };
    let mut tagged = [people.clone(), people.clone(), people.clone()];
    tagged[0].tags[0].tag = [8; 16];
    tagged[1].tags[0].tenant = "other".into();
    tagged[2].tags[1].handle.0 = [9; 16];
    let [tag, tenant, stranger] = tagged;
    vec![
        unopened("hash", "the hash of another content", &Leaf { hash: [0; 32], ..batch.clone() }),
        unopened("content", "the content is none", &malformed),
        unopened(
            "accesses",
            "the accesses of another leaf",
            &Leaf { accesses: batch.accesses, ..sample::leaf(2, &other) },
        ),
        unopened(
            "accesses-salt",
            "another salt of the accesses",
            &Leaf {
                accesses: Some(([0; 16], encode_accesses(&sample::rows()))),
                ..sample::leaf(2, &sample::batch())
            },
        ),
        unopened("accesses-count", "fewer accesses than the content says", &with_rows(2, 8)),
        unopened("accesses-outside", "an access of an event after the run", &with_rows(1, 12)),
        unopened("tag", "another tag than the person's", &tag),
        unopened("tag-tenant", "another tenant than the person's", &tenant),
        unopened("tag-stranger", "a tag of somebody who is not new here", &stranger),
    ]
}

fn unopened(name: &str, comment: &str, leaf: &Leaf) -> Named {
    assert!(sample::leaf_of_batch(2).open().is_ok() && sample::leaf_of_people(1).open().is_ok());
    assert!(leaf.open().is_err(), "{name}: it opens");
    let (bytes, value) = (told::hex(&leaf.encode()), told::leaf(leaf));
    let vector = json!({ "form": "leaf", "comment": comment, "bytes": bytes, "expected": "ok",
                         "value": value, "opens": "refused" });
    (format!("bad-open-{name}"), vector)
}
