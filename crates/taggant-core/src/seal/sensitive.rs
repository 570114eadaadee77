//! A value that stays protected wherever it is moved.

use std::fmt;
use std::marker::PhantomData;
use std::sync::{Arc, OnceLock};

use serde::de::{self, DeserializeOwned, Deserializer, Visitor};
use serde::{Deserialize, Serialize, Serializer};
use zeroize::Zeroize;

use super::decisions;
use super::fail;
use super::held::{self, Mode, Unopened};
use super::origin::Label;
use super::record_events as events;
use super::reseal;
use crate::cbor;
use crate::cbor::whose::{self, Whose};
use crate::error::{Error, Outcome, Result};
use crate::flow::resolved::Resolved;
use crate::flow::scope;
use crate::redact::{MaskText, Permit};
use crate::tag::Action;

/// A tagged value that is sealed until it is revealed, wherever it is moved.
///
/// What comes out of storage stays an envelope until [`reveal`](Self::reveal); a service that
/// never looks never decrypts. It has no `Deref`, `Display`, `AsRef`, ordering, hashing or
/// equality, since each of them hands out the value, or a part of it, where nobody asked and nothing
/// is recorded: `==` tells whether a guess is right, as often as one likes to guess. `Debug` does
/// not print it. It is zeroized on drop.
///
/// It serializes inside a `#[tag(..)]` field only.
///
/// # Comparing
///
/// Reveal both under a flow; that two values were compared is then on record, for what and by whom:
///
/// ```
/// use taggant_core::Result;
/// use taggant_core::seal::Sensitive;
///
/// /// Call it inside `Flow::from(..).purpose(..).actor(..).run(|| ..)`.
/// fn is_same(a: &Sensitive<String>, b: &Sensitive<String>) -> Result<bool> {
///     Ok(a.reveal()? == b.reveal()?)
/// }
/// # assert!(is_same(&"a".to_owned().into(), &"a".to_owned().into()).is_err());
/// ```
///
/// To find the record that holds a value, declare `lookup = "name"` on the field and compare blind
/// index values: the database does that without seeing one, and each `lookup` is recorded.
pub struct Sensitive<T: Zeroize> {
    value: OnceLock<T>,
    unopened: Option<Arc<Unopened>>,
    label: Label,
}

impl<T: Zeroize> Sensitive<T> {
    /// Protects a value that the program has made or was given.
    pub fn new(value: T) -> Self {
        Self::with_label(value, Label::NONE)
    }

    fn with_label(value: T, label: Label) -> Self {
        Self { value: OnceLock::from(value), unopened: None, label }
    }

    fn sealed(unopened: Arc<Unopened>) -> Self {
        Self { value: OnceLock::new(), label: unopened.label, unopened: Some(unopened) }
    }

    /// Whether the value is in this process's memory as plaintext.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.value.get().is_some()
    }

    fn take(mut self) -> Option<T> {
        std::mem::take(&mut self.value).into_inner()
    }
}

impl<T: Zeroize + DeserializeOwned> Sensitive<T> {
    /// The value, for the purpose of the flow around.
    ///
    /// An access record is left before it returns. A value that the program made itself needs a
    /// flow with a purpose; one that came from storage or from outside also needs a rule that
    /// allows `reveal` for its category and the categories of all its origins.
    ///
    /// # Errors
    /// `NoFlow` without a flow or without a purpose, `Denied` with the rule that would allow it,
    /// `Erased`, `Tampered` and the other outcomes of opening, `JournalUnavailable` where the
    /// access can't be recorded.
    pub fn reveal(&self) -> Result<&T> {
        let flow = self.permit(Action::Reveal)?;
        let value = self.open()?;
        events::access(&flow, Action::Reveal, self.unopened.as_deref(), self.label)?;
        Ok(value)
    }

    /// Another value made from this one, as protected and of the same origin.
    ///
    /// # Errors
    /// As [`zip`](Self::zip).
    pub fn map<U: Zeroize>(self, change: impl FnOnce(T) -> U) -> Result<Sensitive<U>> {
        self.try_map(|value| Ok(change(value)))
    }

