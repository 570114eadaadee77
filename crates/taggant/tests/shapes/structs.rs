//! Structs, tuple structs, newtypes, units, containers and nesting.

use std::collections::{BTreeMap, HashMap};

use taggant::Tagged;

use crate::check;

/// The example of the documentation.
#[derive(Tagged)]
#[tagged(dataset = "customers", subject(customer = id), row = id, group = "crm", alias = "clients")]
pub struct Customer {
    #[clear]
    id: u64,
    #[tag("user.name")]
    name: String,
    #[tag("user.contact.email", mask = email, lookup = "email_index")]
    email: String,
    #[tag("user.financial.credit_card", mask = last(4))]
    card: Option<String>,
    #[nested]
    address: Address,
    #[clear]
    #[serde(rename = "countryCode")]
    country: String,
}

/// Nested, without a subject of its own.
#[derive(Tagged)]
#[tagged(dataset = "addresses", row = none, unbound)]
pub struct Address {
    /// Where.
    #[tag("user.contact.address.street")]
    pub street: String,
    /// In which town.
    #[tag("user.contact.address.city", "user.location")]
    pub city: String,
}

/// A tuple struct.
#[derive(Tagged)]
#[tagged(dataset = "pairs", subject(customer = 0), row = 0)]
pub struct Pair(#[clear] u64, #[tag("user.name")] String);

/// A newtype.
#[derive(Tagged)]
#[tagged(dataset = "emails", row = none, unbound)]
pub struct Email(#[tag("user.contact.email", mask = email)] String);

/// A transparent newtype.
#[derive(Tagged)]
#[tagged(dataset = "phones", row = none, unbound)]
#[serde(transparent)]
pub struct Phone {
    #[tag("user.contact.phone_number", mask = last(2))]
    number: String,
}

/// A unit struct.
#[derive(Tagged)]
#[tagged(dataset = "units", row = none, unbound)]
pub struct Unit;

/// An empty struct.
#[derive(Tagged)]
#[tagged(dataset = "empties", row = none, unbound)]
pub struct Empty {}

/// Containers of tagged values and of nested types.
#[derive(Tagged)]
#[tagged(dataset = "containers", subject(customer = id), row = (id, version))]
pub struct Containers {
    #[clear]
    id: u64,
    #[clear]
    version: u32,
    #[tag("user.name")]
    names: Vec<String>,
    #[tag("user.name")]
    by_name: BTreeMap<String, u32>,
    #[tag("user.name")]
    maybe: Option<Vec<String>>,
    #[nested]
    list: Vec<Address>,
    #[nested]
    optional: Option<Address>,
    #[nested]
    boxed: Box<Address>,
    #[nested]
    map: HashMap<String, Address>,
    #[nested(portable)]
    tree: BTreeMap<u32, Option<Vec<Address>>>,
}

/// A recursive type.
#[derive(Tagged)]
#[tagged(dataset = "people", row = none, unbound)]
pub struct Person {
    #[tag("user.name")]
    name: String,
    #[nested]
    children: Vec<Self>,
    #[nested]
    parent: Option<Box<Person>>,
}

#[test]
fn structs_describe_themselves() {
    check::<Customer>("customers", &["id", "name", "email", "card", "address", "country"]);
    check::<Address>("addresses", &["street", "city"]);
    check::<Pair>("pairs", &["0", "1"]);
    check::<Email>("emails", &["0"]);
    check::<Phone>("phones", &["number"]);
    check::<Unit>("units", &[]);
    check::<Empty>("empties", &[]);
    check::<Person>("people", &["name", "children", "parent"]);
    let paths =
        ["id", "version", "names", "by_name", "maybe", "list", "optional", "boxed", "map", "tree"];
    check::<Containers>("containers", &paths);
}

#[test]
fn a_type_states_its_bindings() {
    use taggant::__private::Tagged as _;
    let spec = Customer::__spec();
    assert_eq!(spec.subjects, [Some("customer")]);
    assert!(spec.row_bound);
    assert_eq!(spec.group, "crm");
    assert_eq!(spec.dataset_aliases, ["clients"]);
    assert_eq!(Address::__spec().subjects, [None]);
    assert!(!Address::__spec().row_bound);
    assert_eq!(Address::__spec().group, "main");
    let former = taggant::__private::FieldId::of("clients", "name");
    assert!(spec.fields[1].accepts(former));
    let _: taggant::LookupField<String> = Customer::EMAIL;
}
