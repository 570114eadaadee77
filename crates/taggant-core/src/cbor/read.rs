//! The deserializer. It takes what the serializer writes, and nothing else.

use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, IntoDeserializer, MapAccess, SeqAccess,
    VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;
use zeroize::{Zeroize, Zeroizing};

use super::error::{CborError, DEEP, FORM, SHAPE, SHORT, TEXT};

const MAX_DEPTH: u8 = 128;

/// Reads items from a slice.
pub(super) struct Reader<'a> {
    bytes: &'a [u8],
    position: usize,
    depth: u8,
}

/// Major type and argument.
#[derive(Clone, Copy)]
struct Head {
    major: u8,
    short: u8,
    argument: u64,
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, position: 0, depth: 0 }
    }

    pub(super) fn position(&self) -> usize {
        self.position
    }

    fn take(&mut self, length: u64) -> Result<&'a [u8], CborError> {
        let length = usize::try_from(length).map_err(|_| SHORT)?;
        let rest = &self.bytes[self.position..];
        let taken = rest.get(..length).ok_or(SHORT)?;
        self.position += length;
        Ok(taken)
    }

    fn head(&mut self) -> Result<Head, CborError> {
        let first = self.take(1)?[0];
        let (major, short) = (first >> 5, first & 31);
        let argument = match short {
            0..24 => u64::from(short),
            24..28 => {
                let bytes = self.take(1 << (short - 24))?;
                let value = bytes.iter().fold(0, |value, byte| value << 8 | u64::from(*byte));
                // Floats (major 7) are not integers in their shortest form.
                let least = [24, 0x100, 0x1_0000, 0x1_0000_0000][usize::from(short - 24)];
                if major != 7 && value < least {
                    return Err(FORM);
                }
                value
            }
            _ => return Err(FORM),
        };
        Ok(Head { major, short, argument })
    }

    fn peek(&self) -> Result<u8, CborError> {
        self.bytes.get(self.position).copied().ok_or(SHORT)
    }

    fn text(&mut self, length: u64) -> Result<&'a str, CborError> {
        std::str::from_utf8(self.take(length)?).map_err(|_| TEXT)
    }

    fn deeper<R>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<R, CborError>,
    ) -> Result<R, CborError> {
        if self.depth == MAX_DEPTH {
            return Err(DEEP);
        }
        self.depth += 1;
        let result = work(self);
        self.depth -= 1;
        result
    }

    /// Steps over one item.
    fn skip(&mut self) -> Result<(), CborError> {
        let head = self.head()?;
        match head.major {
            0 | 1 => Ok(()),
            2 => self.take(head.argument).map(drop),
            3 => self.text(head.argument).map(drop),
            4 => self.deeper(|r| (0..head.argument).try_for_each(|_| r.skip())),
            5 => self
                .deeper(|r| (0..head.argument).try_for_each(|_| r.skip().and_then(|()| r.skip()))),
            6 => self.bignum(head).map(drop),
            _ => match head.short {
                20..=22 | 26 | 27 => Ok(()),
                _ => Err(FORM),
            },
        }
    }

    /// Tag 2 or 3 and its bytes.
    fn bignum(&mut self, tag: Head) -> Result<(bool, u128), CborError> {
        let head = self.head()?;
        if !matches!(tag.argument, 2 | 3) || head.major != 2 || !(9..=16).contains(&head.argument) {
            return Err(FORM);
        }
        let bytes = self.take(head.argument)?;
        if bytes[0] == 0 {
            return Err(FORM);
        }
        let value = bytes.iter().fold(0, |value: u128, byte| value << 8 | u128::from(*byte));
        Ok((tag.argument == 3, value))
    }

    fn any<'de, V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value, CborError> {
        let head = self.head()?;
        match head.major {
            0 => visitor.visit_u64(head.argument),
            1 => match i64::try_from(head.argument) {
                Ok(n) => visitor.visit_i64(!n),
                Err(_) => visitor.visit_i128(!i128::from(head.argument)),
            },
            2 => visitor.visit_bytes(self.take(head.argument)?),
            3 => visitor.visit_str(self.text(head.argument)?),
            4 => self.deeper(|reader| {
                let mut items = Items { left: head.argument, reader };
                let value = visitor.visit_seq(&mut items)?;
                if items.left == 0 { Ok(value) } else { Err(SHAPE) }
            }),
            5 => self.deeper(|reader| {
                let mut items = Items { left: head.argument, reader };
                let value = visitor.visit_map(&mut items)?;
                if items.left == 0 { Ok(value) } else { Err(SHAPE) }
            }),
            6 => match self.bignum(head)? {
                (false, value) => match i128::try_from(value) {
                    Ok(value) => visitor.visit_i128(value),
                    Err(_) => visitor.visit_u128(value),
                },
                (true, n) => visitor.visit_i128(!i128::try_from(n).map_err(|_| FORM)?),
            },
            _ => self.simple(head, visitor),
        }
    }

    fn simple<'de, V: Visitor<'de>>(&self, head: Head, visitor: V) -> Result<V::Value, CborError> {
        match head.short {
            20 => visitor.visit_bool(false),
            21 => visitor.visit_bool(true),
            22 => visitor.visit_unit(),
            26 => visitor.visit_f32(f32::from_bits(head.argument as u32)),
            27 => visitor.visit_f64(f64::from_bits(head.argument)),
            _ => Err(FORM),
        }
    }
}

