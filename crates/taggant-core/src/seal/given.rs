//! Marks all that a direct verb was given, down to the last field.
//!
//! A value is written through [`Given`], whose errors are [`GivenError`]: a record that finds this
//! type behind its serializer was given to the verb, and one that does not is a stranger's. It also
//! keeps what types say of their values out of the errors.

use std::fmt::{self, Display};

use serde::ser::{
    self, Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant,
    SerializeTuple, SerializeTupleStruct, SerializeTupleVariant, Serializer,
};

use super::fail;
use crate::cbor::whose::{self, Whose};

const CUSTOM: &str = "a type refused to be written (what it says of the value is not shown)";

/// A serializer or compound of a value that was given to a verb.
pub(crate) struct Given<S>(pub(crate) S);

/// An error without values; empty where it only answers a question.
pub(crate) struct GivenError<E>(Option<E>);

impl<E: ser::Error> GivenError<E> {
    /// What the format said, for who called the verb.
    pub(crate) fn into_inner(self) -> E {
        self.0.unwrap_or_else(|| E::custom(CUSTOM))
    }

    fn of(error: E) -> Self {
        Self(Some(error))
    }
}

impl<E: ser::Error> ser::Error for GivenError<E> {
    fn custom<T: Display>(message: T) -> Self {
        if whose::answer(Whose::Ours) {
            return Self(None);
        }
        Self(Some(if fail::is_ours() { E::custom(message) } else { E::custom(CUSTOM) }))
    }
}

impl<E: Display> Display for GivenError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(error) => error.fmt(f),
            None => f.write_str(CUSTOM),
        }
    }
}

impl<E: fmt::Debug> fmt::Debug for GivenError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<E: std::error::Error> std::error::Error for GivenError<E> {}

/// A value inside a value that was given to a verb.
struct Part<'a, T: ?Sized>(&'a T);

impl<T: Serialize + ?Sized> Serialize for Part<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(Given(serializer)).map_err(GivenError::into_inner)
    }
}

macro_rules! scalars {
    ($($method:ident($value:ty)),*) => {$(
        #[inline]
        fn $method(self, value: $value) -> Result<S::Ok, Self::Error> {
            self.0.$method(value).map_err(GivenError::of)
        }
    )*};
}

impl<S: Serializer> Serializer for Given<S> {
    type Ok = S::Ok;
    type Error = GivenError<S::Error>;
    type SerializeSeq = Given<S::SerializeSeq>;
    type SerializeTuple = Given<S::SerializeTuple>;
    type SerializeTupleStruct = Given<S::SerializeTupleStruct>;
    type SerializeTupleVariant = Given<S::SerializeTupleVariant>;
    type SerializeMap = Given<S::SerializeMap>;
    type SerializeStruct = Given<S::SerializeStruct>;
    type SerializeStructVariant = Given<S::SerializeStructVariant>;

