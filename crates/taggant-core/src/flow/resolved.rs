//! A flow as a runtime sees it: keys of its tenant, numbers of its parts in the journal.

use std::sync::{Arc, OnceLock};

use super::describe::{Flow, FlowKind};
use super::memo::Memo;
use super::runtime::Runtime;
use crate::cipher::fork;
use crate::error::{Error, Outcome, Result};
use crate::event::DefineKind;
use crate::key::TenantKeys;
use crate::place::Location;

/// Everything about a flow that a record needs, worked out once.
pub(crate) struct Resolved {
    pub(crate) runtime: Runtime,
    pub(crate) tenant: Arc<TenantKeys>,
    pub(crate) kind: FlowKind,
    /// As it is recorded: of many locations the last ones have one name.
    pub(crate) location: Arc<str>,
    /// The place itself, which decisions go by: else a program that has named many places would
    /// leave the rules behind.
    pub(crate) place: Location,
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
    /// The decisions about record types under this flow.
    pub(crate) memo: Memo,
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
        let (text, number) = runtime.record_place(location)?;
        let tenant = runtime.keys().tenant(&described.tenant)?;
        let journal = runtime.journal();
        let define = |kind, text: Option<&Arc<str>>| match text {
            Some(text) => journal.define(kind, text),
            None => Ok(0),
        };
        let numbers = Numbers {
            location: number,
            purpose: define(DefineKind::Purpose, described.purpose.as_ref())?,
            actor: define(DefineKind::Actor, described.actor.as_ref())?,
            on_behalf: define(DefineKind::Actor, described.on_behalf.as_ref())?,
            tenant: journal.define(DefineKind::Tenant, &described.tenant)?,
        };
        Ok(Self {
            tenant,
            kind: described.kind,
            is_log: location.is_log(),
            location: text,
            place: location.clone(),
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
            memo: Memo::default(),
            runtime,
        })
    }

    /// This flow, or the same anew in a forked child, whose journal is another one.
    pub(crate) fn current(self: Arc<Self>) -> Result<Arc<Self>> {
        if self.fork == fork::generation() {
            return Ok(self);
        }
        let place = self.place.clone();
        self.relocated(self.location.clone(), place, self.kind, self.is_unknown).map(Arc::new)
    }

    /// The same flow recorded at location `unknown`: for writes under a flow that is no sink.
    pub(crate) fn as_unknown(&self) -> Result<Arc<Self>> {
        if let Some(known) = self.unknown.get() {
            return Ok(known.clone());
        }
        let place = Location::parse(UNKNOWN_LOCATION)?;
        let unknown = Arc::from(UNKNOWN_LOCATION);
        let fresh = Arc::new(self.relocated(unknown, place, FlowKind::To, true)?);
        Ok(self.unknown.get_or_init(|| fresh).clone())
    }

    fn relocated(
        &self,
        location: Arc<str>,
        place: Location,
        kind: FlowKind,
        is_unknown: bool,
    ) -> Result<Self> {
        let journal = self.runtime.journal();
        let define = |kind, text: Option<&Arc<str>>| match text {
            Some(text) => journal.define(kind, text),
            None => Ok(0),
        };
        Ok(Self {
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
            memo: Memo::default(),
            location,
        })
    }
}

/// Refuses a purpose that is neither a key of the taxonomy nor one that a project may have: below a
/// prefix of its own, as categories are.
pub(crate) fn check_purpose(purpose: &str) -> Result<()> {
    if taggant_taxonomy::is_purpose(purpose) || prefix_of(purpose).is_some() {
        return Ok(());
    }
    Err(unknown_purpose(purpose))
}

/// A purpose of the project's own holds where the policy declares its prefix: one that is misspelt
/// is not taken for one.
pub(crate) fn check_declared(purpose: Option<&str>, runtime: &Runtime) -> Result<()> {
    let Some(purpose) = purpose.filter(|purpose| !taggant_taxonomy::is_purpose(purpose)) else {
        return Ok(());
    };
    let policy = runtime.policy();
    let is_declared = |prefix: &String| taggant_taxonomy::is_prefixed(purpose, prefix);
    if policy.prefixes().iter().any(is_declared) {
        return Ok(());
    }
    Err(unknown_purpose(purpose))
}

/// What stands before the first dot, if a project may have it.
fn prefix_of(purpose: &str) -> Option<&str> {
    let (prefix, _) = purpose.split_once('.')?;
    taggant_taxonomy::is_prefixed(purpose, prefix).then_some(prefix)
}

fn unknown_purpose(purpose: &str) -> Error {
    let near = taggant_taxonomy::suggest(purpose, taggant_taxonomy::PURPOSES);
    let near = near.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
    let hint = match prefix_of(purpose) {
        Some(prefix) => format!(
            "the policy does not declare its prefix: add \"{prefix}\" to prefixes under [taxonomy]"
        ),
        None => "keys of your own stand below a prefix, such as `acme.returns`".to_owned(),
    };
    let what = format!("`{purpose}` is no purpose of the taxonomy{near} ({hint})");
    Error::new(Outcome::Invalid, what)
}