    /// As [`map`](Self::map), for a change that may fail. Its error must not contain the value.
    ///
    /// # Errors
    /// As [`zip`](Self::zip), and the closure's.
    pub fn try_map<U: Zeroize>(self, change: impl FnOnce(T) -> Result<U>) -> Result<Sensitive<U>> {
        let label = self.label;
        let value = self.into_open()?;
        Ok(Sensitive::with_label(change(value)?, label))
    }

    /// One value made from two, of both origins.
    ///
    /// # Errors
    /// For values from storage or from outside: `NoFlow` without a flow, `Denied` where no rule
    /// allows `open`, and the outcomes of opening. An access record is left.
    pub fn zip<B, U>(
        self,
        other: Sensitive<B>,
        join: impl FnOnce(T, B) -> U,
    ) -> Result<Sensitive<U>>
    where
        B: Zeroize + DeserializeOwned,
        U: Zeroize,
    {
        let label = self.label.union(other.label);
        let (a, b) = (self.into_open()?, other.into_open()?);
        Ok(Sensitive::with_label(join(a, b), label))
    }

    fn into_open(self) -> Result<T> {
        if self.label != Label::NONE {
            let flow = self.permit(Action::Open)?;
            self.open()?;
            events::access(&flow, Action::Open, self.unopened.as_deref(), self.label)?;
        }
        Ok(self.take().expect("a value without an envelope is open, and this one was just opened"))
    }

    fn permit(&self, action: Action) -> Result<Arc<Resolved>> {
        fail::clear();
        let flow = scope::for_access()?.ok_or_else(|| {
            Error::new(
                Outcome::NoFlow,
                "this needs a flow: call it inside Flow::from(..).purpose(..).run(|| ..)",
            )
        })?;
        if flow.purpose.is_none() && action == Action::Reveal {
            return Err(Error::new(
                Outcome::NoFlow,
                "reveal needs a purpose: add .purpose(\"..\") to the flow around it",
            ));
        }
        self.permit_under(&flow, action)?;
        Ok(flow)
    }

    /// The record around is what the value is sealed again for.
    fn permit_reseal(&self) -> Result<()> {
        self.permit_under(&*super::stack::flow_around()?, Action::Reseal)
    }

    fn permit_under(&self, flow: &Resolved, action: Action) -> Result<()> {
        if let Some(unopened) = &self.unopened {
            // The access would be recorded as one to somebody else's data.
            reseal::check_same_tenant(unopened, flow).map_err(|error| self.located(error))?;
        }
        if self.label != Label::NONE {
            let mut categories = self.label.categories();
            if let Some(unopened) = &self.unopened {
                categories.extend(reseal::tag_categories(unopened));
            }
            decisions::access(flow, action, &categories).map_err(|error| self.located(error))?;
        }
        Ok(())
    }

    fn open(&self) -> Result<&T> {
        if let Some(value) = self.value.get() {
            return Ok(value);
        }
        let unopened = self.unopened.as_deref().expect("what is not open is sealed");
        reseal::check_same_runtime(unopened)?;
        let plain = reseal::decrypt(unopened).map_err(|error| self.located(error))?;
        let value = cbor::from_vec(plain).map_err(|error| self.located(error))?;
        Ok(self.value.get_or_init(|| value))
    }

    fn located(&self, error: Error) -> Error {
        match self.unopened.as_deref() {
            Some(Unopened { context, field, .. }) => error
                .at_field(context.spec.dataset, context.spec.fields[*field].path)
                .at_location(&context.flow.location),
            None => error,
        }
    }
}

impl<T: Zeroize> From<T> for Sensitive<T> {
    fn from(value: T) -> Self {
        Self::new(value)
    }
}

impl<T: Zeroize + Clone> Clone for Sensitive<T> {
    fn clone(&self) -> Self {
        Self { value: self.value.clone(), unopened: self.unopened.clone(), label: self.label }
    }
}

impl<T: Zeroize> Drop for Sensitive<T> {
    fn drop(&mut self) {
        if let Some(value) = self.value.get_mut() {
            value.zeroize();
        }
    }
}

