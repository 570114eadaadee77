//! Opens pending fields once people and row are known.

use std::sync::Arc;

use serde::de::{DeserializeOwned, Deserializer, Visitor};
use zeroize::Zeroizing;

use super::open::{self, Opening};
use super::pending::{NestedPending, NestedState, Pending, State};
use super::sibling::PendingSibling;
use crate::cbor::{self, probe};
use crate::error::{Error, Outcome, Result};
use crate::field::{FieldRole, RecordSpec};
use crate::flow::FlowKind;
use crate::flow::resolved::Resolved;
use crate::redact::{MaskText, Permit};
use crate::seal::binder::Binder;
use crate::seal::context::{Binding, RecordContext};
use crate::seal::decisions::{self, Decisions, decisions, note, nothing_done};
use crate::seal::held::{self, TextOf, Unopened};
use crate::seal::integrity::IntegrityItems;
use crate::seal::nested::OpenNested;
use crate::seal::origin::Label;
use crate::seal::{lookup, record_events as events, stack};
use crate::tag::{Action, Actions, KeyId};

/// Opens the fields of one outermost record.
pub struct Opener {
    flow: Arc<Resolved>,
    frames: Vec<Frame>,
    opening: Opening,
}

/// A record that is being opened.
pub(crate) struct Frame {
    pub(crate) spec: &'static RecordSpec,
    pub(crate) decisions: Arc<Decisions>,
    pub(crate) binding: Binding,
    pub(crate) done: Vec<Actions>,
    pub(crate) key: Option<KeyId>,
    /// Made for the first field that stays sealed.
    context: Option<Arc<RecordContext>>,
    nested: Option<usize>,
}

impl Opener {
    pub(crate) fn new(flow: Arc<Resolved>, spec: &'static RecordSpec) -> Self {
        Self { flow, frames: Vec::new(), opening: Opening::new(spec.tagged()) }
    }

