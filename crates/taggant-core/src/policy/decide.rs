//! Which rule decides.

use std::fmt;

use taggant_taxonomy::is_within;

use super::model::{Policy, Rule};
use crate::place::{Location, matches};
use crate::tag::Action;

/// What somebody wants to do with a field.
///
/// `Seal` asks what to do with a field on its way into a sink, and so do `Mask`, `Pseudonymise`,
/// `Omit` and `Pass`; `Reveal` asks for the plaintext of a `Sensitive`, `Preview` for the declared
/// mask of one that is still sealed. A purpose, an actor or a principal that is not there matches no
/// rule that names one.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// What is wanted.
    pub action: Action,
    /// All categories of the field, and those of its origins.
    pub categories: &'a [&'a str],
    /// What for.
    pub purpose: Option<&'a str>,
    /// Where to or from: the place itself, never the bounded name that the ledger keeps.
    pub location: &'a Location,
    /// Who.
    pub actor: Option<&'a str>,
    /// On whose behalf.
    pub on_behalf: Option<&'a str>,
    /// Whether the sink is a log.
    pub log: bool,
    /// Whether value and sink are named together, by `Flow::wrap`.
    pub wrap: bool,
}

impl<'a> Request<'a> {
    /// Who stands behind it: on whose behalf it is done, where that is said, else the actor.
    ///
    /// An empty name is none: it would slip past a deny rule that names the actor behind it.
    #[must_use]
    pub fn principal(&self) -> Option<&'a str> {
        let said = |name: Option<&'a str>| name.filter(|name| !name.is_empty());
        said(self.on_behalf).or(said(self.actor))
    }
}

/// Which rule decided. Rules are counted from 1, allow and deny rules each in file order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RuleId {
    /// No rule: the default.
    Default,
    /// This allow rule.
    Allow(u32),
    /// This deny rule.
    Deny(u32),
    /// Plaintext was asked for without a purpose.
    NoPurpose,
}

impl fmt::Display for RuleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::Allow(number) => write!(f, "allow rule {number}"),
            Self::Deny(number) => write!(f, "deny rule {number}"),
            Self::NoPurpose => f.write_str("no purpose"),
        }
    }
}

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decision {
    /// `Deny` where it is refused.
    pub action: Action,
    /// The rule that decided.
    pub rule: RuleId,
    /// Whether plaintext would have left, had value and sink been named together.
    pub would_reveal: bool,
}

impl Decision {
    fn new(action: Action, rule: RuleId) -> Self {
        Self { action, rule, would_reveal: false }
    }
}

impl Policy {
    /// Decides a request.
    #[must_use]
    pub fn decide(&self, request: &Request<'_>) -> Decision {
        match request.action {
            Action::Deny => Decision::new(Action::Deny, RuleId::Default),
            action if is_sink(action) => self.decide_sink(request),
            action => self.decide_single(request, action),
        }
    }

    fn decide_single(&self, request: &Request<'_>, action: Action) -> Decision {
        if let Some(number) = self.denied(request, action) {
            return Decision::new(Action::Deny, RuleId::Deny(number));
        }
        if action == Action::Reveal && request.purpose.is_none() {
            return Decision::new(Action::Deny, RuleId::NoPurpose);
        }
        match self.allowed(request, action) {
            Some(number) => Decision::new(action, RuleId::Allow(number)),
            None if action == Action::Ingest => Decision::new(action, RuleId::Default),
            None => Decision::new(Action::Deny, RuleId::Default),
        }
    }

    /// The first allow rule of an action that a sink can take and that nothing denies.
    fn decide_sink(&self, request: &Request<'_>) -> Decision {
        for (number, rule) in numbered(&self.allow) {
            if !allows(rule, request) {
                continue;
            }
            let possible = |action: &&Action| {
                (is_sink(**action) || **action == Action::Reveal && request.purpose.is_some())
                    && self.denied(request, **action).is_none()
            };
            // Rules keep their actions sorted by code: of several, plaintext comes last.
            match rule.actions.iter().find(possible) {
                Some(Action::Reveal) if !request.wrap => {
                    let decision = self.sink_default(request, RuleId::Allow(number));
                    return Decision { would_reveal: decision.action != Action::Deny, ..decision };
                }
                Some(action) => return Decision::new(*action, RuleId::Allow(number)),
                None => {}
            }
        }
        self.sink_default(request, RuleId::Default)
    }

    fn sink_default(&self, request: &Request<'_>, rule: RuleId) -> Decision {
        let action = if request.log { Action::Mask } else { Action::Seal };
        match self.denied(request, action) {
            Some(number) => Decision::new(Action::Deny, RuleId::Deny(number)),
            None => Decision::new(action, rule),
        }
    }

    pub(super) fn denied(&self, request: &Request<'_>, action: Action) -> Option<u32> {
        numbered(&self.deny)
            .find(|(_, rule)| names_action(rule, action) && denies(rule, request))
            .map(|(number, _)| number)
    }

    fn allowed(&self, request: &Request<'_>, action: Action) -> Option<u32> {
        numbered(&self.allow)
            .find(|(_, rule)| rule.actions.contains(&action) && allows(rule, request))
            .map(|(number, _)| number)
    }
}

pub(super) fn numbered(rules: &[Rule]) -> impl Iterator<Item = (u32, &Rule)> {
    (1..).zip(rules)
}

pub(super) fn is_sink(action: Action) -> bool {
    matches!(
        action,
        Action::Seal | Action::Mask | Action::Pseudonymise | Action::Omit | Action::Pass
    )
}

pub(super) fn names_action(rule: &Rule, action: Action) -> bool {
    rule.actions.is_empty() || rule.actions.contains(&action)
}

fn allows(rule: &Rule, request: &Request<'_>) -> bool {
    mismatch(rule, request, true).is_none()
}

fn denies(rule: &Rule, request: &Request<'_>) -> bool {
    mismatch(rule, request, false).is_none()
}

/// The first condition of the rule that the request does not meet.
///
/// The strictest category counts: an allow rule covers all of them, a deny rule any.
pub(super) fn mismatch(rule: &Rule, request: &Request<'_>, allow: bool) -> Option<&'static str> {
    let covered = |key: &&str| rule.categories.iter().any(|parent| is_within(key, parent));
    let unrestricted = rule.any_category || (!allow && rule.categories.is_empty());
    let categories = match allow {
        true => !request.categories.is_empty() && request.categories.iter().all(&covered),
        false => request.categories.iter().any(&covered),
    };
    let meets = |list: &[String], value: Option<&str>, test: fn(&str, &str) -> bool| {
        list.is_empty() || value.is_some_and(|value| list.iter().any(|wanted| test(wanted, value)))
    };
    if !unrestricted && !categories {
        Some("category")
    } else if !meets(&rule.purposes, request.purpose, |wanted, key| is_within(key, wanted)) {
        Some("purpose")
    } else if !meets(&rule.locations, Some(request.location.as_str()), matches) {
        Some("location")
    } else if !meets(&rule.actors, request.actor, matches) {
        Some("actor")
    } else if !meets(&rule.principals, request.principal(), matches) {
        Some("principal")
    } else {
        None
    }
}