/// What `Debug` shows of a value that no field has given a category yet.
pub(crate) const UNLABELLED: &str = "<sensitive>";

impl<T: Zeroize> fmt::Debug for Sensitive<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.label.categories().first() {
            Some(category) => write!(f, "<{category}>"),
            None => f.write_str(UNLABELLED),
        }
    }
}

impl<T: Zeroize + Serialize + DeserializeOwned> Serialize for Sensitive<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mode = held::mode();
        // Another serializer than the one around the field is a stranger's, who runs meanwhile.
        // While the field is sealed, `Admitted` asks the writer itself.
        let meant = match mode {
            Mode::Outside | Mode::Sealing => true,
            Mode::Probing => whose::serializer::<S::Error>() == Whose::Probe,
            Mode::Revealing => whose::serializer::<S::Error>() == Whose::Ours,
        };
        match if meant { mode } else { Mode::Outside } {
            Mode::Outside => Err(fail::ser(Error::new(
                Outcome::Denied,
                "a Sensitive value serializes inside a `#[tag(..)]` field only: tag the field \
                 that holds it",
            ))),
            Mode::Probing => {
                let unopened = self.unopened.clone().filter(|_| self.value.get().is_none());
                held::found(self.label, unopened);
                serializer.serialize_unit()
            }
            Mode::Sealing => {
                super::write::check_inner(self.label).map_err(fail::ser)?;
                if self.value.get().is_none() {
                    self.permit_reseal().map_err(fail::ser)?;
                }
                let value = self.open().map_err(fail::ser)?;
                serializer.serialize_newtype_struct(cbor::SENSITIVE, &Admitted(value))
            }
            Mode::Revealing => {
                super::write::check_inner(self.label).map_err(fail::ser)?;
                let value = self.open().map_err(fail::ser)?;
                if cbor::holds_envelope(value) {
                    return Err(fail::ser(super::write::unexpected_envelope()));
                }
                value.serialize(serializer)
            }
        }
    }
}

/// What is to be encrypted next. Code that runs inside the value's own `Serialize` may ask with a
/// serializer of its own: it gets nothing.
struct Admitted<'a, T>(&'a T);

impl<T: Serialize> Serialize for Admitted<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if cbor::take_admission() {
            return self.0.serialize(serializer);
        }
        Err(fail::ser(Error::new(
            Outcome::Denied,
            "a Sensitive value inside a tagged field is written by the library only: don't \
             serialize it a second time while its field is being sealed",
        )))
    }
}

impl<'de, T: Zeroize + DeserializeOwned> Deserialize<'de> for Sensitive<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if let Some(label) = held::ingest_label() {
            return T::deserialize(deserializer).map(|value| Self::with_label(value, label));
        }
        deserializer.deserialize_newtype_struct(cbor::SENSITIVE, SensitiveVisitor(PhantomData))
    }
}

struct SensitiveVisitor<T>(PhantomData<fn() -> T>);

impl<'de, T: Zeroize + DeserializeOwned> Visitor<'de> for SensitiveVisitor<T> {
    type Value = Sensitive<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a sensitive value inside a tagged field")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
        match held::take_over() {
            Some(unopened) => Ok(Sensitive::sealed(unopened)),
            None => Err(outside()),
        }
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, _: D) -> Result<Self::Value, D::Error> {
        Err(outside())
    }
}

fn outside<E: de::Error>() -> E {
    fail::de(Error::new(
        Outcome::Denied,
        "a Sensitive value is read inside a `#[tag(..)]` field only: tag the field that holds it",
    ))
}

/// It has a text for the masks and blind indexes of a field that is being written, and for nobody
/// else: who asks would see the value without a record of it.
impl<T: Zeroize + MaskText> MaskText for Sensitive<T> {
    fn with_text(&self, _: &mut dyn FnMut(&str)) -> bool {
        false
    }

    fn with_permitted_text(&self, permit: Permit, show: &mut dyn FnMut(&str)) -> bool {
        match self.value.get() {
            Some(value) if permit.is_to_compare() || super::write::is_writing() => {
                value.with_permitted_text(permit, show)
            }
            _ => false,
        }
    }
}
