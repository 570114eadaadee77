//! The serializer: into a buffer, or only to look whether a value is an envelope.

use serde::ser::{
    Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant, Serializer,
};

use super::error::ENVELOPE;
use super::sink::Sink;
use crate::envelope;

/// Appends items to a buffer.
pub(super) struct Writer<'a, O> {
    out: &'a mut O,
}

impl<'a, O: Sink> Writer<'a, O> {
    pub(super) fn new(out: &'a mut O) -> Self {
        Self { out }
    }

    fn text(&mut self, text: &str) {
        head(self.out, 3, text.len() as u64);
        self.out.put(text.as_bytes());
    }

    fn variant(mut self, name: &str) -> Self {
        head(self.out, 5, 1);
        self.text(name);
        self
    }

    fn items(self, major: u8, len: Option<usize>) -> Items<'a, O> {
        let start = self.out.begin();
        if let Some(len) = len {
            head(self.out, major, len as u64);
        }
        Items { out: self.out, major, start, known: len, count: 0 }
    }
}

/// Major type and argument, in the shortest form.
fn head(out: &mut impl Sink, major: u8, argument: u64) {
    let (bytes, length) = head_bytes(major, argument);
    out.put(&bytes[..length]);
}

pub(super) fn head_bytes(major: u8, argument: u64) -> ([u8; 9], usize) {
    let major = major << 5;
    let mut bytes = [0; 9];
    let be = argument.to_be_bytes();
    let length = match argument {
        0..24 => {
            bytes[0] = major | be[7];
            return (bytes, 1);
        }
        24..0x100 => 1,
        0x100..0x1_0000 => 2,
        0x1_0000..0x1_0000_0000 => 4,
        _ => 8,
    };
    bytes[0] = major | (24 + (length as u8).trailing_zeros() as u8);
    bytes[1..=length].copy_from_slice(&be[8 - length..]);
    (bytes, 1 + length)
}

fn unsigned(out: &mut impl Sink, value: u128) {
    match u64::try_from(value) {
        Ok(value) => head(out, 0, value),
        Err(_) => bignum(out, 2, value),
    }
}

fn signed(out: &mut impl Sink, value: i128) {
    if value >= 0 {
        return unsigned(out, value.unsigned_abs());
    }
    // CBOR holds −1 − n.
    let n = !value as u128;
    match u64::try_from(n) {
        Ok(n) => head(out, 1, n),
        Err(_) => bignum(out, 3, n),
    }
}

/// RFC 8949 section 3.4.3, without leading zeros.
fn bignum(out: &mut impl Sink, tag: u64, value: u128) {
    let bytes = value.to_be_bytes();
    let bytes = &bytes[(value.leading_zeros() / 8) as usize..];
    head(out, 6, tag);
    head(out, 2, bytes.len() as u64);
    out.put(bytes);
}

macro_rules! integers {
    ($($method:ident: $int:ty => $write:ident as $wide:ty),*) => {$(
        fn $method(self, value: $int) -> Result<(), O::Error> {
            $write(self.out, <$wide>::from(value));
            Ok(())
        }
    )*};
}

impl<'a, O: Sink> Serializer for Writer<'a, O> {
    type Ok = ();
    type Error = O::Error;
    type SerializeSeq = Items<'a, O>;
    type SerializeTuple = Items<'a, O>;
    type SerializeTupleStruct = Items<'a, O>;
    type SerializeTupleVariant = Items<'a, O>;
    type SerializeMap = Items<'a, O>;
    type SerializeStruct = Items<'a, O>;
    type SerializeStructVariant = Items<'a, O>;

    integers!(
        serialize_i8: i8 => signed as i128, serialize_i16: i16 => signed as i128,
        serialize_i32: i32 => signed as i128, serialize_i64: i64 => signed as i128,
        serialize_i128: i128 => signed as i128, serialize_u16: u16 => unsigned as u128,
        serialize_u32: u32 => unsigned as u128, serialize_u64: u64 => unsigned as u128,
        serialize_u128: u128 => unsigned as u128
    );

    fn is_human_readable(&self) -> bool {
        false
    }

