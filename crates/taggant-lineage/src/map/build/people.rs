//! Who had plaintext, and who was refused it.

use std::collections::{BTreeMap, HashMap};

use taggant_store::ledger;
use taggant_taxonomy::is_within;

use crate::map::filter::Filter;
use crate::map::model::{Link, Look, Movement, Protection, Refusal};

/// Who opened values from storage, or revealed them.
pub(super) fn looks(links: &[Link]) -> Vec<Look> {
    let mut found: BTreeMap<[&str; 4], (Look, HashMap<&str, u64>)> = BTreeMap::new();
    for link in links.iter().filter(|link| link.protection != Protection::Withheld) {
        let seen = |movement: &&Movement| {
            movement.action == "open" || (movement.kind == "access" && movement.action == "reveal")
        };
        for movement in link.movements.iter().filter(seen) {
            let key = [&*movement.actor, &*movement.on_behalf, &*movement.purpose, &*link.dataset];
            let (look, counts) =
                found.entry(key).or_insert_with(|| (look(link, movement), HashMap::new()));
            look.first_ns = look.first_ns.min(movement.first_ns);
            look.last_ns = look.last_ns.max(movement.last_ns);
            *counts.entry(&link.field).or_default() += movement.count;
            if !look.fields.contains(&link.field) {
                look.fields.push(link.field.clone());
            }
        }
    }
    let finish = |(mut look, counts): (Look, HashMap<&str, u64>)| {
        look.count = counts.into_values().max().unwrap_or(0);
        look
    };
    found.into_values().map(finish).collect()
}

fn look(link: &Link, movement: &Movement) -> Look {
    Look {
        actor: movement.actor.clone(),
        on_behalf: movement.on_behalf.clone(),
        purpose: movement.purpose.clone(),
        dataset: link.dataset.clone(),
        fields: Vec::new(),
        count: 0,
        first_ns: movement.first_ns,
        last_ns: movement.last_ns,
    }
}

/// Who did not get what they asked for.
pub(super) fn refusals(accesses: &[ledger::Access], filter: &Filter) -> Vec<Refusal> {
    let wanted =
        |text: &Option<String>, own: &str| text.as_ref().is_none_or(|t| own.contains(&**t));
    let mut found: BTreeMap<[&str; 5], Refusal> = BTreeMap::new();
    let refused = accesses.iter().filter(|access| {
        let is_refusal = access.outcome != "ok" || access.fields.iter().any(|f| f.1 == "deny");
        is_refusal
            && filter.category.is_none()
            && filter.purpose.as_ref().is_none_or(|purpose| is_within(&access.purpose, purpose))
            && wanted(&filter.actor, &access.actor)
            && wanted(&filter.place, &access.location)
    });
    for access in refused {
        // Part of a record that was written without the fields that were refused.
        let outcome = if access.outcome == "ok" { "Denied" } else { &access.outcome };
        let key = [outcome, &access.actor, &access.purpose, &access.location, &access.dataset];
        let refusal = found.entry(key).or_insert_with(|| Refusal {
            actor: access.actor.clone(),
            purpose: access.purpose.clone(),
            dataset: access.dataset.clone(),
            location: access.location.clone(),
            outcome: outcome.to_owned(),
            count: 0,
            last_ns: 0,
        });
        refusal.count += 1;
        refusal.last_ns = refusal.last_ns.max(access.time_ns);
    }
    found.into_values().collect()
}