    /// Opens one record, with its people and row; leaves its event.
    ///
    /// # Errors
    /// The first field's that does not open.
    pub fn record<P, R>(
        &mut self,
        spec: &'static RecordSpec,
        pending: P,
        bind: impl FnOnce(&P, &mut Binder<'_>),
        body: impl FnOnce(P, &mut Self) -> Result<R>,
    ) -> Result<R> {
        let frame = self.begin(spec, |binder| bind(&pending, binder))?;
        self.frames.push(frame);
        let opened = body(pending, self);
        let frame = self.frames.pop().expect("pushed above");
        let outcome = opened.as_ref().err().map(Error::outcome);
        let recorded = events::read(&self.flow, &frame, outcome);
        let opened = opened?;
        recorded?;
        Ok(opened)
    }

    fn begin(
        &self,
        spec: &'static RecordSpec,
        bind: impl FnOnce(&mut Binder<'_>),
    ) -> Result<Frame> {
        let decisions = decisions(&self.flow, false, spec)?;
        let mut binding = Binding::default();
        let mut enclosing = None;
        if let Some(parent) = self.frames.last()
            && let Some(index) = parent.nested
        {
            let field = &parent.spec.fields[index];
            if !matches!(field.role, FieldRole::Nested { portable: true }) {
                binding = parent.binding.clone();
                binding.subjects = Default::default();
                binding.descend(field);
            }
            enclosing = Some(parent.binding.subjects[0]);
        }
        let mut binder =
            Binder::new(&self.flow, spec, &mut binding.subjects, &mut binding.row, Vec::new());
        bind(&mut binder);
        let (_, bound) = binder.finish();
        bound?;
        stack::inherit_subject(&mut binding.subjects[0], enclosing, &self.flow)?;
        Ok(Frame {
            spec,
            decisions,
            binding,
            done: nothing_done(spec).collect(),
            key: None,
            context: None,
            nested: None,
        })
    }

    fn top(&mut self) -> &mut Frame {
        self.frames.last_mut().expect("fields are opened inside Opener::record")
    }

    /// Opens a tagged field.
    ///
    /// # Errors
    /// The typed outcome, with the field's name.
    pub fn field<R, const I: usize, T: DeserializeOwned>(
        &mut self,
        pending: Pending<R, I, T>,
    ) -> Result<T> {
        self.value(I, pending.state, None).map_err(|error| self.located(I, error))
    }

    /// Opens a tagged field, and checks the blind-index value beside it.
    ///
    /// # Errors
    /// As [`field`](Self::field); `Tampered` where the index value is another's.
    pub fn lookup_field<R, const I: usize, T: DeserializeOwned + MaskText>(
        &mut self,
        pending: Pending<R, I, T>,
        sibling: PendingSibling,
    ) -> Result<T> {
        let sealed = matches!(pending.state, State::Sealed(_));
        let stored = sibling.0;
        let beside = stored.clone().map(|stored| (stored, text_of::<T> as TextOf));
        let value = self.value(I, pending.state, beside).map_err(|error| self.located(I, error))?;
        if sealed && let Some(stored) = stored {
            self.check_lookup(I, &value, &stored).map_err(|error| self.located(I, error))?;
        }
        Ok(value)
    }

    fn check_lookup<T: MaskText>(&mut self, index: usize, value: &T, stored: &[u8]) -> Result<()> {
        let flow = self.flow.clone();
        let spec = self.top().spec;
        let Some(lookup) = spec.fields[index].tag().and_then(|tag| tag.lookup.as_ref()) else {
            return Ok(());
        };
        let mut matches = Ok(true);
        // Values that stay sealed have no text: they are checked when they are revealed.
        value.with_text(&mut |text| {
            matches = lookup::matches(&flow, spec.dataset, lookup, text, stored);
        });
        if matches? { Ok(()) } else { Err(lookup::mismatch()) }
    }

    fn located(&self, index: usize, error: Error) -> Error {
        match self.frames.last() {
            Some(frame) => error.at_field(frame.spec.dataset, frame.spec.fields[index].path),
            None => error,
        }
    }

    fn value<T: DeserializeOwned>(
        &mut self,
        index: usize,
        state: State<T>,
        lookup: Option<(Vec<u8>, TextOf)>,
    ) -> Result<T> {
        match state {
            State::Plain(value) => self.plain(index, value),
            State::Null => self.null(index),
            State::Sealed(bytes) if probe::read_shape::<T>().sensitive => {
                self.keep_sealed(index, bytes, lookup)
            }
            State::Sealed(bytes) => self.open(index, bytes),
        }
    }

    fn plain<T>(&mut self, index: usize, value: T) -> Result<T> {
        let ingest = self.flow.kind == FlowKind::Ingest;
        if ingest && self.top().decisions.fields[index].action == Action::Deny {
            return Err(self.refusal(index));
        }
        if !ingest {
            // A migration counts every plaintext it lets through, until there are none.
            events::plaintext_read(&self.flow);
        }
        note(&mut self.top().done, index, Action::Ingest);
        Ok(value)
    }

    fn null<T: DeserializeOwned>(&mut self, index: usize) -> Result<T> {
        let flow_opens = self.flow.kind == FlowKind::From;
        if flow_opens && self.top().spec.fields[index].tag().is_some_and(|tag| tag.seal_none) {
            return Err(Error::new(
                Outcome::Tampered,
                "null stands where an envelope must be: this field seals `None` too",
            ));
        }
        none()
            .ok_or_else(|| Error::new(Outcome::Invalid, "null stands where the type takes no null"))
    }

    fn keep_sealed<T: DeserializeOwned>(
        &mut self,
        index: usize,
        envelope: Vec<u8>,
        lookup: Option<(Vec<u8>, TextOf)>,
    ) -> Result<T> {
        let flow = self.flow.clone();
        let frame = self.top();
        note(&mut frame.done, index, Action::Pass);
        let Frame { spec, binding, context, decisions, .. } = frame;
        let context = context.get_or_insert_with(|| {
            Arc::new(RecordContext { flow, spec, binding: binding.clone() })
        });
        let (lookup, text) = lookup.unzip();
        let unopened = Unopened {
            context: context.clone(),
            field: index,
            envelope,
            lookup: lookup.map(Vec::into_boxed_slice),
            text,
            label: decisions.fields[index].label,
        };
        T::deserialize(HandOver(Arc::new(unopened))).map_err(|_| {
            Error::new(Outcome::Invalid, "the field's type did not take a sealed value")
        })
    }

    fn open<T: DeserializeOwned>(&mut self, index: usize, bytes: Vec<u8>) -> Result<T> {
        if self.top().decisions.fields[index].action == Action::Deny {
            return Err(self.refusal(index));
        }
        let Self { flow, frames, opening } = self;
        let frame = frames.last_mut().expect("fields are opened inside Opener::record");
        let key = crate::envelope::Envelope::parse(&bytes)?.header.key;
        let opened = open::envelope(opening, flow, frame.spec, index, &frame.binding, bytes);
        let plain = match opened {
            Err(error) if error.outcome() == Outcome::Erased && probe::read_shape::<T>().option => {
                // An erased person's optional value reads as absent.
                return none().ok_or(error);
            }
            opened => opened?,
        };
        frame.key.get_or_insert(key);
        note(&mut frame.done, index, Action::Open);
        let _taking = held::taking_plaintext(frame.decisions.fields[index].label);
        cbor::from_vec(plain)
    }

    fn refusal(&self, index: usize) -> Error {
        let frame = self.frames.last().expect("fields are opened inside Opener::record");
        let categories = frame.spec.fields[index].tag().map_or(&[][..], |tag| tag.categories);
        decisions::refusal(&self.flow, false, categories)
    }

    /// Opens the records in a `#[nested]` field.
    ///
    /// # Errors
    /// As the records' own fields.
    pub fn nested<R, const I: usize, T: OpenNested>(
        &mut self,
        pending: NestedPending<R, I, T>,
    ) -> Result<T> {
        match pending.state {
            NestedState::Ready(value) => Ok(value),
            NestedState::Raw(raw) => {
                self.top().nested = Some(I);
                let value = T::resolve(raw, self);
                self.top().nested = None;
                value
            }
        }
    }

    /// Verifies a record's integrity envelope, before any of its values is handed out.
    ///
    /// # Errors
    /// `Tampered` where it is missing or does not authenticate what was read.
    pub fn verify(&mut self, mut items: IntegrityItems, seal: PendingSibling) -> Result<()> {
        if self.flow.kind != FlowKind::From || self.top().decisions.is_migrating() {
            return Ok(());
        }
        let Self { flow, frames, opening } = self;
        let frame = frames.last().expect("fields are opened inside Opener::record");
        let locate = |error: Error| error.at_field(frame.spec.dataset, "(integrity)");
        let bytes = seal.0.ok_or_else(|| {
            locate(Error::new(Outcome::Tampered, "the record's integrity envelope is missing"))
        })?;
        let mut list = Vec::new();
        items.write_aad(&mut list).map_err(locate)?;
        open::integrity(opening, flow, frame.spec, &frame.binding, bytes, &list).map_err(locate)
    }
}

/// The text of a value that was sealed, for the blind index beside it.
fn text_of<T: DeserializeOwned + MaskText>(plain: Zeroizing<Vec<u8>>) -> Option<Zeroizing<String>> {
    let _taking = held::taking_plaintext(Label::NONE);
    let value: T = cbor::from_vec(plain).ok()?;
    let mut found = None;
    value.with_permitted_text(Permit::to_compare(), &mut |text| {
        found = Some(Zeroizing::new(text.to_owned()));
    });
    found
}

/// What `T` makes of nothing.
fn none<T: DeserializeOwned>() -> Option<T> {
    struct Nothing;
    impl<'de> Deserializer<'de> for Nothing {
        type Error = serde::de::value::Error;
        fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
            visitor.visit_unit()
        }
        fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
            visitor.visit_none()
        }
        serde::forward_to_deserialize_any! {
            bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf
            unit unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier
            ignored_any
        }
    }
    T::deserialize(Nothing).ok()
}

/// Gives a sealed value to the `Sensitive` in `T`, through an `Option` around it if there is one.
struct HandOver(Arc<Unopened>);

impl<'de> Deserializer<'de> for HandOver {
    type Error = serde::de::value::Error;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Self::Error> {
        Err(serde::de::Error::custom("not a Sensitive"))
    }
    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        visitor.visit_some(self)
    }
    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        if name != cbor::SENSITIVE {
            return visitor.visit_newtype_struct(self);
        }
        // Nothing may be left for another value to take.
        let _handed = held::hand_over(self.0);
        visitor.visit_unit()
    }
    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf
        unit unit_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}
