//! Writing containers of records, each element at a place of its own.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::rc::Rc;
use std::sync::Arc;

use serde::{Serialize, Serializer};

use super::Nested;
use crate::seal::{fail, position};

/// A tagged record type, or a container of one, that can be written.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a tagged record type that can be written",
    label = "`#[nested]` needs a type that derives `Tagged` without `skip(Serialize)`"
)]
pub trait SealNested: Nested {
    /// Writes the value, as serde does. Of a container each element tells the records in it where
    /// they stand, for the integrity of the record around.
    ///
    /// # Errors
    /// What the serializer or the records report.
    fn seal<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error>;
}

/// What stands behind a pointer or in an option, at the place of that.
struct Same<'a, T: ?Sized>(&'a T);

impl<T: SealNested + ?Sized> Serialize for Same<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.seal(serializer)
    }
}

struct Element<'a, T>(usize, &'a T);

impl<T: SealNested> Serialize for Element<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let _at = position::at_index(self.0);
        self.1.seal(serializer)
    }
}

struct Entry<'a, K, T>(&'a K, &'a T);

impl<K: Serialize, T: SealNested> Serialize for Entry<'_, K, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let _at = position::at_key(self.0).map_err(fail::ser)?;
        self.1.seal(serializer)
    }
}

macro_rules! pointers {
    ($($pointer:ty),*) => {$(
        impl<T: SealNested + ?Sized> SealNested for $pointer {
            fn seal<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                (**self).seal(serializer)
            }
        }
    )*};
}
pointers!(&T, Box<T>, Rc<T>, Arc<T>);

impl<T: SealNested> SealNested for Option<T> {
    fn seal<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Some(value) => serializer.serialize_some(&Same(value)),
            None => serializer.serialize_none(),
        }
    }
}

macro_rules! lists {
    ($($list:ty),*) => {$(
        impl<T: SealNested> SealNested for $list {
            fn seal<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let elements = self.iter().enumerate();
                let elements = elements.map(|(index, element)| Element(index, element));
                let written = serializer.collect_seq(elements)?;
                position::list_written(self.len());
                Ok(written)
            }
        }
    )*};
}
lists!(Vec<T>, VecDeque<T>, [T]);

macro_rules! maps {
    ($(<$($parameter:ident),*> $map:ty),*) => {$(
        impl<$($parameter),*> SealNested for $map
        where
            K: Serialize,
            T: SealNested,
        {
            fn seal<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let entries = self.iter().map(|(key, value)| (key, Entry(key, value)));
                let written = serializer.collect_map(entries)?;
                position::map_written(self.keys()).map_err(fail::ser)?;
                Ok(written)
            }
        }
    )*};
}
maps!(<K, T, H> HashMap<K, T, H>, <K, T> BTreeMap<K, T>);
