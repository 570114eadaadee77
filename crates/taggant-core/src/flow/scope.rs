//! The flow of a thread: a stack, inner wins, never held across an await.
//!
//! A scope is either ambient (`run`, `instrument`), for all that runs inside, or of one direct verb
//! (`seal`, `wrap`, `read`), for what that verb was given only: what the format or its writer does
//! meanwhile is a stranger's and has the ambient flow beneath.

use std::cell::{Cell, RefCell};
use std::marker::PhantomData;
use std::sync::Arc;

use super::describe::{Flow, FlowKind};
use super::resolved::Resolved;
use super::runtime::Runtime;
use crate::error::Result;

thread_local! {
    static SCOPES: RefCell<Vec<Entry>> = const { RefCell::new(Vec::new()) };
    /// How many scopes of flows and of runtimes this thread is in.
    static DEPTH: Cell<usize> = const { Cell::new(0) };
}

/// For whom a scope is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum For {
    /// All that runs inside.
    All,
    /// What a verb was given.
    Verb,
    /// What `wrap` was given: the one way by which plaintext may leave.
    Wrap,
}

struct Entry {
    flow: Flow,
    whom: For,
    /// A flow that can't be resolved fails where it is used, so that nothing leaves unprotected.
    resolved: Result<Arc<Resolved>>,
    /// How many records the verb has begun.
    records: usize,
}

/// Leaves the scope when dropped, on unwind too. Neither `Send` nor `Sync`.
pub(crate) struct Entered(PhantomData<*const ()>);

impl Drop for Entered {
    fn drop(&mut self) {
        step_out();
        SCOPES.with_borrow_mut(|scopes| scopes.pop());
    }
}

/// Enters a flow.
pub(crate) fn enter(flow: &Flow, whom: For) -> Entered {
    let resolved = Resolved::of(flow);
    step_in();
    SCOPES.with_borrow_mut(|scopes| {
        scopes.push(Entry { flow: flow.clone(), whom, resolved, records: 0 });
    });
    Entered(PhantomData)
}

/// How deep in scopes this thread is: a record that began at another depth is not around.
pub(crate) fn depth() -> usize {
    DEPTH.get()
}

/// A scope of whatever kind begins.
pub(super) fn step_in() {
    DEPTH.set(DEPTH.get() + 1);
}

/// A scope of whatever kind ends.
pub(super) fn step_out() {
    DEPTH.set(DEPTH.get().saturating_sub(1));
}

/// Whether a value of this type is, as its name shows, code that runs later: an async block or
/// closure, or a boxed future. Best effort; the names are for people and not guaranteed.
pub(crate) fn outlives_its_scope<R>() -> bool {
    let name = std::any::type_name::<R>();
    name.ends_with("{{closure}}")
        || (name.starts_with("core::pin::Pin<") && name.contains("dyn core::future::"))
}

/// What a record that is being written is subject to.
pub(crate) struct WriteFlow {
    pub(crate) flow: Arc<Resolved>,
    pub(crate) wrap: bool,
}

/// Whether the innermost scope is a direct verb's.
pub(crate) fn is_verb() -> bool {
    SCOPES.with_borrow(|scopes| scopes.last().is_some_and(|entry| entry.whom != For::All))
}

/// The innermost scope that counts: a verb's only for what it was `given`.
fn innermost<R>(given: bool, read: impl FnOnce(&Entry) -> R) -> Option<R> {
    SCOPES.with_borrow(|scopes| {
        scopes.iter().rfind(|entry| given || entry.whom == For::All).map(read)
    })
}

/// The flow for a write: the scope's where it is a sink, else `unknown`.
pub(crate) fn for_write(given: bool) -> Result<WriteFlow> {
    let found = innermost(given, |entry| {
        (entry.flow.kind(), entry.whom == For::Wrap, entry.resolved.clone())
    });
    match found {
        Some((FlowKind::To, wrap, resolved)) => Ok(WriteFlow { flow: resolved?.current()?, wrap }),
        Some((FlowKind::From | FlowKind::Ingest, _, resolved)) => {
            Ok(WriteFlow { flow: resolved?.current()?.as_unknown()?, wrap: false })
        }
        Some((FlowKind::None, ..)) | None => {
            Ok(WriteFlow { flow: Runtime::current()?.unknown()?, wrap: false })
        }
    }
}

/// The flow for a read: only where the scope reads storage or takes plaintext in.
pub(crate) fn for_read(given: bool) -> Result<Option<Arc<Resolved>>> {
    let found = innermost(given, |entry| (entry.flow.kind(), entry.resolved.clone()));
    match found {
        Some((FlowKind::From | FlowKind::Ingest, resolved)) => resolved?.current().map(Some),
        Some(_) | None => {
            // Without a runtime that is the first thing to say.
            Runtime::current()?;
            Ok(None)
        }
    }
}

/// The flow for an access (reveal, lookup): any ambient one but `none`.
pub(crate) fn for_access() -> Result<Option<Arc<Resolved>>> {
    let found = innermost(false, |entry| {
        (entry.flow.kind() != FlowKind::None).then(|| entry.resolved.clone())
    });
    match found.flatten() {
        Some(resolved) => resolved?.current().map(Some),
        None => Runtime::current().map(|_: Runtime| None),
    }
}

/// The ambient flow, to carry it to another thread.
pub(crate) fn ambient() -> Option<Flow> {
    innermost(false, |entry| entry.flow.clone())
}

/// Counts one more record of the innermost verb.
pub(crate) fn count_record() {
    SCOPES.with_borrow_mut(|scopes| {
        if let Some(entry) = scopes.last_mut() {
            entry.records += 1;
        }
    });
}

/// How many records the innermost verb has begun.
pub(crate) fn records() -> usize {
    SCOPES.with_borrow(|scopes| scopes.last().map_or(0, |entry| entry.records))
}
