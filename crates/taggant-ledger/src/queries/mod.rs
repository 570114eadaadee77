//! Where is this data, and who has seen it. Sums over lanes are answers: what stands in several
//! lanes is joined by its text.

mod access;
mod flows;
mod ledger;
mod people;

pub(crate) use access::{accesses_by, accesses_of, accesses_to, recent_accesses};
pub(crate) use flows::{derivations, fields, flows};
pub(crate) use ledger::{checkpoint, findings, outcomes, policies, policy_changes};
pub(crate) use people::{actors, handle, places};

/// Whether a category is another, or below it.
pub(crate) fn is_within(own: &str, category: &str) -> bool {
    own.strip_prefix(category).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// The items of a list that is stored as one text.
fn split(categories: &str) -> Vec<String> {
    categories.split(',').filter(|key| !key.is_empty()).map(str::to_owned).collect()
}

/// The fields that something was done with, and what: positions and codes.
fn fields_done(first_field: u16, actions: &[u8]) -> impl Iterator<Item = (usize, u8)> + '_ {
    let first = usize::from(first_field);
    let codes = actions.iter().flat_map(|byte| [byte & 0xF, byte >> 4]);
    codes.enumerate().map(move |(at, code)| (first + at, code)).filter(|(_, code)| *code != 0)
}
