//! Signatures that witnesses add to checkpoints (C2SP tlog-witness).

use taggant_core::{Error, Outcome, Result};

use super::checkpoint::Checkpoint;
use super::note::{are_signatures, is_same, text_of};
use crate::rows::count;
use crate::sql::{Sql, Value};

/// Puts a note with more signatures in the place of the one that the ledger has. Its own stays the
/// first.
pub(crate) fn keep_cosigned(sql: &dyn Sql, note: &str) -> Result<()> {
    let parts = text_of(note).filter(|(_, signatures)| are_signatures(signatures));
    let checkpoint = parts.and_then(|(text, _)| Checkpoint::parse(text)).ok_or_else(|| {
        Error::new(
            Outcome::Invalid,
            "this is no signed checkpoint: give the file as it came back from the witness",
        )
    })?;
    let mut is_known = false;
    sql.write(&mut |transaction| {
        let number = count(checkpoint.number);
        let mut stored = String::new();
        let sql = "SELECT note FROM checkpoints WHERE number = $1";
        transaction.rows(sql, &[number], &mut |row| {
            row.text(0)?.clone_into(&mut stored);
            Ok(())
        })?;
        is_known = is_same(&stored, note);
        if !is_known {
            return Ok(());
        }
        let (_, given) = text_of(note).unwrap_or_default();
        let added = given.lines().filter(|line| !stored.lines().any(|known| known == *line));
        let added: String = added.map(|line| format!("{line}\n")).collect();
        let note = stored.clone() + &added;
        transaction.execute(
            "UPDATE checkpoints SET note = $2 WHERE number = $1",
            &[number, Value::Text(&note)],
        )?;
        Ok(())
    })?;
    if is_known {
        return Ok(());
    }
    Err(Error::new(
        Outcome::Invalid,
        format!(
            "checkpoint {} of this ledger is another one, or the ledger has none of that number: \
             see that the file is of this ledger, and verify the ledger against it",
            checkpoint.number
        ),
    ))
}
