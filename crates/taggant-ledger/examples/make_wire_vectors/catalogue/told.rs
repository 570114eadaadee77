//! What bytes say, as JSON.

use serde_json::{Value, json};
use taggant_ledger::wire::{
    AccessRow, Dataset, Dictionary, Entry, Erasure, LaneName, Leaf, PersonTag, Place, Places,
    Policy, PolicyChange, Seen, Shape, Start,
};

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn list<T>(items: &[T], tell: impl Fn(&T) -> Value) -> Value {
    items.iter().map(tell).collect()
}

/// Fields of two objects in one.
fn joined(mut value: Value, more: Value) -> Value {
    if let (Value::Object(into), Value::Object(more)) = (&mut value, more) {
        into.extend(more);
    }
    value
}

fn seen(seen: &Seen) -> Value {
    json!({ "first_ns": seen.first_ns, "last_ns": seen.last_ns, "count": seen.count })
}

fn lane(lane: &LaneName) -> Value {
    json!({ "source": hex(&lane.source), "service": lane.service, "number": lane.number })
}

/// An entry; sections that are not there are empty.
pub(crate) fn entry(entry: &Entry) -> Value {
    joined(definitions(entry), joined(movements(entry), joined(people(entry), rest(entry))))
}

fn definitions(entry: &Entry) -> Value {
    json!({
        "instances": list(&entry.instances, |i| json!({ "number": i.number, "id": hex(&i.id) })),
        "starts": list(&entry.starts, |start| {
            let Start { instance, time_ns, program, build, pid, boot, policy } = start;
            json!({ "instance": instance, "time_ns": time_ns, "program": program, "build": build,
                    "pid": pid, "boot": boot, "policy": policy })
        }),
        "texts": list(&entry.texts, |(n, text)| json!({ "number": n, "text": text })),
        "datasets": list(&entry.datasets, |Dataset { number, first_ns, description }| {
            json!({ "number": number, "first_ns": first_ns, "description": description })
        }),
        "dictionary": list(&entry.dictionary, |Dictionary { instance, number, kind, target }| {
            json!({ "instance": instance, "number": number, "kind": kind, "target": target })
        }),
        "policies": list(&entry.policies, |Policy { digest, text, first_ns }| {
            json!({ "digest": digest, "text": text, "first_ns": first_ns })
        }),
        "policy_changes": list(&entry.policy_changes, |change| {
            let PolicyChange { instance, number, time_ns, digest } = change;
            json!({ "instance": instance, "number": number, "time_ns": time_ns, "digest": digest })
        }),
    })
}

fn people(entry: &Entry) -> Value {
    json!({
        "people": list(&entry.people, |(handle, link)| {
            json!({ "handle": hex(&handle.0), "link": hex(link) })
        }),
        "forgotten": list(&entry.forgotten, |handle| json!(hex(&handle.0))),
        "places": list(&entry.places, |Places { person, places }| {
            json!({ "person": hex(&person.0), "places": list(places, |(place, sum)| {
                let Place { dataset, location, kind, form } = place;
                let key = json!({ "dataset": dataset, "location": location, "kind": kind,
                                  "form": form });
                joined(key, seen(sum))
            }) })
        }),
    })
}

fn shape(shape: &Shape) -> Value {
    json!({
        "dataset": shape.dataset, "kind": shape.kind, "outcome": shape.outcome,
        "unknown": shape.unknown, "location": shape.location, "purpose": shape.purpose,
        "actor": shape.actor, "on_behalf": shape.on_behalf, "tenant": shape.tenant,
        "first_field": shape.first_field, "actions": hex(&shape.actions),
    })
}

fn movements(entry: &Entry) -> Value {
    json!({
        "run": entry.run.map(|run| json!({
            "instance": run.instance, "first": run.first, "next": run.next,
            "content": hex(&run.content),
        })),
        "edges": list(&entry.edges, |(key, sum)| joined(shape(key), seen(sum))),
        "derivations": list(&entry.derivations, |(key, sum)| {
            let key = json!({ "dataset": key.dataset, "field": key.field, "origin": key.origin,
                              "location": key.location, "action": key.action });
            joined(key, seen(sum))
        }),
        "outcomes": list(&entry.outcomes, |(kind, outcome, count)| {
            json!({ "kind": kind, "outcome": outcome, "count": count })
        }),
        "accesses": entry.accesses.map(|a| json!({ "count": a.count, "hash": hex(&a.hash) })),
    })
}

fn rest(entry: &Entry) -> Value {
    json!({
        "findings": list(&entry.findings, |f| {
            json!({ "instance": f.instance, "number": f.number, "flaw": f.flaw, "what": f.what })
        }),
        "erasures": list(&entry.erasures, |erasure| {
            let Erasure { store, number, handle, time_ns, groups, final_ns, lines } = erasure;
            json!({ "store": hex(store), "number": number, "handle": hex(&handle.0),
                    "time_ns": time_ns, "groups": groups, "final_ns": final_ns, "lines": lines })
        }),
        "confirmations": list(&entry.confirmations, |c| {
            json!({ "store": hex(&c.store), "number": c.number, "line": c.line,
                    "time_ns": c.time_ns })
        }),
        "dropped": list(&entry.dropped, |d| json!({ "lane": lane(&d.lane), "leaf": d.leaf })),
    })
}

/// Rows of accesses.
pub(crate) fn accesses(rows: &[AccessRow]) -> Value {
    list(rows, |row| {
        json!({
            "number": row.number, "time_ns": row.time_ns, "kind": row.kind,
            "outcome": row.outcome, "dataset": row.dataset, "first_field": row.first_field,
            "actions": hex(&row.actions), "field": row.field, "location": row.location,
            "purpose": row.purpose, "actor": row.actor, "on_behalf": row.on_behalf,
            "tenant": row.tenant, "scope": row.scope, "origin": row.origin,
            "person": row.person.map(|person| hex(&person.0)), "refers": row.refers,
            "reason": row.reason, "trace": hex(&row.trace),
        })
    })
}

/// A leaf, its parts unopened.
pub(crate) fn leaf(leaf: &Leaf) -> Value {
    let part = |part: &Option<([u8; 16], Vec<u8>)>| {
        part.as_ref().map(|(salt, bytes)| json!({ "salt": hex(salt), "bytes": hex(bytes) }))
    };
    json!({
        "lane": lane(&leaf.lane), "number": leaf.number, "hash": hex(&leaf.hash),
        "content": part(&leaf.content), "accesses": part(&leaf.accesses),
        "tags": list(&leaf.tags, |PersonTag { handle, salt, tenant, tag }| {
            json!({ "handle": hex(&handle.0), "salt": hex(salt), "tenant": tenant,
                    "tag": hex(tag) })
        }),
    })
}
