//! What the service is asked for: by support, by the shipper, by marketing, by the customer.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use taggant::{Error, Flow, Outcome, Runtime};

use crate::model::{Customer, Email, ShippingLabel};
use crate::storage::{DATABASE, Storage};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// Reading the customer table, for a purpose.
fn table(purpose: &str, actor: &str) -> Flow {
    Flow::from(DATABASE, "customers").purpose(purpose).actor(actor)
}

/// Writes all customers as JSON lines: sealed, since an export needs no plaintext.
pub(crate) fn export<'a>(
    path: &Path,
    customers: impl Iterator<Item = &'a Customer>,
) -> Result<usize> {
    let flow = Flow::to("file://exports", "customers.jsonl")
        .purpose("essential.service.operations")
        .actor("svc:export");
    let mut file = BufWriter::new(File::create(path)?);
    let mut count = 0;
    for customer in customers {
        let line = serde_json::to_string(&flow.seal(customer))?;
        writeln!(file, "{line}")?;
        count += 1;
    }
    file.flush()?;
    Ok(count)
}

/// Finds a customer by e-mail address without opening anybody's.
pub(crate) fn find(storage: &Storage, email: &Email) -> Result<Option<u64>> {
    let flow = table("essential.service.operations.support", "svc:support");
    let values = flow.run(|| Customer::EMAIL.lookup(email))?;
    storage.find_by_email(&values)
}

/// What support sees of a customer: masks.
pub(crate) fn support(storage: &Storage, id: u64) -> Result<String> {
    let purpose = "essential.service.operations.support";
    let customer = storage.customer(id, &table(purpose, "svc:support"))?;
    let desk = Flow::to("https://helpdesk.example", "tickets/4711")
        .purpose(purpose)
        .actor("svc:support")
        .on_behalf("agent:dana")
        .reason("ticket 4711");
    Ok(serde_json::to_string_pretty(&desk.seal(&customer))?)
}

/// What the shipper gets: name and address of one order, revealed through a wrap.
pub(crate) fn fulfil(storage: &Storage, id: u64) -> Result<String> {
    let purpose = "essential.service.operations";
    let customer = storage.customer(id, &table(purpose, "svc:fulfilment"))?;
    let label = ShippingLabel {
        order_id: storage.first_order(id)?,
        customer_id: id,
        name: customer.name,
        address: customer.address,
    };
    let shipper =
        Flow::to("https://shipper.example", "labels").purpose(purpose).actor("svc:fulfilment");
    Ok(serde_json::to_string_pretty(&shipper.wrap(&label))?)
}

/// Charges a card: the one place that looks at its number. Returns its last four digits.
pub(crate) fn charge(storage: &Storage, id: u64) -> Result<String> {
    let flow = table("essential.service.payment_processing", "svc:payments").reason("order paid");
    let customer = storage.customer(id, &flow)?;
    let last = flow.run(|| customer.card.reveal().map(|card| last_four(card)))?;
    Ok(last)
}

/// A card number that is shorter than eight characters is not shown at all.
fn last_four(card: &str) -> String {
    let length = card.chars().count();
    if length < 8 { "****".to_owned() } else { card.chars().skip(length - 4).collect() }
}

/// Marketing wants addresses; no rule allows it. Returns the refusal.
pub(crate) fn marketing(storage: &Storage, id: u64) -> Result<Error> {
    let flow = table("marketing.advertising.third_party", "svc:campaigns");
    match storage.customer(id, &flow) {
        Ok(_) => Err("marketing was not refused".into()),
        Err(_) => Error::last().ok_or_else(|| "the refusal is missing".into()),
    }
}

/// What is left of an erased customer: reading and writing both say that they were erased.
pub(crate) fn after_erasure(
    storage: &mut Storage,
    id: u64,
    kept_by_mistake: &Customer,
) -> Result<(Outcome, Outcome)> {
    let outcome = || Error::last().map(|error| error.outcome()).ok_or("no taggant error");
    if storage.customer(id, &table("essential.service.operations", "svc:shop")).is_ok() {
        return Err("an erased customer was read".into());
    }
    let read = outcome()?;
    if storage.insert_customers(std::iter::once(kept_by_mistake)).is_ok() {
        return Err("an erased customer was written".into());
    }
    Ok((read, outcome()?))
}

/// The person's handle in the ledger.
pub(crate) fn handle(runtime: &Runtime, id: u64) -> Result<taggant::ledger::Handle> {
    runtime.handle_of("customer", &id)?.ok_or_else(|| "nothing of theirs has moved".into())
}
