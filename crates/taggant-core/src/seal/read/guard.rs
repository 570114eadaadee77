//! Keeps values out of serde's errors.
//!
//! serde's own errors print what they refuse (`invalid type: string "4111…"`, `unknown variant`),
//! and so do formats'. Every record is read through this wrapper: errors that serde_derive and
//! types make are rebuilt from their static parts, errors that the format made are replaced. It
//! replaces them where they arise, so that formats still add line and column.

use std::cell::Cell;
use std::fmt::{self, Display};

use serde::de::{
    self, DeserializeSeed, Deserializer, EnumAccess, Expected, MapAccess, SeqAccess, Unexpected,
    VariantAccess, Visitor,
};

use super::super::fail;
use super::inbound::Inbound;
use crate::cbor::whose::{self, Whose};

thread_local! {
    /// Whether the error that is travelling up is clean already.
    static CLEAN: Cell<bool> = const { Cell::new(false) };
}

const FORMAT: &str =
    "the input is not well-formed or a value does not fit (the value is not shown)";
const CUSTOM: &str = "a value was refused by its type (the value is not shown)";

/// Says whether the error that travels up is clean; returns what was said before.
pub(super) fn set_clean(clean: bool) -> bool {
    CLEAN.replace(clean)
}

/// An error without values; empty where it only answers a question.
pub(crate) struct Clean<E>(Option<E>);

impl<E: de::Error> Clean<E> {
    pub(crate) fn into_inner(self) -> E {
        CLEAN.set(true);
        self.0.unwrap_or_else(|| E::custom(CUSTOM))
    }

    /// An error that was just made from static parts.
    fn new(error: E) -> Self {
        CLEAN.set(true);
        Self(Some(error))
    }

    /// What came out of the format: clean if it was ours to begin with.
    fn of(error: E) -> Self {
        Self(Some(if CLEAN.replace(true) { error } else { E::custom(FORMAT) }))
    }
}

fn kind(unexpected: &Unexpected<'_>) -> &'static str {
    match unexpected {
        Unexpected::Bool(_) => "a boolean",
        Unexpected::Unsigned(_) | Unexpected::Signed(_) => "an integer",
        Unexpected::Float(_) => "a floating point number",
        Unexpected::Char(_) => "a character",
        Unexpected::Str(_) => "a string",
        Unexpected::Bytes(_) => "bytes",
        Unexpected::Unit => "null",
        Unexpected::Option => "an optional value",
        Unexpected::NewtypeStruct => "a newtype",
        Unexpected::Seq => "a sequence",
        Unexpected::Map => "a map",
        Unexpected::Enum => "an enum",
        Unexpected::UnitVariant
        | Unexpected::NewtypeVariant
        | Unexpected::TupleVariant
        | Unexpected::StructVariant => "a variant of another shape",
        Unexpected::Other(_) => "another value",
    }
}

impl<E: de::Error> de::Error for Clean<E> {
    fn custom<T: Display>(message: T) -> Self {
        if whose::answer(Whose::Ours) {
            return Self(None);
        }
        if fail::is_ours() { Self::new(E::custom(message)) } else { Self::new(E::custom(CUSTOM)) }
    }
    fn invalid_type(unexpected: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::new(E::custom(format_args!(
            "invalid type: {}, expected {expected}",
            kind(&unexpected)
        )))
    }
    fn invalid_value(unexpected: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::new(E::custom(format_args!(
            "invalid value: {}, expected {expected}",
            kind(&unexpected)
        )))
    }
    fn invalid_length(length: usize, expected: &dyn Expected) -> Self {
        Self::new(E::custom(format_args!("invalid length {length}, expected {expected}")))
    }
    fn unknown_variant(_: &str, expected: &'static [&'static str]) -> Self {
        Self::new(E::custom(format_args!("unknown variant, expected one of {expected:?}")))
    }
    fn unknown_field(_: &str, expected: &'static [&'static str]) -> Self {
        Self::new(E::custom(format_args!("unknown field, expected one of {expected:?}")))
    }
    fn missing_field(field: &'static str) -> Self {
        Self::new(E::custom(format_args!("missing field `{field}`")))
    }
    fn duplicate_field(field: &'static str) -> Self {
        Self::new(E::custom(format_args!("duplicate field `{field}`")))
    }
}

