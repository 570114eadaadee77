//! Writing a record: each tagged field by the decision about it.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use serde::{Serialize, Serializer};
use zeroize::Zeroize;

use super::binder::{Binder, Subject};
use super::decisions::{self, count_would_reveal, note};
use super::fail;
use super::held::{self, Held, Mode, Unopened};
use super::masker::Masker;
use super::nested::SealNested;
use super::position;
use super::record_events as events;
use super::stack::{self, Comes, Scratch, Stack};
use super::{Bind, Tagged, edge, formats, reseal};
use crate::cbor;
use crate::cbor::probe::Written;
use crate::cbor::whose::{self, Whose};
use crate::envelope::{self, HEADER_LEN, Header};
use crate::error::{Error, Outcome, Result};
use crate::field::{FieldSpec, Pad, RecordSpec, TagSpec};
use crate::flow::scope;
use crate::tag::Action;

/// Header and nonce stand before the plaintext in the buffer.
const BODY: usize = HEADER_LEN + 24;

/// Writes a record. `body` serializes the mirror of the record, whose tagged fields call
/// [`seal_field`].
///
/// # Errors
/// What the serializer reports, or a taggant error as text (typed: [`Error::last`]).
pub fn seal_record<R: Tagged + Bind + ?Sized, S: Serializer>(
    record: &R,
    serializer: S,
    body: impl FnOnce(S) -> Result<S::Ok, S::Error>,
) -> Result<S::Ok, S::Error> {
    if stack::take_nested() {
        return record_as(Comes::Nested, record, serializer, body);
    }
    let to = whose::<S::Error>();
    if to == Whose::Probe {
        // Only its shape was asked for: nothing is written, so nothing is recorded.
        return serializer.serialize_unit();
    }
    record_as(Comes::ToSerializer(to), record, serializer, body)
}

/// Writes the record in a `#[nested]` field. The derived `Serialize` begins with [`seal_record`],
/// which takes the word at once: no other record can.
///
/// # Errors
/// As [`seal_record`].
pub fn seal_nested_record<R: Tagged + Serialize + ?Sized, S: Serializer>(
    record: &R,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    stack::announce_nested();
    record.serialize(serializer)
}

/// Whose serializer it is, where that makes a difference.
fn whose<E: serde::ser::Error>() -> Whose {
    if scope::is_verb() || held::mode() == Mode::Probing || is_writing() {
        whose::serializer::<E>()
    } else {
        Whose::Foreign
    }
}

fn record_as<R: Tagged + Bind + ?Sized, S: Serializer>(
    comes: Comes,
    record: &R,
    serializer: S,
    body: impl FnOnce(S) -> Result<S::Ok, S::Error>,
) -> Result<S::Ok, S::Error> {
    let _edge = edge::enter();
    let entered =
        begin(R::__spec(), comes, formats::asks_for_names::<S>(), |binder| record.bind(binder))
            .map_err(fail::ser)?;
    let written = body(serializer);
    let recorded = end(written.is_ok());
    drop(entered);
    let written = written?;
    recorded.map_err(fail::ser)?;
    Ok(written)
}

