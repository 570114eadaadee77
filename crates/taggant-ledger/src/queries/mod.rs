//! Where is this data, and who has seen it. Sums over lanes are answers: what stands in several
//! lanes is joined by its text.

mod access;
mod flows;
mod ledger;
mod people;

use taggant_core::tag::Actions;

pub(crate) use access::{accesses_by, accesses_of, accesses_to, recent_accesses};
pub(crate) use flows::{derivations, fields, flows};
pub(crate) use ledger::{checkpoint, findings, outcomes, policies, policy_changes};
pub(crate) use people::{actors, handle, places};

/// The items of a list that is stored as one text.
fn split(categories: &str) -> Vec<String> {
    categories.split(',').filter(|key| !key.is_empty()).map(str::to_owned).collect()
}

/// The fields that something was done with, and what: positions and codes. Stored actions have no
/// zeros at the end.
fn fields_done(first_field: u16, stored: &[u8]) -> impl Iterator<Item = (usize, u8)> {
    let mut actions = Actions::NONE;
    let length = stored.len().min(actions.0.len());
    actions.0[..length].copy_from_slice(&stored[..length]);
    actions.codes(first_field)
}