impl<E: Display> Display for Clean<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(error) => error.fmt(f),
            None => f.write_str(CUSTOM),
        }
    }
}

impl<E: fmt::Debug> fmt::Debug for Clean<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<E: std::error::Error> std::error::Error for Clean<E> {}

/// A deserializer, visitor or access whose errors contain no value. With an [`Inbound`] check it
/// also refuses envelopes and redacted text among what it passes on.
pub(crate) struct Guard<T> {
    inner: T,
    check: Inbound,
}

impl<T> Guard<T> {
    pub(crate) fn new(inner: T) -> Self {
        Self { inner, check: Inbound::Any }
    }

    pub(crate) fn checking(inner: T, check: Inbound) -> Self {
        Self { inner, check }
    }

    fn with<U>(&self, inner: U) -> Guard<U> {
        Guard { inner, check: self.check }
    }
}

fn from_format<T, E: de::Error>(call: impl FnOnce() -> Result<T, E>) -> Result<T, Clean<E>> {
    CLEAN.set(false);
    call().map_err(Clean::of)
}

macro_rules! forward {
    ($($method:ident),*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
            let check = self.check;
            from_format(|| self.inner.$method(Guard { inner: visitor, check }))
        }
    )*};
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Guard<D> {
    type Error = Clean<D::Error>;

    forward!(
        deserialize_any,
        deserialize_str,
        deserialize_string,
        deserialize_bytes,
        deserialize_byte_buf,
        deserialize_option,
        deserialize_identifier,
        deserialize_ignored_any,
        deserialize_bool,
        deserialize_i8,
        deserialize_i16,
        deserialize_i32,
        deserialize_i64,
        deserialize_i128,
        deserialize_u8,
        deserialize_u16,
        deserialize_u32,
        deserialize_u64,
        deserialize_u128,
        deserialize_f32,
        deserialize_f64,
        deserialize_char,
        deserialize_unit,
        deserialize_seq,
        deserialize_map
    );

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        let visitor = self.with(visitor);
        from_format(|| self.inner.deserialize_unit_struct(name, visitor))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        let visitor = self.with(visitor);
        from_format(|| self.inner.deserialize_newtype_struct(name, visitor))
    }

    fn deserialize_tuple<V: Visitor<'de>>(
        self,
        len: usize,
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        let visitor = self.with(visitor);
        from_format(|| self.inner.deserialize_tuple(len, visitor))
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        len: usize,
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        let visitor = self.with(visitor);
        from_format(|| self.inner.deserialize_tuple_struct(name, len, visitor))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        let visitor = self.with(visitor);
        from_format(|| self.inner.deserialize_struct(name, fields, visitor))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        let visitor = self.with(visitor);
        from_format(|| self.inner.deserialize_enum(name, variants, visitor))
    }

    fn is_human_readable(&self) -> bool {
        self.inner.is_human_readable()
    }
}

/// Runs a visitor of ours, or of the user's, on behalf of the format: its errors are clean.
fn to_format<T, E: de::Error>(result: Result<T, Clean<E>>) -> Result<T, E> {
    if result.is_ok() {
        // A clean error that an untagged enum swallowed must not vouch for the format's next one.
        CLEAN.set(false);
    }
    result.map_err(Clean::into_inner)
}

macro_rules! visit {
    ($($method:ident: $value:ty),*) => {$(
        fn $method<E: de::Error>(self, value: $value) -> Result<V::Value, E> {
            to_format(self.inner.$method(value))
        }
    )*};
}

