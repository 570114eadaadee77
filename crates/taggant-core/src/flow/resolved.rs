//! A flow as a runtime sees it: keys of its tenant, numbers of its parts in the journal.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use super::describe::{Flow, FlowKind};
use super::runtime::Runtime;
use crate::cipher::fork;
use crate::error::{Error, Outcome, Result};
use crate::event::DefineKind;
use crate::key::TenantKeys;

/// Everything about a flow that a record needs, worked out once.
pub(crate) struct Resolved {
    /// Unique in this process; part of the key of per-thread caches.
    pub(crate) id: u64,
    pub(crate) runtime: Runtime,
    pub(crate) tenant: Arc<TenantKeys>,
    pub(crate) kind: FlowKind,
    /// As it is recorded: of many locations the last ones have one name.
    pub(crate) location: Arc<str>,
    /// The place itself, which decisions go by: else a program that has named many places would
    /// leave the rules behind.
    pub(crate) place: Arc<str>,
    pub(crate) is_log: bool,
    pub(crate) purpose: Option<Arc<str>>,
    pub(crate) actor: Option<Arc<str>>,
    pub(crate) on_behalf: Option<Arc<str>>,
    pub(crate) subject: Option<(Arc<str>, Box<[u8]>)>,
    pub(crate) reason: Option<Arc<str>>,
    pub(crate) trace: [u8; 16],
    pub(crate) numbers: Numbers,
    /// Whether this stands for writes that no sink flow covers.
    pub(crate) is_unknown: bool,
    fork: u64,
    unknown: OnceLock<Arc<Resolved>>,
}

/// Numbers of the flow's parts in the journal's dictionary; 0 is "none".
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Numbers {
    pub(crate) location: u32,
    pub(crate) purpose: u32,
    pub(crate) actor: u32,
    pub(crate) on_behalf: u32,
    pub(crate) tenant: u32,
}

/// Where writes without a sink flow are recorded.
pub(crate) const UNKNOWN_LOCATION: &str = "taggant://flow/unknown";

static NEXT_ID: AtomicU64 = AtomicU64::new(1);

impl Resolved {
    /// The flow under the current runtime; remembered in the flow for the first runtime it meets.
    pub(crate) fn of(flow: &Flow) -> Result<Arc<Self>> {
        let runtime = Runtime::current()?;
        if let Some(known) = flow.resolved().get()
            && known.runtime.is(&runtime)
            && known.fork == fork::generation()
        {
            return Ok(known.clone());
        }
        let fresh = Arc::new(Self::resolve(flow, runtime)?);
        Ok(flow.resolved().get_or_init(|| fresh.clone()).clone()).map(|kept| {
            if kept.runtime.is(&fresh.runtime) && kept.fork == fresh.fork { kept } else { fresh }
        })
    }

    fn resolve(flow: &Flow, runtime: Runtime) -> Result<Self> {
        flow.check()?;
        let described = flow.described();
        let location = described.location.as_ref().map_err(Clone::clone)?;
        let text = runtime.bounded_location(location);
        let tenant = runtime.keys().tenant(&described.tenant)?;
        let journal = runtime.journal();
        let define = |kind, text: Option<&Arc<str>>| match text {
            Some(text) => journal.define(kind, text),
            None => Ok(0),
        };
        let numbers = Numbers {
            location: journal.define(DefineKind::Location, &text)?,
            purpose: define(DefineKind::Purpose, described.purpose.as_ref())?,
            actor: define(DefineKind::Actor, described.actor.as_ref())?,
            on_behalf: define(DefineKind::Actor, described.on_behalf.as_ref())?,
            tenant: journal.define(DefineKind::Tenant, &described.tenant)?,
        };
        Ok(Self {
            id: NEXT_ID.fetch_add(1, Ordering::Relaxed),
            tenant,
            kind: described.kind,
            is_log: location.is_log(),
            location: text,
            place: Arc::from(location.to_string()),
            purpose: described.purpose.clone(),
            actor: described.actor.clone(),
            on_behalf: described.on_behalf.clone(),
            subject: described.subject.clone(),
            reason: described.reason.clone(),
            trace: described.trace,
            numbers,
            is_unknown: false,
            fork: fork::generation(),
            unknown: OnceLock::new(),
            runtime,
        })
    }

    /// This flow, or the same anew in a forked child, whose journal is another one.
    pub(crate) fn current(self: Arc<Self>) -> Result<Arc<Self>> {
        if self.fork == fork::generation() {
            return Ok(self);
        }
        let (location, place) = (self.location.clone(), self.place.clone());
        self.relocated(location, place, self.kind, self.is_unknown).map(Arc::new)
    }

    /// The same flow recorded at location `unknown`: for writes under a flow that is no sink.
    pub(crate) fn as_unknown(&self) -> Result<Arc<Self>> {
        if let Some(known) = self.unknown.get() {
            return Ok(known.clone());
        }
        let unknown: Arc<str> = Arc::from(UNKNOWN_LOCATION);
        let fresh = Arc::new(self.relocated(unknown.clone(), unknown, FlowKind::To, true)?);
        Ok(self.unknown.get_or_init(|| fresh).clone())
    }

    fn relocated(
        &self,
        location: Arc<str>,
        place: Arc<str>,
        kind: FlowKind,
        is_unknown: bool,
    ) -> Result<Self> {
        let journal = self.runtime.journal();
        let define = |kind, text: Option<&Arc<str>>| match text {
            Some(text) => journal.define(kind, text),
            None => Ok(0),
        };
        Ok(Self {
            id: NEXT_ID.fetch_add(1, Ordering::Relaxed),
            runtime: self.runtime.clone(),
            tenant: self.tenant.clone(),
            kind,
            place,
            is_log: self.is_log && !is_unknown,
            purpose: self.purpose.clone(),
            actor: self.actor.clone(),
            on_behalf: self.on_behalf.clone(),
            subject: self.subject.clone(),
            reason: self.reason.clone(),
            trace: self.trace,
            numbers: Numbers {
                location: journal.define(DefineKind::Location, &location)?,
                purpose: define(DefineKind::Purpose, self.purpose.as_ref())?,
                actor: define(DefineKind::Actor, self.actor.as_ref())?,
                on_behalf: define(DefineKind::Actor, self.on_behalf.as_ref())?,
                tenant: journal.define(DefineKind::Tenant, self.tenant.name())?,
            },
            is_unknown,
            fork: fork::generation(),
            unknown: OnceLock::new(),
            location,
        })
    }
}

/// Refuses a purpose that is no key of the taxonomy.
pub(crate) fn check_purpose(purpose: &str) -> Result<()> {
    if taggant_taxonomy::is_purpose(purpose) || is_own_key(purpose) {
        return Ok(());
    }
    let hint = match taggant_taxonomy::suggest(purpose, taggant_taxonomy::PURPOSES) {
        Some(near) => format!("; did you mean `{near}`?"),
        None => String::new(),
    };
    Err(Error::new(
        Outcome::Invalid,
        format!(
            "`{purpose}` is no purpose of the taxonomy{hint} (own purposes: `x.<project>.<word>`)"
        ),
    ))
}

/// A project's own purposes stand under `x.`, which the taxonomy will never use.
fn is_own_key(purpose: &str) -> bool {
    purpose.strip_prefix("x.").is_some_and(|rest| {
        rest.split('.').all(|part| {
            !part.is_empty()
                && part
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
        })
    })
}
