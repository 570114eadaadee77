//! How [`Sensitive`](super::Sensitive) values and the fields around them talk to each other.
//!
//! A field is sealed by code that knows only `T: Serialize`. A `Sensitive` inside it tells that
//! code, through this thread's slots, that it is still an envelope and where it came from; and it
//! serializes its plaintext only while a field around it says that this is what is being asked.

use std::cell::{Cell, RefCell};
use std::sync::Arc;

use super::context::RecordContext;
use super::origin::Label;
use crate::cbor;
use crate::cbor::probe::{self, Written};
use serde::Serialize;
use zeroize::Zeroizing;

/// What a `Sensitive` may do when it is asked to serialize.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// No tagged field around it: refuse.
    Outside,
    /// Say what you hold; write nothing.
    Probing,
    /// Plaintext goes into a buffer that is encrypted next.
    Sealing,
    /// Plaintext leaves through a wrap that the policy allows.
    Revealing,
}

/// An envelope that was never opened, with everything needed to open it later.
pub(crate) struct Unopened {
    pub(crate) context: Arc<RecordContext>,
    pub(crate) field: usize,
    pub(crate) envelope: Vec<u8>,
    /// The blind-index value that stood beside it.
    pub(crate) lookup: Option<Box<[u8]>>,
    /// How the field's type makes the text of that from the plaintext.
    pub(crate) text: Option<TextOf>,
    pub(crate) label: Label,
}

/// The text of a plaintext; none where it has none.
pub(crate) type TextOf = fn(Zeroizing<Vec<u8>>) -> Option<Zeroizing<String>>;

/// What a tagged value says of itself before it is written.
#[derive(Clone)]
pub(crate) struct Held {
    pub(crate) written: Written,
    pub(crate) label: Label,
    pub(crate) unopened: Option<Arc<Unopened>>,
}

thread_local! {
    static MODE: Cell<Mode> = const { Cell::new(Mode::Outside) };
    static FOUND: RefCell<Option<(Label, Option<Arc<Unopened>>)>> = const { RefCell::new(None) };
    static HANDOFF: RefCell<Option<Arc<Unopened>>> = const { RefCell::new(None) };
    static INGESTING: Cell<Option<Label>> = const { Cell::new(None) };
}

/// Restores the previous mode when dropped, on unwind too.
pub(crate) struct ModeScope(Mode);

impl Drop for ModeScope {
    fn drop(&mut self) {
        MODE.set(self.0);
    }
}

pub(crate) fn enter(mode: Mode) -> ModeScope {
    ModeScope(MODE.replace(mode))
}

pub(crate) fn mode() -> Mode {
    MODE.get()
}

/// What was found so far is put aside, until this is dropped, on unwind too.
pub(crate) struct Nothing(Option<(Label, Option<Arc<Unopened>>)>);

impl Drop for Nothing {
    fn drop(&mut self) {
        FOUND.set(self.0.take());
    }
}

pub(crate) fn hold_nothing() -> Nothing {
    Nothing(FOUND.take())
}

/// A probe that does not come to its end leaves nothing for the next field.
struct Unwound;

impl Drop for Unwound {
    fn drop(&mut self) {
        FOUND.set(None);
    }
}

/// Asks a value what it holds.
pub(crate) fn probe<T: Serialize + ?Sized>(value: &T) -> Held {
    // Nothing was found yet: the record's edge has put it aside, and each probe takes all.
    let unwound = Unwound;
    let scope = enter(Mode::Probing);
    let written = probe::shape_of(value);
    drop(scope);
    std::mem::forget(unwound);
    match FOUND.take() {
        Some((label, unopened)) => Held { written, label, unopened },
        None => Held { written, label: Label::NONE, unopened: None },
    }
}

/// Whether a value is an envelope. A `Sensitive` in it looks for itself when it is opened.
pub(crate) fn holds_envelope<T: Serialize + ?Sized>(value: &T) -> bool {
    let _before = hold_nothing();
    let _scope = enter(Mode::Probing);
    cbor::holds_envelope(value)
}

/// A `Sensitive` answers a probe.
pub(crate) fn found(label: Label, unopened: Option<Arc<Unopened>>) {
    FOUND.set(Some((label, unopened)));
}

/// Hands an envelope to the `Sensitive` that is about to be deserialized.
pub(crate) fn hand_over(unopened: Arc<Unopened>) -> HandedOver {
    HandedOver(HANDOFF.replace(Some(unopened)))
}

/// What was not taken is taken back when this is dropped, on unwind too.
pub(crate) struct HandedOver(Option<Arc<Unopened>>);

impl Drop for HandedOver {
    fn drop(&mut self) {
        HANDOFF.set(self.0.take());
    }
}

pub(crate) fn take_over() -> Option<Arc<Unopened>> {
    HANDOFF.take()
}

/// While it lives, `Sensitive` values take plaintext, and get this label.
pub(crate) struct IngestScope(Option<Label>);

impl Drop for IngestScope {
    fn drop(&mut self) {
        INGESTING.set(self.0);
    }
}

pub(crate) fn taking_plaintext(label: Label) -> IngestScope {
    IngestScope(INGESTING.replace(Some(label)))
}

pub(crate) fn taking_nothing() -> IngestScope {
    IngestScope(INGESTING.replace(None))
}

pub(crate) fn ingest_label() -> Option<Label> {
    INGESTING.get()
}
