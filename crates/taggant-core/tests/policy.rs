//! What a policy promises: strict reading, one digest, and decisions as its table says.

#[path = "policy/principal.rs"]
mod principal;

use proptest::prelude::*;
use taggant_core::place::Location;
use taggant_core::policy::{JournalMode, Policy, Request, Rule};
use taggant_core::tag::Action;

const SHOP: &str = include_str!("policy/shop.toml");
const EXPECTATIONS: &str = include_str!("policy/shop.expect.toml");

fn shop() -> Policy {
    Policy::from_toml(SHOP).expect("the shop's policy is valid")
}

#[test]
fn every_expectation_of_the_table_holds() {
    let report = shop().test(EXPECTATIONS).expect("the table is valid");
    let failures: Vec<_> =
        report.failures.iter().map(|f| format!("{}: {}", f.number, f.what)).collect();
    assert!(report.passed() && report.total > 30, "{}", failures.join("\n"));
}

#[test]
fn the_runner_reports_what_does_not_hold() {
    let wrong = EXPECTATIONS.replacen("expect = \"reveal\"", "expect = \"omit\"", 1);
    let report = shop().test(&wrong).expect("the table is valid");
    assert_eq!(report.failures.len(), 1);
    assert_eq!(report.failures[0].number, 1);
    assert!(report.failures[0].what.contains("allow rule 1: decides"));
    assert!(!shop().test("").expect("empty is valid").passed());
}

#[test]
fn file_and_builder_with_the_same_content_have_one_digest() {
    let built = Policy::builder()
        .prefix("acme")
        .cache_life(30)
        .journal(JournalMode::Fail)
        .flush_disclosures(true)
        .migration("customers", "2027-01-31")
        .allow(
            Rule::new(&[Action::Reveal])
                .category("user.contact")
                .purpose("essential.service.operations")
                .location("https://shipper.example/**")
                .actor("svc:*"),
        )
        .allow(
            Rule::new(&[Action::Mask])
                .category("user")
                .purpose("essential.service.operations.support")
                .location("https://support.example/*"),
        )
        .allow(
            Rule::new(&[Action::Pseudonymise]).category("user.unique_id").location("log:stdout/*"),
        )
        .allow(
            Rule::new(&[Action::Lookup, Action::Open])
                .category("acme.loyalty_card")
                .category("user.contact")
                .location("postgres://shop:5432/shop.public.*"),
        )
        .allow(
            Rule::new(&[Action::Seal, Action::Reveal])
                .category("user.name")
                .location("https://mixed.example/x"),
        )
        .deny(Rule::new(&[Action::Reveal]).category("user.contact.phone_number"))
        .deny(Rule::new(&[]).location("https://evil.example/**"))
        .deny(Rule::new(&[Action::Ingest]).category("user.biometric"))
        .deny(Rule::new(&[Action::Mask]).category("user.financial"))
        .build()
        .expect("valid");
    assert_eq!(built.text(), shop().text());
    assert_eq!(built.digest(), shop().digest());
    let again = Policy::from_toml(built.text()).expect("the canonical text is a policy");
    assert_eq!(again.digest(), built.digest());
}

#[test]
fn every_setting_and_rule_is_in_the_digest() {
    for (from, to) in [
        ("cache_life = 30", "cache_life = 31"),
        ("journal = \"fail\"", "journal = \"block\""),
        ("flush_disclosures = true", "flush_disclosures = false"),
        ("2027-01-31", "2027-02-01"),
        ("svc:*", "svc:**"),
        ("[\"acme\"]", "[\"acme\", \"other\"]"),
        ("action = \"*\"", "action = \"seal\""),
    ] {
        let changed = SHOP.replacen(from, to, 1);
        assert_ne!(changed, SHOP);
        let changed = Policy::from_toml(&changed).expect("valid");
        assert_ne!(changed.digest(), shop().digest(), "{to}");
    }
    let shop = shop();
    assert_eq!(shop.migration("customers"), Some(1_801_440_000_000_000_000));
    assert_eq!(shop.migration("orders"), None);
    assert_eq!(shop.cache_life().as_secs(), 30);
}

