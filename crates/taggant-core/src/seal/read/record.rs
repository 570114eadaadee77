//! The outermost read.

use std::cell::RefCell;
use std::sync::Arc;

use serde::de::{Deserialize, Deserializer};

use super::guard::{Clean, Guard};
use super::opener::Opener;
use crate::error::{Error, Outcome};
use crate::flow::FlowKind;
use crate::flow::resolved::Resolved;
use crate::flow::scope;
use crate::seal::decisions::decisions;
use crate::seal::nested::OpenNested;
use crate::seal::{Tagged, fail, record_events};

thread_local! {
    static READING: RefCell<Vec<Reading>> = const { RefCell::new(Vec::new()) };
}

struct Reading {
    flow: Arc<Resolved>,
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
        let Reading { flow, any_migration } = reading.last()?;
        Some(match flow.kind {
            FlowKind::Ingest => How::Ingest(flow.clone()),
            _ if *any_migration => How::PerhapsMigrating(flow.clone()),
            _ => How::Sealed,
        })
    })
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
    let flow = match scope::for_read() {
        Ok(Some(flow)) => flow,
        Ok(None) => return Err(fail::de(no_flow().at_field(spec.dataset, "(record)"))),
        Err(error) => return Err(fail::de(error.at_field(spec.dataset, "(record)"))),
    };
    let any_migration = match decisions(&flow, false, spec) {
        Ok(decisions) => decisions.any_migration,
        Err(error) => return Err(fail::de(error.at_field(spec.dataset, "(record)"))),
    };
    let outermost = READING.with_borrow_mut(|reading| {
        reading.push(Reading { flow: flow.clone(), any_migration });
        reading.len() == 1
    });
    if outermost {
        fail::clear();
    }
    let leave = Leave;
    let pending = R::Pending::deserialize(Guard::new(deserializer)).map_err(Clean::into_inner);
    drop(leave);
    let pending = match pending {
        Ok(pending) => pending,
        Err(error) => {
            fail::remember("the input does not fit the record", spec.dataset, None);
            record_events::unreadable(&flow, spec).map_err(fail::de::<D::Error>)?;
            return Err(error);
        }
    };
    R::resolve(pending, &mut Opener::new(flow.clone()))
        .map_err(|error| fail::de(error.at_location(&flow.location)))
}

fn no_flow() -> Error {
    Error::new(
        Outcome::NoFlow,
        "reading needs to know where from: use Flow::from(..) for storage or Flow::ingest(..) for \
         input from outside, around the call that deserializes",
    )
}