fn begin(
    spec: &'static RecordSpec,
    comes: Comes,
    names_only: bool,
    bind: impl FnOnce(&mut Binder<'_>),
) -> Result<stack::Entered> {
    let outermost = stack::with(|stack| stack.frames.is_empty());
    if outermost {
        fail::clear();
    }
    let entered = stack::begin(spec, comes, names_only, bind)
        .map_err(|error| error.at_field(spec.dataset, "(record)"))?;
    stack::with(|stack| {
        let frame = stack.top();
        if frame.names_only {
            return Ok(());
        }
        let counters = frame.flow.runtime.counters();
        if frame.flow.is_unknown && frame.nested.is_none() && outermost {
            counters.unknown_writes.fetch_add(1, Ordering::Relaxed);
        }
        if frame.binding.subjects[0] == Subject::Absent {
            counters.unbound_subjects.fetch_add(1, Ordering::Relaxed);
        }
        // A disclosure is recorded before its first byte leaves.
        if frame.decisions.reveals {
            frame.announced = Some(events::announce(frame)?);
        }
        Ok(())
    })?;
    Ok(entered)
}

fn end(written: bool) -> Result<()> {
    stack::with(|stack| {
        let frame = stack.top();
        if frame.names_only {
            return Ok(());
        }
        match (frame.announced, written) {
            (Some(_), true) => Ok(()),
            (Some(sequence), false) => events::retract(frame, sequence),
            (None, _) => events::written(frame, written),
        }
    })
}

/// What is to be done with one field.
struct Plan {
    action: Action,
    field: &'static FieldSpec,
    tag: &'static TagSpec,
    scratch: Scratch,
    /// Whether other records are being written around.
    inside: bool,
}

fn plan(index: usize, held: &Held) -> Result<Plan> {
    stack::with(|stack| {
        let frame = stack.top();
        let field = &frame.spec.fields[index];
        let tag = field.tag().expect("the derive calls seal_field for tagged fields only");
        let decision = frame.decisions.fields[index];
        let mut action = decision.action;
        let mut would_reveal = decision.would_reveal;
        if held.label.is_foreign_to(field) {
            (action, would_reveal) =
                frame.decisions.with_origins(&frame.flow, frame.wrap, tag, held.label);
            if !frame.names_only {
                events::edge(frame, index, held.label, action)?;
            }
        }
        if would_reveal && !frame.names_only {
            count_would_reveal(&frame.flow);
        }
        if action == Action::Deny {
            note(&mut frame.done, index, action);
            let mut categories = tag.categories.to_vec();
            categories.extend(held.label.categories());
            return Err(decisions::refusal(&frame.flow, frame.wrap, &categories)
                .at_field(frame.spec.dataset, field.path));
        }
        let inside = stack.frames.len() > 1;
        Ok(Plan { action, field, tag, scratch: stack.take_scratch(), inside })
    })
}

/// Writes a tagged field as its decision says.
///
/// # Errors
/// What the serializer reports, or a taggant error as text.
pub fn seal_field<const I: usize, M: Masker<T>, T: Serialize + ?Sized, S: Serializer>(
    value: &T,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let held = held::probe(value);
    write::<M, T, S>(I, value, &held, serializer)
}

/// As [`seal_field`], and works out the blind-index value for the sibling that follows.
///
/// # Errors
/// As [`seal_field`].
pub fn seal_lookup_field<const I: usize, M, T, S>(
    value: &T,
    serializer: S,
) -> Result<S::Ok, S::Error>
where
    M: Masker<T>,
    T: Serialize + crate::redact::MaskText + ?Sized,
    S: Serializer,
{
    let held = held::probe(value);
    super::lookup::prepare(I, value, &held).map_err(fail::ser)?;
    write::<M, T, S>(I, value, &held, serializer)
}

fn write<M: Masker<T>, T: Serialize + ?Sized, S: Serializer>(
    index: usize,
    value: &T,
    held: &Held,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let mut plan = plan(index, held).map_err(fail::ser)?;
    let absent = held.written == Written::None;
    let result = match plan.action {
        Action::Omit => {
            done(index, Action::Omit);
            serializer.serialize_none()
        }
        _ if absent && !(plan.action == Action::Seal && plan.tag.seal_none) => {
            serializer.serialize_none()
        }
        Action::Reveal => reveal(index, value, held, serializer),
        Action::Mask => {
            let masked = M::mask(value, plan.field, &mut plan.scratch.text);
            done(index, Action::Mask);
            match masked {
                Ok(()) => text(&plan.scratch.text, held.written, serializer),
                Err(_) => Err(fail::ser(Error::new(
                    Outcome::Invalid,
                    "the mask function reported an error",
                ))),
            }
        }
        Action::Pseudonymise => match pseudonymise(index, value, held, &mut plan.scratch) {
            Ok(()) => text(&plan.scratch.text, held.written, serializer),
            Err(error) => Err(fail::ser(error)),
        },
        _ => match seal(index, value, held, &mut plan) {
            Ok(()) => {
                let written = envelope_out(&mut plan, held.written, serializer);
                if written.is_ok() {
                    authenticate(&plan.scratch.bytes);
                }
                written
            }
            Err(error) => Err(fail::ser(error)),
        },
    };
    plan.scratch.bytes.zeroize();
    stack::with(|stack| stack.give_scratch(plan.scratch));
    result
}

fn done(index: usize, action: Action) {
    stack::with(|stack| note(&mut stack.top().done, index, action));
}

fn reveal<T: Serialize + ?Sized, S: Serializer>(
    index: usize,
    value: &T,
    held: &Held,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    if let Some(unopened) = &held.unopened {
        reseal::check_same_runtime(unopened).map_err(fail::ser)?;
    }
    if held::holds_envelope(value) {
        return Err(fail::ser(located(unexpected_envelope(), index)));
    }
    done(index, Action::Reveal);
    let (dataset, path) = stack::with(|stack| {
        let spec = stack.top().spec;
        (spec.dataset, spec.fields[index].path)
    });
    let _field = fail::in_field(dataset, path);
    let _mode = held::enter(Mode::Revealing);
    value.serialize(serializer)
}

pub(crate) fn unexpected_envelope() -> Error {
    Error::new(
        Outcome::UnexpectedEnvelope,
        "the value is an envelope, sealed for some field: it is not written as if it were a value; \
         read the record that it stands in under Flow::from",
    )
}

fn text<S: Serializer>(text: &str, written: Written, serializer: S) -> Result<S::Ok, S::Error> {
    match written {
        Written::Some => serializer.serialize_some(text),
        Written::None | Written::Plain => serializer.serialize_str(text),
    }
}

/// Envelope bytes as the format takes them.
pub(super) struct Out<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) text: &'a str,
}

