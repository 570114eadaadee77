//! What the next one would.

use taggant::{Sensitive, Tagged};

#[derive(Tagged)]
#[tagged(dataset = "customers", subject(employee = agent), row = none, group = "main")]
struct Customer {
    #[clear]
    id: u64,
    #[clear]
    agent: u64,
    #[tag("user.name", pad = 16)]
    name: String,
    #[tag("user.contact.email", mask = last(4), lookup = "email_index")]
    email: String,
    #[tag("user.financial.credit_card")]
    iban: Option<String>,
    #[clear]
    phone: String,
    #[tag("user.unique_id", subject(customer = id))]
    seen_by: String,
    #[tag("user.device.ip_address", lookup = "ip_index", bits = 64)]
    ip: String,
    #[tag("user.contact.address.city", alias = "town")]
    city: String,
    #[tag("user.name")]
    note: Sensitive<String>,
    #[nested(portable)]
    address: Address,
    #[tag("user.content")]
    comment: String,
}

#[derive(Tagged)]
#[tagged(dataset = "addresses", row = none, unbound, skip(Debug))]
struct Address {
    #[tag("user.contact.address.street", mask = full)]
    street: String,
}

impl std::fmt::Debug for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Address")
    }
}

#[derive(Tagged)]
#[tagged(dataset = "orders", row = number)]
struct Order {
    #[clear]
    number: u64,
}

#[derive(Tagged)]
#[tagged(dataset = "people", alias = "clients", row = none, unbound)]
struct Person {
    #[tag("user.name")]
    name: String,
}
