//! What the policy says about each field of a record type under one flow, worked out once.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::origin::{self, Label};
use crate::error::{Error, Outcome, Result};
use crate::event::DefineKind;
use crate::field::{FieldRole, RecordSpec, TagSpec};
use crate::flow::FlowKind;
use crate::flow::memo::Basis;
use crate::flow::resolved::Resolved;
use crate::policy::{Policy, Request};
use crate::tag::{Action, Actions};

/// One decision per field; the hot path indexes it.
pub(crate) struct Decisions {
    pub(crate) fields: Box<[FieldDecision]>,
    /// The record type's number in the journal's dictionary.
    pub(crate) dataset: u32,
    /// Whether any field may leave as plaintext.
    pub(crate) reveals: bool,
    /// All actions, for events that are written before the record.
    pub(crate) done: Box<[Actions]>,
    /// Until when plaintext in storage is let through: Unix time in nanoseconds.
    migration: Option<u64>,
    /// Whether any dataset is being migrated.
    pub(crate) any_migration: bool,
    policy: Arc<Policy>,
}

#[derive(Clone, Copy)]
pub(crate) struct FieldDecision {
    pub(crate) action: Action,
    pub(crate) would_reveal: bool,
    /// Where a value of this field comes from, for reads.
    pub(crate) label: Label,
}

/// The decisions for a record type under a flow, worked out once for both.
pub(crate) fn decisions(
    flow: &Resolved,
    wrap: bool,
    spec: &'static RecordSpec,
) -> Result<Arc<Decisions>> {
    let generation = flow.runtime.policy_generation();
    let basis = Basis { record: spec.number.get(), generation, wrap };
    if let Some(known) = flow.memo.get(basis) {
        return Ok(known);
    }
    let decisions = Arc::new(Decisions::resolve(flow, wrap, spec)?);
    flow.memo.put(basis, &decisions);
    Ok(decisions)
}

impl Decisions {
    /// Whether plaintext in storage is still let through.
    pub(crate) fn is_migrating(&self) -> bool {
        self.migration.is_some_and(|end| crate::event::now() < end)
    }

    fn resolve(flow: &Resolved, wrap: bool, spec: &'static RecordSpec) -> Result<Self> {
        let policy = flow.runtime.policy();
        let dataset = flow.runtime.journal().define(DefineKind::Dataset, &describe(spec))?;
        let mut done = nothing_done(spec).collect::<Box<[_]>>();
        let mut fields = Vec::with_capacity(spec.fields.len());
        for (index, field) in spec.fields.iter().enumerate() {
            let FieldRole::Tagged(tag) = &field.role else {
                fields.push(FieldDecision {
                    action: Action::Pass,
                    would_reveal: false,
                    label: Label::NONE,
                });
                continue;
            };
            let decision =
                policy.decide(&request(flow, wrap, default_action(flow), tag.categories));
            note(&mut done, index, decision.action);
            let label = match flow.kind {
                FlowKind::From | FlowKind::Ingest => origin::label(&flow.location, spec, index),
                FlowKind::To | FlowKind::None => Label::NONE,
            };
            fields.push(FieldDecision {
                action: decision.action,
                would_reveal: decision.would_reveal,
                label,
            });
        }
        Ok(Self {
            reveals: fields.iter().any(|field| field.action == Action::Reveal),
            fields: fields.into_boxed_slice(),
            dataset,
            done,
            migration: policy.migration(spec.dataset),
            any_migration: policy.has_migrations(),
            policy,
        })
    }

    /// The decision about a field whose value has foreign origins: the strictest of the field's
    /// categories and all of theirs.
    pub(crate) fn with_origins(
        &self,
        flow: &Resolved,
        wrap: bool,
        tag: &TagSpec,
        label: Label,
    ) -> (Action, bool) {
        let mut categories = tag.categories.to_vec();
        categories.extend(label.categories());
        categories.sort_unstable();
        categories.dedup();
        let decision = self.policy.decide(&request(flow, wrap, default_action(flow), &categories));
        (decision.action, decision.would_reveal)
    }
}

impl Decisions {
    /// The action for a value of these categories.
    pub(crate) fn for_categories(
        &self,
        flow: &Resolved,
        wrap: bool,
        categories: &[&str],
    ) -> Action {
        self.policy.decide(&request(flow, wrap, default_action(flow), categories)).action
    }
}

/// The decision about one access outside a record (reveal, reseal, lookup, open of an origin).
pub(crate) fn access(flow: &Resolved, action: Action, categories: &[&str]) -> Result<()> {
    let policy = flow.runtime.policy();
    let request = request(flow, false, action, categories);
    if policy.decide(&request).action == Action::Deny {
        return Err(denied(&policy, &request, flow));
    }
    Ok(())
}

/// The refusal of a field's action, with the rule that would allow it.
pub(crate) fn refusal(flow: &Resolved, wrap: bool, categories: &[&str]) -> Error {
    let policy = flow.runtime.policy();
    denied(&policy, &request(flow, wrap, default_action(flow), categories), flow)
}

fn denied(policy: &Policy, request: &Request<'_>, flow: &Resolved) -> Error {
    let rule = policy.refusal(request);
    Error::new(Outcome::Denied, rule).at_location(&flow.location)
}

fn default_action(flow: &Resolved) -> Action {
    match flow.kind {
        FlowKind::From => Action::Open,
        FlowKind::Ingest => Action::Ingest,
        FlowKind::To | FlowKind::None if flow.is_log => Action::Mask,
        FlowKind::To | FlowKind::None => Action::Seal,
    }
}

fn request<'a>(
    flow: &'a Resolved,
    wrap: bool,
    action: Action,
    categories: &'a [&'a str],
) -> Request<'a> {
    Request {
        action,
        categories,
        purpose: flow.purpose.as_deref(),
        location: &flow.place,
        actor: flow.actor.as_deref(),
        on_behalf: flow.on_behalf.as_deref(),
        log: flow.is_log,
        wrap,
    }
}

/// As many actions as the record type has fields, none done yet.
pub(crate) fn nothing_done(spec: &RecordSpec) -> impl Iterator<Item = Actions> + use<> {
    std::iter::repeat_n(Actions::NONE, spec.fields.len().div_ceil(Actions::FIELDS))
}

/// Notes what was done with a field.
pub(crate) fn note(done: &mut [Actions], index: usize, action: Action) {
    done[index / Actions::FIELDS].set(index % Actions::FIELDS, action);
}

/// The dictionary text of a record type: dataset and group, then one line per field.
fn describe(spec: &'static RecordSpec) -> String {
    let mut text = format!("{}\t{}\n", spec.dataset, spec.group);
    for field in spec.fields {
        let (role, categories) = match &field.role {
            FieldRole::Tagged(tag) => ("tag", tag.categories.join(",")),
            FieldRole::Nested { .. } => ("nested", String::new()),
            FieldRole::Clear { .. } => ("clear", String::new()),
        };
        text.push_str(&format!("{}\t{}\t{role}\t{categories}\n", field.id, field.path));
    }
    text
}

/// Counts what a decision kept back.
pub(crate) fn count_would_reveal(flow: &Resolved) {
    flow.runtime.counters().would_reveal.fetch_add(1, Ordering::Relaxed);
}
