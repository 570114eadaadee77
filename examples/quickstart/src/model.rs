//! What the shop knows. Every field says what it is.

use serde::{Deserialize, Serialize};
use taggant::{MaskText, Sensitive, Tagged};

/// A row of the import file: one order with the customer who placed it.
#[derive(Tagged)]
#[tagged(dataset = "shop.import_rows", subject(customer = customer_id), row = order_id)]
pub(crate) struct ImportRow {
    #[clear]
    pub(crate) order_id: u64,
    #[clear]
    pub(crate) customer_id: u64,
    #[tag("user.name")]
    pub(crate) name: String,
    #[tag("user.contact.email", mask = email)]
    pub(crate) email: Option<Email>,
    #[tag("user.contact.phone_number", mask = last(4))]
    pub(crate) phone: Option<String>,
    #[tag("user.contact.address.street")]
    pub(crate) street: String,
    #[tag("user.contact.address.city")]
    pub(crate) city: String,
    #[tag("user.contact.address.postal_code")]
    pub(crate) postal_code: String,
    #[clear]
    pub(crate) country: String,
    #[tag("user.demographic.date_of_birth", mask = year)]
    pub(crate) born: Option<Date>,
    #[tag("user.financial.credit_card", mask = last(4))]
    pub(crate) card: Sensitive<String>,
    #[tag("user.behavior.purchase_history")]
    pub(crate) item: String,
    #[tag("user.behavior.purchase_history")]
    pub(crate) amount_cents: u64,
    #[tag("user.behavior.purchase_history", mask = year)]
    pub(crate) ordered_on: Date,
}

#[derive(Clone, Tagged)]
#[tagged(dataset = "shop.customers", subject(customer = id), row = id)]
pub(crate) struct Customer {
    #[clear]
    pub(crate) id: u64,
    #[tag("user.name")]
    pub(crate) name: String,
    #[tag("user.contact.email", mask = email, lookup = "email_index")]
    pub(crate) email: Option<Email>,
    #[tag("user.contact.phone_number", mask = last(4))]
    pub(crate) phone: Option<String>,
    #[nested]
    pub(crate) address: Address,
    #[tag("user.demographic.date_of_birth", mask = year)]
    pub(crate) born: Option<Date>,
    /// Stays an envelope until somebody reveals it.
    #[tag("user.financial.credit_card", mask = last(4))]
    pub(crate) card: Sensitive<String>,
}

/// It belongs to whoever's record it stands in.
#[derive(Clone, Tagged)]
#[tagged(dataset = "shop.addresses", row = none, unbound)]
pub(crate) struct Address {
    #[tag("user.contact.address.street")]
    pub(crate) street: String,
    #[tag("user.contact.address.city")]
    pub(crate) city: String,
    #[tag("user.contact.address.postal_code")]
    pub(crate) postal_code: String,
    #[clear]
    pub(crate) country: String,
}

#[derive(Tagged)]
#[tagged(dataset = "shop.orders", subject(customer = customer_id), row = id)]
pub(crate) struct Order {
    #[clear]
    pub(crate) id: u64,
    #[clear]
    pub(crate) customer_id: u64,
    #[tag("user.behavior.purchase_history")]
    pub(crate) item: String,
    #[tag("user.behavior.purchase_history")]
    pub(crate) amount_cents: u64,
    #[tag("user.behavior.purchase_history", mask = year)]
    pub(crate) ordered_on: Date,
}

/// What a shipper needs, and no more.
#[derive(Tagged)]
#[tagged(dataset = "shop.labels", subject(customer = customer_id), row = order_id)]
pub(crate) struct ShippingLabel {
    #[clear]
    pub(crate) order_id: u64,
    #[clear]
    pub(crate) customer_id: u64,
    #[tag("user.name")]
    pub(crate) name: String,
    #[nested]
    pub(crate) address: Address,
}

/// An address with something before and after the `@`.
#[derive(Clone, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct Email(String);

impl TryFrom<String> for Email {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        match text.split_once('@') {
            Some((local, domain)) if !local.is_empty() && domain.contains('.') => Ok(Self(text)),
            _ => Err("no e-mail address"),
        }
    }
}

impl From<Email> for String {
    fn from(email: Email) -> Self {
        email.0
    }
}

impl MaskText for Email {
    fn with_text(&self, show: &mut dyn FnMut(&str)) -> bool {
        self.0.with_text(show)
    }
}

/// A day: `YYYY-MM-DD`.
#[derive(Clone, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct Date(String);

impl TryFrom<String> for Date {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        let mut parts = text.split('-').map(str::parse::<u32>);
        match (text.len(), parts.next(), parts.next(), parts.next()) {
            (10, Some(Ok(_)), Some(Ok(1..=12)), Some(Ok(1..=31))) => Ok(Self(text)),
            _ => Err("no date"),
        }
    }
}

impl From<Date> for String {
    fn from(date: Date) -> Self {
        date.0
    }
}

impl MaskText for Date {
    fn with_text(&self, show: &mut dyn FnMut(&str)) -> bool {
        self.0.with_text(show)
    }
}
