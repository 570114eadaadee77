//! What is said of the ledger itself, and of the policies that were in force.

use std::collections::BTreeMap;

use taggant_core::{Result, hex};

use crate::answers::{Ended, Finding, InForce, Kind, OutcomeSum, PolicyText};
use crate::sql::Transaction;

/// How many events of each kind ended how.
pub(crate) fn outcomes(transaction: &mut dyn Transaction) -> Result<Vec<OutcomeSum>> {
    let mut sums: BTreeMap<(u8, u8), u64> = BTreeMap::new();
    transaction.rows("SELECT kind, outcome, count FROM outcomes", &[], &mut |row| {
        let sum = sums.entry((row.code(0)?, row.code(1)?)).or_default();
        *sum = sum.saturating_add(row.count(2)?);
        Ok(())
    })?;
    let answer = |((kind, outcome), count)| OutcomeSum {
        kind: Kind::from_code(kind),
        outcome: Ended::from_code(outcome),
        count,
    };
    Ok(sums.into_iter().map(answer).collect())
}

/// What is wrong with journals that were drained.
pub(crate) fn findings(transaction: &mut dyn Transaction) -> Result<Vec<Finding>> {
    let mut found = Vec::new();
    let sql = "SELECT instances.instance, findings.number, what FROM findings
               JOIN instances ON instances.lane = findings.lane
                    AND instances.number = findings.instance ORDER BY 1, 2, flaw";
    transaction.rows(sql, &[], &mut |row| {
        found.push(Finding {
            instance: hex::encode(row.bytes(0)?),
            number: row.count(1)?,
            what: row.text(2)?.to_owned(),
        });
        Ok(())
    })?;
    Ok(found)
}

/// Each time that a policy came into force in a process, newest first.
pub(crate) fn policy_changes(transaction: &mut dyn Transaction) -> Result<Vec<InForce>> {
    let mut found = Vec::new();
    let sql = "SELECT instances.instance, service, time_ns, digest FROM policy_changes
               JOIN instances ON instances.lane = policy_changes.lane
                    AND instances.number = policy_changes.instance
               JOIN lanes ON lanes.lane = policy_changes.lane ORDER BY time_ns DESC, 1";
    transaction.rows(sql, &[], &mut |row| {
        found.push(InForce {
            instance: hex::encode(row.bytes(0)?),
            service: row.text(1)?.to_owned(),
            time_ns: row.count(2)?,
            digest: row.text(3)?.to_owned(),
        });
        Ok(())
    })?;
    Ok(found)
}

/// The policies that were ever in force, the oldest first.
pub(crate) fn policies(transaction: &mut dyn Transaction) -> Result<Vec<PolicyText>> {
    let mut found: Vec<PolicyText> = Vec::new();
    let sql = "SELECT digest, text, first_ns FROM policies ORDER BY first_ns, digest";
    transaction.rows(sql, &[], &mut |row| {
        let digest = row.text(0)?;
        if !found.iter().any(|policy| policy.digest == digest) {
            found.push(PolicyText {
                digest: digest.to_owned(),
                text: row.text(1)?.to_owned(),
                first_ns: row.count(2)?,
            });
        }
        Ok(())
    })?;
    Ok(found)
}

/// The newest checkpoint.
pub(crate) fn checkpoint(transaction: &mut dyn Transaction) -> Result<Option<String>> {
    let mut found = None;
    let sql = "SELECT note FROM checkpoints ORDER BY number DESC LIMIT 1";
    transaction.rows(sql, &[], &mut |row| {
        found = Some(row.text(0)?.to_owned());
        Ok(())
    })?;
    Ok(found)
}
