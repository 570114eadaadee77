//! What serde says of a value, as a tree of texts.
//!
//! JSON would do for most values, but not for all that can be sealed: keys that are no text,
//! 128-bit numbers, bytes.

use std::fmt;

use serde::Serialize;
use serde::ser;

/// A value, as far as it can be searched for.
#[derive(PartialEq)]
pub(crate) enum Tree {
    /// Nothing, or one of two: it stands everywhere by chance.
    Nothing,
    /// The name of a field or variant: of the program, not of a person.
    Name(&'static str),
    /// A text, or a number as it is written.
    Text(String),
    /// One byte: of a list of them, if there are others beside it.
    Byte(u8),
    /// Bytes.
    Bytes(Vec<u8>),
    /// A list or tuple.
    List(Vec<Tree>),
    /// A map, or a record with its field names.
    Map(Vec<(Tree, Tree)>),
}

impl Tree {
    pub(crate) fn of<T: Serialize + ?Sized>(value: &T) -> Result<Self, Failed> {
        value.serialize(Writer)
    }
}

/// Why there is no tree. Messages of serde's errors don't hold values where taggant wrote them.
#[derive(Debug)]
pub(crate) struct Failed(String);

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Failed {}

impl ser::Error for Failed {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

struct Writer;

macro_rules! texts {
    ($($method:ident: $type:ty),*) => {
        $(fn $method(self, value: $type) -> Result<Tree, Failed> {
            Ok(Tree::Text(value.to_string()))
        })*
    };
}

impl ser::Serializer for Writer {
    type Ok = Tree;
    type Error = Failed;
    type SerializeSeq = Items;
    type SerializeTuple = Items;
    type SerializeTupleStruct = Items;
    type SerializeTupleVariant = Items;
    type SerializeMap = Entries;
    type SerializeStruct = Entries;
    type SerializeStructVariant = Entries;

    texts! {
        serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64,
        serialize_i128: i128, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64,
        serialize_u128: u128, serialize_f32: f32, serialize_f64: f64, serialize_char: char,
        serialize_str: &str
    }
    fn serialize_bool(self, _: bool) -> Result<Tree, Failed> {
        Ok(Tree::Nothing)
    }
    fn serialize_u8(self, value: u8) -> Result<Tree, Failed> {
        Ok(Tree::Byte(value))
    }
    fn serialize_bytes(self, value: &[u8]) -> Result<Tree, Failed> {
        Ok(Tree::Bytes(value.to_vec()))
    }
    fn serialize_none(self) -> Result<Tree, Failed> {
        Ok(Tree::Nothing)
    }
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Tree, Failed> {
        value.serialize(self)
    }
    fn serialize_unit(self) -> Result<Tree, Failed> {
        Ok(Tree::Nothing)
    }
    fn serialize_unit_struct(self, _: &'static str) -> Result<Tree, Failed> {
        Ok(Tree::Nothing)
    }
    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<Tree, Failed> {
        Ok(Tree::Text(variant.to_owned()))
    }
    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<Tree, Failed> {
        value.serialize(self)
    }
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<Tree, Failed> {
        Ok(within(Some(variant), value.serialize(self)?))
    }
    fn serialize_seq(self, _: Option<usize>) -> Result<Items, Failed> {
        Ok(Items { variant: None, items: Vec::new() })
    }
    fn serialize_tuple(self, _: usize) -> Result<Items, Failed> {
        self.serialize_seq(None)
    }
    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Items, Failed> {
        self.serialize_seq(None)
    }
    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Items, Failed> {
        Ok(Items { variant: Some(variant), items: Vec::new() })
    }
    fn serialize_map(self, _: Option<usize>) -> Result<Entries, Failed> {
        Ok(Entries { variant: None, key: None, entries: Vec::new() })
    }
    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Entries, Failed> {
        self.serialize_map(None)
    }
    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Entries, Failed> {
        Ok(Entries { variant: Some(variant), key: None, entries: Vec::new() })
    }
}

/// A variant's content stands below its name.
fn within(variant: Option<&'static str>, tree: Tree) -> Tree {
    match variant {
        Some(name) => Tree::Map(vec![(Tree::Name(name), tree)]),
        None => tree,
    }
}

pub(crate) struct Items {
    variant: Option<&'static str>,
    items: Vec<Tree>,
}

macro_rules! items {
    ($($trait:ident::$method:ident),*) => {
        $(impl ser::$trait for Items {
            type Ok = Tree;
            type Error = Failed;
            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Failed> {
                self.items.push(value.serialize(Writer)?);
                Ok(())
            }
            fn end(self) -> Result<Tree, Failed> {
                Ok(within(self.variant, Tree::List(self.items)))
            }
        })*
    };
}
items!(
    SerializeSeq::serialize_element,
    SerializeTuple::serialize_element,
    SerializeTupleStruct::serialize_field,
    SerializeTupleVariant::serialize_field
);

pub(crate) struct Entries {
    variant: Option<&'static str>,
    key: Option<Tree>,
    entries: Vec<(Tree, Tree)>,
}

impl ser::SerializeMap for Entries {
    type Ok = Tree;
    type Error = Failed;
    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Failed> {
        self.key = Some(key.serialize(Writer)?);
        Ok(())
    }
    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Failed> {
        let key = self.key.take().unwrap_or(Tree::Nothing);
        self.entries.push((key, value.serialize(Writer)?));
        Ok(())
    }
    fn end(self) -> Result<Tree, Failed> {
        Ok(within(self.variant, Tree::Map(self.entries)))
    }
}

macro_rules! fields {
    ($($trait:ident),*) => {
        $(impl ser::$trait for Entries {
            type Ok = Tree;
            type Error = Failed;
            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                key: &'static str,
                value: &T,
            ) -> Result<(), Failed> {
                let value = value.serialize(Writer)?;
                self.entries.push((Tree::Name(key), value));
                Ok(())
            }
            fn end(self) -> Result<Tree, Failed> {
                Ok(within(self.variant, Tree::Map(self.entries)))
            }
        })*
    };
}
fields!(SerializeStruct, SerializeStructVariant);
