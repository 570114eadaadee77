//! Lanes: logs of their own, so that processes never wait for each other.
//!
//! A process leases one for each service whose events it drains. A lease is a courtesy: where two
//! processes write to one lane all the same, the condition on its size lets one of them through.

use taggant_core::event::now;
use taggant_core::{Error, Outcome, Result};

use super::checkpoint::LaneHead;
use super::merkle::Tree;
use super::vouch::Vouch;
use crate::rows::count;
use crate::sql::{Row, Transaction, Value};
use crate::wire::LaneName;

/// Lanes of a service at most; further processes share.
const MOST: i64 = 64;

/// How long a lane is kept for a process that does not come back.
const LEASE_NS: u64 = 60_000_000_000;

/// A lane and how long it is.
#[derive(Clone, Debug)]
pub(crate) struct Head {
    /// Its row id.
    pub(crate) lane: i64,
    pub(crate) name: LaneName,
    pub(crate) tree: Tree,
    pub(crate) events: u64,
    /// What the ledger's signer has signed of it.
    pub(super) signature: Option<[u8; 64]>,
}

impl Head {
    /// As checkpoints name it.
    pub(crate) fn lane_head(&self) -> LaneHead {
        LaneHead {
            name: self.name.clone(),
            size: self.tree.size(),
            root: self.tree.root(),
            events: self.events,
        }
    }
}

const COLUMNS: &str = "lane, source, service, number, size, roots, events, signature";

/// The name of a service as lanes and heads have it: letters, digits, `.`, `_` and `-`, 64 at most.
pub(crate) fn service_name(text: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '-' };
    let name: String = text.chars().map(plain).take(64).collect();
    if name.is_empty() { "unnamed".to_owned() } else { name }
}

/// `None` where the row is none that was written.
fn head_of(row: &dyn Row) -> Option<Head> {
    let size = row.count(4).ok()?;
    let tree = Tree::from_bytes(size, row.bytes(5).ok()?)?;
    let number = u8::try_from(row.int(3).ok()?).ok()?;
    let service = row.text(2).ok()?.to_owned();
    let name = LaneName { source: row.fixed(1).ok()?, service, number };
    let is_name = i64::from(number) < MOST && service_name(&name.service) == name.service;
    let signature = row.maybe_bytes(7).ok()?.and_then(|bytes| bytes.try_into().ok());
    let (lane, events) = (row.int(0).ok()?, row.count(6).ok()?);
    is_name.then_some(Head { lane, name, tree, events, signature })
}

fn foreign_lane() -> Error {
    Error::new(
        Outcome::JournalUnavailable,
        "the row of a lane of the ledger's log is none that was written: verify the ledger, and \
         restore it from before it was changed",
    )
}

/// All lanes, by row id.
pub(crate) fn all(transaction: &mut dyn Transaction) -> Result<Vec<Head>> {
    let mut found = Vec::new();
    let sql = format!("SELECT {COLUMNS} FROM lanes ORDER BY lane");
    transaction.rows(&sql, &[], &mut |row| {
        found.push(head_of(row).ok_or_else(foreign_lane)?);
        Ok(())
    })?;
    Ok(found)
}

/// A lane by its name, if there is one.
pub(crate) fn find(transaction: &mut dyn Transaction, name: &LaneName) -> Result<Option<Head>> {
    let sql =
        format!("SELECT {COLUMNS} FROM lanes WHERE source = $1 AND service = $2 AND number = $3");
    let key =
        [Value::Bytes(&name.source), Value::Text(&name.service), Value::Int(name.number.into())];
    let mut found = None;
    transaction.rows(&sql, &key, &mut |row| {
        found = Some(head_of(row).ok_or_else(foreign_lane)?);
        Ok(())
    })?;
    Ok(found)
}

