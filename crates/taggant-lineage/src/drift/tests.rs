//! What is declared is fine, everything else is named, and what is to be added covers it.

use taggant_ledger::answers::{Action, FlowEdge, Kind};

use super::*;

fn edge(path: &str, action: Action, location: &str) -> FlowEdge {
    let kind = if action == Action::Open { Kind::Read } else { Kind::Write };
    let mut edge = FlowEdge::new("customers", path, kind, action, location);
    edge.categories = vec![format!("user.contact.{path}")];
    (edge.purpose, edge.actor) = ("essential.service.operations".into(), "svc:shop".into());
    edge.tenant = "default".into();
    (edge.last_ns, edge.count) = (1, 3);
    edge
}

const DECLARED: &str = r#"
[[place]]
dataset = "customers"
location = "postgres://db/*"
categories = ["user.contact"]
purposes = ["essential"]

[[place]]
location = "https://shipper.example/**"
direction = "to"
categories = ["user.contact.email"]
form = "plaintext"

[[place]]
location = "s3://never/used"
categories = ["user"]
"#;

fn found(edges: &[FlowEdge]) -> Vec<What> {
    let declared = Declared::from_toml(DECLARED).unwrap();
    compare(edges, &declared).findings.into_iter().map(|finding| finding.what).collect()
}

#[test]
fn what_is_declared_is_no_finding() {
    let edges = [
        edge("email", Action::Seal, "postgres://db/customers"),
        edge("email", Action::Open, "postgres://db/customers"),
        edge("email", Action::Reveal, "https://shipper.example/a/b"),
        edge("email", Action::Deny, "https://elsewhere.example/x"),
    ];
    assert_eq!(found(&edges), []);
    let drift = compare(&edges, &Declared::from_toml(DECLARED).unwrap());
    assert_eq!(drift.unused, [3]);
}

#[test]
fn a_place_is_declared_in_any_spelling_and_one_that_can_match_nothing_is_an_error() {
    let written = "HTTPS://u:p@Shipper.Example:443/**";
    let spelled = DECLARED.replace("https://shipper.example/**", written);
    let edges = [edge("email", Action::Reveal, "https://shipper.example/a/b")];
    assert_eq!(compare(&edges, &Declared::from_toml(&spelled).unwrap()).findings, []);
    let nothing = DECLARED.replace("https://shipper.example/**", "https://shipper.example");
    let error = Declared::from_toml(&nothing).unwrap_err();
    assert!(error.contains("write \"https://shipper.example/**\""), "{error}");
}

#[test]
fn each_kind_of_drift_is_named_plaintext_first() {
    let place = edge("email", Action::Seal, "s3://backup/x");
    let plain = edge("email", Action::Reveal, "https://ads.example/feed");
    let mut category = edge("email", Action::Seal, "postgres://db/customers");
    category.categories = vec!["user.financial".into()];
    let weaker = edge("email", Action::Mask, "postgres://db/customers");
    let mut purpose = edge("email", Action::Seal, "postgres://db/customers");
    purpose.purpose = "marketing".into();
    let all = [
        What::NewPlaintextFlow,
        What::NewPlace,
        What::NewCategory,
        What::WeakerProtection,
        What::NewPurpose,
    ];
    assert_eq!(found(&[purpose, weaker, category, place, plain]), all);
    // Plaintext to a place where only sealed data is declared.
    assert_eq!(
        found(&[edge("email", Action::Reveal, "postgres://db/c")]),
        [What::NewPlaintextFlow]
    );
    // A category that may not be there in plaintext.
    let phone = edge("phone_number", Action::Reveal, "https://shipper.example/a");
    assert_eq!(found(&[phone]), [What::NewPlaintextFlow]);
}

#[test]
fn adding_what_is_printed_covers_it() {
    let mut odd = edge("email", Action::Reveal, "https://ads.example/a%22b");
    odd.dataset = "odd \"name\"\\".into();
    odd.purpose = String::new();
    let edges = [
        odd,
        edge("email", Action::Mask, "log://local/app"),
        edge("email", Action::Open, "x://y/z"),
    ];
    let drift = compare(&edges, &Declared::default());
    assert_eq!(drift.findings.len(), 3);
    let text: String = drift.findings.iter().map(|finding| finding.to_add.as_str()).collect();
    let declared = Declared::from_toml(&text).unwrap();
    assert_eq!(compare(&edges, &declared).findings, []);
    let declared = Declared::from_toml(&declare(&edges)).unwrap();
    assert_eq!(compare(&edges, &declared), Drift { findings: vec![], unused: vec![] });
}

#[test]
fn plaintext_asked_for_under_a_flow_to_a_place_is_a_plaintext_flow() {
    let asked = |location: &str| {
        let mut edge = edge("email", Action::Reveal, location);
        edge.kind = Kind::Access;
        edge
    };
    assert_eq!(found(&[asked("https://ads.example/feed")]), [What::NewPlaintextFlow]);
    // Looked at inside of a program that reads there: it is at no other place for that.
    let stored = "postgres://db/customers";
    assert_eq!(found(&[edge("email", Action::Open, stored), asked(stored)]), []);
    let edges = [asked("https://ads.example/feed")];
    let declared = Declared::from_toml(&declare(&edges)).unwrap();
    assert_eq!(compare(&edges, &declared), Drift { findings: vec![], unused: vec![] });
}

#[test]
fn what_is_declared_from_what_was_seen_covers_nothing_else() {
    let seen = |path: &str, action: Action, purpose: &str| {
        let mut edge = edge(path, action, "https://shipper.example/labels");
        edge.purpose = purpose.into();
        edge
    };
    let known = [
        seen("email", Action::Reveal, "essential.service.operations"),
        seen("phone_number", Action::Seal, "essential.service.operations"),
        seen("fax_number", Action::Mask, "marketing"),
    ];
    let declared = Declared::from_toml(&declare(&known)).unwrap();
    let found = |edge: FlowEdge| -> Vec<What> {
        compare(&[edge], &declared).findings.into_iter().map(|finding| finding.what).collect()
    };
    let plain = seen("phone_number", Action::Reveal, "essential.service.operations");
    assert_eq!(found(plain), [What::NewPlaintextFlow]);
    assert_eq!(found(seen("email", Action::Reveal, "marketing")), [What::NewPurpose]);
    assert_eq!(found(seen("phone_number", Action::Seal, "marketing")), [What::NewPurpose]);
    assert_eq!(compare(&known, &declared), Drift { findings: vec![], unused: vec![] });
}

#[test]
fn a_wrong_file_says_what_is_wrong_and_where() {
    let wrong = [
        ("[[place]]\nlocation = \"x/y\"\ncategorys = [\"user\"]", "line 3"),
        ("[[place]]\nlocation = \"x/y\"", "categories"),
        ("[[place]]\nlocation = \"x/y\"\ncategories = []", "place 1"),
        ("[[place]]\nlocation = \"x/y\"\ncategories = [\"user.contct\"]", "did you mean"),
        (
            "[[place]]\nlocation = \"x/y\"\ncategories = [\"user\"]\npurposes = [\"markting\"]",
            "marketing",
        ),
        ("[[place]]\nlocation = \"x/y\"\ncategories = [\"user\"]\nform = \"open\"", "sealed"),
        ("[place]\n", "line 1: invalid type: map, expected a sequence"),
    ];
    for (text, expected) in wrong {
        let error = Declared::from_toml(text).unwrap_err();
        assert!(error.contains(expected), "{error}");
    }
    let own = "[[place]]\nlocation = \"x/y\"\ncategories = [\"acme.loyalty\"]";
    assert!(Declared::from_toml(own).is_ok());
}
