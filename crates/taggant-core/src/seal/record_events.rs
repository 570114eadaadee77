//! The journal events of records: one per record that crosses a boundary, one per derivation
//! edge, one per access.

use std::sync::atomic::Ordering;

use super::binder::{MAX_SUBJECTS, Subject};
use super::decisions::decisions;
use super::held::Unopened;
use super::origin::Label;
use super::read::OpenFrame;
use super::stack::Frame;
use crate::error::{Outcome, Result};
use crate::event::{DefineKind, EventFlags, RecordEvent, RecordKind};
use crate::field::RecordSpec;
use crate::flow::resolved::Resolved;
use crate::tag::{Action, Actions};

/// An event with what the flow says.
fn event(kind: RecordKind, flow: &Resolved) -> RecordEvent {
    let mut event = RecordEvent::new(kind);
    event.location = flow.numbers.location;
    event.purpose = flow.numbers.purpose;
    event.actor = flow.numbers.actor;
    event.on_behalf = flow.numbers.on_behalf;
    event.tenant = flow.numbers.tenant;
    event.trace = flow.trace;
    if flow.is_unknown {
        event.flags.0 |= EventFlags::UNKNOWN_FLOW;
    }
    event.reason.clone_from(&flow.reason);
    event
}

/// Appends the events of a record: its own, and one about their fields for each further person
/// that it names. Returns the number of the record's own, of the last one if it takes several.
fn append(
    flow: &Resolved,
    spec: &RecordSpec,
    subjects: &[Subject; MAX_SUBJECTS],
    event: RecordEvent,
    done: &[Actions],
) -> Result<u64> {
    if spec.subjects.len() < 2 {
        return append_one(flow, event, done);
    }
    let number = append_one(flow, event.clone(), done)?;
    for (index, subject) in subjects.iter().enumerate().skip(1) {
        let Some(tag) = subject.tag().filter(|_| *subject != subjects[0]) else { continue };
        let theirs = only_of(spec, index, done);
        if theirs.iter().any(|done| !done.is_empty()) {
            let mut event = event.clone();
            event.flags.0 |= EventFlags::FURTHER;
            (event.subject, event.key) = (Some(tag), None);
            append_one(flow, event, &theirs)?;
        }
    }
    Ok(number)
}

/// The actions of the fields that belong to one subject of the record type.
fn only_of(spec: &RecordSpec, subject: usize, done: &[Actions]) -> Vec<Actions> {
    let mut theirs = done.to_vec();
    for (index, field) in spec.fields.iter().enumerate() {
        let is_theirs = field.tag().is_some_and(|tag| usize::from(tag.subject) == subject);
        if !is_theirs {
            theirs[index / Actions::FIELDS].clear(index % Actions::FIELDS);
        }
    }
    theirs
}

/// Appends one event per 64 fields.
fn append_one(flow: &Resolved, mut event: RecordEvent, done: &[Actions]) -> Result<u64> {
    let journal = flow.runtime.journal();
    let (first, rest) = done.split_first().unwrap_or((&Actions::NONE, &[]));
    event.actions = *first;
    let mut number = journal.append(&event)?;
    for actions in rest {
        event.actions = *actions;
        event.first_field = event.first_field.saturating_add(Actions::FIELDS as u16);
        number = journal.append(&event)?;
    }
    Ok(number)
}

fn write_event(frame: &Frame) -> RecordEvent {
    let mut event = event(RecordKind::Write, &frame.flow);
    event.dataset = frame.decisions.dataset;
    event.subject = frame.binding.subjects[0].tag();
    event.key = frame.key;
    if frame.wrap {
        event.flags.0 |= EventFlags::WRAPPED;
    }
    if frame.binding.subjects[0] == Subject::Absent {
        event.flags.0 |= EventFlags::UNBOUND;
    }
    event
}

/// Records a disclosure before its first byte leaves.
pub(crate) fn announce(frame: &Frame) -> Result<u64> {
    let sequence = append(
        &frame.flow,
        frame.spec,
        &frame.binding.subjects,
        write_event(frame),
        &frame.decisions.done,
    )?;
    if frame.flow.runtime.policy().flush_disclosures() {
        frame.flow.runtime.journal().flush()?;
    }
    Ok(sequence)
}

