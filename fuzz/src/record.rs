//! The record that the JSON targets read.

use std::collections::BTreeMap;

use taggant::{Sensitive, Tagged};

/// One record with every shape that reads differently.
#[derive(Tagged)]
#[tagged(dataset = "fuzz", subject(customer = id), row = id)]
pub struct Record {
    #[clear]
    pub id: u64,
    #[tag("user.name")]
    pub name: String,
    #[tag("user.contact.email", mask = email, lookup = "email_index")]
    pub email: Option<String>,
    #[tag("user.financial.credit_card", mask = last(4))]
    pub card: Option<Sensitive<String>>,
    #[tag("user.demographic.date_of_birth")]
    #[serde(default)]
    pub born: Option<u16>,
    #[tag("user.contact.phone_number")]
    #[serde(default)]
    pub phones: Vec<String>,
    #[tag("user.content")]
    #[serde(default)]
    pub notes: BTreeMap<String, Vec<u32>>,
    #[nested]
    pub address: Option<Address>,
    #[nested]
    #[serde(default)]
    pub ways: Vec<Payment>,
}

/// Nested, and bound to the path that leads to it.
#[derive(Tagged)]
#[tagged(dataset = "fuzz.address", row = none, unbound)]
pub struct Address {
    #[tag("user.contact.address.street")]
    pub street: String,
    #[clear]
    pub number: u32,
}

/// An internally tagged enum: serde buffers its content.
#[derive(Tagged)]
#[tagged(dataset = "fuzz.payment", row = none, unbound)]
#[serde(tag = "by")]
pub enum Payment {
    /// With a sealed text.
    Card {
        #[tag("user.financial.credit_card")]
        number: String,
    },
    /// With nothing.
    Cash,
}
