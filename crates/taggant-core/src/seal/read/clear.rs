//! Clear fields, which hold no envelopes.

use std::marker::PhantomData;
use std::ops::Deref;

use serde::de::{Deserialize, Deserializer};
use serde::ser::{Serialize, Serializer};

use super::guard::{Clean, Guard};
use super::inbound::Inbound;
use super::record;
use crate::seal::{Tagged, fail};

/// Field number `I` of record type `R`, of type `T`, as it was read.
pub struct Clear<R, const I: usize, T> {
    value: T,
    record: PhantomData<fn() -> R>,
}

impl<R, const I: usize, T> Clear<R, I, T> {
    /// A value that was not read: a serde default.
    pub fn ready(value: T) -> Self {
        Self { value, record: PhantomData }
    }

    /// The value.
    pub fn into_value(self) -> T {
        self.value
    }
}

impl<R, const I: usize, T> Deref for Clear<R, I, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<'de, R: Tagged, const I: usize, T: Deserialize<'de>> Deserialize<'de> for Clear<R, I, T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let spec = R::__spec();
        let _field = fail::in_field(spec.dataset, spec.fields[I].path);
        T::deserialize(Guard::checking(deserializer, Inbound::Clear(record::depth())))
            .map(Self::ready)
            .map_err(Clean::into_inner)
    }
}

/// For the integrity of the record.
impl<R, const I: usize, T: Serialize> Serialize for Clear<R, I, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value.serialize(serializer)
    }
}
