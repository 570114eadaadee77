//! People: the link from tag to handle, which can be dropped without a trace in the log.

use rusqlite::{OptionalExtension, params};
use sha2::{Digest, Sha256};
use taggant_core::tag::SubjectTag;

use super::log::{Recorder, fresh};
use super::op::{Op, Value};

/// What the log knows of the link: it can be checked as long as the salt is there.
pub(super) fn link(salt: &[u8], tenant: &[u8], tag: &[u8]) -> [u8; 16] {
    let hash: [u8; 32] = Sha256::new()
        .chain_update(salt)
        .chain_update((tenant.len() as u64).to_be_bytes())
        .chain_update(tenant)
        .chain_update(tag)
        .finalize()
        .into();
    *hash.first_chunk().expect("a hash has 32 bytes")
}

impl Recorder<'_> {
    /// The row id of a person's handle, made if there is none yet.
    pub(in crate::ledger) fn handle(
        &mut self,
        tenant: &str,
        tag: SubjectTag,
    ) -> rusqlite::Result<i64> {
        let found = self
            .transaction()
            .prepare_cached("SELECT id FROM handles WHERE tenant = ?1 AND tag = ?2")?
            .query_row(params![tenant, tag.0], |row| row.get(0))
            .optional()?;
        if let Some(id) = found {
            return Ok(id);
        }
        let (handle, salt) = (fresh()?, fresh()?);
        self.transaction()
            .prepare_cached(
                "INSERT INTO handles (handle, salt, tenant, tag) VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute(params![handle, salt, tenant, tag.0])?;
        let id = self.transaction().last_insert_rowid();
        let link = link(&salt, tenant.as_bytes(), &tag.0);
        self.note(Op::Handle, &[Value::Int(id), Value::Bytes(&handle), Value::Bytes(&link)]);
        Ok(id)
    }
}
