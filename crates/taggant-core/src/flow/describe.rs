//! The description of one movement of data: [`Flow`].

use std::fmt;
use std::future::Future;
use std::sync::{Arc, OnceLock};

use super::follow::Instrumented;
use super::resolved::Resolved;
use super::scope::{self, For};
use crate::error::{Error, Outcome, Result};
use crate::place::Location;

/// Which way the data moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FlowKind {
    /// Into a sink: tagged fields are sealed, masked, pseudonymised, omitted or refused.
    To,
    /// Out of storage: envelopes are opened, plaintext is refused.
    From,
    /// Plaintext from outside: never opens an envelope.
    Ingest,
    /// No flow: shuts out the scopes around it.
    None,
}

/// One movement of data: location, purpose, actor (and on whose behalf), tenant.
///
/// A flow is plain data: build it once, keep it, use it from any thread. What is wrong with its
/// parts (a purpose that is no key of the taxonomy, a location that is no URI) is reported by
/// [`check`](Self::check) and by everything that is done under the flow.
///
/// Location names follow the OpenLineage dataset naming: a namespace such as
/// `postgres://shop:5432` and a name such as `shop.public.customers`.
#[derive(Clone)]
pub struct Flow(Arc<Shared>);

/// What the clones of a flow have in common.
struct Shared {
    described: Described,
    /// What the first runtime made of it; other runtimes (tests) resolve anew each time.
    resolved: OnceLock<Arc<Resolved>>,
}

/// What a flow says.
#[derive(Clone)]
pub(crate) struct Described {
    pub(crate) kind: FlowKind,
    pub(crate) location: Result<Location>,
    pub(crate) purpose: Option<Arc<str>>,
    pub(crate) actor: Option<Arc<str>>,
    pub(crate) on_behalf: Option<Arc<str>>,
    pub(crate) tenant: Arc<str>,
    pub(crate) subject: Option<(Arc<str>, Box<[u8]>)>,
    pub(crate) reason: Option<Arc<str>>,
    pub(crate) trace: [u8; 16],
    invalid: Option<Error>,
}

impl Described {
    /// Names come from outside as often as not. An empty one would pass for none and slip past the
    /// rules about the actor behind it; one with a star would turn the rule that a refusal prints
    /// into a pattern that allows everybody; the one that stands for all beyond the bound of names
    /// would hide who it was.
    fn check_name(&mut self, what: &str, name: &str) {
        let is_many = name == crate::journal::MANY;
        if name.is_empty() || name.len() > MAX_NAME || name.contains('*') || is_many {
            self.invalid.get_or_insert(Error::new(
                Outcome::Invalid,
                format!(
                    "Flow::{what} takes 1 to {MAX_NAME} bytes without `*`, and not `taggant:many`; \
                     leave the call out where there is nobody to name"
                ),
            ));
        }
    }
}

/// Longest name of an actor, and of whom it acts for.
const MAX_NAME: usize = 512;

/// The tenant of a flow that names none.
pub const DEFAULT_TENANT: &str = "default";

impl Flow {
    fn new(kind: FlowKind, location: Result<Location>) -> Self {
        Self::of(Described {
            kind,
            location,
            purpose: None,
            actor: None,
            on_behalf: None,
            tenant: Arc::from(DEFAULT_TENANT),
            subject: None,
            reason: None,
            trace: [0; 16],
            invalid: None,
        })
    }

    fn of(described: Described) -> Self {
        Self(Arc::new(Shared { described, resolved: OnceLock::new() }))
    }

    /// Data that leaves to a sink: a database, an API, a queue, a file.
    pub fn to(namespace: &str, name: &str) -> Self {
        Self::new(FlowKind::To, Location::new(namespace, name))
    }

    /// Data that leaves to a log. Tagged fields are masked unless the policy says otherwise.
    pub fn log(name: &str) -> Self {
        Self::new(FlowKind::To, Location::new("log://local", name))
    }

    /// Data that comes out of storage. Envelopes are opened where the policy allows it;
    /// plaintext is refused.
    pub fn from(namespace: &str, name: &str) -> Self {
        Self::new(FlowKind::From, Location::new(namespace, name))
    }

    /// Plaintext from outside: a request body, an import file. Envelopes are refused.
    pub fn ingest(namespace: &str, name: &str) -> Self {
        Self::new(FlowKind::Ingest, Location::new(namespace, name))
    }

    /// No flow. For code that runs inside somebody's scope on behalf of everybody: shared futures,
    /// single-flight caches, background flushes.
    pub fn none() -> Self {
        Self::new(FlowKind::None, Location::new("taggant://flow", "none"))
    }

    fn with(self, change: impl FnOnce(&mut Described)) -> Self {
        // Another description is another flow: nothing that a runtime made of this one goes along.
        let mut described = match Arc::try_unwrap(self.0) {
            Ok(shared) => shared.described,
            Err(shared) => shared.described.clone(),
        };
        change(&mut described);
        Self::of(described)
    }

    /// Why: a purpose key of the taxonomy, such as `essential.service.operations`, or one of the
    /// project's own below a prefix that the policy declares, such as `acme.returns`.
    #[must_use]
    pub fn purpose(self, purpose: &str) -> Self {
        self.with(|flow| {
            if let Err(error) = super::resolved::check_purpose(purpose) {
                flow.invalid.get_or_insert(error);
            }
            flow.purpose = Some(Arc::from(purpose));
        })
    }

    /// Who: a service or a person, such as `svc:checkout` or `user:ana`. It is what the program
    /// says of itself.
    #[must_use]
    pub fn actor(self, actor: &str) -> Self {
        self.with(|flow| {
            flow.check_name("actor", actor);
            flow.actor = Some(Arc::from(actor));
        })
    }

