//! Records inside records, and the containers between them.

mod write;

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::hash::{BuildHasher, Hash};
use std::rc::Rc;
use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;

pub use write::SealNested;

use super::integrity::IntegrityItems;
use super::read::Opener;
use crate::error::Error;

/// A tagged record type, or a container of one: what `#[nested]` takes.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a tagged record type",
    label = "`#[nested]` needs a type that derives `Tagged`, or an Option, Box, Vec or map of one",
    note = "write `#[clear]` for a field without personal data, `#[tag(\"..\")]` for one with"
)]
pub trait Nested {}

/// A tagged record type, or a container of one, that can be read.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a tagged record type that can be read",
    label = "`#[nested]` needs a type that derives `Tagged` without `skip(Deserialize)`"
)]
pub trait OpenNested: Sized {
    /// The value before its people and row are known: envelopes not opened yet.
    type Pending: DeserializeOwned;

    /// Opens what is pending.
    ///
    /// # Errors
    /// The typed outcome of the first field that does not open.
    fn resolve(pending: Self::Pending, opener: &mut Opener) -> Result<Self, Error>;

    /// Lists what an integrity envelope around covers.
    fn collect(pending: &Self::Pending, items: &mut IntegrityItems);
}

macro_rules! nested_marker {
    ($($container:ty),*) => {$( impl<T: Nested + ?Sized> Nested for $container {} )*};
}
nested_marker!(&T, Box<T>, Rc<T>, Arc<T>);

impl<T: Nested> Nested for Option<T> {}
impl<T: Nested> Nested for Vec<T> {}
impl<T: Nested> Nested for VecDeque<T> {}
impl<T: Nested> Nested for [T] {}
impl<K, T: Nested, S> Nested for HashMap<K, T, S> {}
impl<K, T: Nested> Nested for BTreeMap<K, T> {}

impl<T: OpenNested> OpenNested for Box<T> {
    type Pending = Box<T::Pending>;
    fn resolve(pending: Self::Pending, opener: &mut Opener) -> Result<Self, Error> {
        T::resolve(*pending, opener).map(Self::new)
    }
    fn collect(pending: &Self::Pending, items: &mut IntegrityItems) {
        T::collect(pending, items);
    }
}

macro_rules! sequence {
    ($($container:ident),*) => {$(
        impl<T: OpenNested> OpenNested for $container<T> {
            type Pending = $container<T::Pending>;
            fn resolve(pending: Self::Pending, opener: &mut Opener) -> Result<Self, Error> {
                pending.into_iter().map(|item| T::resolve(item, opener)).collect()
            }
            fn collect(pending: &Self::Pending, items: &mut IntegrityItems) {
                items.list(pending.len());
                for (index, item) in pending.iter().enumerate() {
                    items.at_index(index, |items| T::collect(item, items));
                }
            }
        }
    )*};
}
sequence!(Vec, VecDeque);

impl<T: OpenNested> OpenNested for Option<T> {
    type Pending = Option<T::Pending>;
    fn resolve(pending: Self::Pending, opener: &mut Opener) -> Result<Self, Error> {
        pending.map(|item| T::resolve(item, opener)).transpose()
    }
    fn collect(pending: &Self::Pending, items: &mut IntegrityItems) {
        if let Some(item) = pending {
            T::collect(item, items);
        }
    }
}

impl<K, T, S> OpenNested for HashMap<K, T, S>
where
    K: DeserializeOwned + Serialize + Eq + Hash,
    T: OpenNested,
    S: BuildHasher + Default,
{
    type Pending = HashMap<K, T::Pending, S>;
    fn resolve(pending: Self::Pending, opener: &mut Opener) -> Result<Self, Error> {
        pending.into_iter().map(|(key, item)| Ok((key, T::resolve(item, opener)?))).collect()
    }
    fn collect(pending: &Self::Pending, items: &mut IntegrityItems) {
        items.map(pending.keys());
        for (key, item) in pending {
            items.at_key(key, |items| T::collect(item, items));
        }
    }
}

impl<K: DeserializeOwned + Serialize + Ord, T: OpenNested> OpenNested for BTreeMap<K, T> {
    type Pending = BTreeMap<K, T::Pending>;
    fn resolve(pending: Self::Pending, opener: &mut Opener) -> Result<Self, Error> {
        pending.into_iter().map(|(key, item)| Ok((key, T::resolve(item, opener)?))).collect()
    }
    fn collect(pending: &Self::Pending, items: &mut IntegrityItems) {
        items.map(pending.keys());
        for (key, item) in pending {
            items.at_key(key, |items| T::collect(item, items));
        }
    }
}
