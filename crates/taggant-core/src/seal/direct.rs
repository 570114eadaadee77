//! The direct verbs: each names a value together with its flow, for one call of serde.
//!
//! Nobody else has that flow meanwhile: not the format nor its writer, no other task or job that
//! happens to run on this thread. See `flow::scope`.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::given::{Given, GivenError};
use super::read::{Clean, Guard};
use super::{edge, fail};
use crate::error::{Error, Outcome, Result};
use crate::flow::Flow;
use crate::flow::scope::{self, For};

/// A value together with the sink it goes to, each field as it may leave without being disclosed;
/// made by [`Flow::seal`].
///
/// It has no `Debug` and no `Display`: it can only be serialized.
pub struct Sealed<'a, T: ?Sized> {
    flow: Flow,
    value: &'a T,
}

/// As [`Sealed`], with a value of its own; made by [`Flow::seal_owned`].
pub struct SealedOwned<T> {
    flow: Flow,
    value: T,
}

/// A value together with the sink it is disclosed to; made by [`Flow::wrap`].
///
/// It has no `Debug` and no `Display`: it can only be serialized.
pub struct Wrapped<'a, T: ?Sized> {
    flow: Flow,
    value: &'a T,
}

/// As [`Wrapped`], with a value of its own; made by [`Flow::wrap_owned`].
pub struct WrappedOwned<T> {
    flow: Flow,
    value: T,
}

impl Flow {
    /// Names a value and the sink it goes to. Serializing the result seals each tagged field, or
    /// masks, pseudonymises, omits or refuses it as the policy decides for this sink. Plaintext
    /// leaves through [`wrap`](Self::wrap) only.
    ///
    /// ```
    /// # use taggant_core::flow::Flow;
    /// # fn store(customer: &impl serde::Serialize) -> serde_json::Result<String> {
    /// let table = Flow::to("postgres://shop:5432", "shop.public.customers");
    /// serde_json::to_string(&table.seal(customer))
    /// # }
    /// ```
    ///
    /// Where it fails, [`Error::last`] is the typed error, with the record's number in a list.
    #[must_use = "a sealed value does nothing until it is serialized"]
    pub fn seal<'a, T: Serialize + ?Sized>(&self, value: &'a T) -> Sealed<'a, T> {
        Sealed { flow: self.clone(), value }
    }

    /// As [`seal`](Self::seal), for a value that is handed on: as a response, to another thread.
    #[must_use = "a sealed value does nothing until it is serialized"]
    pub fn seal_owned<T: Serialize>(&self, value: T) -> SealedOwned<T> {
        SealedOwned { flow: self.clone(), value }
    }

    /// Names a value and the sink it is disclosed to. Serializing the result writes each field as
    /// the policy decides for this sink: what it reveals leaves here, and only here, and is
    /// recorded before the first byte of it is written.
    #[must_use = "a wrapped value does nothing until it is serialized"]
    pub fn wrap<'a, T: Serialize + ?Sized>(&self, value: &'a T) -> Wrapped<'a, T> {
        Wrapped { flow: self.clone(), value }
    }

    /// As [`wrap`](Self::wrap), for a value that is handed on: as a response, to another thread.
    #[must_use = "a wrapped value does nothing until it is serialized"]
    pub fn wrap_owned<T: Serialize>(&self, value: T) -> WrappedOwned<T> {
        WrappedOwned { flow: self.clone(), value }
    }

    /// Reads a value as this flow says: `from` opens envelopes, `ingest` takes plaintext.
    ///
    /// # Errors
    /// The typed error, with the field and the record's number in a list. Formats quote their
    /// input, and positions tell lengths: nothing that the format says is passed on, no byte, line
    /// or column.
    pub fn read<'de, T, D>(&self, deserializer: D) -> Result<T>
    where
        T: Deserialize<'de>,
        D: Deserializer<'de>,
    {
        fail::clear();
        let _edge = edge::enter();
        let _scope = scope::enter(self, For::Verb);
        let read = T::deserialize(Guard::new(deserializer)).map_err(Clean::into_inner);
        read.map_err(|_| self.unreadable())
    }

    /// Reads a value from JSON, to its end.
    ///
    /// ```
    /// # use taggant_core::{Result, flow::Flow};
    /// # fn load<Customer: serde::de::DeserializeOwned>(row: &[u8]) -> Result<Customer> {
    /// let table = Flow::from("postgres://shop:5432", "shop.public.customers");
    /// table.read_json(row)
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`read`](Self::read); `Invalid` where more follows.
    pub fn read_json<T: DeserializeOwned>(&self, json: impl AsRef<[u8]>) -> Result<T> {
        let mut deserializer = serde_json::Deserializer::from_slice(json.as_ref());
        let value = self.read(&mut deserializer)?;
        match deserializer.end() {
            Ok(()) => Ok(value),
            Err(_) => Err(self.malformed("something follows the value that was read")),
        }
    }

    fn unreadable(&self) -> Error {
        let begun = scope::records();
        let error = Error::last().unwrap_or_else(|| {
            self.malformed("the input is not well-formed or does not fit the type")
        });
        let error = if begun > 0 { error.at_record(begun - 1) } else { error };
        let error = self.locate(error);
        fail::put(error.clone());
        error
    }

    fn malformed(&self, what: &'static str) -> Error {
        self.locate(Error::new(Outcome::Invalid, what))
    }

    fn locate(&self, error: Error) -> Error {
        match self.location() {
            Some(location) => error.at_location(&location.to_string()),
            None => error,
        }
    }
}

fn serialize<T: Serialize + ?Sized, S: Serializer>(
    flow: &Flow,
    whom: For,
    value: &T,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    fail::clear();
    let _edge = edge::enter();
    let _scope = scope::enter(flow, whom);
    let written = value.serialize(Given(serializer)).map_err(GivenError::into_inner);
    if written.is_err()
        && let Some(error) = Error::last()
        && let Some(record) = scope::records().checked_sub(1)
    {
        fail::put(error.at_record(record));
    }
    written
}

impl<T: Serialize> Serialize for SealedOwned<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialize(&self.flow, For::Verb, &self.value, serializer)
    }
}

impl<T: Serialize> Serialize for WrappedOwned<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialize(&self.flow, For::Wrap, &self.value, serializer)
    }
}

impl<T: Serialize + ?Sized> Serialize for Sealed<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialize(&self.flow, For::Verb, self.value, serializer)
    }
}

impl<T: Serialize + ?Sized> Serialize for Wrapped<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialize(&self.flow, For::Wrap, self.value, serializer)
    }
}