impl Serialize for Out<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.serialize_str(self.text)
        } else {
            serializer.serialize_bytes(self.bytes)
        }
    }
}

fn envelope_out<S: Serializer>(
    plan: &mut Plan,
    written: Written,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let scratch = &mut plan.scratch;
    if serializer.is_human_readable() {
        scratch.text.clear();
        envelope::encode_text(&scratch.bytes, &mut scratch.text);
    }
    let out = Out { bytes: &scratch.bytes, text: &scratch.text };
    // The record around may be sealing this one as its value.
    let _made = plan.inside.then(|| cbor::made_here(&scratch.bytes));
    match written {
        // A field that seals `None` shows no option at all.
        Written::Some if !plan.tag.seal_none => serializer.serialize_some(&out),
        _ => out.serialize(serializer),
    }
}

/// Leaves the field's envelope in `plan.scratch.bytes`.
fn seal<T: Serialize + ?Sized>(
    index: usize,
    value: &T,
    held: &Held,
    plan: &mut Plan,
) -> Result<()> {
    let scratch = &mut plan.scratch;
    scratch.bytes.clear();
    if let Some(unopened) = &held.unopened
        && pass_through(index, unopened, scratch)
    {
        return Ok(());
    }
    scratch.bytes.resize(BODY, 0);
    if let Some(unopened) = &held.unopened {
        reseal::plaintext(unopened, &mut scratch.bytes).map_err(|error| located(error, index))?;
        stack::with(|stack| encrypt(stack, index, plan.tag, scratch, Action::Reseal))
    } else {
        let mode = held::enter(Mode::Sealing);
        let encoded = cbor::to_vec_in(value, &mut scratch.bytes);
        drop(mode);
        encoded.map_err(|error| located(error, index))?;
        stack::with(|stack| encrypt(stack, index, plan.tag, scratch, Action::Seal))
    }
    .map_err(|error| located(error, index))
}

pub(super) fn located(error: Error, index: usize) -> Error {
    stack::with(|stack| {
        let frame = stack.top();
        error
            .at_field(frame.spec.dataset, frame.spec.fields[index].path)
            .at_location(&frame.flow.location)
    })
}

/// Writes an unopened value as it is where it belongs: same tenant, person, field, row and place.
fn pass_through(index: usize, unopened: &Arc<Unopened>, scratch: &mut Scratch) -> bool {
    stack::with(|stack| {
        let frame = stack.top();
        let field = &frame.spec.fields[index];
        let tag = field.tag().expect("only tagged fields hold sealed values");
        let Ok(parsed) = envelope::Envelope::parse(&unopened.envelope) else { return false };
        let context = &unopened.context;
        let source = context.spec.fields[unopened.field].tag().map_or(0, |tag| tag.subject);
        let same = frame.flow.runtime.is(&context.flow.runtime)
            && frame.flow.tenant.name() == context.flow.tenant.name()
            && field.accepts(parsed.header.field)
            && frame.binding.owner(frame.spec, tag.subject)
                == context.binding.owner(context.spec, source)
            && frame.binding.same_place(&context.binding)
            && parsed.header.flags == frame.binding.flags(tag.seal_none);
        if same {
            scratch.bytes.extend_from_slice(&unopened.envelope);
            finish(stack, index, parsed.header, Action::Pass);
        }
        same
    })
}