    fn serialize_u8(self, value: u8) -> Result<(), O::Error> {
        self.out.byte(value);
        Ok(())
    }
    fn serialize_bool(self, value: bool) -> Result<(), O::Error> {
        self.out.put(&[0xF4 + u8::from(value)]);
        Ok(())
    }
    fn serialize_f32(self, value: f32) -> Result<(), O::Error> {
        self.out.put(&[0xFA]);
        self.out.put(&value.to_bits().to_be_bytes());
        Ok(())
    }
    fn serialize_f64(self, value: f64) -> Result<(), O::Error> {
        self.out.put(&[0xFB]);
        self.out.put(&value.to_bits().to_be_bytes());
        Ok(())
    }
    fn serialize_char(self, value: char) -> Result<(), O::Error> {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }
    fn serialize_str(mut self, value: &str) -> Result<(), O::Error> {
        if envelope::is_envelope(value) {
            return Err(ENVELOPE.into());
        }
        self.text(value);
        Ok(())
    }
    fn serialize_bytes(self, value: &[u8]) -> Result<(), O::Error> {
        if envelope::is_envelope_bytes(value) && !super::is_made_here(value) {
            return Err(ENVELOPE.into());
        }
        head(self.out, 2, value.len() as u64);
        self.out.put(value);
        Ok(())
    }
    fn serialize_none(self) -> Result<(), O::Error> {
        self.serialize_unit()
    }
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), O::Error> {
        value.serialize(self)
    }
    fn serialize_unit(self) -> Result<(), O::Error> {
        self.out.put(&[0xF6]);
        Ok(())
    }
    fn serialize_unit_struct(self, _: &'static str) -> Result<(), O::Error> {
        self.serialize_unit()
    }
    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<(), O::Error> {
        self.serialize_str(variant)
    }
    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        value: &T,
    ) -> Result<(), O::Error> {
        if name == super::SENSITIVE {
            super::admit();
        }
        value.serialize(self)
    }
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), O::Error> {
        value.serialize(self.variant(variant))
    }
    fn serialize_seq(self, len: Option<usize>) -> Result<Items<'a, O>, O::Error> {
        Ok(self.items(4, len))
    }
    fn serialize_tuple(self, len: usize) -> Result<Items<'a, O>, O::Error> {
        Ok(self.items(4, Some(len)))
    }
    fn serialize_tuple_struct(self, _: &'static str, len: usize) -> Result<Items<'a, O>, O::Error> {
        Ok(self.items(4, Some(len)))
    }
    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<Items<'a, O>, O::Error> {
        Ok(self.variant(variant).items(4, Some(len)))
    }
    fn serialize_map(self, len: Option<usize>) -> Result<Items<'a, O>, O::Error> {
        Ok(self.items(5, len))
    }
    fn serialize_struct(self, _: &'static str, len: usize) -> Result<Items<'a, O>, O::Error> {
        Ok(self.items(5, Some(len)))
    }
    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<Items<'a, O>, O::Error> {
        Ok(self.variant(variant).items(5, Some(len)))
    }
}

/// The items of a sequence or map. Where the length was not told, or told wrong, the head is
/// written when it is known.
pub(super) struct Items<'a, O> {
    out: &'a mut O,
    major: u8,
    start: usize,
    known: Option<usize>,
    count: usize,
}

impl<O: Sink> Items<'_, O> {
    fn item<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), O::Error> {
        self.count += 1;
        value.serialize(Writer::new(self.out))
    }

    fn entry<T: Serialize + ?Sized>(&mut self, key: &str, value: &T) -> Result<(), O::Error> {
        self.count += 1;
        Writer::new(self.out).text(key);
        value.serialize(Writer::new(self.out))
    }

    fn finish(self) -> Result<(), O::Error> {
        let old = self.known.map_or(0, |known| head_bytes(self.major, known as u64).1);
        // Types without bytes write them as a sequence of numbers.
        if self.major == 4 && self.out.is_envelope(self.start + old) {
            return Err(ENVELOPE.into());
        }
        if self.known == Some(self.count) {
            return Ok(());
        }
        let (bytes, length) = head_bytes(self.major, self.count as u64);
        self.out.replace(self.start, old, &bytes[..length]);
        Ok(())
    }
}

impl<O: Sink> SerializeSeq for Items<'_, O> {
    type Ok = ();
    type Error = O::Error;
    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), O::Error> {
        self.item(value)
    }
    fn end(self) -> Result<(), O::Error> {
        self.finish()
    }
}

impl<O: Sink> SerializeTuple for Items<'_, O> {
    type Ok = ();
    type Error = O::Error;
    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), O::Error> {
        self.item(value)
    }
    fn end(self) -> Result<(), O::Error> {
        self.finish()
    }
}

impl<O: Sink> SerializeTupleStruct for Items<'_, O> {
    type Ok = ();
    type Error = O::Error;
    fn serialize_field<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), O::Error> {
        self.item(value)
    }
    fn end(self) -> Result<(), O::Error> {
        self.finish()
    }
}

impl<O: Sink> SerializeTupleVariant for Items<'_, O> {
    type Ok = ();
    type Error = O::Error;
    fn serialize_field<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), O::Error> {
        self.item(value)
    }
    fn end(self) -> Result<(), O::Error> {
        self.finish()
    }
}

impl<O: Sink> SerializeMap for Items<'_, O> {
    type Ok = ();
    type Error = O::Error;
    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), O::Error> {
        self.item(key)
    }
    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), O::Error> {
        value.serialize(Writer::new(self.out))
    }
    fn end(self) -> Result<(), O::Error> {
        self.finish()
    }
}

impl<O: Sink> SerializeStruct for Items<'_, O> {
    type Ok = ();
    type Error = O::Error;
    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        key: &'static str,
        value: &T,
    ) -> Result<(), O::Error> {
        self.entry(key, value)
    }
    fn end(self) -> Result<(), O::Error> {
        self.finish()
    }
}

impl<O: Sink> SerializeStructVariant for Items<'_, O> {
    type Ok = ();
    type Error = O::Error;
    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        key: &'static str,
        value: &T,
    ) -> Result<(), O::Error> {
        self.entry(key, value)
    }
    fn end(self) -> Result<(), O::Error> {
        self.finish()
    }
}
