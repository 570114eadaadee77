//! The vectors of docs/JOURNAL.md, read with what the journal itself reads with.

use serde_json::{Value, json};
use taggant_core::event::{Bytes, Decoded, PAYLOAD, RecordEvent, decode};
use taggant_core::hex::encode as hex;
use taggant_core::journal::{Header, MAC, SLOT, SlotMac};

use super::{each, unhex};

fn mac(vector: &Value) -> SlotMac {
    SlotMac::new(&unhex(&vector["key"]).unwrap().try_into().unwrap())
}

#[test]
fn every_header_of_a_journal_is_read_as_its_vector_says() {
    each("journal", 60, |file, vector| {
        if vector["kind"] != "header" {
            return;
        }
        let bytes = unhex(&vector["bytes"]).unwrap().try_into().unwrap();
        let header = Header::decode(&bytes, Some(&mac(vector)));
        let value = header.map_or(Value::Null, |header| {
            json!({
                "slots": header.slots,
                "folder": hex(&header.folder),
                "instance": header.instance.to_string(),
                "boot": hex(&header.boot),
                "writes": header.writes,
                "claimed": header.claimed,
                "committed": header.committed,
                "flushed": header.flushed,
                "service": header.service,
            })
        });
        assert_eq!(value, vector["value"], "{file}");
    });
}

#[test]
fn every_event_of_a_journal_is_read_as_its_vector_says() {
    each("journal", 60, |file, vector| {
        if vector["kind"] == "event" {
            assert_eq!(read(vector).unwrap_or(Value::Null), vector["value"], "{file}");
        }
    });
}

/// `None` where anything is not as it was written.
fn read(vector: &Value) -> Option<Value> {
    let (mac, first) = (mac(vector), vector["number"].as_u64().unwrap());
    let mut payloads: Vec<[u8; PAYLOAD]> = Vec::new();
    for (number, slot) in (first..).zip(vector["slots"].as_array().unwrap()) {
        let slot: [u8; SLOT] = unhex(slot).unwrap().try_into().unwrap();
        if slot[..8] != (number + 1).to_le_bytes() || !mac.verify_slot(&slot) {
            return None;
        }
        payloads.push(slot[8 + MAC..].try_into().unwrap());
    }
    match decode(&payloads[0])? {
        Decoded::Record(mut event, bytes) => {
            event.set_reason_bytes(&whole(bytes, &payloads[1..])?);
            Some(record(&event))
        }
        Decoded::Text { kind, number, time_ns, bytes } => {
            let text = String::from_utf8(whole(bytes, &payloads[1..])?).ok()?;
            let kind = format!("{kind:?}").to_lowercase();
            Some(json!({"text": kind, "number": number, "time_ns": time_ns, "value": text}))
        }
        Decoded::Further { .. } => None,
    }
}

fn whole(begun: Bytes<'_>, further: &[[u8; PAYLOAD]]) -> Option<Vec<u8>> {
    let mut text = begun.first.to_vec();
    for (expected, payload) in (1..=begun.further()).zip(further) {
        match decode(payload)? {
            Decoded::Further { part, bytes } if usize::from(part) == expected => {
                text.extend_from_slice(bytes);
            }
            _ => return None,
        }
    }
    let is_whole = text.len() >= begun.length;
    text.truncate(begun.length);
    is_whole.then_some(text)
}

fn record(event: &RecordEvent) -> Value {
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
