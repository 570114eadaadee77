//! Fields that were read but not opened: their people and row may stand later in the input.

use std::marker::PhantomData;

use serde::de::{Deserialize, DeserializeOwned, Deserializer};

use super::guard::{Clean, Guard};
use super::inbound::Inbound;
use super::record::{How, how};
use super::value::{Taking, Value};
use crate::cbor::probe::{self, Asks};
use crate::envelope::Envelope;
use crate::error::{Error, Outcome};
use crate::flow::resolved::Resolved;
use crate::seal::decisions::decisions;
use crate::seal::integrity::IntegrityItems;
use crate::seal::nested::OpenNested;
use crate::seal::{Tagged, fail, formats, held};

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
        // While plaintext is taken a `Sensitive` asks for what is in it.
        let shape = probe::read_shape::<T>();
        let shows = match shape.asks {
            Asks::Scalar | Asks::Compound => true,
            Asks::Text => !deserializer.is_human_readable(),
            Asks::Other => false,
        };
        let read = if shows && formats::says_what_it_holds::<D>() {
            // An envelope where a number stands is refused as one only if the format shows it.
            let taking = Taking { envelopes: false, plaintext: true };
            Value::<R, I, T>::of(taking, shape).read(deserializer)
        } else {
            let guarded = Guard::checking(deserializer, check);
            T::deserialize(guarded).map(State::Plain).map_err(Clean::into_inner)
        };
        read.map(Self::of).inspect_err(|_| {
            fail::remember("the value does not fit its field", spec.dataset, Some(field.path));
        })
    }

    /// Storage that still holds plaintext: either is taken.
    fn migrating<'de, D: Deserializer<'de>>(flow: &Resolved, d: D) -> Result<Self, D::Error> {
        let spec = R::__spec();
        let label = decisions(flow, false, spec).map_err(fail::de)?.fields[I].label;
        let _taking = held::taking_plaintext(label);
        let _field = fail::in_field(spec.dataset, spec.fields[I].path);
        let shape = probe::read_shape::<T>();
        // What does not say what it holds tells text from an envelope, and nothing else.
        let plaintext = formats::says_what_it_holds::<D>() || shape.asks == Asks::Text;
        let taking = Taking { envelopes: true, plaintext };
        Value::<R, I, T>::of(taking, shape).read(d).map(Self::of)
    }

    fn sealed<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let taking = Taking { envelopes: true, plaintext: false };
        let shape = probe::read_shape::<T>();
        Value::<R, I, T>::of(taking, shape).read(deserializer).map(Self::of)
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
