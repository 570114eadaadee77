//! Without the feature `embedded` nothing has a default: every port is given.

use taggant_core::Result;

use crate::builder::Builder;

pub(crate) fn keys(_: &mut Builder) -> Result<()> {
    Ok(())
}

pub(crate) fn ledger(_: &mut Builder, _: [u8; 16]) -> Result<()> {
    Ok(())
}

pub(crate) fn ledger_to_read(_: &mut Builder) -> Result<()> {
    Ok(())
}

pub(crate) fn checkpoints(_: &mut Builder) {}