fn encrypt(
    stack: &mut Stack,
    index: usize,
    tag: &TagSpec,
    scratch: &mut Scratch,
    action: Action,
) -> Result<()> {
    let Stack { frames, states, .. } = stack;
    let frame = frames.last().expect("a record is being written");
    pad(&mut scratch.bytes, tag.pad);
    let owner = frame.binding.owner(frame.spec, tag.subject);
    let (key, state) = states.get(frame.base, &frame.flow, frame.spec, frame.group, owner)?;
    let header = Header {
        flags: frame.binding.flags(tag.seal_none),
        field: frame.spec.fields[index].id,
        key: key.id(),
    };
    let head = header.to_bytes();
    scratch.aad.clear();
    frame.binding.write_aad(&mut scratch.aad, &head, frame.flow.tenant.name());
    let sealed = state.seal(&scratch.aad, &mut scratch.bytes[BODY..])?;
    scratch.bytes[..HEADER_LEN].copy_from_slice(&head);
    scratch.bytes[HEADER_LEN..BODY].copy_from_slice(&sealed.nonce);
    scratch.bytes.extend_from_slice(&sealed.tag);
    finish(stack, index, header, action);
    Ok(())
}

fn pad(bytes: &mut Vec<u8>, pad: Pad) {
    if let Pad::To(multiple) = pad {
        let multiple = multiple.max(1) as usize;
        let padded = (bytes.len() - BODY).next_multiple_of(multiple);
        bytes.resize(BODY + padded, 0);
    }
}

/// Notes what is being written, for the event.
fn finish(stack: &mut Stack, index: usize, header: Header, action: Action) {
    let frame = stack.top();
    note(&mut frame.done, index, action);
    if frame.spec.fields[index].tag().is_some_and(|tag| tag.subject == 0) {
        frame.key = Some(header.key);
    }
}

/// Adds an envelope to the integrity of the records around, once the format has taken it: some
/// formats ask for every value twice, and refuse the first time.
fn authenticate(envelope: &[u8]) {
    if let Ok(header) = Header::parse(envelope) {
        stack::with(|stack| stack.authenticate_field(header.field, envelope));
    }
}

fn pseudonymise<T: Serialize + ?Sized>(
    index: usize,
    value: &T,
    held: &Held,
    scratch: &mut Scratch,
) -> Result<()> {
    scratch.bytes.clear();
    if let Some(unopened) = &held.unopened {
        reseal::plaintext(unopened, &mut scratch.bytes).map_err(|error| located(error, index))?;
    } else {
        let _mode = held::enter(Mode::Sealing);
        cbor::to_vec_in(value, &mut scratch.bytes).map_err(|error| located(error, index))?;
    }
    stack::with(|stack| {
        let frame = stack.top();
        let key = frame.flow.tenant.pseudonym_key()?;
        let category = frame.spec.fields[index].tag().map_or("", |tag| tag.categories[0]);
        super::pseudonym::write(&key, category, &scratch.bytes, &mut scratch.text);
        note(&mut frame.done, index, Action::Pseudonymise);
        Ok(())
    })
}

/// Writes a `#[nested]` field: the records in it belong to this one.
///
/// # Errors
/// What the serializer or the records in it report.
pub fn nested_field<const I: usize, T: SealNested + ?Sized, S: Serializer>(
    value: &T,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let _inside = position::enter_nested(I);
    value.seal(serializer)
}

/// Whether this thread is between the begin and the end of a record.
pub(crate) fn is_writing() -> bool {
    stack::with(|stack| !stack.frames.is_empty())
}

/// Checks a `Sensitive` inside the value of a tagged field: what its origins forbid must not leave
/// with what is around it.
pub(crate) fn check_inner(label: super::origin::Label) -> Result<()> {
    if label == super::origin::Label::NONE {
        return Ok(());
    }
    stack::with(|stack| {
        let Some(frame) = stack.frames.last() else { return Ok(()) };
        let categories = label.categories();
        let sealed = held::mode() == Mode::Sealing;
        let decision = frame.decisions.for_categories(&frame.flow, frame.wrap, &categories);
        let allowed = if sealed { decision != Action::Deny } else { decision == Action::Reveal };
        if allowed {
            return Ok(());
        }
        Err(decisions::refusal(&frame.flow, frame.wrap, &categories))
    })
}
