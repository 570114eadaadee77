//! The ambient flow of a thread: a stack, inner wins, never held across an await.

use std::cell::RefCell;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use super::describe::{Flow, FlowKind};
use super::resolved::Resolved;
use super::runtime::{self, Runtime};
use crate::error::Result;

thread_local! {
    static SCOPES: RefCell<Vec<Entry>> = const { RefCell::new(Vec::new()) };
}

struct Entry {
    kind: FlowKind,
    wrap: bool,
    /// A flow that can't be resolved fails where it is used, so that nothing leaves unprotected.
    resolved: Result<Arc<Resolved>>,
}

/// Leaves the scope when dropped, on unwind too. Neither `Send` nor `Sync`.
pub(crate) struct Entered(PhantomData<*const ()>);

impl Drop for Entered {
    fn drop(&mut self) {
        SCOPES.with_borrow_mut(|scopes| scopes.pop());
    }
}

/// Enters a flow. `wrap` marks the one way by which plaintext may leave.
pub(crate) fn enter(flow: &Flow, wrap: bool) -> Entered {
    let resolved = Resolved::of(flow);
    SCOPES.with_borrow_mut(|scopes| scopes.push(Entry { kind: flow.kind(), wrap, resolved }));
    Entered(PhantomData)
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

/// The flow for a write: the scope's where it is a sink, else `unknown`.
pub(crate) fn for_write() -> Result<WriteFlow> {
    let found = SCOPES.with_borrow(|scopes| {
        scopes.last().map(|entry| (entry.kind, entry.wrap, entry.resolved.clone()))
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
pub(crate) fn for_read() -> Result<Option<Arc<Resolved>>> {
    let found = SCOPES
        .with_borrow(|scopes| scopes.last().map(|entry| (entry.kind, entry.resolved.clone())));
    match found {
        Some((FlowKind::From | FlowKind::Ingest, resolved)) => resolved?.current().map(Some),
        Some(_) | None => {
            // Without a runtime that is the first thing to say.
            Runtime::current()?;
            Ok(None)
        }
    }
}

/// The flow for an access (reveal, lookup): any but `none`.
pub(crate) fn for_access() -> Result<Option<Arc<Resolved>>> {
    let found = SCOPES.with_borrow(|scopes| {
        scopes
            .last()
            .filter(|entry| entry.kind != FlowKind::None)
            .map(|entry| entry.resolved.clone())
    });
    match found {
        Some(resolved) => resolved?.current().map(Some),
        None => Runtime::current().map(|_: Runtime| None),
    }
}

/// A future under a flow; made by [`Flow::instrument`].
#[must_use = "futures do nothing unless polled"]
pub struct Instrumented<F> {
    flow: Flow,
    runtime: Option<Runtime>,
    future: Pin<Box<F>>,
}

impl<F> Instrumented<F> {
    pub(crate) fn new(flow: Flow, future: F) -> Self {
        Self { flow, runtime: runtime::scoped(), future: Box::pin(future) }
    }
}

impl<F: Future> Future for Instrumented<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.get_mut();
        let _runtime = this.runtime.clone().map(runtime::enter);
        let _scope = enter(&this.flow, false);
        this.future.as_mut().poll(context)
    }
}
