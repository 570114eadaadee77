//! Enums in each of serde's representations.

use taggant::Tagged;

use crate::check;
use crate::structs::Address;

/// Externally tagged, with every kind of variant.
#[derive(Tagged)]
#[tagged(dataset = "events", row = none, unbound)]
pub enum External {
    /// Nothing in it.
    Nothing,
    /// A newtype.
    Name(#[tag("user.name")] String),
    /// A tuple.
    Pair(#[clear] u32, #[tag("user.contact.email", mask = email)] String),
    /// A nested type.
    Moved(#[nested] Address),
    /// A struct.
    Paid {
        /// How much.
        #[clear]
        cents: u32,
        /// With what.
        #[tag("user.financial.credit_card", mask = last(4))]
        card: String,
        /// Where.
        #[nested]
        address: Option<Address>,
    },
}

/// Internally tagged, bound to a field that each variant has.
#[derive(Tagged)]
#[tagged(dataset = "internal", subject(customer = id), row = id)]
#[serde(tag = "type", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum Internal {
    /// A sign-up.
    SignedUp {
        /// Who.
        #[clear]
        id: u64,
        /// Their name.
        #[tag("user.name")]
        full_name: String,
    },
    /// A removal.
    #[serde(rename = "gone")]
    Removed {
        /// Who.
        #[clear]
        id: u64,
        /// Who did it.
        #[tag("user.name", subject(employee = agent))]
        agent_name: String,
        /// Their id.
        #[clear]
        agent: u64,
    },
}

/// Adjacently tagged.
#[derive(Tagged)]
#[tagged(dataset = "adjacent", row = none, unbound)]
#[serde(tag = "kind", content = "data", deny_unknown_fields)]
pub enum Adjacent {
    /// A name.
    Name(#[tag("user.name")] String),
    /// A place.
    #[serde(alias = "position")]
    Place {
        /// Where.
        #[tag("user.location")]
        place: String,
    },
    /// Whatever else.
    #[serde(other)]
    Unknown,
}

/// Untagged.
#[derive(Tagged)]
#[tagged(dataset = "untagged", row = none, unbound)]
#[serde(untagged)]
pub enum Untagged {
    /// A name.
    Named {
        /// The name.
        #[tag("user.name")]
        name: String,
    },
    /// A number.
    Number(#[clear] u32),
    /// A nested type.
    Nested(#[nested] Box<Address>),
}

/// Variants that are left out in one direction or both.
#[derive(Tagged)]
#[tagged(dataset = "skipping", row = none, unbound)]
pub enum Skipping {
    /// Written and read.
    Both(#[tag("user.name")] String),
    /// Written only.
    #[serde(skip_deserializing)]
    Written(#[tag("user.name")] String),
    /// Read only.
    #[serde(skip_serializing)]
    Read(#[tag("user.name")] String),
    /// Neither.
    #[serde(skip)]
    Neither(#[tag("user.name")] String, #[nested] Address),
}

/// No value.
#[derive(Tagged)]
#[tagged(dataset = "never", row = none, unbound)]
pub enum Never {}

/// Recursive.
#[derive(Tagged)]
#[tagged(dataset = "expressions", row = none, unbound)]
pub enum Expression {
    /// A name.
    Leaf(#[tag("user.name")] String),
    /// Two more.
    Both(#[nested] Box<Expression>, #[nested] Box<Self>),
}

#[test]
fn enums_describe_themselves() {
    let paths =
        ["Name.0", "Pair.0", "Pair.1", "Moved.0", "Paid.cents", "Paid.card", "Paid.address"];
    check::<External>("events", &paths);
    let paths =
        ["SignedUp.id", "SignedUp.full_name", "Removed.id", "Removed.agent_name", "Removed.agent"];
    check::<Internal>("internal", &paths);
    check::<Adjacent>("adjacent", &["Name.0", "Place.place"]);
    check::<Untagged>("untagged", &["Named.name", "Number.0", "Nested.0"]);
    let paths = ["Both.0", "Written.0", "Read.0", "Neither.0", "Neither.1"];
    check::<Skipping>("skipping", &paths);
    check::<Never>("never", &[]);
    check::<Expression>("expressions", &["Leaf.0", "Both.0", "Both.1"]);
}

#[test]
fn a_field_may_name_another_subject() {
    use taggant::__private::Tagged as _;
    let spec = Internal::__spec();
    assert_eq!(spec.subjects, [Some("customer"), Some("employee")]);
    assert_eq!(spec.fields[1].tag().map(|tag| tag.subject), Some(0));
    assert_eq!(spec.fields[3].tag().map(|tag| tag.subject), Some(1));
    assert_eq!(crate::wire_names(spec)[1], "fullName");
}
