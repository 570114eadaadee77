//! The journal's bytes: keys, headers, places, slots of each kind; and bad ones, one failure each.

use serde_json::{Value, json};
use taggant_core::event::{
    DefineKind, EventFlags, PAYLOAD, RecordEvent, RecordKind, Unit, encode_record, encode_text,
};
use taggant_core::journal::{Header, InstanceId, SlotMac, sealed};
use taggant_core::tag::{KeyId, SubjectTag};

use super::{Named, hex};

const KEY: [u8; 32] = *b"an invented key of an instance..";
const OTHER: [u8; 32] = *b"the invented key of another one.";
const TIME: u64 = 1_767_225_600_123_456_789;

pub(super) fn all() -> Vec<Named> {
    [vec![keys()], places(), headers(), events(), texts(), bad()].concat()
}

fn mac() -> SlotMac {
    SlotMac::new(&KEY)
}

fn keys() -> Named {
    let hkdf = hkdf::Hkdf::<sha2::Sha256>::new(None, &KEY);
    let expand = |info: &str, length: usize| {
        let mut out = vec![0; length];
        hkdf.expand(info.as_bytes(), &mut out).expect("a length that HKDF gives");
        hex(&out)
    };
    let vector = json!({
        "kind": "keys",
        "key": hex(&KEY),
        "hash": expand("taggant journal slot hash", 16),
        "cipher": expand("taggant journal slot cipher", 16),
        "header": expand("taggant journal header", 32),
    });
    ("keys".to_owned(), vector)
}

fn places() -> Vec<Named> {
    let places = [(64, 0, 4096), (64, 20, 7936), (64, 21, 8192), (64, 63, 16384), (64, 64, 4096)];
    let place = |(slots, number, offset): (u64, u64, u64)| {
        let vector = json!({"kind": "place", "slots": slots, "number": number, "offset": offset});
        (format!("place-{number}"), vector)
    };
    places.map(place).to_vec()
}

fn header(service: &str) -> Header {
    Header {
        slots: 64,
        folder: [0xF0; 16],
        instance: InstanceId([0xDE; 16]),
        boot: [0xB0; 16],
        writes: 7,
        claimed: 1000,
        committed: 998,
        flushed: 960,
        service: service.to_owned(),
    }
}

fn header_vector(name: &str, bytes: &[u8], header: Option<&Header>) -> Named {
    let value = header.map(|header| {
        json!({
            "slots": header.slots,
            "folder": hex(&header.folder),
            "instance": hex(&header.instance.0),
            "boot": hex(&header.boot),
            "writes": header.writes,
            "claimed": header.claimed,
            "committed": header.committed,
            "flushed": header.flushed,
            "service": header.service,
        })
    });
    let kind = if value.is_some() { "good" } else { "bad" };
    let vector = json!({"kind": "header", "key": hex(&KEY), "bytes": hex(bytes), "value": value});
    (format!("{kind}-header-{name}"), vector)
}

fn headers() -> Vec<Named> {
    let (plain, long) = (header("checkout"), header(&"kassé".repeat(42)));
    let mut all = vec![
        header_vector("plain", &plain.encode(&mac()), Some(&plain)),
        header_vector("long-name", &long.encode(&mac()), Some(&long)),
        header_vector("other-key", &plain.encode(&SlotMac::new(&OTHER)), None),
        header_vector("zeros", &[0; 512], None),
    ];
    // Changed, and not.
    let mut changed = plain.encode(&mac());
    changed[80] ^= 1;
    all.push(header_vector("changed", &changed, None));
    for (name, at) in [("magic", 0), ("version", 8), ("slot-size", 12), ("name-length", 105)] {
        let mut bytes = plain.encode(&mac());
        bytes[at] ^= 0x80;
        mac().seal_header(&mut bytes);
        all.push(header_vector(name, &bytes, None));
    }
    all
}

fn slots(number: u64, unit: &Unit<'_>) -> Vec<Vec<u8>> {
    let further = (1..unit.slots()).map(|part| unit.further(part));
    let payloads = [unit.head].into_iter().chain(further);
    (number..).zip(payloads).map(|(number, at)| sealed(&mac(), number, &at).to_vec()).collect()
}

fn event_vector(name: String, number: u64, slots: &[Vec<u8>], value: Option<Value>) -> Named {
    let slots: Vec<String> = slots.iter().map(|slot| hex(slot)).collect();
    let kind = if value.is_some() { "good" } else { "bad" };
    let vector = json!({
        "kind": "event",
        "key": hex(&KEY),
        "number": number,
        "slots": slots,
        "value": value,
    });
    (format!("{kind}-{name}"), vector)
}

/// An event with something in every place.
fn full(kind: RecordKind) -> RecordEvent {
    let mut event = RecordEvent::new(kind);
    event.outcome = 4;
    event.flags = EventFlags(EventFlags::WRAPPED | EventFlags::FURTHER);
    event.time_ns = TIME;
    [event.dataset, event.location, event.purpose, event.actor] = [1, 2, 3, 4];
    [event.on_behalf, event.tenant, event.scope, event.label] = [5, 6, 7, 0xFFFF_FFFF];
    (event.subject, event.key) = (Some(SubjectTag([0x5A; 16])), Some(KeyId([0xC1; 16])));
    event.trace = std::array::from_fn(|at| at as u8);
    event.actions = taggant_core::tag::Actions(std::array::from_fn(|at| at as u8 * 7));
    (event.first_field, event.field) = (64, 513);
    event.refers = 0x0102_0304_0506_0708;
    event
}

