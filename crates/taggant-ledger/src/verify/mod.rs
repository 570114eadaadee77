//! Folds the log again and compares it with the tables and the checkpoints.

mod compare;
mod heads;
mod refold;
mod runs;
mod tables;

use taggant_core::journal::Flaw;
use taggant_core::{Error, Outcome, Result, hex};

use crate::answers::{Tampering, Verification};
use crate::ledger::VerifyOptions;
use crate::log::{self, origin, verifier_key};
use crate::sql::{Sql, Transaction};
use heads::Heads;

/// Collects findings up to a number.
struct Findings {
    list: Vec<Tampering>,
    most: usize,
    more: u64,
}

impl Findings {
    fn add(&mut self, kind: &str, table: &str, what: impl Into<String>) {
        if self.list.len() < self.most {
            self.list.push(Tampering::new(kind, table, what));
        } else {
            self.more += 1;
        }
    }
}

/// Verifies a ledger. All is read from one state, whoever writes.
pub(crate) fn verify(
    sql: &dyn Sql,
    ledger: [u8; 16],
    options: &VerifyOptions,
) -> Result<Verification> {
    let scratch = sql.scratch()?;
    let mut done = None;
    sql.read(&mut |transaction| {
        done = Some(verify_state(sql, transaction, &*scratch, ledger, options)?);
        Ok(())
    })?;
    Ok(done.expect("set where there was no error"))
}

fn verify_state(
    sql: &dyn Sql,
    transaction: &mut dyn Transaction,
    scratch: &dyn Sql,
    ledger: [u8; 16],
    options: &VerifyOptions,
) -> Result<Verification> {
    let mut findings = Findings { list: Vec::new(), most: options.max_findings.max(1), more: 0 };
    let mut heads = Heads::new(options).ok_or_else(|| {
        Error::new(
            Outcome::Invalid,
            "the checkpoint to compare with is none, or is not signed with the key that it \
             should be; give the file as it was exported",
        )
    })?;
    for what in sql.foreign_objects(transaction)? {
        findings.add("schema", "schema", what);
    }
    heads.load(transaction, ledger, &mut findings)?;
    let folded = refold::refold(transaction, scratch, &mut heads, &mut findings)?;
    heads.finish(options, folded.entries, &mut findings);
    let mut rows = folded.accesses;
    scratch.read(&mut |expected| {
        rows += tables::compare(transaction, expected, &mut findings)?;
        if let Some(policy) = heads.last_policy(folded.entries)
            && policy != log::policy(expected)?
        {
            let what = "the newest checkpoint names another policy than came into force last";
            findings.add("checkpoint", "checkpoints", what);
        }
        tables::links(transaction, expected, &mut findings)
    })?;
    let (gaps, unverified) = journal(transaction, &mut findings)?;
    let name = origin(&heads.ledger().unwrap_or(ledger));
    Ok(Verification {
        ledger: hex::encode(&ledger),
        lanes: folded.lanes,
        entries: folded.entries,
        events: folded.events,
        rows,
        checkpoints: heads.count(),
        unsigned: folded.entries.saturating_sub(heads.last_size()),
        dropped: folded.dropped,
        gaps,
        unverified,
        key: heads.key().map(|key| verifier_key(&name, &key)).unwrap_or_default(),
        key_from: heads.key_from().to_owned(),
        findings: findings.list,
        more: findings.more,
    })
}

/// What the drainer found wrong; returns how many gaps of killed processes and how many events
/// without a key there are.
fn journal(transaction: &mut dyn Transaction, findings: &mut Findings) -> Result<(u64, u64)> {
    let (mut gaps, mut unverified) = (0, 0);
    let sql = "SELECT lane, instance, number, flaw, what FROM findings
               ORDER BY lane, instance, number, flaw";
    transaction.rows(sql, &[], &mut |row| {
        match row.code(3)? {
            code if code == Flaw::Gap as u8 => gaps += 1,
            code if code == Flaw::Unverified as u8 => unverified += 1,
            _ => {
                let [lane, instance, number] = [row.int(0)?, row.int(1)?, row.int(2)?];
                let what = row.text(4)?;
                let what = format!("lane {lane}, instance {instance}, number {number}: {what}");
                findings.add("journal", "findings", what);
            }
        }
        Ok(())
    })?;
    Ok((gaps, unverified))
}
