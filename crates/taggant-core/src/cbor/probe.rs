//! Asks a type what it is through serde, so that an `Option` behind an alias is one all the same.

use std::fmt::Display;

use serde::de::{DeserializeOwned, Deserializer, Visitor};
use serde::forward_to_deserialize_any;
use serde::ser::{Impossible, Serialize, Serializer};

use super::SENSITIVE;
use super::whose::{self, Whose};

/// What a value is about to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// `None`.
    None,
    /// `Some` of something.
    Some,
    /// Anything else.
    Plain,
}

/// What a value writes first. Nothing is written.
pub fn shape_of<T: Serialize + ?Sized>(value: &T) -> Written {
    // What can't be told from one call is told by an error.
    value.serialize(Ask).unwrap_or(Written::Plain)
}

/// What a type asks for when it is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReadShape {
    /// It is an `Option`.
    pub option: bool,
    /// It is a `Sensitive`, or an `Option` of one.
    pub sensitive: bool,
    /// What it asks for, in an `Option` or not.
    pub asks: Asks,
}

/// What a type asks a format for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Asks {
    /// Text.
    Text,
    /// A number or a boolean.
    Scalar,
    /// A sequence, a map or a struct.
    Compound,
    /// Anything else.
    #[default]
    Other,
}

/// What a type asks for first. Nothing is read.
#[must_use]
pub fn read_shape<T: DeserializeOwned>() -> ReadShape {
    match T::deserialize(AskRead(ReadShape::default())) {
        Ok(_) => ReadShape::default(),
        Err(Answer(shape)) => shape,
    }
}

struct Ask;

/// The error of a probe: what is asked for needs a longer answer.
#[derive(Debug)]
struct Unanswered;

impl Display for Unanswered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a probe has no answer")
    }
}
impl std::error::Error for Unanswered {}
impl serde::ser::Error for Unanswered {
    fn custom<T: Display>(_: T) -> Self {
        whose::answer(Whose::Probe);
        Self
    }
}

macro_rules! plain {
    ($($method:ident($($value:ty),*)),*) => {$(
        #[inline]
        fn $method(self, $(_: $value),*) -> Result<Written, Unanswered> {
            Ok(Written::Plain)
        }
    )*};
}

type No = Impossible<Written, Unanswered>;

impl Serializer for Ask {
    type Ok = Written;
    type Error = Unanswered;
    type SerializeSeq = No;
    type SerializeTuple = No;
    type SerializeTupleStruct = No;
    type SerializeTupleVariant = No;
    type SerializeMap = No;
    type SerializeStruct = No;
    type SerializeStructVariant = No;

    plain!(
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
        serialize_unit(),
        serialize_unit_struct(&'static str),
        serialize_unit_variant(&'static str, u32, &'static str)
    );

    fn is_human_readable(&self) -> bool {
        false
    }
    fn collect_str<T: Display + ?Sized>(self, _: &T) -> Result<Written, Unanswered> {
        Ok(Written::Plain)
    }
    fn serialize_none(self) -> Result<Written, Unanswered> {
        Ok(Written::None)
    }
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Written, Unanswered> {
        // A `Sensitive` inside answers for itself.
        let _ = value.serialize(Self);
        Ok(Written::Some)
    }
    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<Written, Unanswered> {
        value.serialize(self)
    }
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<Written, Unanswered> {
        Ok(Written::Plain)
    }
    fn serialize_seq(self, _: Option<usize>) -> Result<No, Unanswered> {
        Err(Unanswered)
    }
    fn serialize_tuple(self, _: usize) -> Result<No, Unanswered> {
        Err(Unanswered)
    }
    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<No, Unanswered> {
        Err(Unanswered)
    }
    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<No, Unanswered> {
        Err(Unanswered)
    }
    fn serialize_map(self, _: Option<usize>) -> Result<No, Unanswered> {
        Err(Unanswered)
    }
    fn serialize_struct(self, _: &'static str, _: usize) -> Result<No, Unanswered> {
        Err(Unanswered)
    }
    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<No, Unanswered> {
        Err(Unanswered)
    }
}

struct AskRead(ReadShape);

/// The error of a probe is its answer.
#[derive(Debug)]
struct Answer(ReadShape);

impl Display for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a probe has its answer")
    }
}
impl std::error::Error for Answer {}
impl serde::de::Error for Answer {
    fn custom<T: Display>(_: T) -> Self {
        Self(ReadShape::default())
    }
}

macro_rules! asks {
    ($($method:ident => $asks:ident),*) => {$(
        fn $method<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Answer> {
            Err(Answer(ReadShape { asks: Asks::$asks, ..self.0 }))
        }
    )*};
}

impl<'de> Deserializer<'de> for AskRead {
    type Error = Answer;

    #[inline]
    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Answer> {
        Err(Answer(self.0))
    }
    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Answer> {
        if self.0.option {
            // An option in an option: what is inside does not matter any more.
            return Err(Answer(self.0));
        }
        let shape = ReadShape { option: true, ..self.0 };
        match visitor.visit_some(Self(shape)) {
            Ok(_) => Err(Answer(shape)),
            // A type that made an error of its own forgot what it was told.
            Err(Answer(inner)) => Err(Answer(ReadShape { option: true, ..inner })),
        }
    }
    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Answer> {
        if name == SENSITIVE {
            return Err(Answer(ReadShape { sensitive: true, ..self.0 }));
        }
        visitor.visit_newtype_struct(self)
    }
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Answer> {
        Err(Answer(ReadShape { asks: Asks::Compound, ..self.0 }))
    }
    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, Answer> {
        Err(Answer(ReadShape { asks: Asks::Compound, ..self.0 }))
    }
    asks!(
        deserialize_str => Text, deserialize_string => Text, deserialize_bool => Scalar,
        deserialize_i8 => Scalar, deserialize_i16 => Scalar, deserialize_i32 => Scalar,
        deserialize_i64 => Scalar, deserialize_u8 => Scalar,
        deserialize_u16 => Scalar, deserialize_u32 => Scalar, deserialize_u64 => Scalar,
        deserialize_f32 => Scalar, deserialize_f64 => Scalar, deserialize_seq => Compound,
        deserialize_map => Compound
    );
    fn is_human_readable(&self) -> bool {
        false
    }
    forward_to_deserialize_any! {
        i128 u128 char bytes byte_buf unit unit_struct tuple_struct enum identifier ignored_any
    }
}
