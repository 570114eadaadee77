//! The yardstick record: ten fields, five of them sensitive strings.

use serde::{Deserialize, Serialize};
use taggant::{Sensitive, Tagged};

/// Defines the record once per library: only the attributes of the sensitive fields and their type
/// differ.
macro_rules! yardstick {
    ($(#[$container:meta])* $name:ident, $secret:ty, $(#[$field:meta])*) => {
        #[allow(dead_code, reason = "Debug of a redacting library reads none of them")]
        $(#[$container])*
        pub(crate) struct $name {
            pub(crate) id: u64,
            $(#[$field])*
            pub(crate) name: $secret,
            $(#[$field])*
            pub(crate) email: $secret,
            $(#[$field])*
            pub(crate) phone: $secret,
            $(#[$field])*
            pub(crate) card: $secret,
            $(#[$field])*
            pub(crate) street: $secret,
            pub(crate) country: String,
            pub(crate) plan: String,
            pub(crate) orders: u32,
            pub(crate) newsletter: bool,
        }

        impl $name {
            /// The same content in every library.
            #[allow(dead_code, clippy::useless_conversion, reason = "not every case writes")]
            pub(crate) fn sample(id: u64) -> Self {
                Self {
                    id,
                    name: String::from("Maria González").into(),
                    email: format!("maria.gonzalez.{id}@example.com").into(),
                    phone: String::from("+34 912 345 678").into(),
                    card: String::from("4111 1111 1111 1111").into(),
                    street: String::from("Calle de Alcalá 42, 3º B, 28014 Madrid").into(),
                    country: String::from("ES"),
                    plan: String::from("standard-monthly"),
                    orders: 17,
                    newsletter: true,
                }
            }
        }
    };
}
pub(crate) use yardstick;

yardstick! { #[derive(Debug, Serialize, Deserialize)] Plain, String, }

macro_rules! tagged {
    ($name:ident, $secret:ty) => {
        #[derive(Tagged)]
        #[tagged(dataset = "bench", subject(customer = id), row = id)]
        pub(crate) struct $name {
            #[clear]
            pub(crate) id: u64,
            #[tag("user.name")]
            pub(crate) name: $secret,
            #[tag("user.contact.email")]
            pub(crate) email: $secret,
            #[tag("user.contact.phone_number")]
            pub(crate) phone: $secret,
            #[tag("user.financial.credit_card")]
            pub(crate) card: $secret,
            #[tag("user.contact.address.street")]
            pub(crate) street: $secret,
            #[clear]
            pub(crate) country: String,
            #[clear]
            pub(crate) plan: String,
            #[clear]
            pub(crate) orders: u32,
            #[clear]
            pub(crate) newsletter: bool,
        }
    };
}

tagged!(Sealed, String);
tagged!(Unopened, Sensitive<String>);

impl Sealed {
    pub(crate) fn sample(id: u64) -> Self {
        let plain = Plain::sample(id);
        Self {
            id,
            name: plain.name,
            email: plain.email,
            phone: plain.phone,
            card: plain.card,
            street: plain.street,
            country: plain.country,
            plan: plain.plan,
            orders: plain.orders,
            newsletter: plain.newsletter,
        }
    }
}

/// How many tagged fields the record has.
pub(crate) const TAGGED: u64 = 5;
