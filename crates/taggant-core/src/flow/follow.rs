//! What carries a flow and a runtime to where code runs later: futures, tasks, other threads.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::describe::Flow;
use super::runtime::{self, Runtime};
use super::scope::{self, For};

/// A future under a flow, a runtime or both; made by [`Flow::instrument`],
/// [`Runtime::instrument`] and [`Spawner::future`].
#[must_use = "futures do nothing unless polled"]
pub struct Instrumented<F> {
    runtime: Option<Runtime>,
    flow: Option<Flow>,
    future: Pin<Box<F>>,
}

impl<F> Instrumented<F> {
    fn new(runtime: Option<Runtime>, flow: Option<Flow>, future: F) -> Self {
        Self { runtime, flow, future: Box::pin(future) }
    }

    /// Under a flow, and the runtime that is scoped to this thread.
    pub(crate) fn under(flow: Flow, future: F) -> Self {
        Self::new(runtime::scoped(), Some(flow), future)
    }
}

impl<F: Future> Future for Instrumented<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.get_mut();
        let _runtime = this.runtime.clone().map(runtime::enter);
        let _scope = this.flow.as_ref().map(|flow| scope::enter(flow, For::All));
        this.future.as_mut().poll(context)
    }
}

impl Runtime {
    /// A future that has this runtime at each of its polls, on whichever thread.
    pub fn instrument<F: Future>(&self, future: F) -> Instrumented<F> {
        Instrumented::new(Some(self.clone()), None, future)
    }

    /// What carries this runtime, and the flow around this call if there is one, to tasks and to
    /// other threads.
    #[must_use]
    pub fn spawner(&self) -> Spawner {
        Spawner { runtime: self.clone(), flow: scope::ambient() }
    }
}

/// Carries a runtime and a flow to a spawned task or a blocking thread, whatever spawns it; made by
/// `Runtime::spawner`.
///
/// It takes the flow of the place where it is made, not of the place where the work runs. Without a
/// flow there, the work has none either, whatever its executor runs it under.
#[derive(Clone, Debug)]
pub struct Spawner {
    runtime: Runtime,
    flow: Option<Flow>,
}

impl Spawner {
    /// The future to spawn: it has runtime and flow at each of its polls.
    pub fn future<F: Future>(&self, future: F) -> Instrumented<F> {
        Instrumented::new(Some(self.runtime.clone()), Some(self.flow()), future)
    }

    /// The closure to run elsewhere: it has runtime and flow while it runs.
    pub fn closure<F, R>(&self, work: F) -> impl FnOnce() -> R + use<F, R>
    where
        F: FnOnce() -> R,
    {
        let (runtime, flow) = (self.runtime.clone(), self.flow());
        move || runtime.scope(|| flow.run(work))
    }

    fn flow(&self) -> Flow {
        self.flow.clone().unwrap_or_else(Flow::none)
    }
}
