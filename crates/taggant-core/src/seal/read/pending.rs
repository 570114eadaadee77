//! Fields that were read but not opened: their people and row may stand later in the input.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{self, Deserialize, DeserializeOwned, Deserializer, SeqAccess, Visitor};

use super::guard::{Clean, Guard};
use super::inbound::{self, Inbound};
use super::record::{How, how};
use crate::cbor::probe;
use crate::envelope::{self, Envelope};
use crate::error::{Error, Outcome};
use crate::flow::resolved::Resolved;
use crate::seal::decisions::decisions;
use crate::seal::integrity::IntegrityItems;
use crate::seal::nested::OpenNested;
use crate::seal::{Tagged, fail, held};

/// Field number `I` of record type `R`, of type `T`, not opened yet.
pub struct Pending<R, const I: usize, T> {
    pub(super) state: State<T>,
    record: PhantomData<fn() -> R>,
}

pub(super) enum State<T> {
    Null,
    Sealed(Vec<u8>),
    Plain(T),
}

impl<R, const I: usize, T> Pending<R, I, T> {
    /// A value that needs no opening: a serde default.
    pub fn ready(value: T) -> Self {
        Self::of(State::Plain(value))
    }

    fn of(state: State<T>) -> Self {
        Self { state, record: PhantomData }
    }
}

impl<'de, R: Tagged, const I: usize, T: DeserializeOwned> Deserialize<'de> for Pending<R, I, T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match how() {
            Some(How::Sealed) => Self::sealed(deserializer),
            Some(How::Ingest(flow)) => Self::plaintext(&flow, deserializer, Inbound::PlaintextOnly),
            Some(How::PerhapsMigrating(flow)) => {
                if decisions(&flow, false, R::__spec()).map_err(fail::de)?.is_migrating() {
                    Self::migrating(&flow, deserializer)
                } else {
                    Self::sealed(deserializer)
                }
            }
            None => Err(fail::de(Error::new(
                Outcome::NoFlow,
                "a tagged field was read outside its record",
            ))),
        }
    }
}

impl<R: Tagged, const I: usize, T: DeserializeOwned> Pending<R, I, T> {
    fn plaintext<'de, D: Deserializer<'de>>(
        flow: &Resolved,
        deserializer: D,
        check: Inbound,
    ) -> Result<Self, D::Error> {
        let spec = R::__spec();
        let label = decisions(flow, false, spec).map_err(fail::de)?.fields[I].label;
        let field = &spec.fields[I];
        let _taking = held::taking_plaintext(label);
        let _field = fail::in_field(spec.dataset, field.path);
        match T::deserialize(Guard::checking(deserializer, check)) {
            Ok(value) => Ok(Self::of(State::Plain(value))),
            Err(error) => {
                fail::remember("the value does not fit its field", spec.dataset, Some(field.path));
                Err(Clean::into_inner(error))
            }
        }
    }

    /// Storage that still holds plaintext: either is taken.
    fn migrating<'de, D: Deserializer<'de>>(flow: &Resolved, d: D) -> Result<Self, D::Error> {
        let read = Self::plaintext(flow, d, Inbound::Migrating);
        match (read, inbound::taken_aside()) {
            (Err(_), Some(envelope)) => {
                fail::clear();
                Ok(Self::of(State::Sealed(envelope)))
            }
            (read, _) => read,
        }
    }

    fn sealed<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let seals_none = R::__spec().fields[I].tag().is_some_and(|tag| tag.seal_none);
        let visitor = Sealed::<R, I>(PhantomData);
        let read = if probe::read_shape::<T>().option && !seals_none {
            deserializer.deserialize_option(visitor)
        } else if seals_none && deserializer.is_human_readable() {
            // A null must be seen for what it is: somebody put it there.
            deserializer.deserialize_any(visitor)
        } else {
            visitor.read(deserializer)
        };
        read.map(|bytes| Self::of(bytes.map_or(State::Null, State::Sealed)))
    }
}

/// Takes an envelope as text or bytes, whatever the format says it is.
struct Sealed<R, const I: usize>(PhantomData<fn() -> R>);