fn event_value(event: &RecordEvent) -> Value {
    json!({
        "record": event.kind.name(),
        "outcome": event.outcome,
        "flags": event.flags.0,
        "time_ns": event.time_ns,
        "dataset": event.dataset,
        "location": event.location,
        "purpose": event.purpose,
        "actor": event.actor,
        "on_behalf": event.on_behalf,
        "tenant": event.tenant,
        "scope": event.scope,
        "subject": event.subject.map(|tag| hex(&tag.0)),
        "data_key": event.key.map(|key| hex(&key.0)),
        "trace": hex(&event.trace),
        "actions": hex(&event.actions.0),
        "first_field": event.first_field,
        "field": event.field,
        "label": event.label,
        "refers": event.refers,
        "reason": event.reason(),
    })
}

fn events() -> Vec<Named> {
    let one = |name: String, number: u64, event: &RecordEvent| {
        let slots = slots(number, &encode_record(event));
        event_vector(name, number, &slots, Some(event_value(event)))
    };
    let kinds = (0..).zip(RecordKind::ALL);
    let mut all: Vec<Named> = kinds
        .map(|(number, kind)| one(format!("record-{}", kind.name()), number, &full(kind)))
        .collect();
    let mut empty = RecordEvent::new(RecordKind::Write);
    empty.time_ns = TIME;
    all.push(one("record-empty".to_owned(), 1 << 63, &empty));
    for length in [1, 28, 29, 192, 193, 1024] {
        let mut event = full(RecordKind::Access);
        event.set_reason(&"ticket 4711, ".repeat(79)[..length]);
        all.push(one(format!("reason-{length}"), 1000, &event));
    }
    let mut event = full(RecordKind::Access);
    event.set_reason(&"größer ".repeat(200));
    all.push(one("reason-cut".to_owned(), 1000, &event));
    all
}

fn text_vector(name: &str, kind: DefineKind, text: &str) -> Named {
    let unit = encode_text(kind, 9, TIME, text).expect("it fits");
    let value = json!({
        "text": format!("{kind:?}").to_lowercase(),
        "number": 9,
        "time_ns": TIME,
        "value": text,
    });
    event_vector(format!("text-{name}"), 41, &slots(41, &unit), Some(value))
}

fn texts() -> Vec<Named> {
    let start =
        "service\tcheckout\nprogram\t/usr/bin/checkout\nbuild\tb1\npid\t7\nboot\t\npolicy\t00\n";
    let dataset = "customers\tmain\nc3e4e46eac14b93a\temail\ttag\tuser.contact.email\n";
    vec![
        text_vector("start", DefineKind::Start, start),
        text_vector("dataset", DefineKind::Dataset, dataset),
        text_vector("location", DefineKind::Location, "postgres://shop:5432/shop.public.customers"),
        text_vector("purpose", DefineKind::Purpose, "essential.service"),
        text_vector("actor", DefineKind::Actor, "svc:checkout"),
        text_vector("tenant", DefineKind::Tenant, "default"),
        text_vector("label", DefineKind::Label, "customers.email@postgres://shop:5432/shop"),
        text_vector("policy", DefineKind::Policy, &"[[deny]]\ncategory = \"user\"\n".repeat(60)),
        text_vector("scope", DefineKind::Scope, "job 7"),
        text_vector("empty", DefineKind::Actor, ""),
        text_vector("148", DefineKind::Actor, &"a".repeat(148)),
        text_vector("149", DefineKind::Actor, &"ä".repeat(80)[..149 + 1]),
    ]
}

fn bad() -> Vec<Named> {
    let event = full(RecordKind::Access);
    let good = slots(5, &encode_record(&event)).remove(0);
    let mut all = Vec::new();
    let mut one = |name: &str, number: u64, slots: &[Vec<u8>]| {
        all.push(event_vector(name.to_owned(), number, slots, None));
    };
    for (name, at) in [("commit-word", 0), ("mac", 8), ("payload-first", 24), ("payload-last", 191)]
    {
        let mut slot = good.clone();
        slot[at] ^= 1;
        one(name, 5, &[slot]);
    }
    one("other-number", 6, std::slice::from_ref(&good));
    let mut moved = good.clone();
    moved[..8].copy_from_slice(&7_u64.to_le_bytes());
    one("moved", 6, &[moved]);
    let mut bare = good.clone();
    bare[8..24].fill(0);
    one("no-mac", 5, &[bare]);
    let payload = encode_record(&event).head;
    one("other-key", 5, &[sealed(&SlotMac::new(&OTHER), 5, &payload).to_vec()]);
    for kind in [0, 9, 0x7E, 0x80, 0x8A, 0xFF] {
        let mut payload: [u8; PAYLOAD] = payload;
        payload[0] = kind;
        one(&format!("kind-{kind}"), 5, &[sealed(&mac(), 5, &payload).to_vec()]);
    }
    let text = "a".repeat(500);
    let parts = slots(5, &encode_text(DefineKind::Actor, 1, TIME, &text).expect("it fits"));
    one("part-missing", 5, &parts[..3]);
    one("parts-first-missing", 6, &parts[1..]);
    let swapped = [0, 2, 1, 3].map(|at: usize| parts[at].clone());
    one("parts-swapped", 5, &swapped);
    let mut utf8 = encode_text(DefineKind::Actor, 1, TIME, "abc").expect("it fits").head;
    utf8[20] = 0xFF;
    one("text-no-utf8", 5, &[sealed(&mac(), 5, &utf8).to_vec()]);
    all
}