#[test]
fn what_is_not_understood_is_an_error_with_its_line() {
    let rule = "[[allow]]\naction = \"open\"\ncategory = \"user.name\"\n";
    for (toml, line, part) in [
        ("[[alow]]", 1, "did you mean \"allow\""),
        ("x = 1\ny = ", 2, "not TOML"),
        (&format!("{rule}purpos = \"x\""), 4, "did you mean \"purpose\""),
        (&rule.replace("open", "opne"), 2, "did you mean \"open\""),
        (&rule.replace("open", "*"), 2, "unknown action"),
        (&rule.replace("open", "deny"), 2, "unknown action"),
        (&rule.replace("user.name", "user.nmae"), 3, "did you mean \"user.name\""),
        (&rule.replace("user.name", "acme.card"), 3, "[taxonomy] prefixes"),
        (&format!("{rule}purpose = \"marketting\""), 4, "did you mean \"marketing\""),
        (&format!("{rule}location = \"*\""), 4, "matches nothing"),
        (&format!("{rule}location = 1"), 4, "a string"),
        (&format!("{rule}actor = \"\""), 4, "actor is empty"),
        (&format!("{rule}actor = []"), 4, "empty list"),
        ("[[allow]]\naction = \"open\"", 1, "names its category"),
        ("[[deny]]\ncategory = \"user\"", 1, "names its action"),
        ("[taxonomy]\nprefixes = [\"user\"]", 2, "cannot be a prefix"),
        ("[settings]\ncache_life = 0", 2, "1 to 3600"),
        ("[settings]\ncache_life = 0x10", 2, "1 to 3600"),
        ("[settings]\njournal = \"off\"", 2, "unknown journal mode"),
        ("[settings]\nenabled = false", 2, "unknown key"),
        ("[[migration]]\ndataset = \"a\"\nuntil = \"2027-02-30\"", 3, "YYYY-MM-DD"),
        ("[[migration]]\ndataset = \"a\"", 1, "dataset and until"),
        ("[allow]\naction = \"open\"", 1, "write [[allow]]"),
    ] {
        let error = Policy::from_toml(toml).expect_err(toml).to_string();
        assert!(
            error.contains(&format!("line {line}:")) && error.contains(part),
            "{toml}\n{error}"
        );
    }
    assert!(Policy::builder().allow(Rule::new(&[]).category("user")).build().is_err());
    assert!(Policy::builder().allow(Rule::new(&[Action::Open])).build().is_err());
    assert!(Policy::builder().allow(Rule::new(&[Action::Pass]).category("user")).build().is_err());
}

#[test]
fn a_pattern_has_at_most_512_bytes_and_no_control_characters() {
    let rule = |pattern: &str| Rule::new(&[Action::Reveal]).actor(pattern);
    let is_read = |pattern: &str| Policy::builder().deny(rule(pattern)).build().is_ok();
    assert!(is_read(&"a".repeat(512)));
    assert!(!is_read(&"a".repeat(513)));
    for control in ["svc:\n*", "svc:*\u{0}", "\u{7f}"] {
        assert!(!is_read(control), "{control:?}");
    }
    let place =
        |length: usize| Rule::new(&[]).location(&format!("file/{}", "a".repeat(length - 5)));
    assert!(Policy::builder().deny(place(512)).build().is_ok());
    assert!(Policy::builder().deny(place(513)).build().is_err());
}

#[test]
fn a_refusal_by_a_deny_rule_names_it() {
    let request = Request {
        action: Action::Reveal,
        categories: &["user.contact.phone_number"],
        purpose: Some("essential"),
        location: &Location::parse("https://shipper.example/x").expect("a place"),
        actor: None,
        on_behalf: None,
        log: false,
        wrap: false,
    };
    assert!(shop().refusal(&request).starts_with("# deny rule 1 refuses this"));
}

proptest! {
    #[test]
    fn the_refusal_appended_to_the_policy_allows_the_request(
        action in prop::sample::select(vec![
            Action::Open, Action::Reveal, Action::Reseal, Action::Lookup,
        ]),
        categories in prop::collection::vec(
            prop::sample::select(taggant_taxonomy::CATEGORIES), 1..4,
        ),
        purpose in prop::sample::select(taggant_taxonomy::PURPOSES),
        location in "[a-z]{1,5}(:(//)?[a-z]{1,4})?/[\\PC*]{1,20}",
        actor in prop::option::of("[\\PC\"\\\\*]{1,12}"),
        on_behalf in prop::option::of("[\\PC\"\\\\*]{1,12}"),
    ) {
        let Ok(location) = Location::parse(&location) else { return Ok(()) };
        let policy = "[settings]\ncache_life = 5\n";
        let request = Request {
            action, categories: &categories, purpose: Some(purpose), location: &location,
            actor: actor.as_deref(), on_behalf: on_behalf.as_deref(), log: false, wrap: false,
        };
        let before = Policy::from_toml(policy).expect("valid");
        prop_assert_eq!(before.decide(&request).action, Action::Deny);
        let after = format!("{policy}{}", before.refusal(&request));
        let after = Policy::from_toml(&after).expect("a refusal is a policy");
        prop_assert_eq!(after.decide(&request).action, action);
        let other = Location::new("file", "other").expect("a place");
        let elsewhere = Request { location: &other, ..request };
        prop_assert_eq!(after.decide(&elsewhere).action, Action::Deny);
    }

    #[test]
    fn reading_any_text_ends_in_a_policy_or_an_error(text in "\\PC*", rest in any::<String>()) {
        let _ = Policy::from_toml(&text);
        let _ = Policy::from_toml(&format!("[[allow]]\naction = {rest}"));
    }
}
