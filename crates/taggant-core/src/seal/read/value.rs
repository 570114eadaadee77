//! What stands in a tagged field: an envelope or a value, told apart by what the format shows.
//!
//! The outcome must not depend on the format: a number where an envelope must be is plaintext, an
//! envelope where a number must be is an envelope. A format that is asked for one thing and finds
//! another makes an error of its own, so it is asked for whatever stands there, where it can tell.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::{
    EnumAccessDeserializer, MapAccessDeserializer, SeqAccessDeserializer, StrDeserializer,
};
use serde::de::{
    self, DeserializeOwned, Deserializer, EnumAccess, IntoDeserializer, MapAccess, SeqAccess,
    Visitor,
};

use super::guard::{Clean, Guard};
use super::inbound::{self, Inbound};
use super::loose::{First, Key, Loose, Parsed};
use super::pending::State;
use crate::cbor::probe::{Asks, ReadShape};
use crate::envelope::{self, Envelope};
use crate::error::{Error, Outcome};
use crate::seal::{Tagged, fail, formats};

/// What may stand there.
#[derive(Clone, Copy)]
pub(super) struct Taking {
    pub(super) envelopes: bool,
    pub(super) plaintext: bool,
}

/// Reads field `I` of record `R`.
pub(super) struct Value<R, const I: usize, T> {
    taking: Taking,
    shape: ReadShape,
    human: bool,
    types: PhantomData<fn() -> (R, T)>,
}

impl<R: Tagged, const I: usize, T: DeserializeOwned> Value<R, I, T> {
    pub(super) fn of(taking: Taking, shape: ReadShape) -> Self {
        Self { taking, shape, human: true, types: PhantomData }
    }

    pub(super) fn read<'de, D: Deserializer<'de>>(mut self, d: D) -> Result<State<T>, D::Error> {
        self.human = d.is_human_readable();
        let seals_none = R::__spec().fields[I].tag().is_some_and(|tag| tag.seal_none);
        // Of a field that seals `None` a null must be seen for what it is: somebody put it there.
        if self.shape.option && !(seals_none && self.taking.envelopes) {
            d.deserialize_option(self)
        } else {
            self.inside(d)
        }
    }

    /// Reads what stands in the option, if the type is one.
    fn inside<'de, D: Deserializer<'de>>(self, d: D) -> Result<State<T>, D::Error> {
        if !formats::says_what_it_holds::<D>() {
            return d.deserialize_byte_buf(self);
        }
        if self.human && self.taking.plaintext && self.shape.asks == Asks::Text {
            // Some formats of text guess: `007` is no number where text is asked for.
            return d.deserialize_str(self);
        }
        d.deserialize_any(self)
    }

    fn locate(error: Error) -> Error {
        let spec = R::__spec();
        error.at_field(spec.dataset, spec.fields[I].path)
    }

    /// The field is checked here, so that untagged enums find the right variant.
    fn envelope<E: de::Error>(&self, bytes: Vec<u8>) -> Result<State<T>, E> {
        if !self.taking.envelopes {
            return Err(fail::de(Self::locate(inbound::unexpected_envelope())));
        }
        let field = match Envelope::parse(&bytes) {
            Ok(envelope) => envelope.header.field,
            Err(error) => return Err(fail::de(Self::locate(error))),
        };
        if R::__spec().fields[I].accepts(field) {
            return Ok(State::Sealed(bytes));
        }
        Err(fail::de(Self::locate(Error::new(
            Outcome::WrongField,
            "the envelope belongs to another field; after a rename, name the old field in `alias`",
        ))))
    }

    fn plaintext<'de, D: Deserializer<'de>>(self, d: D) -> Result<State<T>, D::Error> {
        if !self.taking.plaintext {
            return Err(fail::de(Self::locate(Error::new(
                Outcome::UnexpectedPlaintext,
                "storage holds something else than an envelope; for plaintext from before taggant, \
                 declare a [[migration]] of this dataset in the policy",
            ))));
        }
        let check = if self.taking.envelopes { Inbound::Any } else { Inbound::PlaintextOnly };
        let guarded = Guard::checking(Loose::new(d, self.human), check);
        T::deserialize(guarded).map(State::Plain).map_err(Clean::into_inner)
    }

    /// Text of an element or an attribute, which may be a number's.
    fn parsed<E: de::Error>(self, text: &str) -> Result<State<T>, E> {
        if envelope::looks_like_envelope(text) {
            return self.visit_str(text);
        }
        self.plaintext(Parsed::new(text))
    }
}

macro_rules! scalars {
    ($($method:ident: $value:ty),*) => {$(
        fn $method<E: de::Error>(self, value: $value) -> Result<State<T>, E> {
            self.plaintext(value.into_deserializer())
        }
    )*};
}

