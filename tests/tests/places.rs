//! Decisions go by the place, the actor and the purpose themselves, whatever the ledger keeps of them.

use taggant::{Error, Flow, Outcome, Policy, Tagged};
use taggant_testing::{Recorder, canary};

const POLICY: &str = r#"
[taxonomy]
prefixes = ["acme"]

[[allow]]
action = "reveal"
category = "user"
purpose = "acme.returns"
location = "https://shipper.example/**"

[[deny]]
action = "*"
actor = "agent:*"

[[deny]]
action = "*"
location = "HTTPS://u@Partner.Example:443/**"
"#;

#[derive(Tagged)]
#[tagged(dataset = "places.guests", subject(customer = id), row = id)]
struct Guest {
    #[clear]
    id: u64,
    #[tag("user.name")]
    name: String,
}

fn guest() -> Guest {
    Guest { id: 1, name: canary::name() }
}

/// How a write ends, and whether it showed the plaintext.
fn written(flow: &Flow) -> (Option<Outcome>, bool) {
    match serde_json::to_string(&flow.wrap(&guest())) {
        Ok(text) => (None, !text.contains("tgt1.")),
        Err(_) => (Error::last().map(|error| error.outcome()), false),
    }
}

#[test]
fn a_denied_partner_is_refused_however_a_program_spells_it() {
    Recorder::new(POLICY).run(|| {
        for namespace in [
            "https://partner.example",
            "https:partner.example",
            r"https:\\partner.example",
            r"https://partner.example\@shipper.example",
            "https://\u{ff50}artner.example.:443",
            "https://user@PARTNER.example",
        ] {
            let flow = Flow::to(namespace, "x").purpose("acme.returns");
            assert_eq!(written(&flow), (Some(Outcome::Denied), false), "{namespace}");
        }
    });
}

#[test]
fn a_purpose_of_a_projects_own_holds_in_policy_and_flow_alike() {
    let shipper = |purpose: &str| Flow::to("https://shipper.example", "x").purpose(purpose);
    Recorder::new(POLICY).run(|| {
        assert_eq!(written(&shipper("acme.returns")), (None, true));
        assert_eq!(written(&shipper("acme.returns.late")), (None, true), "below it");
        assert_eq!(written(&shipper("acme.sales")), (None, false), "another one, sealed");
        for undeclared in ["acmee.returns", "x.acme.returns", "essental.service"] {
            assert_eq!(shipper(undeclared).check().unwrap_err().outcome(), Outcome::Invalid);
            assert_eq!(written(&shipper(undeclared)), (Some(Outcome::Invalid), false));
            let error = Error::last().expect("a typed error").to_string();
            assert!(error.contains("under [taxonomy]"), "{error}");
        }
        for wrong in ["acme", "acme.", "acme.Returns", "marketting", "marketing.x", "user.x", ""] {
            let error = shipper(wrong).check().expect_err(wrong);
            assert_eq!(error.outcome(), Outcome::Invalid);
        }
    });
    // Without the prefix in the policy there is no such purpose.
    Recorder::new("").run(|| {
        assert_eq!(written(&shipper("acme.returns")), (Some(Outcome::Invalid), false));
    });
}

#[test]
fn beyond_the_bound_of_names_actors_are_decided_as_themselves_and_recorded_as_many() {
    const MANY: &str = "taggant:many";
    let folder = tempfile::tempdir().unwrap();
    let policy = Policy::from_toml(POLICY).unwrap();
    let runtime = taggant::Runtime::builder(folder.path()).policy(policy).build().unwrap();
    runtime.scope(|| {
        let as_actor = |actor: &str| written(&Flow::to("https://api.example", "x").actor(actor));
        for n in 0..16 * 1024 {
            assert_eq!(as_actor(&format!("user:{n}")), (None, false));
        }
        assert_eq!(as_actor("user:late"), (None, false));
        assert_eq!(as_actor("agent:late"), (Some(Outcome::Denied), false), "it is itself");
        assert_eq!(as_actor("user:1"), (None, false));
    });
    runtime.drain().unwrap();
    let flows = runtime.ledger().flows().unwrap();
    let actors: std::collections::BTreeSet<String> =
        flows.into_iter().map(|edge| edge.actor).collect();
    assert!(actors.contains(MANY) && actors.contains("user:1"));
    assert!(!actors.contains("user:late") && !actors.contains("agent:late"));
    assert_eq!(actors.len(), 16 * 1024 + 1);
}
