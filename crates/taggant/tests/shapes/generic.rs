//! Generics, lifetimes and const parameters.

use std::marker::PhantomData;

use serde::de::DeserializeOwned;
use taggant::Tagged;

use crate::check;
use crate::structs::Address;

/// Type parameters in each role, one of them unused by serde.
#[derive(Tagged)]
#[tagged(dataset = "generic", subject(customer = id), row = id)]
pub struct Generic<I, T, N, M = String>
where
    M: Clone,
{
    #[clear]
    id: I,
    #[tag("user.name")]
    value: Vec<T>,
    #[nested]
    nested: N,
    #[tag("user.contact.email", mask = email)]
    masked: M,
    #[clear]
    marker: PhantomData<M>,
}

/// Borrowed fields: written, printed, not read.
#[derive(Tagged)]
#[tagged(dataset = "borrowed", subject(customer = id), row = id, skip(Deserialize))]
pub struct Borrowed<'a, T: ?Sized> {
    #[clear]
    id: u64,
    #[tag("user.name")]
    name: &'a str,
    #[tag("user.contact.email", mask = self::hide)]
    email: &'a str,
    #[tag("user.name", mask = full)]
    value: &'a T,
    #[nested]
    address: &'a Address,
}

fn hide(value: &str, out: &mut dyn std::fmt::Write) -> std::fmt::Result {
    write!(out, "{} bytes", value.len())
}

/// A constant parameter.
#[derive(Tagged)]
#[tagged(dataset = "constant", row = none, unbound)]
pub struct Constant<const N: usize> {
    #[tag("user.name")]
    names: Vec<String>,
    #[clear]
    marker: PhantomData<[u8; N]>,
}

/// Recursive and generic.
#[derive(Tagged)]
#[tagged(dataset = "tree", row = none, unbound)]
pub struct Tree<T> {
    #[tag("user.name")]
    value: T,
    #[nested]
    children: Vec<Tree<T>>,
}

/// A generic enum.
#[derive(Tagged)]
#[tagged(dataset = "either", row = none, unbound)]
pub enum Either<L, R> {
    /// Sealed.
    Left(#[tag("user.name")] L),
    /// Nested.
    Right(#[nested] R),
    /// Not handled by serde.
    #[serde(skip)]
    Neither(#[clear] PhantomData<R>),
}

/// An associated type.
pub trait Store {
    /// What it stores.
    type Value;
}

/// Bounds written by hand.
#[derive(Tagged)]
#[tagged(dataset = "bounded", row = none, unbound)]
#[serde(bound(
    serialize = "S::Value: serde::Serialize",
    deserialize = "S::Value: DeserializeOwned"
))]
pub struct Bounded<S: Store> {
    #[tag("user.name")]
    value: S::Value,
}

/// Bounds as serde infers them.
#[derive(Tagged)]
#[tagged(dataset = "inferred", row = none, unbound)]
pub struct Inferred<S: Store> {
    #[tag("user.name")]
    value: S::Value,
    #[tag("user.name")]
    #[serde(default)]
    other: Option<S::Value>,
}

struct Texts;

impl Store for Texts {
    type Value = String;
}

#[test]
fn generic_types_work_for_what_fits() {
    let paths = ["id", "value", "nested", "masked", "marker"];
    check::<Generic<u64, u8, Address>>("generic", &paths);
    check::<Constant<3>>("constant", &["names", "marker"]);
    check::<Tree<String>>("tree", &["value", "children"]);
    check::<Either<String, Address>>("either", &["Left.0", "Right.0", "Neither.0"]);
    check::<Bounded<Texts>>("bounded", &["value"]);
    check::<Inferred<Texts>>("inferred", &["value", "other"]);
}

#[test]
fn a_borrowing_type_prints_and_does_not_show() {
    let address = Address { street: "canary-street".to_owned(), city: "canary-city".to_owned() };
    let borrowed = Borrowed {
        id: 7,
        name: "canary-name",
        email: "canary@example.org",
        value: "canary-value",
        address: &address,
    };
    let printed = format!("{borrowed:?}");
    assert!(!printed.contains("canary"), "a tagged value was printed");
    assert!(printed.contains("id: 7"));
    assert!(printed.contains("18 bytes"));
}