    scalars!(
        serialize_bool(bool),
        serialize_i8(i8),
        serialize_i16(i16),
        serialize_i32(i32),
        serialize_i64(i64),
        serialize_i128(i128),
        serialize_u8(u8),
        serialize_u16(u16),
        serialize_u32(u32),
        serialize_u64(u64),
        serialize_u128(u128),
        serialize_f32(f32),
        serialize_f64(f64),
        serialize_char(char),
        serialize_str(&str),
        serialize_bytes(&[u8]),
        serialize_unit_struct(&'static str)
    );

    fn is_human_readable(&self) -> bool {
        self.0.is_human_readable()
    }
    fn collect_str<T: Display + ?Sized>(self, value: &T) -> Result<S::Ok, Self::Error> {
        self.0.collect_str(value).map_err(GivenError::of)
    }
    fn serialize_unit(self) -> Result<S::Ok, Self::Error> {
        self.0.serialize_unit().map_err(GivenError::of)
    }
    fn serialize_none(self) -> Result<S::Ok, Self::Error> {
        self.0.serialize_none().map_err(GivenError::of)
    }
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<S::Ok, Self::Error> {
        self.0.serialize_some(&Part(value)).map_err(GivenError::of)
    }
    fn serialize_unit_variant(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
    ) -> Result<S::Ok, Self::Error> {
        self.0.serialize_unit_variant(name, index, variant).map_err(GivenError::of)
    }
    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        value: &T,
    ) -> Result<S::Ok, Self::Error> {
        self.0.serialize_newtype_struct(name, &Part(value)).map_err(GivenError::of)
    }
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<S::Ok, Self::Error> {
        self.0.serialize_newtype_variant(name, index, variant, &Part(value)).map_err(GivenError::of)
    }
    fn serialize_seq(self, len: Option<usize>) -> Result<Self::SerializeSeq, Self::Error> {
        self.0.serialize_seq(len).map(Given).map_err(GivenError::of)
    }
    fn serialize_tuple(self, len: usize) -> Result<Self::SerializeTuple, Self::Error> {
        self.0.serialize_tuple(len).map(Given).map_err(GivenError::of)
    }
    fn serialize_tuple_struct(
        self,
        name: &'static str,
        len: usize,
    ) -> Result<Self::SerializeTupleStruct, Self::Error> {
        self.0.serialize_tuple_struct(name, len).map(Given).map_err(GivenError::of)
    }
    fn serialize_tuple_variant(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<Self::SerializeTupleVariant, Self::Error> {
        self.0.serialize_tuple_variant(name, index, variant, len).map(Given).map_err(GivenError::of)
    }
    fn serialize_map(self, len: Option<usize>) -> Result<Self::SerializeMap, Self::Error> {
        self.0.serialize_map(len).map(Given).map_err(GivenError::of)
    }
    fn serialize_struct(
        self,
        name: &'static str,
        len: usize,
    ) -> Result<Self::SerializeStruct, Self::Error> {
        self.0.serialize_struct(name, len).map(Given).map_err(GivenError::of)
    }
    fn serialize_struct_variant(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<Self::SerializeStructVariant, Self::Error> {
        self.0
            .serialize_struct_variant(name, index, variant, len)
            .map(Given)
            .map_err(GivenError::of)
    }
}

macro_rules! elements {
    ($($compound:ident::$method:ident),*) => {$(
        impl<S: $compound> $compound for Given<S> {
            type Ok = S::Ok;
            type Error = GivenError<S::Error>;
            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Self::Error> {
                self.0.$method(&Part(value)).map_err(GivenError::of)
            }
            fn end(self) -> Result<S::Ok, Self::Error> {
                self.0.end().map_err(GivenError::of)
            }
        }
    )*};
}
elements!(
    SerializeSeq::serialize_element,
    SerializeTuple::serialize_element,
    SerializeTupleStruct::serialize_field,
    SerializeTupleVariant::serialize_field
);

macro_rules! fields {
    ($($compound:ident),*) => {$(
        impl<S: $compound> $compound for Given<S> {
            type Ok = S::Ok;
            type Error = GivenError<S::Error>;
            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                key: &'static str,
                value: &T,
            ) -> Result<(), Self::Error> {
                self.0.serialize_field(key, &Part(value)).map_err(GivenError::of)
            }
            fn skip_field(&mut self, key: &'static str) -> Result<(), Self::Error> {
                self.0.skip_field(key).map_err(GivenError::of)
            }
            fn end(self) -> Result<S::Ok, Self::Error> {
                self.0.end().map_err(GivenError::of)
            }
        }
    )*};
}
fields!(SerializeStruct, SerializeStructVariant);

impl<S: SerializeMap> SerializeMap for Given<S> {
    type Ok = S::Ok;
    type Error = GivenError<S::Error>;
    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Self::Error> {
        self.0.serialize_key(&Part(key)).map_err(GivenError::of)
    }
    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Self::Error> {
        self.0.serialize_value(&Part(value)).map_err(GivenError::of)
    }
    fn serialize_entry<K: Serialize + ?Sized, V: Serialize + ?Sized>(
        &mut self,
        key: &K,
        value: &V,
    ) -> Result<(), Self::Error> {
        self.0.serialize_entry(&Part(key), &Part(value)).map_err(GivenError::of)
    }
    fn end(self) -> Result<S::Ok, Self::Error> {
        self.0.end().map_err(GivenError::of)
    }
}
