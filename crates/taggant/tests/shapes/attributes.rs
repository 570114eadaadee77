//! serde's container and field attributes.

use std::collections::BTreeMap;

use taggant::Tagged;

use crate::check;
use crate::structs::Address;

/// Renames.
#[derive(Tagged)]
#[tagged(dataset = "renamed", row = none, unbound)]
#[serde(rename = "renamed-type", rename_all(serialize = "camelCase", deserialize = "snake_case"))]
pub struct Renamed {
    #[tag("user.name")]
    first_name: String,
    #[tag("user.name")]
    #[serde(rename(serialize = "out", deserialize = "in"), alias = "former")]
    last_name: String,
    #[nested]
    home_address: Address,
}

/// Flattened parts.
#[derive(Tagged)]
#[tagged(dataset = "flat", subject(customer = id), row = id, integrity = "_seal")]
pub struct Flat {
    #[clear(authenticated)]
    id: u64,
    #[tag("user.contact.email", lookup = "email_ix", normalizer = exact, bits = 64)]
    email: String,
    #[nested]
    #[serde(flatten)]
    address: Address,
    #[clear]
    #[serde(flatten)]
    rest: BTreeMap<String, String>,
}

/// Defaults, optional presence.
#[derive(Tagged)]
#[tagged(dataset = "defaults", subject(customer = id), row = id)]
#[serde(deny_unknown_fields)]
pub struct Defaults {
    #[clear]
    id: u64,
    #[tag("user.name")]
    #[serde(default)]
    name: String,
    #[tag("user.name")]
    #[serde(default = "nobody", skip_serializing_if = "String::is_empty")]
    nick: String,
    #[tag("user.contact.email", lookup = "email_index")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    #[nested]
    #[serde(default = "nowhere")]
    address: Address,
    #[clear]
    #[serde(default = "nobody")]
    note: String,
    #[tag("user.name")]
    #[serde(skip)]
    /// Not written.
    pub cached: String,
    #[tag("user.name")]
    #[serde(skip_deserializing, default = "nobody")]
    written: String,
    #[tag("user.name")]
    #[serde(skip_serializing, default)]
    /// Read only.
    pub read: Option<String>,
}

fn nobody() -> String {
    "nobody".to_owned()
}

fn nowhere() -> Address {
    Address { street: String::new(), city: String::new() }
}

/// The type's own default fills what is missing.
#[derive(Tagged, Default)]
#[tagged(dataset = "whole_default", row = none, unbound, integrity = "_seal")]
#[serde(default, expecting = "settings")]
pub struct WholeDefault {
    #[tag("user.name", lookup = "name_index")]
    name: String,
    #[clear]
    count: u32,
}

/// A function fills what is missing.
#[derive(Tagged)]
#[tagged(dataset = "function_default", row = none, unbound)]
#[serde(default = "two")]
pub struct FunctionDefault(#[tag("user.name")] String, #[clear] u32);

fn two() -> FunctionDefault {
    FunctionDefault("two".to_owned(), 2)
}

/// `with` on a clear field.
#[derive(Tagged)]
#[tagged(dataset = "with", row = none, unbound)]
pub struct With {
    #[clear]
    #[serde(with = "as_text")]
    count: u32,
    #[clear]
    #[serde(serialize_with = "as_text::serialize")]
    #[serde(deserialize_with = "as_text::deserialize", default)]
    other: u32,
}

mod as_text {
    use serde::{Deserialize, Deserializer, Serializer};

    #[allow(clippy::trivially_copy_pass_by_ref)]
    pub(super) fn serialize<S: Serializer>(value: &u32, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(value)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[test]
fn attributes_keep_the_paths_and_change_the_wire() {
    use taggant::__private::Tagged as _;
    check::<Renamed>("renamed", &["first_name", "last_name", "home_address"]);
    assert_eq!(crate::wire_names(Renamed::__spec()), ["firstName", "out", "homeAddress"]);
    check::<Flat>("flat", &["id", "email", "address", "rest"]);
    assert_eq!(crate::tagged_paths(Flat::__spec()), ["email"]);
    assert_eq!(Flat::__spec().integrity, Some("_seal"));
    check::<WholeDefault>("whole_default", &["name", "count"]);
    check::<FunctionDefault>("function_default", &["0", "1"]);
    check::<With>("with", &["count", "other"]);
    let paths = ["id", "name", "nick", "email", "address", "note", "cached", "written", "read"];
    check::<Defaults>("defaults", &paths);
}
