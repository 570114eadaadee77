//! Adds a leaf to a lane.

use taggant_core::cipher::random;
use taggant_core::{Error, Outcome, Result};

use super::lanes::{Head, signature};
use super::vouch::Vouch;
use crate::rows::count;
use crate::sql::{Transaction, Value};
use crate::wire::{Entry, leaf_hash};

/// How adding a leaf went.
pub(crate) enum Appended {
    /// The lane is this long now, once the transaction is committed.
    Yes(Head),
    /// Another process has added to the lane since it was read: nothing may be committed.
    No,
}

/// 16 random bytes.
pub(crate) fn fresh() -> Result<[u8; 16]> {
    let mut bytes = [0; 16];
    random::fill(&mut bytes)?;
    Ok(bytes)
}

/// Adds an entry as the next leaf of a lane, if the lane still is as long as `head` says.
pub(crate) fn append(
    transaction: &mut dyn Transaction,
    head: &Head,
    entry: &Entry,
    access_salt: Option<[u8; 16]>,
    vouch: &Vouch,
) -> Result<Appended> {
    let salt = fresh()?;
    let content = entry.encode();
    if Entry::decode(&content).is_none() {
        // Once it is in the tree, it stays there.
        return Err(Error::new(
            Outcome::Invalid,
            "an entry of the ledger came out as none that a reader takes, and was not added: this \
             is a bug in taggant; report it with what the journal's instance has done",
        ));
    }
    let hash = leaf_hash(&salt, &content);
    let events = entry.run.map_or(0, |run| run.next.saturating_sub(run.first));
    let access_salt = access_salt.as_ref().map_or(Value::Null, |salt| Value::Bytes(salt));
    let parts = [Value::Bytes(&salt), Value::Bytes(&content), access_salt];
    add(transaction, head, &hash, parts, events, vouch)
}

/// As [`append`], of a leaf whose salt and content are those of another ledger.
pub(crate) fn add(
    transaction: &mut dyn Transaction,
    head: &Head,
    hash: &[u8; 32],
    parts: [Value<'_>; 3],
    events: u64,
    vouch: &Vouch,
) -> Result<Appended> {
    if head.signature.is_some() && !vouch.signs() {
        return Err(Error::new(
            Outcome::JournalUnavailable,
            "the ledger is signed, and who writes here has no key: give it a signer \
             (`Ledger::sign_with`) before it writes",
        ));
    }
    let mut next = head.clone();
    next.tree.add(hash);
    next.events = next.events.saturating_add(events);
    next.signature = vouch.sign(&next.lane_head());
    let roots = next.tree.to_bytes();
    // The one guard against doubles: no lane is ever as long twice.
    let changed = transaction.execute(
        "UPDATE lanes SET size = $2, roots = $3, events = $4, signature = $6
         WHERE lane = $1 AND size = $5",
        &[
            Value::Int(head.lane),
            count(next.tree.size()),
            Value::Bytes(&roots),
            count(next.events),
            count(head.tree.size()),
            signature(&next),
        ],
    )?;
    if changed != 1 {
        return Ok(Appended::No);
    }
    let number = count(head.tree.size());
    let [salt, content, access_salt] = parts;
    transaction.execute(
        "INSERT INTO leaves VALUES ($1, $2, $3, $4, $5, $6)",
        &[Value::Int(head.lane), number, Value::Bytes(hash), salt, content, access_salt],
    )?;
    Ok(Appended::Yes(next))
}