impl<'de> Deserializer<'de> for &mut Reader<'_> {
    type Error = CborError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, CborError> {
        self.any(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, CborError> {
        if self.peek()? == 0xF6 {
            self.position += 1;
            visitor.visit_none()
        } else {
            visitor.visit_some(self)
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, CborError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, CborError> {
        let head = self.head()?;
        match (head.major, head.argument) {
            (3, length) => {
                let name = self.text(length)?;
                visitor.visit_enum(name.into_deserializer())
            }
            (5, 1) => self.deeper(|reader| visitor.visit_enum(Variant { reader })),
            _ => Err(SHAPE),
        }
    }

    fn is_human_readable(&self) -> bool {
        false
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

/// The items of a sequence or map that are left.
struct Items<'r, 'a> {
    reader: &'r mut Reader<'a>,
    left: u64,
}

impl<'de> SeqAccess<'de> for Items<'_, '_> {
    type Error = CborError;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, CborError> {
        if self.left == 0 {
            return Ok(None);
        }
        self.left -= 1;
        seed.deserialize(&mut *self.reader).map(Some)
    }

    fn size_hint(&self) -> Option<usize> {
        usize::try_from(self.left).ok()
    }
}

impl<'de> MapAccess<'de> for Items<'_, '_> {
    type Error = CborError;

    fn next_key_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, CborError> {
        self.next_element_seed(seed)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, CborError> {
        seed.deserialize(&mut *self.reader)
    }

    fn size_hint(&self) -> Option<usize> {
        usize::try_from(self.left).ok()
    }
}

/// A variant with content.
struct Variant<'r, 'a> {
    reader: &'r mut Reader<'a>,
}

impl<'de> EnumAccess<'de> for Variant<'_, '_> {
    type Error = CborError;
    type Variant = Self;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Self), CborError> {
        let name = seed.deserialize(&mut *self.reader)?;
        Ok((name, self))
    }
}

impl<'de> VariantAccess<'de> for Variant<'_, '_> {
    type Error = CborError;

    fn unit_variant(self) -> Result<(), CborError> {
        Err(SHAPE)
    }
    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, CborError> {
        seed.deserialize(self.reader)
    }
    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, CborError> {
        self.reader.any(visitor)
    }
    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, CborError> {
        self.reader.any(visitor)
    }
}

/// A text or byte string in a buffer of its own: handed over to a type that asks for a `String` or
/// byte buffer, shown to any other and wiped.
pub(super) struct Owned {
    pub(super) text: bool,
    pub(super) buffer: Zeroizing<Vec<u8>>,
}

impl<'de> Deserializer<'de> for Owned {
    type Error = CborError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, CborError> {
        if self.text {
            visitor.visit_str(std::str::from_utf8(&self.buffer).map_err(|_| TEXT)?)
        } else {
            visitor.visit_bytes(&self.buffer)
        }
    }
    fn deserialize_string<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, CborError> {
        if !self.text {
            return Err(SHAPE);
        }
        match String::from_utf8(std::mem::take(&mut *self.buffer)) {
            Ok(text) => visitor.visit_string(text),
            Err(error) => {
                error.into_bytes().zeroize();
                Err(TEXT)
            }
        }
    }
    fn deserialize_byte_buf<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, CborError> {
        if self.text {
            return self.deserialize_any(visitor);
        }
        visitor.visit_byte_buf(std::mem::take(&mut *self.buffer))
    }
    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, CborError> {
        visitor.visit_some(self)
    }
    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, CborError> {
        visitor.visit_newtype_struct(self)
    }
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, CborError> {
        if !self.text {
            return Err(SHAPE);
        }
        let name = std::str::from_utf8(&self.buffer).map_err(|_| TEXT)?;
        visitor.visit_enum(name.into_deserializer())
    }
    fn is_human_readable(&self) -> bool {
        false
    }
    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str bytes unit
        unit_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

/// Whether the item is a string, if so whether text, and where its content begins.
pub(super) fn string_head(bytes: &[u8]) -> Option<(bool, usize)> {
    let mut reader = Reader::new(bytes);
    let head = reader.head().ok()?;
    matches!(head.major, 2 | 3).then_some((head.major == 3, reader.position))
}

pub(super) fn item_length(bytes: &[u8]) -> Result<usize, CborError> {
    let mut reader = Reader::new(bytes);
    reader.skip()?;
    Ok(reader.position)
}