/// An announced disclosure failed: what left of it, if anything, is not known.
pub(crate) fn retract(frame: &Frame, sequence: u64) -> Result<()> {
    let mut event = write_event(frame);
    event.kind = RecordKind::Retract;
    event.refers = sequence;
    event.outcome = outcome_of_failure();
    frame.flow.runtime.journal().append(&event).map(drop)
}

/// A record was written, or failed to be.
pub(crate) fn written(frame: &Frame, success: bool) -> Result<()> {
    if !success && crate::Error::last().is_none() && frame.done.iter().all(Actions::is_empty) {
        // A format that only asked what shape the record has: no field of it was written.
        return Ok(());
    }
    let mut event = write_event(frame);
    if !success {
        event.outcome = outcome_of_failure();
    }
    let subjects = &frame.binding.subjects;
    append(&frame.flow, frame.spec, subjects, event, &frame.done).map(drop)
}

/// The typed reason where there is one; a format may have failed on its own.
fn outcome_of_failure() -> u8 {
    crate::Error::last().map_or(Outcome::Invalid, |error| error.outcome()).code()
}

/// A value of foreign origin is written to a field.
pub(crate) fn edge(frame: &Frame, index: usize, label: Label, action: Action) -> Result<()> {
    let mut event = write_event(frame);
    event.kind = RecordKind::Edge;
    event.field = u16::try_from(index).unwrap_or(u16::MAX);
    event.actions = Actions::one(action);
    event.label = label_number(&frame.flow, label)?;
    frame.flow.runtime.journal().append(&event).map(drop)
}

fn label_number(flow: &Resolved, label: Label) -> Result<u32> {
    if label == Label::NONE {
        return Ok(0);
    }
    flow.runtime.journal().define(DefineKind::Label, &label.describe())
}

/// A record was read, or failed to be.
pub(crate) fn read(flow: &Resolved, frame: &OpenFrame, failure: Option<Outcome>) -> Result<()> {
    let mut event = event(RecordKind::Read, flow);
    event.dataset = frame.decisions.dataset;
    event.subject = frame.binding.subjects[0].tag();
    event.key = frame.key;
    event.outcome = failure.map_or(0, Outcome::code);
    if frame.binding.subjects[0] == Subject::Absent {
        event.flags.0 |= EventFlags::UNBOUND;
    }
    append(flow, frame.spec, &frame.binding.subjects, event, &frame.done).map(drop)
}

/// Input that was no record of this type.
pub(crate) fn unreadable(flow: &Resolved, spec: &'static RecordSpec) -> Result<()> {
    let mut event = event(RecordKind::Read, flow);
    event.dataset = decisions(flow, false, spec)?.dataset;
    event.outcome = outcome_of_failure();
    flow.runtime.journal().append(&event).map(drop)
}

/// A migration let a plaintext through.
pub(crate) fn plaintext_read(flow: &Resolved) {
    flow.runtime.counters().plaintext_reads.fetch_add(1, Ordering::Relaxed);
}

/// A blind index was asked.
pub(crate) fn lookup(flow: &Resolved, spec: &'static RecordSpec, index: usize) -> Result<()> {
    let mut event = event(RecordKind::Lookup, flow);
    event.dataset = decisions(flow, false, spec)?.dataset;
    event.field = u16::try_from(index).unwrap_or(u16::MAX);
    event.actions = Actions::one(Action::Lookup);
    flow.runtime.journal().append(&event).map(drop)
}

/// A value was handed out.
pub(crate) fn access(
    flow: &Resolved,
    action: Action,
    unopened: Option<&Unopened>,
    label: Label,
) -> Result<()> {
    let mut event = event(RecordKind::Access, flow);
    event.actions = Actions::one(action);
    event.label = label_number(flow, label)?;
    if let Some(Unopened { context, field, .. }) = unopened {
        event.dataset = decisions(flow, false, context.spec)?.dataset;
        event.field = u16::try_from(*field).unwrap_or(u16::MAX);
        let subject = context.spec.fields[*field].tag().map_or(0, |tag| tag.subject);
        event.subject = context.binding.subjects[usize::from(subject)].tag();
    }
    flow.runtime.journal().append(&event).map(drop)
}
