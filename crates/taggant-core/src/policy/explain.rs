//! Saying which rule decided, and which would allow.

use std::fmt::Write;

use super::decide::{Decision, Request, RuleId, is_sink, mismatch, names_action, numbered};
use super::model::{Policy, Rule};
use super::text;
use crate::tag::Action;

impl Policy {
    /// The TOML block that, appended to the policy, allows this request.
    ///
    /// Where a deny rule decided, no allow rule can help: a comment says which one it is. A purpose
    /// that is missing, and a prefix that is not declared, are said in comments too.
    #[must_use]
    pub fn refusal(&self, request: &Request<'_>) -> String {
        let mut out = String::new();
        if let RuleId::Deny(number) = self.decide(request).rule {
            let _ = writeln!(
                out,
                "# deny rule {number} refuses this; narrow it, since no allow rule overrides it"
            );
        }
        if request.action == Action::Reveal && request.purpose.is_none() {
            out.push_str("# plaintext needs a purpose: state it on the flow\n");
        }
        let keys = request.categories.iter().copied().chain(request.purpose);
        for key in keys {
            if !self.knows(key) {
                let prefix = key.split('.').next().unwrap_or(key);
                let _ = writeln!(out, "# needs {} in [taxonomy] prefixes", text::quoted(prefix));
            }
        }
        out + &text::rule("allow", &rule_for(request))
    }

    fn knows(&self, key: &str) -> bool {
        taggant_taxonomy::is_category(key)
            || taggant_taxonomy::is_purpose(key)
            || self.prefixes.iter().any(|prefix| taggant_taxonomy::is_prefixed(key, prefix))
    }

    /// Which rule decided and why the others did not, one line each.
    #[must_use]
    pub fn explain(&self, request: &Request<'_>) -> String {
        let decision = self.decide(request);
        let mut out = format!("{} -> {} ({})\n", request.action, decision.action, decision.rule);
        if decision.would_reveal {
            out.push_str("would reveal, had value and sink been named together by Flow::wrap\n");
        }
        for (number, rule) in numbered(&self.deny) {
            let id = RuleId::Deny(number);
            let _ = writeln!(out, "  {id}: {}", self.verdict(rule, id, request, &decision));
        }
        for (number, rule) in numbered(&self.allow) {
            let id = RuleId::Allow(number);
            let _ = writeln!(out, "  {id}: {}", self.verdict(rule, id, request, &decision));
        }
        out
    }

    fn verdict(
        &self,
        rule: &Rule,
        id: RuleId,
        request: &Request<'_>,
        decision: &Decision,
    ) -> String {
        let allow = matches!(id, RuleId::Allow(_));
        let fits = |action: Action| {
            names_action(rule, action)
                || is_sink(request.action)
                    && rule.actions.iter().any(|named| is_sink(*named) || *named == Action::Reveal)
        };
        if id == decision.rule {
            return "decides".to_owned();
        }
        if !fits(request.action) {
            return "is about another action".to_owned();
        }
        match mismatch(rule, request, allow) {
            Some(part) => format!("does not match the {part}"),
            None if !allow => "matches and takes its actions away".to_owned(),
            None => "matches, but a deny rule, an earlier rule or a missing purpose goes first"
                .to_owned(),
        }
    }
}

/// A rule that covers the request, as narrow as what was said: where it is not said on whose behalf,
/// the actor stands for itself.
fn rule_for(request: &Request<'_>) -> Rule {
    let action = if request.action == Action::Pass { Action::Seal } else { request.action };
    let mut rule = Rule::new(&[action]).location(request.location.as_str());
    rule = match request.categories {
        [] => rule.category("*"),
        keys => keys.iter().fold(rule, |rule, key| rule.category(key)),
    };
    if let Some(purpose) = request.purpose {
        rule = rule.purpose(purpose);
    }
    if let Some(actor) = request.actor {
        rule = rule.actor(actor);
    }
    match request.on_behalf {
        Some(_) => request.principal().into_iter().fold(rule, |rule, who| rule.principal(who)),
        None => rule,
    }
}