impl<'de, R: Tagged, const I: usize, T: DeserializeOwned> Visitor<'de> for Value<R, I, T> {
    type Value = State<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.taking.envelopes { "an envelope" } else { "a value" })
    }

    scalars!(visit_bool: bool, visit_i64: i64, visit_u64: u64, visit_i128: i128,
             visit_u128: u128, visit_f64: f64, visit_char: char);

    fn visit_str<E: de::Error>(self, text: &str) -> Result<State<T>, E> {
        if !envelope::looks_like_envelope(text) {
            let text: StrDeserializer<'_, E> = text.into_deserializer();
            return self.plaintext(text);
        }
        if !self.taking.envelopes {
            return self.envelope(Vec::new());
        }
        let bytes = envelope::decode_text(text).map_err(|error| fail::de(Self::locate(error)))?;
        self.envelope(bytes)
    }
    fn visit_bytes<E: de::Error>(self, bytes: &[u8]) -> Result<State<T>, E> {
        if bytes.starts_with(&envelope::MAGIC) {
            return self.envelope(bytes.to_vec());
        }
        match std::str::from_utf8(bytes) {
            // The text form as bytes (docs/FORMAT.md section 2), or a text of a format that does
            // not tell which it is.
            Ok(text)
                if self.shape.asks == Asks::Text
                    || bytes.starts_with(envelope::TEXT_PREFIX.as_bytes()) =>
            {
                self.visit_str(text)
            }
            _ => {
                let bytes: serde::de::value::BytesDeserializer<'_, E> = bytes.into_deserializer();
                self.plaintext(bytes)
            }
        }
    }
    fn visit_byte_buf<E: de::Error>(self, bytes: Vec<u8>) -> Result<State<T>, E> {
        if bytes.starts_with(&envelope::MAGIC) {
            self.envelope(bytes)
        } else {
            self.visit_bytes(&bytes)
        }
    }
    fn visit_none<E: de::Error>(self) -> Result<State<T>, E> {
        Ok(State::Null)
    }
    fn visit_unit<E: de::Error>(self) -> Result<State<T>, E> {
        Ok(State::Null)
    }
    fn visit_some<D: Deserializer<'de>>(self, d: D) -> Result<State<T>, D::Error> {
        self.inside(d)
    }
    fn visit_newtype_struct<D: Deserializer<'de>>(self, d: D) -> Result<State<T>, D::Error> {
        self.inside(d)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<State<T>, A::Error> {
        if self.taking.plaintext {
            return self.plaintext(SeqAccessDeserializer::new(access));
        }
        // Formats without bytes write them as a sequence of numbers.
        let mut bytes = Vec::with_capacity(access.size_hint().unwrap_or(0).min(4096));
        while let Some(byte) = access.next_element::<Byte>()? {
            match byte.0 {
                Some(byte) => bytes.push(byte),
                None => return self.plaintext(().into_deserializer()),
            }
        }
        self.visit_byte_buf(bytes)
    }
    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<State<T>, A::Error> {
        if !self.taking.envelopes && self.shape.asks != Asks::Scalar {
            return self.plaintext(MapAccessDeserializer::new(access));
        }
        // XML has the text of an element as an entry of it.
        match access.next_key::<Key>()? {
            Some(Key::Text(key)) if key == "$text" => {
                let text: String = access.next_value()?;
                // The element ends where the map does.
                while access.next_entry::<de::IgnoredAny, de::IgnoredAny>()?.is_some() {}
                self.parsed(&text)
            }
            key => self.plaintext(MapAccessDeserializer::new(First::new(key, access))),
        }
    }
    fn visit_enum<A: EnumAccess<'de>>(self, access: A) -> Result<State<T>, A::Error> {
        self.plaintext(EnumAccessDeserializer::new(access))
    }
}

/// A byte, or something else.
struct Byte(Option<u8>);

impl<'de> de::Deserialize<'de> for Byte {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Byte;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a byte")
            }
            fn visit_u64<E: de::Error>(self, value: u64) -> Result<Byte, E> {
                Ok(Byte(value.try_into().ok()))
            }
            fn visit_i64<E: de::Error>(self, value: i64) -> Result<Byte, E> {
                Ok(Byte(value.try_into().ok()))
            }
            fn visit_f64<E: de::Error>(self, _: f64) -> Result<Byte, E> {
                Ok(Byte(None))
            }
            fn visit_bool<E: de::Error>(self, _: bool) -> Result<Byte, E> {
                Ok(Byte(None))
            }
            fn visit_str<E: de::Error>(self, _: &str) -> Result<Byte, E> {
                Ok(Byte(None))
            }
            fn visit_bytes<E: de::Error>(self, _: &[u8]) -> Result<Byte, E> {
                Ok(Byte(None))
            }
            fn visit_unit<E: de::Error>(self) -> Result<Byte, E> {
                Ok(Byte(None))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Byte, A::Error> {
                while access.next_element::<de::IgnoredAny>()?.is_some() {}
                Ok(Byte(None))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Byte, A::Error> {
                while access.next_entry::<de::IgnoredAny, de::IgnoredAny>()?.is_some() {}
                Ok(Byte(None))
            }
        }
        if formats::says_what_it_holds::<D>() {
            deserializer.deserialize_any(Any)
        } else {
            deserializer.deserialize_u8(Any)
        }
    }
}
