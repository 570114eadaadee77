//! Rules about who stands behind a movement, and about showing the mask of a sealed value.

use std::sync::LazyLock;

use proptest::prelude::*;
use taggant_core::place::Location;
use taggant_core::policy::{Action, Policy, Request, Rule, RuleId};

const AGENTS: &str = r#"
[[allow]]
action = ["reveal", "preview"]
category = "user"
actor = "svc:*"
principal = ["user:*", "svc:*"]

[[deny]]
action = "reveal"
category = "user.contact"
principal = "agent:*"
"#;

static SHIPPER: LazyLock<Location> =
    LazyLock::new(|| Location::new("https://shipper.example", "labels").expect("a place"));

const ALL: [&str; 1] = ["user.contact.email"];

fn request<'a>(action: Action, actor: Option<&'a str>, behalf: Option<&'a str>) -> Request<'a> {
    Request {
        action,
        categories: &ALL,
        purpose: Some("essential.service.operations"),
        location: &SHIPPER,
        actor,
        on_behalf: behalf,
        log: false,
        wrap: true,
    }
}

fn decided(policy: &Policy, actor: Option<&str>, behalf: Option<&str>) -> (Action, RuleId) {
    let decision = policy.decide(&request(Action::Reveal, actor, behalf));
    (decision.action, decision.rule)
}

#[test]
fn an_agent_can_be_refused_and_not_the_service_that_acts_for_it() {
    let policy = Policy::from_toml(AGENTS).unwrap();
    let allowed = (Action::Reveal, RuleId::Allow(1));
    assert_eq!(decided(&policy, Some("svc:desk"), None), allowed, "it stands for itself");
    assert_eq!(decided(&policy, Some("svc:desk"), Some("user:ana")), allowed);
    let refused = (Action::Deny, RuleId::Deny(1));
    assert_eq!(decided(&policy, Some("svc:desk"), Some("agent:7")), refused);
    assert_eq!(decided(&policy, Some("agent:7"), None), refused);
    assert_eq!(decided(&policy, Some("agent:7"), Some("")), refused, "an empty name is none");
    let default = (Action::Deny, RuleId::Default);
    assert_eq!(decided(&policy, None, Some("user:ana")), default, "the actor is named too");
    assert_eq!(decided(&policy, Some("svc:desk"), Some("robot:7")), default);
}

#[test]
fn a_principal_is_in_text_and_digest_and_comes_back_from_both_ways_to_write_it() {
    let policy = Policy::from_toml(AGENTS).unwrap();
    let again = Policy::from_toml(policy.text()).unwrap();
    assert_eq!((again.text(), again.digest()), (policy.text(), policy.digest()));
    let rule = Rule::new(&[Action::Preview, Action::Reveal]).category("user").actor("svc:*");
    let built = Policy::builder()
        .allow(rule.principal("svc:*").principal("user:*").principal("svc:*"))
        .deny(Rule::new(&[Action::Reveal]).category("user.contact").principal("agent:*"))
        .build()
        .unwrap();
    assert_eq!(built.digest(), policy.digest());
    for changed in ["agent:**", "agents:*"] {
        let changed = Policy::from_toml(&AGENTS.replace("agent:*", changed)).unwrap();
        assert_ne!(changed.digest(), policy.digest());
    }
    // The same words under `actor` mean another thing.
    let other = Policy::from_toml(&AGENTS.replace("principal = \"agent", "actor = \"agent"));
    assert_ne!(other.unwrap().digest(), policy.digest());
}

#[test]
fn what_is_wrong_with_a_principal_is_an_error_with_its_line() {
    let rule = "[[deny]]\naction = \"open\"\n";
    for (toml, part) in [
        ("principal = \"\"", "principal is empty"),
        ("principal = []", "empty list"),
        ("principal = 1", "a string"),
        ("principle = \"a\"", "did you mean \"principal\""),
    ] {
        let error = Policy::from_toml(&format!("{rule}{toml}")).unwrap_err().to_string();
        assert!(error.contains("line 3:") && error.contains(part), "{error}");
    }
    assert!(Policy::builder().deny(Rule::new(&[]).principal("")).build().is_err());
}

#[test]
fn an_explanation_names_the_principal_and_a_refusal_prints_it() {
    let policy = Policy::from_toml(AGENTS).unwrap();
    let asked = request(Action::Reveal, Some("svc:desk"), Some("robot:7"));
    assert!(policy.explain(&asked).contains("allow rule 1: does not match the principal"));
    assert!(policy.refusal(&asked).contains("actor = \"svc:desk\"\nprincipal = \"robot:7\"\n"));
    let alone = request(Action::Reveal, Some("robot:7"), None);
    assert!(!policy.refusal(&alone).contains("principal"));
}

