//! The outermost read.

use std::cell::RefCell;
use std::sync::Arc;

use serde::de::{Deserialize, Deserializer};

use super::guard::{Clean, Guard};
use super::opener::Opener;
use crate::cbor::whose::{self, Whose};
use crate::error::{Error, Outcome};
use crate::flow::FlowKind;
use crate::flow::resolved::Resolved;
use crate::flow::scope;
use crate::seal::decisions::decisions;
use crate::seal::nested::OpenNested;
use crate::seal::{Tagged, edge, fail, record_events};

thread_local! {
    static READING: RefCell<Vec<Reading>> = const { RefCell::new(Vec::new()) };
}

struct Reading {
    flow: Arc<Resolved>,
    /// How deep in scopes it began: in a scope that was entered since, it is not around.
    depth: usize,
    any_migration: bool,
}

/// How the tagged fields of the record that is being read are to be taken.
pub(super) enum How {
    /// As envelopes only.
    Sealed,
    /// As plaintext only.
    Ingest(Arc<Resolved>),
    /// As envelopes, unless their dataset is being migrated.
    PerhapsMigrating(Arc<Resolved>),
}

/// How, or `None` outside a record.
pub(super) fn how() -> Option<How> {
    READING.with_borrow(|reading| {
        let Reading { flow, any_migration, .. } = reading.last()?;
        Some(match flow.kind {
            FlowKind::Ingest => How::Ingest(flow.clone()),
            _ if *any_migration => How::PerhapsMigrating(flow.clone()),
            _ => How::Sealed,
        })
    })
}

/// How many records this thread is reading, each inside the one before.
pub(super) fn depth() -> usize {
    READING.with_borrow(Vec::len)
}

struct Leave;

impl Drop for Leave {
    fn drop(&mut self) {
        READING.with_borrow_mut(Vec::pop);
    }
}

/// Reads a record under the flow around: `from` opens envelopes, `ingest` takes plaintext.
///
/// # Errors
/// A taggant error as text (typed: [`Error::last`]), or what the input is short of; never a value.
pub fn open_record<'de, R, D>(deserializer: D) -> Result<R, D::Error>
where
    R: Tagged + OpenNested,
    D: Deserializer<'de>,
{
    let spec = R::__spec();
    // The answer goes by the error type of what it was given: ask before anything is put aside.
    let flow = flow_of::<D::Error>();
    let _edge = edge::enter();
    let flow = match flow {
        Ok(Some(flow)) => flow,
        Ok(None) => return Err(fail::de(no_flow().at_field(spec.dataset, "(record)"))),
        Err(error) => return Err(fail::de(error.at_field(spec.dataset, "(record)"))),
    };
    let any_migration = match decisions(&flow, false, spec) {
        Ok(decisions) => decisions.any_migration,
        Err(error) => return Err(fail::de(error.at_field(spec.dataset, "(record)"))),
    };
    let outermost = READING.with_borrow_mut(|reading| {
        reading.push(Reading { flow: flow.clone(), depth: scope::depth(), any_migration });
        reading.len() == 1
    });
    let _leave = Leave;
    if outermost {
        fail::clear();
    }
    let pending = R::Pending::deserialize(Guard::new(deserializer)).map_err(Clean::into_inner);
    let pending = match pending {
        Ok(pending) => pending,
        Err(error) => {
            fail::remember("the input does not fit the record", spec.dataset, None);
            record_events::unreadable(&flow, spec).map_err(fail::de::<D::Error>)?;
            return Err(error);
        }
    };
    R::resolve(pending, &mut Opener::new(flow.clone(), spec))
        .map_err(|error| fail::de(error.at_location(&flow.location)))
}

/// The flow of a record: the ambient one, unless a direct verb or a record around was given it.
fn flow_of<E: serde::de::Error>() -> Result<Option<Arc<Resolved>>, Error> {
    if !scope::is_verb() || whose::deserializer::<E>() == Whose::Foreign {
        return scope::for_read(false);
    }
    let depth = scope::depth();
    let around = READING.with_borrow(|reading| {
        reading.last().filter(|around| around.depth == depth).map(|around| around.flow.clone())
    });
    if around.is_some() {
        return Ok(around);
    }
    scope::count_record();
    scope::for_read(true)
}

fn no_flow() -> Error {
    Error::new(
        Outcome::NoFlow,
        "reading needs to know where from: use Flow::from(..) for storage or Flow::ingest(..) for \
         input from outside, around the call that deserializes",
    )
}
