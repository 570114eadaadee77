//! What is declared is fine, everything else is named, and what is to be added covers it.

use taggant_store::ledger::FlowEdge;

use super::*;

fn edge(path: &str, action: &str, location: &str) -> FlowEdge {
    FlowEdge {
        dataset: "customers".into(),
        path: path.into(),
        categories: vec![format!("user.contact.{path}")],
        kind: if action == "open" { "read" } else { "write" }.into(),
        action: action.into(),
        location: location.into(),
        purpose: "essential.service.operations".into(),
        actor: "svc:shop".into(),
        on_behalf: String::new(),
        tenant: "default".into(),
        outcome: "ok".into(),
        unknown: false,
        first_ns: 0,
        last_ns: 1,
        count: 3,
    }
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
        edge("email", "seal", "postgres://db/customers"),
        edge("email", "open", "postgres://db/customers"),
        edge("email", "reveal", "https://shipper.example/a/b"),
        edge("email", "deny", "https://elsewhere.example/x"),
    ];
    assert_eq!(found(&edges), []);
    let drift = compare(&edges, &Declared::from_toml(DECLARED).unwrap());
    assert_eq!(drift.unused, [3]);
}

#[test]
fn each_kind_of_drift_is_named_plaintext_first() {
    let place = edge("email", "seal", "s3://backup/x");
    let plain = edge("email", "reveal", "https://ads.example/feed");
    let mut category = edge("email", "seal", "postgres://db/customers");
    category.categories = vec!["user.financial".into()];
    let weaker = edge("email", "mask", "postgres://db/customers");
    let mut purpose = edge("email", "seal", "postgres://db/customers");
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
    assert_eq!(found(&[edge("email", "reveal", "postgres://db/c")]), [What::NewPlaintextFlow]);
    // A category that may not be there in plaintext.
    let phone = edge("phone_number", "reveal", "https://shipper.example/a");
    assert_eq!(found(&[phone]), [What::NewPlaintextFlow]);
}

#[test]
fn adding_what_is_printed_covers_it() {
    let mut odd = edge("email", "reveal", "https://ads.example/a%22b");
    odd.dataset = "odd \"name\"\\".into();
    odd.purpose = String::new();
    let edges = [odd, edge("email", "mask", "log://local/app"), edge("email", "open", "x://y/z")];
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
        let mut edge = edge("email", "reveal", location);
        edge.kind = "access".into();
        edge
    };
    assert_eq!(found(&[asked("https://ads.example/feed")]), [What::NewPlaintextFlow]);
    // Looked at inside of a program that reads there: it is at no other place for that.
    let stored = "postgres://db/customers";
    assert_eq!(found(&[edge("email", "open", stored), asked(stored)]), []);
    let edges = [asked("https://ads.example/feed")];
    let declared = Declared::from_toml(&declare(&edges)).unwrap();
    assert_eq!(compare(&edges, &declared), Drift { findings: vec![], unused: vec![] });
}

#[test]
fn what_is_declared_from_what_was_seen_covers_nothing_else() {
    let seen = |path: &str, action: &str, purpose: &str| {
        let mut edge = edge(path, action, "https://shipper.example/labels");
        edge.purpose = purpose.into();
        edge
    };
    let known = [
        seen("email", "reveal", "essential.service.operations"),
        seen("phone_number", "seal", "essential.service.operations"),
        seen("fax_number", "mask", "marketing"),
    ];
    let declared = Declared::from_toml(&declare(&known)).unwrap();
    let found = |edge: FlowEdge| -> Vec<What> {
        compare(&[edge], &declared).findings.into_iter().map(|finding| finding.what).collect()
    };
    let plain = seen("phone_number", "reveal", "essential.service.operations");
    assert_eq!(found(plain), [What::NewPlaintextFlow]);
    assert_eq!(found(seen("email", "reveal", "marketing")), [What::NewPurpose]);
    assert_eq!(found(seen("phone_number", "seal", "marketing")), [What::NewPurpose]);
    assert_eq!(compare(&known, &declared), Drift { findings: vec![], unused: vec![] });
}

#[test]
fn a_wrong_file_says_what_is_wrong_and_where() {
    let wrong = [
        ("[[place]]\nlocation = \"x\"\ncategorys = [\"user\"]", "line 3"),
        ("[[place]]\nlocation = \"x\"", "categories"),
        ("[[place]]\nlocation = \"x\"\ncategories = []", "place 1"),
        ("[[place]]\nlocation = \"x\"\ncategories = [\"user.contct\"]", "did you mean"),
        (
            "[[place]]\nlocation = \"x\"\ncategories = [\"user\"]\npurposes = [\"markting\"]",
            "marketing",
        ),
        ("[[place]]\nlocation = \"x\"\ncategories = [\"user\"]\nform = \"open\"", "sealed"),
        ("[place]\n", "line 1: invalid type: map, expected a sequence"),
    ];
    for (text, expected) in wrong {
        let error = Declared::from_toml(text).unwrap_err();
        assert!(error.contains(expected), "{error}");
    }
    let own = "[[place]]\nlocation = \"x\"\ncategories = [\"acme.loyalty\"]";
    assert!(Declared::from_toml(own).is_ok());
}
