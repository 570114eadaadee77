//! Where answers come from.

use taggant::Runtime;
use taggant::journal::{self, Waiting};
use taggant::ledger::{self, Ledger, Receipt};

use crate::args::{DEFAULT_TENANT, Global};
use crate::exit::Failure;

/// The ledger, to be asked and never changed: needs no key.
pub(crate) fn ledger(global: &Global) -> Result<Box<dyn Ledger>, Failure> {
    let path = match &global.ledger {
        Some(path) => path.clone(),
        None => global.data.join("ledger.db"),
    };
    if !path.is_file() {
        return Err(Failure::usage(format!(
            "there is no ledger at {}; name the data folder with --data, or a ledger file with \
             --ledger",
            path.display()
        )));
    }
    Ok(Box::new(ledger::open_read_only(&path)?))
}

/// A receipt, with what the key store says of it, which needs no key. A ledger that is a copy tells
/// only what it has.
pub(crate) fn receipt(
    global: &Global,
    ledger: &dyn Ledger,
    number: u64,
) -> Result<Receipt, Failure> {
    let mut receipt = ledger.receipt(number)?;
    let keys = global.data.join("keys.db");
    if global.ledger.is_none() && keys.is_file() {
        receipt.overwritten = taggant::is_overwritten(&keys, number)?;
    }
    Ok(receipt)
}

/// The journals of the data folder.
pub(crate) fn waiting(global: &Global) -> Result<Waiting, Failure> {
    Ok(journal::waiting(&global.data.join("journal"))?)
}

/// Whether there is a ledger to ask.
pub(crate) fn has_ledger(global: &Global) -> bool {
    global.ledger.is_some() || global.data.join("ledger.db").is_file()
}

/// The data folder with its keys, which must exist: for what asks about a person or changes
/// something.
pub(crate) fn runtime(global: &Global) -> Result<Runtime, Failure> {
    if global.ledger.is_some() {
        return Err(Failure::usage("this needs keys: name a data folder with --data, no --ledger"));
    }
    if !global.data.join("keys.db").is_file() {
        return Err(Failure::usage(format!(
            "there is no data folder at {}; name it with --data, or make one with `taggant init`",
            global.data.display()
        )));
    }
    Ok(Runtime::builder(&global.data)
        .journal_slots(1024)
        .build_id(concat!("taggant-cli ", env!("CARGO_PKG_VERSION")))
        .build()?)
}

/// The key groups of a tenant, which must exist: whoever misspells a name is not to read `nothing is
/// known`, nor to make keys for it.
pub(crate) fn groups(runtime: &Runtime, tenant: &str) -> Result<Vec<String>, Failure> {
    match runtime.keys().groups(tenant)? {
        Some(groups) => Ok(groups),
        None if tenant == DEFAULT_TENANT => Ok(Vec::new()),
        None => Err(Failure::usage(format!("there is no tenant `{tenant}` in the data folder"))),
    }
}

/// A key group of a tenant, which must exist.
pub(crate) fn group(runtime: &Runtime, tenant: &str, group: &str) -> Result<(), Failure> {
    let groups = groups(runtime, tenant)?;
    if groups.iter().any(|known| known == group) {
        return Ok(());
    }
    let known = if groups.is_empty() { "none".to_owned() } else { groups.join(", ") };
    Err(Failure::usage(format!("there is no key group `{group}`; there is: {known}")))
}
