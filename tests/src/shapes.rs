//! Every shape that serde knows, tagged.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};
use taggant::{Sensitive, Tagged};
use taggant_testing::canary;

/// A type with samples that hold canaries in every tagged field.
pub trait Shape: Serialize + serde::de::DeserializeOwned + std::fmt::Debug {
    const NAME: &'static str;
    fn samples() -> Vec<Self>;
    fn same(&self, other: &Self) -> bool;
}

macro_rules! shape {
    ($type:ty, [$($sample:expr),* $(,)?]) => {
        impl Shape for $type {
            const NAME: &'static str = stringify!($type);
            fn samples() -> Vec<Self> {
                vec![$($sample),*]
            }
            fn same(&self, other: &Self) -> bool {
                self == other
            }
        }
    };
}

#[derive(PartialEq, Tagged)]
#[tagged(dataset = "flat", subject(customer = id), row = id)]
pub struct Flat {
    #[clear]
    pub id: u64,
    #[tag("user.name")]
    pub name: String,
    #[tag("user.contact.email", mask = email)]
    pub email: Option<String>,
    #[tag("user.contact.phone_number", mask = last(4))]
    pub phone: Option<String>,
    #[tag("user.financial")]
    pub balance: i64,
    #[tag("user.demographic")]
    pub vip: bool,
    #[clear]
    pub country: String,
}

fn flat(email: Option<String>) -> Flat {
    Flat {
        id: 7,
        name: canary::name(),
        email,
        phone: None,
        balance: -5,
        vip: true,
        country: "ES".into(),
    }
}
shape!(Flat, [flat(None), flat(Some(canary::email()))]);

#[derive(PartialEq, Tagged)]
#[tagged(dataset = "address", row = none, unbound)]
pub struct Address {
    #[tag("user.contact.address.street")]
    pub street: String,
    #[clear]
    pub city: String,
}

fn address() -> Address {
    Address { street: canary::name(), city: "Lima".into() }
}

#[derive(PartialEq, Tagged)]
#[tagged(dataset = "nested", subject(customer = id), row = id)]
pub struct Nest {
    #[clear]
    pub id: String,
    #[nested]
    pub home: Address,
    #[nested]
    pub work: Option<Address>,
    #[nested]
    pub past: Vec<Address>,
    #[nested]
    pub named: BTreeMap<String, Address>,
    #[nested]
    pub hashed: HashMap<String, Box<Address>>,
}
shape!(
    Nest,
    [
        Nest {
            id: "x".into(),
            home: address(),
            work: None,
            past: vec![],
            named: BTreeMap::new(),
            hashed: HashMap::new(),
        },
        Nest {
            id: "y".into(),
            home: address(),
            work: Some(address()),
            past: vec![address(), address()],
            named: [("a".to_owned(), address()), ("b".to_owned(), address())].into(),
            hashed: [("c".to_owned(), Box::new(address()))].into(),
        },
    ]
);

