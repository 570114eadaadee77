//! Sound parts that vectors are made of.

use taggant_ledger::answers::Handle;
use taggant_ledger::wire::{
    AccessRow, Accesses, Confirmation, Dataset, Derived, Dictionary, Dropped, Entry, Erasure,
    Finding, Instance, LaneName, Leaf, PersonTag, Place, Places, Policy, PolicyChange, Run, Seen,
    Shape, Start, access_hash, encode_accesses, leaf_hash,
};

/// A time of the vectors.
pub(super) const TIME: i64 = 1_767_225_600_000_000_000;

pub(super) fn lane() -> LaneName {
    LaneName { source: [0x5A; 16], service: "checkout".into(), number: 3 }
}

pub(super) fn tag(byte: u8) -> PersonTag {
    PersonTag {
        handle: Handle([byte; 16]),
        salt: [0x50; 16],
        tenant: "default".into(),
        tag: [7; 16],
    }
}

fn seen(count: u64) -> Seen {
    Seen { first_ns: TIME, last_ns: TIME + 1_000_000, count }
}

fn shape() -> Shape {
    let mut actions = [0; 32];
    actions[..2].copy_from_slice(&[0x51, 0x01]);
    Shape {
        dataset: 1,
        kind: 1,
        outcome: 0,
        unknown: false,
        location: 1,
        purpose: 2,
        actor: 3,
        on_behalf: 0,
        tenant: 4,
        first_field: 0,
        actions,
    }
}

/// What a lane's first batch defines.
pub(super) fn definitions() -> Entry {
    let texts = [
        "https://shipper.example",
        "essential.service.operations",
        "svc:checkout",
        "default",
        "customers.email@postgres://shop:5432\n",
    ];
    let define =
        |number: u32, kind| Dictionary { instance: 1, number, kind, target: number.into() };
    Entry {
        instances: vec![Instance { number: 1, id: [0x11; 16] }],
        starts: vec![Start {
            instance: 1,
            time_ns: TIME,
            program: "checkout".into(),
            build: "b1".into(),
            pid: "4711".into(),
            boot: "6d0ec4b0".into(),
            policy: "ab".repeat(32),
        }],
        texts: (1..).zip(texts.map(str::to_owned)).collect(),
        datasets: vec![Dataset {
            number: 1,
            first_ns: TIME,
            description: "customers\tmain\n\
                          06f2a4d7d1c0b3e9\temail\ttag\tuser.contact.email\n"
                .into(),
        }],
        dictionary: vec![define(1, 3), define(2, 4), define(3, 5), define(4, 6), define(5, 7)],
        policies: vec![Policy {
            digest: "add6adadc8f0556f36e8f4c11558a74854b12d450e1cfc5485c3474300bceb1c".into(),
            text: "[[allow]]\naction = \"open\"\n".into(),
            first_ns: TIME,
        }],
        policy_changes: vec![PolicyChange {
            instance: 1,
            number: 6,
            time_ns: TIME,
            digest: "add6adadc8f0556f36e8f4c11558a74854b12d450e1cfc5485c3474300bceb1c".into(),
        }],
        ..Entry::default()
    }
}

/// New people: an entry of their own.
pub(super) fn people() -> Entry {
    let tags = [tag(1), tag(2)];
    Entry { people: tags.iter().map(|tag| (tag.handle, tag.link())).collect(), ..Entry::default() }
}

/// A batch of events with everything that such a one can have.
pub(super) fn batch() -> Entry {
    let place = |kind, form| (Place { dataset: 1, location: 1, kind, form }, seen(2));
    Entry {
        run: Some(Run { instance: 1, first: 7, next: 12, content: [0xC0; 32] }),
        edges: vec![(shape(), seen(2)), (Shape { unknown: true, ..shape() }, seen(1))],
        derivations: vec![(
            Derived { dataset: 1, field: 0, origin: 5, location: 1, action: 5 },
            seen(1),
        )],
        places: vec![
            Places { person: Handle([1; 16]), places: vec![place(1, 1), place(1, 4)] },
            Places { person: Handle([2; 16]), places: vec![place(2, 1)] },
        ],
        outcomes: vec![(1, 0, 3), (1, 9, 1), (3, 0, 1)],
        accesses: Some(Accesses {
            count: 2,
            hash: access_hash(&[0x52; 16], &encode_accesses(&rows())),
        }),
        findings: vec![Finding {
            instance: 1,
            number: 9,
            flaw: 1,
            what: "no event was written".into(),
        }],
        ..Entry::default()
    }
}

/// Erasures and lawful deletions.
pub(super) fn deletions() -> Entry {
    Entry {
        forgotten: vec![Handle([2; 16])],
        erasures: vec![Erasure {
            store: [0x33; 16],
            number: 1,
            handle: Handle([2; 16]),
            time_ns: TIME + 2_000_000,
            groups: "*".into(),
            final_ns: TIME + 302_000_000,
            lines: vec![[
                "customers".into(),
                "https://shipper.example".into(),
                "plaintext was disclosed: ask the recipient to delete it".into(),
            ]],
        }],
        confirmations: vec![Confirmation {
            store: [0x33; 16],
            number: 1,
            line: 1,
            time_ns: TIME + 3_000_000,
        }],
        dropped: vec![Dropped { lane: lane(), leaf: 2 }],
        ..Entry::default()
    }
}

pub(super) fn row(number: u64) -> AccessRow {
    AccessRow {
        number,
        time_ns: TIME + i64::try_from(number).expect("small"),
        kind: 3,
        outcome: 0,
        dataset: 1,
        first_field: 0,
        actions: vec![5],
        field: Some(0),
        location: 1,
        purpose: 2,
        actor: 3,
        on_behalf: 0,
        tenant: 4,
        scope: 0,
        origin: 5,
        person: Some(Handle([1; 16])),
        refers: 0,
        reason: "ticket 4929".into(),
        trace: vec![0x7E; 16],
    }
}

/// One access with everything, one with as little as there can be.
pub(super) fn rows() -> Vec<AccessRow> {
    let bare = AccessRow {
        kind: 6,
        dataset: 0,
        actions: Vec::new(),
        field: None,
        location: 0,
        purpose: 0,
        actor: 0,
        tenant: 0,
        origin: 0,
        person: None,
        refers: 8,
        reason: String::new(),
        trace: Vec::new(),
        ..row(11)
    };
    vec![row(8), bare]
}

/// A leaf of the lane with this content and nothing else.
pub(super) fn leaf(number: u64, entry: &Entry) -> Leaf {
    let (salt, content) = ([0x60 + u8::try_from(number).expect("small"); 16], entry.encode());
    Leaf {
        lane: lane(),
        number,
        hash: leaf_hash(&salt, &content),
        content: Some((salt, content)),
        accesses: None,
        tags: Vec::new(),
    }
}

/// The leaf of [`batch`], with its rows.
pub(super) fn leaf_of_batch(number: u64) -> Leaf {
    Leaf { accesses: Some(([0x52; 16], encode_accesses(&rows()))), ..leaf(number, &batch()) }
}

/// The leaf of [`people`], with their tags.
pub(super) fn leaf_of_people(number: u64) -> Leaf {
    Leaf { tags: vec![tag(1), tag(2)], ..leaf(number, &people()) }
}