macro_rules! visit_checked {
    ($($method:ident: $value:ty => $check:ident),*) => {$(
        fn $method<E: de::Error>(self, value: $value) -> Result<V::Value, E> {
            to_format(self.check.$check::<Clean<E>>(&value).and_then(|()| self.inner.$method(value)))
        }
    )*};
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Guard<V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.expecting(f)
    }

    visit!(
        visit_bool: bool, visit_i8: i8, visit_i16: i16, visit_i32: i32, visit_i64: i64,
        visit_i128: i128, visit_u8: u8, visit_u16: u16, visit_u32: u32, visit_u64: u64,
        visit_u128: u128, visit_f32: f32, visit_f64: f64, visit_char: char
    );
    visit_checked!(
        visit_str: &str => text, visit_borrowed_str: &'de str => text, visit_string: String => text,
        visit_bytes: &[u8] => bytes, visit_borrowed_bytes: &'de [u8] => bytes,
        visit_byte_buf: Vec<u8> => bytes
    );

    fn visit_none<E: de::Error>(self) -> Result<V::Value, E> {
        to_format(self.inner.visit_none())
    }
    fn visit_unit<E: de::Error>(self) -> Result<V::Value, E> {
        to_format(self.inner.visit_unit())
    }
    fn visit_some<D: Deserializer<'de>>(self, d: D) -> Result<V::Value, D::Error> {
        let inner = self.with(d);
        to_format(self.inner.visit_some(inner))
    }
    fn visit_newtype_struct<D: Deserializer<'de>>(self, d: D) -> Result<V::Value, D::Error> {
        let inner = self.with(d);
        to_format(self.inner.visit_newtype_struct(inner))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, access: A) -> Result<V::Value, A::Error> {
        let access = self.with(access);
        to_format(self.inner.visit_seq(access))
    }
    fn visit_map<A: MapAccess<'de>>(self, access: A) -> Result<V::Value, A::Error> {
        let access = self.with(access);
        to_format(self.inner.visit_map(access))
    }
    fn visit_enum<A: EnumAccess<'de>>(self, access: A) -> Result<V::Value, A::Error> {
        let access = self.with(access);
        to_format(self.inner.visit_enum(access))
    }
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Guard<S> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<S::Value, D::Error> {
        let inner = self.with(d);
        to_format(self.inner.deserialize(inner))
    }
}

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for Guard<A> {
    type Error = Clean<A::Error>;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Self::Error> {
        let seed = self.with(seed);
        from_format(|| self.inner.next_element_seed(seed))
    }

    fn size_hint(&self) -> Option<usize> {
        self.inner.size_hint()
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Guard<A> {
    type Error = Clean<A::Error>;

    fn next_key_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Self::Error> {
        let seed = self.with(seed);
        from_format(|| self.inner.next_key_seed(seed))
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<S::Value, Self::Error> {
        let seed = self.with(seed);
        from_format(|| self.inner.next_value_seed(seed))
    }

    fn size_hint(&self) -> Option<usize> {
        self.inner.size_hint()
    }
}

impl<'de, A: EnumAccess<'de>> EnumAccess<'de> for Guard<A> {
    type Error = Clean<A::Error>;
    type Variant = Guard<A::Variant>;

    fn variant_seed<S: DeserializeSeed<'de>>(
        self,
        seed: S,
    ) -> Result<(S::Value, Self::Variant), Self::Error> {
        let check = self.check;
        let seed = self.with(seed);
        from_format(|| self.inner.variant_seed(seed))
            .map(|(value, variant)| (value, Guard { inner: variant, check }))
    }
}

impl<'de, A: VariantAccess<'de>> VariantAccess<'de> for Guard<A> {
    type Error = Clean<A::Error>;

    fn unit_variant(self) -> Result<(), Self::Error> {
        from_format(|| self.inner.unit_variant())
    }
    fn newtype_variant_seed<S: DeserializeSeed<'de>>(
        self,
        seed: S,
    ) -> Result<S::Value, Self::Error> {
        let seed = self.with(seed);
        from_format(|| self.inner.newtype_variant_seed(seed))
    }
    fn tuple_variant<V: Visitor<'de>>(
        self,
        len: usize,
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        let visitor = self.with(visitor);
        from_format(|| self.inner.tuple_variant(len, visitor))
    }
    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        let visitor = self.with(visitor);
        from_format(|| self.inner.struct_variant(fields, visitor))
    }
}