#[derive(PartialEq, Tagged)]
#[tagged(dataset = "pair", subject(customer = 0), row = 0)]
pub struct Pair(#[clear] pub u32, #[tag("user.name")] pub String);
shape!(Pair, [Pair(1, canary::name())]);

#[derive(PartialEq, Tagged)]
#[tagged(dataset = "newtype", row = none, unbound)]
pub struct Newtype(#[tag("user.name")] pub String);
shape!(Newtype, [Newtype(canary::name())]);

#[derive(PartialEq, Tagged)]
#[tagged(dataset = "transparent", row = none, unbound)]
#[serde(transparent)]
pub struct Transparent {
    #[tag("user.name")]
    pub name: String,
}
shape!(Transparent, [Transparent { name: canary::name() }]);

#[derive(PartialEq, Tagged)]
#[tagged(dataset = "generic", subject(customer = id), row = id)]
pub struct Generic<T, U> {
    #[clear]
    pub id: u64,
    #[tag("user.content")]
    pub value: T,
    #[clear]
    pub other: U,
}
shape!(
    Generic<String, u8>,
    [Generic { id: 1, value: canary::name(), other: 3 }]
);

#[derive(PartialEq, Tagged)]
#[tagged(dataset = "external", row = none, unbound)]
pub enum External {
    Unit,
    Newtype(#[tag("user.name")] String),
    Tuple(#[tag("user.name")] String, #[clear] u8),
    Struct {
        #[tag("user.contact.email")]
        email: String,
        #[clear]
        kind: u8,
    },
    Nested(#[nested] Address),
}
shape!(
    External,
    [
        External::Unit,
        External::Newtype(canary::name()),
        External::Tuple(canary::name(), 1),
        External::Struct { email: canary::email(), kind: 2 },
        External::Nested(address()),
    ]
);

#[derive(PartialEq, Tagged)]
#[tagged(dataset = "internal", row = none, unbound)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum Internal {
    Unit,
    Struct {
        #[tag("user.contact.email")]
        email: String,
        #[tag("user.name")]
        name: Option<String>,
    },
    Nested(#[nested] Address),
}
shape!(
    Internal,
    [
        Internal::Unit,
        Internal::Struct { email: canary::email(), name: None },
        Internal::Struct { email: canary::email(), name: Some(canary::name()) },
        Internal::Nested(address()),
    ]
);

#[derive(PartialEq, Tagged)]
#[tagged(dataset = "adjacent", row = none, unbound)]
#[serde(tag = "t", content = "c")]
pub enum Adjacent {
    Unit,
    Newtype(#[tag("user.name")] String),
    Struct {
        #[tag("user.contact.email")]
        email: String,
    },
}
shape!(
    Adjacent,
    [
        Adjacent::Unit,
        Adjacent::Newtype(canary::name()),
        Adjacent::Struct { email: canary::email() }
    ]
);

#[derive(PartialEq, Tagged)]
#[tagged(dataset = "untagged", row = none, unbound)]
#[serde(untagged)]
pub enum Untagged {
    Number(#[tag("user.financial")] u64),
    Text(#[tag("user.name")] String),
    Struct {
        #[tag("user.contact.email")]
        email: String,
    },
}
shape!(
    Untagged,
    [
        Untagged::Number(4),
        Untagged::Text(canary::name()),
        Untagged::Struct { email: canary::email() }
    ]
);

#[derive(PartialEq, Tagged)]
#[tagged(dataset = "flattened", subject(customer = id), row = id)]
#[serde(rename_all = "camelCase")]
pub struct Flattened {
    #[clear]
    pub id: u64,
    #[tag("user.name")]
    pub full_name: String,
    #[nested]
    #[serde(flatten)]
    pub home: Address,
    #[clear]
    #[serde(flatten)]
    pub extra: BTreeMap<String, String>,
}
shape!(
    Flattened,
    [Flattened {
        id: 3,
        full_name: canary::name(),
        home: address(),
        extra: [("note".to_owned(), "clear".to_owned())].into()
    }]
);

#[derive(PartialEq, Tagged)]
#[tagged(dataset = "optional", subject(customer = id), row = id)]
#[serde(deny_unknown_fields)]
pub struct Optional {
    #[clear]
    pub id: u64,
    #[tag("user.name")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[tag("user.contact.email")]
    #[serde(default, alias = "mail")]
    pub email: String,
    #[tag("user.contact.phone_number")]
    #[serde(default = "no_phone")]
    pub phone: String,
}

fn no_phone() -> String {
    "none".to_owned()
}
shape!(
    Optional,
    [
        Optional { id: 1, name: None, email: canary::email(), phone: canary::phone() },
        Optional {
            id: 1,
            name: Some(canary::name()),
            email: canary::email(),
            phone: canary::phone()
        },
    ]
);

#[derive(PartialEq, Tagged)]
#[tagged(dataset = "tree", row = none, unbound)]
pub struct Tree {
    #[tag("user.name")]
    pub name: String,
    #[nested]
    pub children: Vec<Tree>,
    #[nested]
    pub next: Option<Box<Tree>>,
}

fn tree(depth: u32) -> Tree {
    Tree {
        name: canary::name(),
        children: (0..depth).map(|_| tree(depth - 1)).collect(),
        next: (depth > 0).then(|| Box::new(tree(depth - 1))),
    }
}
shape!(Tree, [tree(0), tree(2)]);

#[derive(PartialEq, Tagged)]
#[tagged(dataset = "sealed_none", subject(customer = id), row = id)]
pub struct SealedNone {
    #[clear]
    pub id: u64,
    #[tag("user.name", seal_none, pad = 64)]
    pub name: Option<String>,
}
shape!(
    SealedNone,
    [SealedNone { id: 1, name: None }, SealedNone { id: 1, name: Some(canary::name()) }]
);

#[derive(PartialEq, Tagged)]
#[tagged(dataset = "whole", subject(customer = id), row = id, integrity = "_seal")]
pub struct Whole {
    #[clear(authenticated)]
    pub id: u64,
    #[tag("user.contact.email", lookup = "email_index")]
    pub email: String,
    #[nested]
    pub home: Address,
    #[clear(authenticated)]
    pub role: Option<String>,
}
shape!(
    Whole,
    [
        Whole { id: 1, email: canary::email(), home: address(), role: None },
        Whole { id: 2, email: canary::email(), home: address(), role: Some("admin".into()) }
    ]
);

#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub enum Inner {
    Unit,
    Pair(String, f64),
}

#[derive(PartialEq, Tagged)]
#[tagged(dataset = "composite", subject(customer = id), row = id)]
pub struct Composite {
    #[clear]
    pub id: u64,
    #[tag("user.content")]
    pub list: Vec<String>,
    #[tag("user.content")]
    pub map: BTreeMap<String, Option<Inner>>,
    #[tag("user.content", pad = none)]
    pub bytes: (u8, char, Option<i32>),
}
shape!(
    Composite,
    [Composite {
        id: 9,
        list: vec![canary::name(), canary::email()],
        map: [
            (canary::word(), Some(Inner::Pair(canary::name(), 1.5))),
            (canary::word(), Some(Inner::Unit))
        ]
        .into(),
        bytes: (1, 'ß', Some(-7)),
    }]
);

#[derive(Tagged)]
#[tagged(dataset = "protected", subject(customer = id), row = id)]
pub struct Protected {
    #[clear]
    pub id: u64,
    #[tag("user.financial.credit_card", mask = last(4))]
    pub card: Sensitive<String>,
    #[tag("user.name")]
    pub name: Option<Sensitive<String>>,
}

impl Shape for Protected {
    const NAME: &'static str = "Protected";
    fn samples() -> Vec<Self> {
        vec![
            Self { id: 4, card: canary::card().into(), name: None },
            Self { id: 4, card: canary::card().into(), name: Some(canary::name().into()) },
        ]
    }
    /// Values that come out of storage are sealed until they are revealed.
    fn same(&self, other: &Self) -> bool {
        let reveal = |value: &Sensitive<String>| {
            let flow = taggant::Flow::from("test://tests", "same").purpose("essential");
            flow.run(|| value.reveal().cloned().map_err(|error| error.to_string()))
        };
        reveal(&self.card) == reveal(&other.card)
            && reveal(&self.card).is_ok()
            && self.name.as_ref().map(reveal) == other.name.as_ref().map(reveal)
    }
}