/// Makes a lane that is not there.
pub(crate) fn make(
    transaction: &mut dyn Transaction,
    name: LaneName,
    vouch: &Vouch,
) -> Result<Head> {
    let mut last = 0;
    transaction.rows("SELECT coalesce(max(lane), 0) FROM lanes", &[], &mut |row| {
        last = row.int(0)?;
        Ok(())
    })?;
    let lane = i64::checked_add(last, 1).ok_or_else(foreign_lane)?;
    let mut head = Head { lane, name, tree: Tree::default(), events: 0, signature: None };
    head.signature = vouch.sign(&head.lane_head());
    transaction.execute(
        "INSERT INTO lanes VALUES ($1, $2, $3, $4, 0, $5, 0, $6, NULL, 0)",
        &[
            Value::Int(head.lane),
            Value::Bytes(&head.name.source),
            Value::Text(&head.name.service),
            Value::Int(head.name.number.into()),
            Value::Bytes(&[]),
            signature(&head),
        ],
    )?;
    Ok(head)
}

/// Signs all lanes as they stand.
pub(crate) fn sign_all(transaction: &mut dyn Transaction, vouch: &Vouch) -> Result<()> {
    for mut head in all(transaction)? {
        head.signature = vouch.sign(&head.lane_head());
        transaction.execute(
            "UPDATE lanes SET signature = $2 WHERE lane = $1",
            &[Value::Int(head.lane), signature(&head)],
        )?;
    }
    Ok(())
}

/// The signature of a lane, as its row has it.
pub(super) fn signature(head: &Head) -> Value<'_> {
    head.signature.as_ref().map_or(Value::Null, |signature| Value::Bytes(signature))
}

/// Who may write to a lane.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Held {
    Ours,
    ByNobody,
    ByOthers,
}

/// Leases a lane of a service: the one that `holder` has, the first that nobody holds, a new one,
/// or, where all are held, one to share. One that others have changed is left as it is.
pub(crate) fn lease(
    transaction: &mut dyn Transaction,
    source: [u8; 16],
    service: &str,
    holder: &[u8; 16],
    vouch: &Vouch,
) -> Result<Head> {
    let now = now().cast_signed();
    let key = [Value::Bytes(&source), Value::Text(service)];
    let (mut taken, mut lanes) = (Vec::new(), Vec::new());
    let sql = format!(
        "SELECT {COLUMNS}, holder, held_until_ns FROM lanes WHERE source = $1 AND service = $2
         ORDER BY number"
    );
    transaction.rows(&sql, &key, &mut |row| {
        taken.push(row.int(3)?);
        let held = match row.maybe_bytes(8)? {
            Some(own) if own == holder => Held::Ours,
            Some(_) if row.int(9)? >= now => Held::ByOthers,
            _ => Held::ByNobody,
        };
        lanes.extend(head_of(row).filter(|head| vouch.accepts(head)).map(|head| (held, head)));
        Ok(())
    })?;
    lanes.sort_by_key(|(held, head)| (*held, head.name.number));
    let unused = (0..MOST).find(|number| !taken.contains(number));
    let shared = usize::from(holder[0]) % lanes.len().max(1);
    let best = lanes.first().map(|(held, _)| *held);
    let head = match (best, unused) {
        (Some(Held::Ours | Held::ByNobody), _) => lanes.swap_remove(0).1,
        (_, Some(number)) => {
            let number = u8::try_from(number).unwrap_or(0);
            make(transaction, LaneName { source, service: service.to_owned(), number }, vouch)?
        }
        (Some(_), None) => lanes.swap_remove(shared).1,
        (None, None) => return Err(foreign_lane()),
    };
    renew(transaction, head.lane, holder)?;
    Ok(head)
}

/// Keeps a lane for `holder` for as long again.
pub(crate) fn renew(transaction: &mut dyn Transaction, lane: i64, holder: &[u8; 16]) -> Result<()> {
    let until = count(now().saturating_add(LEASE_NS));
    transaction
        .execute(
            "UPDATE lanes SET holder = $2, held_until_ns = $3 WHERE lane = $1",
            &[Value::Int(lane), Value::Bytes(holder), until],
        )
        .map(drop)
}

/// Gives back all lanes that `holder` has.
pub(crate) fn release(transaction: &mut dyn Transaction, holder: &[u8; 16]) -> Result<()> {
    transaction
        .execute(
            "UPDATE lanes SET holder = NULL, held_until_ns = 0 WHERE holder = $1",
            &[Value::Bytes(holder)],
        )
        .map(drop)
}