impl<R: Tagged, const I: usize> Sealed<R, I> {
    fn read<'de, D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<Vec<u8>>, D::Error> {
        if deserializer.is_human_readable() {
            deserializer.deserialize_str(self)
        } else {
            deserializer.deserialize_byte_buf(self)
        }
    }

    fn locate(error: Error) -> Error {
        let spec = R::__spec();
        error.at_field(spec.dataset, spec.fields[I].path)
    }

    /// The field is checked here, so that untagged enums find the right variant.
    fn envelope<E: de::Error>(bytes: Vec<u8>) -> Result<Option<Vec<u8>>, E> {
        let field = match Envelope::parse(&bytes) {
            Ok(envelope) => envelope.header.field,
            Err(error) => return Err(fail::de(Self::locate(error))),
        };
        if R::__spec().fields[I].accepts(field) {
            return Ok(Some(bytes));
        }
        Err(fail::de(Self::locate(Error::new(
            Outcome::WrongField,
            "the envelope belongs to another field; after a rename, name the old field in `alias`",
        ))))
    }

    fn plaintext<E: de::Error>() -> E {
        fail::de(Self::locate(Error::new(
            Outcome::UnexpectedPlaintext,
            "storage holds something else than an envelope; for plaintext from before taggant, \
             declare a [[migration]] of this dataset in the policy",
        )))
    }
}

macro_rules! refuse {
    ($($method:ident: $value:ty),*) => {$(
        fn $method<E: de::Error>(self, _: $value) -> Result<Self::Value, E> {
            Err(Self::plaintext())
        }
    )*};
}

impl<'de, R: Tagged, const I: usize> Visitor<'de> for Sealed<R, I> {
    type Value = Option<Vec<u8>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an envelope")
    }

    refuse!(visit_bool: bool, visit_i64: i64, visit_u64: u64, visit_i128: i128, visit_u128: u128,
            visit_f64: f64, visit_char: char);

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
        if !envelope::looks_like_envelope(text) {
            return Err(Self::plaintext());
        }
        let bytes = envelope::decode_text(text).map_err(|error| fail::de(Self::locate(error)))?;
        Self::envelope(bytes)
    }
    fn visit_bytes<E: de::Error>(self, bytes: &[u8]) -> Result<Self::Value, E> {
        self.visit_byte_buf(bytes.to_vec())
    }
    fn visit_byte_buf<E: de::Error>(self, bytes: Vec<u8>) -> Result<Self::Value, E> {
        if bytes.starts_with(envelope::TEXT_PREFIX.as_bytes())
            && let Ok(text) = std::str::from_utf8(&bytes)
        {
            return self.visit_str(text);
        }
        if !bytes.starts_with(&envelope::MAGIC) {
            return Err(Self::plaintext());
        }
        Self::envelope(bytes)
    }
    fn visit_none<E: de::Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }
    fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }
    fn visit_some<D: Deserializer<'de>>(self, d: D) -> Result<Self::Value, D::Error> {
        self.read(d)
    }
    fn visit_newtype_struct<D: Deserializer<'de>>(self, d: D) -> Result<Self::Value, D::Error> {
        self.read(d)
    }
    /// Formats without bytes write them as a sequence of numbers.
    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
        let mut bytes = Vec::with_capacity(access.size_hint().unwrap_or(0).min(4096));
        while let Some(byte) = access.next_element::<u8>()? {
            bytes.push(byte);
        }
        self.visit_byte_buf(bytes)
    }
    fn visit_map<A: de::MapAccess<'de>>(self, _: A) -> Result<Self::Value, A::Error> {
        Err(Self::plaintext())
    }
}

/// A `#[nested]` field whose records are not opened yet.
pub struct NestedPending<R, const I: usize, T: OpenNested> {
    pub(super) state: NestedState<T>,
    record: PhantomData<fn() -> R>,
}

pub(super) enum NestedState<T: OpenNested> {
    Raw(T::Pending),
    Ready(T),
}

impl<R, const I: usize, T: OpenNested> NestedPending<R, I, T> {
    /// A value that needs no opening: a serde default.
    pub fn ready(value: T) -> Self {
        Self { state: NestedState::Ready(value), record: PhantomData }
    }
}

impl<'de, R, const I: usize, T: OpenNested> Deserialize<'de> for NestedPending<R, I, T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = T::Pending::deserialize(deserializer)?;
        Ok(Self { state: NestedState::Raw(raw), record: PhantomData })
    }
}

impl IntegrityItems {
    /// Adds a tagged field.
    pub fn pending<R, const I: usize, T>(&mut self, pending: &Pending<R, I, T>) {
        if let State::Sealed(bytes) = &pending.state
            && let Ok(envelope) = Envelope::parse(bytes)
        {
            self.field(envelope.header.field, bytes);
        }
    }

    /// Adds what a `#[nested]` field holds.
    pub fn nested<R: Tagged, const I: usize, T: OpenNested>(
        &mut self,
        pending: &NestedPending<R, I, T>,
    ) {
        if let NestedState::Raw(raw) = &pending.state {
            self.within(R::__spec().fields[I].id, |items| T::collect(raw, items));
        }
    }
}