#[test]
fn a_table_of_expectations_says_on_whose_behalf() {
    let policy = Policy::from_toml(AGENTS).unwrap();
    let row = |behalf: &str, expect: &str| {
        format!(
            "[[expect]]\naction = \"reveal\"\ncategory = \"user.contact.email\"\n\
             purpose = \"essential.service\"\nlocation = \"a/b\"\nactor = \"svc:desk\"\n\
             {behalf}expect = \"{expect}\"\n"
        )
    };
    let table = row("", "reveal") + &row("on_behalf = \"agent:1\"\n", "deny");
    let report = policy.test(&table).unwrap();
    assert!(report.passed() && report.total == 2, "{:?}", report.failures);
    assert!(!policy.test(&row("on_behalf = \"agent:1\"\n", "reveal")).unwrap().passed());
}

#[test]
fn a_preview_is_refused_until_a_rule_names_it() {
    let asked = |policy: &str| {
        let policy = Policy::from_toml(policy).unwrap();
        policy.decide(&request(Action::Preview, Some("svc:desk"), None)).action
    };
    let allow = |action: &str| format!("[[allow]]\naction = \"{action}\"\ncategory = \"*\"\n");
    assert_eq!(asked(""), Action::Deny);
    for other in ["reveal", "open", "mask", "seal", "reseal"] {
        assert_eq!(asked(&allow(other)), Action::Deny, "{other} is another action");
    }
    assert_eq!(asked(&allow("preview")), Action::Preview);
    assert_eq!(asked(&(allow("preview") + "[[deny]]\naction = \"*\"\n")), Action::Deny);
    // It allows nothing else, into a sink neither.
    let policy = Policy::from_toml(&allow("preview")).unwrap();
    for action in [Action::Reveal, Action::Open, Action::Reseal, Action::Lookup] {
        assert_eq!(policy.decide(&request(action, None, None)).action, Action::Deny);
    }
    assert_eq!(policy.decide(&request(Action::Seal, None, None)).action, Action::Seal);
    let refusal = Policy::from_toml("").unwrap();
    let refusal = refusal.refusal(&request(Action::Preview, Some("svc:desk"), None));
    assert_eq!(asked(&refusal), Action::Preview, "{refusal}");
}

/// Patterns that match much, little and nothing.
fn pattern() -> impl Strategy<Value = String> {
    prop_oneof![Just("**".to_owned()), Just("*".to_owned()), "[a-z*]{1,4}(:[a-z*]{0,3})?"]
}

fn action() -> impl Strategy<Value = Action> {
    prop::sample::select(vec![
        Action::Seal,
        Action::Mask,
        Action::Pseudonymise,
        Action::Omit,
        Action::Reveal,
        Action::Open,
        Action::Reseal,
        Action::Lookup,
        Action::Ingest,
        Action::Preview,
    ])
}

proptest! {
    #[test]
    fn no_rule_that_names_a_principal_matches_a_request_without_one(
        action in action(), named in action(), principals in prop::collection::vec(pattern(), 1..4),
        deny: bool, log: bool, wrap: bool, empty: bool,
    ) {
        let rule = principals.iter().fold(Rule::new(&[named]).category("*"), |rule, one| {
            rule.principal(one)
        });
        let builder = Policy::builder();
        let builder = if deny { builder.deny(rule) } else { builder.allow(rule) };
        let policy = builder.build().unwrap();
        let nobody = empty.then_some("");
        let asked = Request { log, wrap, ..request(action, nobody, nobody) };
        prop_assert_eq!(asked.principal(), None);
        let without = Policy::builder().build().unwrap();
        prop_assert_eq!(policy.decide(&asked), without.decide(&asked));
    }

    #[test]
    fn a_deny_by_principal_wins_whatever_the_actor_is(
        action in action(), actor in prop::option::of("[a-z:]{0,6}"), log: bool, wrap: bool,
    ) {
        let every: Vec<Action> = vec![
            Action::Seal, Action::Mask, Action::Pseudonymise, Action::Omit, Action::Reveal,
            Action::Open, Action::Reseal, Action::Lookup, Action::Ingest, Action::Preview,
        ];
        let policy = Policy::builder()
            .allow(Rule::new(&every).category("*"))
            .deny(Rule::new(&[]).principal("agent:*"))
            .build()
            .unwrap();
        let asked = Request { log, wrap, ..request(action, actor.as_deref(), Some("agent:7")) };
        prop_assert_eq!(policy.decide(&asked).action, Action::Deny);
        let other = Request { on_behalf: Some("user:ana"), ..asked };
        prop_assert_ne!(policy.decide(&other).action, Action::Deny);
    }
}