    /// On whose behalf the actor acts. Rules may name it as `principal`.
    #[must_use]
    pub fn on_behalf(self, who: &str) -> Self {
        self.with(|flow| {
            flow.check_name("on_behalf", who);
            flow.on_behalf = Some(Arc::from(who));
        })
    }

    /// Whose data: keys of one tenant never open another's. Default: `default`.
    #[must_use]
    pub fn tenant(self, tenant: &str) -> Self {
        self.with(|flow| {
            if tenant.is_empty() || tenant.len() > 200 {
                flow.invalid.get_or_insert(Error::new(
                    Outcome::Invalid,
                    "a tenant is named by 1 to 200 bytes; pass another name to Flow::tenant",
                ));
            }
            flow.tenant = Arc::from(tenant);
        })
    }

    /// The data subject that this flow is about, for records that name none of their own.
    #[must_use]
    pub fn subject<I: crate::subject::SubjectId + ?Sized>(self, kind: &str, id: &I) -> Self {
        let mut bytes = Vec::new();
        let present = id.canonical(&mut |part| bytes.extend_from_slice(part));
        self.with(|flow| {
            flow.subject = present.then(|| (Arc::from(kind), bytes.into_boxed_slice()));
        })
    }

    /// A reason or ticket, kept in access records: up to 48 bytes; never personal data.
    #[must_use]
    pub fn reason(self, reason: &str) -> Self {
        self.with(|flow| flow.reason = Some(Arc::from(reason)))
    }

    /// The trace id (W3C Trace Context, 16 bytes) that the movement belongs to.
    #[must_use]
    pub fn trace(self, trace: [u8; 16]) -> Self {
        self.with(|flow| flow.trace = trace)
    }

    /// Which way the data moves.
    #[must_use]
    pub fn kind(&self) -> FlowKind {
        self.0.described.kind
    }

    /// The purpose, if one was said.
    #[must_use]
    pub fn stated_purpose(&self) -> Option<&str> {
        self.0.described.purpose.as_deref()
    }

    /// The actor, if one was said.
    #[must_use]
    pub fn stated_actor(&self) -> Option<&str> {
        self.0.described.actor.as_deref()
    }

    /// Where to or from, if it is well-formed.
    #[must_use]
    pub fn location(&self) -> Option<&Location> {
        self.0.described.location.as_ref().ok()
    }

    /// Whether the parts of the flow are well-formed. Where there is a runtime, its policy says too
    /// which purposes of the project's own there are.
    ///
    /// # Errors
    /// `Invalid`, saying which part and what to write instead.
    pub fn check(&self) -> Result<()> {
        if let Some(error) = &self.0.described.invalid {
            return Err(error.clone());
        }
        if let Ok(runtime) = super::runtime::Runtime::current() {
            super::resolved::check_declared(self.0.described.purpose.as_deref(), &runtime)?;
        }
        self.0.described.location.as_ref().map(|_| ()).map_err(Clone::clone)
    }

    pub(crate) fn described(&self) -> &Described {
        &self.0.described
    }

    /// What the first runtime made of it.
    pub(crate) fn resolved(&self) -> &OnceLock<Arc<Resolved>> {
        &self.0.resolved
    }

    /// Runs a closure under this flow, for code that calls serde somewhere inside. Where you call
    /// serde yourself, [`seal`](Self::seal), [`wrap`](Self::wrap) and [`read`](Self::read) name the
    /// value together with the flow.
    ///
    /// What is serialized inside is sealed, masked, pseudonymised, omitted or refused as the policy
    /// decides; plaintext leaves through [`wrap`](Self::wrap) only.
    ///
    /// # Who else may run inside
    ///
    /// The flow is this thread's, so everybody has it who gets to run on this thread before the
    /// closure returns: callbacks and loggers that it calls, values that are dropped in it, a job
    /// that a thread pool's worker takes up while it waits inside (as in a `join`), another task
    /// that an executor polls inside (as in a `block_on`). What these serialize is recorded as this
    /// flow's, under its tenant, and what they reveal is recorded as its purpose. Don't wait for
    /// others inside; use the direct verbs, which nobody inherits.
    ///
    /// # Panics
    /// On a closure that returns a future, a boxed future or another closure, as far as its type
    /// shows: it would run after the flow has ended. Use [`instrument`](Self::instrument) for
    /// futures.
    pub fn run<R>(&self, work: impl FnOnce() -> R) -> R {
        assert!(
            !scope::outlives_its_scope::<R>(),
            "Flow::run was given a closure that returns a future or a closure, which would run \
             after the flow has ended; use Flow::instrument(future)",
        );
        let _scope = scope::enter(self, For::All);
        work()
    }

    /// A future that runs under this flow at each of its polls.
    pub fn instrument<F: Future>(&self, future: F) -> Instrumented<F> {
        Instrumented::under(self.clone(), future)
    }
}

/// What a flow remembers is put in place as a whole, or not at all.
impl std::panic::UnwindSafe for Flow {}
impl std::panic::RefUnwindSafe for Flow {}

impl fmt::Debug for Flow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The subject id is left out: it names a person.
        f.debug_struct("Flow")
            .field("kind", &self.0.described.kind)
            .field("location", &self.0.described.location.as_ref().map(ToString::to_string).ok())
            .field("purpose", &self.0.described.purpose)
            .field("actor", &self.0.described.actor)
            .field("on_behalf", &self.0.described.on_behalf)
            .field("tenant", &self.0.described.tenant)
            .finish_non_exhaustive()
    }
}
