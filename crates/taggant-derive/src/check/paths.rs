//! Field ids: an envelope must name exactly one field, under every name that was ever used.

use std::collections::HashMap;

use syn::LitStr;

use super::keys;
use crate::ast::{Decision, Field, Input};
use crate::diag::Diag;
use crate::ids;

pub(crate) fn input(input: &Input, diag: &Diag) {
    let Some(dataset) = input.words.dataset.as_ref().map(LitStr::value) else { return };
    let fields: Vec<(String, &Field)> = input
        .groups()
        .into_iter()
        .flat_map(|(v, g)| g.list.iter().map(move |f| (ids::path(v, f), f)))
        .collect();
    let live = unique(&dataset, &fields, diag);
    aliases(input, &dataset, &fields, &live, diag);
}

fn unique(dataset: &str, fields: &[(String, &Field)], diag: &Diag) -> HashMap<[u8; 8], String> {
    let mut live: HashMap<[u8; 8], String> = HashMap::new();
    for (path, field) in fields {
        let span = match &field.decision {
            Some(Decision::Tag(tag)) => tag.name.as_ref(),
            Some(Decision::Nested(nested)) => nested.name.as_ref(),
            _ => None,
        };
        if let Some(name) = span {
            keys::name("name", name, diag);
        }
        let span = span.map_or(field.span, LitStr::span);
        if let Some(other) = live.insert(ids::field_id(dataset, path), path.clone()) {
            let what = if other == *path {
                format!("two fields have the path `{path}`; give one another `name`")
            } else {
                format!("the ids of `{path}` and `{other}` collide; give one another `name`")
            };
            diag.error(span, what);
        }
    }
    live
}

/// An alias that names a live field would let one field's envelopes open as another's.
fn aliases(
    input: &Input,
    dataset: &str,
    fields: &[(String, &Field)],
    live: &HashMap<[u8; 8], String>,
    diag: &Diag,
) {
    let datasets: Vec<String> = input.words.alias.iter().map(LitStr::value).collect();
    let mut claimed: HashMap<[u8; 8], &str> = HashMap::new();
    for (path, field) in fields {
        let texts = ids::aliases(field);
        for alias in texts {
            keys::name("alias", alias, diag);
            let former = alias.value();
            if fields.iter().any(|(live, _)| *live == former) {
                diag.error(
                    alias.span(),
                    format!(
                        "`{former}` is a live field; an alias names what a field was called before"
                    ),
                );
            }
        }
        let span = texts.first().map_or(field.span, LitStr::span);
        let former: Vec<String> = texts.iter().map(LitStr::value).collect();
        let mut seen = Vec::new();
        for id in ids::alias_ids(dataset, &datasets, path, &former) {
            let owner = claimed.insert(id, path).or_else(|| live.get(&id).map(String::as_str));
            let Some(owner) = owner.filter(|owner| owner != path) else { continue };
            let reported = former.iter().any(|name| fields.iter().any(|(live, _)| live == name));
            if !reported && !seen.contains(&owner) {
                seen.push(owner);
                diag.error(span, format!("an alias of `{path}` also names `{owner}`"));
            }
        }
    }
}
