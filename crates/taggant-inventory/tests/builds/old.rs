//! What the last release declared.

use taggant::{Sensitive, Tagged};

#[derive(Tagged)]
#[tagged(dataset = "customers", subject(customer = id), row = id, group = "crm", integrity = "_seal")]
struct Customer {
    #[clear(authenticated)]
    id: u64,
    #[clear]
    agent: u64,
    #[tag("user.name", pad = 64)]
    name: String,
    #[tag("user.contact.email", mask = last(2))]
    email: String,
    #[tag("user.financial", seal_none)]
    iban: Option<String>,
    #[tag("user.contact.phone_number")]
    phone: Sensitive<String>,
    #[tag("user.unique_id", subject(employee = agent))]
    seen_by: String,
    #[tag("user.device.ip_address", lookup = "ip_index")]
    ip: String,
    #[tag("user.contact.address.city")]
    town: String,
    #[clear]
    note: String,
    #[nested]
    address: Address,
}

#[derive(Tagged)]
#[tagged(dataset = "addresses", row = none, unbound)]
struct Address {
    #[tag("user.contact.address.street")]
    street: String,
}

#[derive(Tagged)]
#[tagged(dataset = "orders", row = number)]
struct Order {
    #[clear]
    number: u64,
    #[tag("user.financial")]
    total: u64,
}

#[derive(Tagged)]
#[tagged(dataset = "clients", row = none, unbound)]
struct Client {
    #[tag("user.name")]
    name: String,
}
