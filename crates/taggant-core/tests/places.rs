//! Rules and places mean the same place whichever way they are spelled, and decisions follow the
//! order that the policy language promises.

use proptest::prelude::*;
use taggant_core::place::{Location, matches, normal_patterns};
use taggant_core::policy::{Action, Policy, Request, Rule, RuleId};

fn place(text: &str) -> Location {
    Location::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn decide(policy: &Policy, text: &str) -> (Action, RuleId) {
    let decision = policy.decide(&Request {
        action: Action::Reveal,
        categories: &["user.name"],
        purpose: Some("essential"),
        location: &place(text),
        actor: Some("svc:desk"),
        on_behalf: None,
        log: false,
        wrap: true,
    });
    (decision.action, decision.rule)
}

/// A policy that reveals everywhere but there.
fn denying(pattern: &str) -> Policy {
    Policy::builder()
        .allow(Rule::new(&[Action::Reveal]).category("*"))
        .deny(Rule::new(&[]).location(pattern))
        .build()
        .unwrap_or_else(|error| panic!("{pattern}: {error}"))
}

#[test]
fn a_deny_rule_holds_in_every_spelling_of_the_place() {
    let spellings = [
        "https://partner.example/a%20b/~x",
        "HTTPS://Partner.Example/a%20b/~x",
        "https://user:secret@partner.example/a%20b/~x",
        "https://\u{ff50}artner.example/a%20b/~x",
        "https://%70artner.example/a%20b/~x",
        "https://partner.example/a b/~x",
        "https://partner.example/a%20b/%7ex",
        "https://partner.example/a%20b/~x/",
        "https://partner.example/a%20b/~x?token=1",
        "https://partner.example/a%20b/~x#top",
        "https://partner.example:443/a%20b/~x",
        "https://partner.example./a%20b/~x",
        "https:partner.example/a%20b/~x",
        r"https:\\partner.example\a%20b\~x",
        "  https:////partner.example/a%20b/~x ",
    ];
    for pattern in spellings {
        let policy = denying(pattern);
        for location in spellings {
            assert_eq!(decide(&policy, location), (Action::Deny, RuleId::Deny(1)), "{pattern}");
        }
        assert_eq!(policy.digest(), denying(spellings[0]).digest(), "{pattern}");
        assert!(!policy.text().contains("secret"));
    }
}

#[test]
fn stars_stand_where_they_are_written() {
    for (pattern, location, expected) in [
        ("https://*.Partner.example:443/**", "https://a.partner.example/x/y", true),
        ("https://*.B\u{fc}cher.example/**", "https://a.b\u{fc}cher.example/x", true),
        ("https://*@partner.example/**", "https://partner.example/x", true),
        ("https://partner.example/x?*", "https://partner.example/x", true),
        ("https://partner.example:*/**", "https://partner.example/x", true),
        ("https://partner.example:*/**", "https://partner.example:8443/x", true),
        ("https://partner.example:*/**", "https://partner.example.evil/x", false),
        ("*://partner.example:443/**", "https://partner.example/x", true),
        ("*://partner.example:443/**", "gopher://partner.example:443/x", true),
        ("*://partner.example:443/**", "http://partner.example/x", false),
        ("**://Partner.example/**", "wss://partner.example/x", true),
        ("**Partner.example/**", "https://partner.example/x", true),
        ("**/Labels", "https://partner.example/Labels", true),
        ("**/Labels", "https://partner.example/labels", false),
        ("https://**/Labels", "https://partner.example/a/Labels", true),
        ("https://**Labels", "https://partner.example/a/Labels", true),
        ("**://a**B/x", "https://ab/x", true),
        ("**://a**B/x", "https://a/cB/x", true),
        ("**://a**B/x", "https://cb/x", false),
        ("**://a**B/x", "https://c/cB/x", false),
        ("https://partner.example**", "https://partner.example/x", true),
        ("https:*/x", "https://partner.example/x", true),
        ("https://10.*/x", "https://10.0.0.1/x", true),
        ("postgres://Shop-*:5432/Shop.*", "postgres://shop-1:5432/Shop.public", true),
        ("postgres://H1:5432,H*:5433/t", "postgres://h1:5432,h2:5433/t", true),
        ("log:*/**", "log:stdout/app", true),
        ("log:**", "log://local/app", true),
        ("file/var/*", "file/var/x", true),
        ("https://partner.example/%2a", "https://partner.example/*", true),
        ("https://partner.example/%2a", "https://partner.example/x", false),
        ("**", "unknown/unknown", true),
    ] {
        let patterns = normal_patterns(pattern).unwrap_or_else(|error| panic!("{error}"));
        let found = patterns.iter().any(|one| matches(one, place(location).as_str()));
        assert_eq!(found, expected, "{pattern} as {patterns:?} on {location}");
        assert_eq!(decide(&denying(pattern), location).0 == Action::Deny, expected, "{pattern}");
    }
}

#[test]
fn a_pattern_that_can_match_nothing_is_an_error_that_tells_the_spelling_that_would() {
    for (pattern, hint) in [
        ("https://Partner.example", "write \"https://partner.example/**\""),
        ("https://u:secret@partner.example/", "write \"https://partner.example/**\""),
        ("https://partner.example?x", "write \"https://partner.example/**\""),
        ("*", "write \"*/**\""),
        ("log:stdout", "write \"log:stdout/**\""),
        ("**://Partner.example:443", "write \"**://partner.example:443/**\""),
        ("https:*", "write \"https://*/**\""),
        ("https://part ner.example/**", "names a host"),
        ("https://partner.example:44*/**", "a port is a number"),
        ("https://partner.example/../x", "\"..\" segments"),
        ("**/../x", "\"..\" segments"),
        ("https://b\u{fc}*.example/**", "star beside letters"),
        ("mysql:u:secret@h/x", "remove user"),
        ("", "is empty"),
        ("https:///", "names a host"),
        ("/x", "begins with a scheme"),
    ] {
        let error = Policy::builder().deny(Rule::new(&[]).location(pattern)).build();
        let error = error.expect_err(pattern).to_string();
        assert!(error.contains(hint) && !error.contains("secret"), "{pattern}: {error}");
        if !pattern.is_empty() {
            let toml = format!("[[deny]]\naction = \"*\"\nlocation = '{pattern}'");
            let error = Policy::from_toml(&toml).expect_err(pattern).to_string();
            assert!(error.contains("line 3:") && error.contains(hint), "{error}");
        }
    }
}

#[test]
fn what_a_client_would_connect_to_is_what_is_decided() {
    let policy = denying("https://evil.example/**");
    for location in [
        r"https://evil.example\@shipper.example/labels",
        r"https:\\evil.example\labels",
        "https:evil.example/labels",
        "https://shipper.example@evil.example/labels",
        "https://EVIL.example:443/labels",
        "https://\u{ff45}vil.example/labels",
        "https://evil.example%2F@evil.example/labels",
    ] {
        assert_eq!(decide(&policy, location), (Action::Deny, RuleId::Deny(1)), "{location}");
    }
    assert_eq!(decide(&policy, "https://evil.example.shop/x").0, Action::Reveal);
}

#[test]
fn deny_beats_allow_wherever_it_stands() {
    let allow = "[[allow]]\naction = \"reveal\"\ncategory = \"user\"\n";
    let deny = "[[deny]]\naction = \"reveal\"\nlocation = \"https://a.example/**\"\n";
    for toml in
        [format!("{allow}{deny}"), format!("{deny}{allow}"), format!("{deny}{allow}{allow}")]
    {
        let policy = Policy::from_toml(&toml).unwrap();
        // Into a sink the default is left where `reveal` is taken away.
        let there = decide(&policy, "https://a.example/x");
        assert_eq!(there, (Action::Deny, RuleId::Deny(1)), "{toml}");
        assert_eq!(decide(&policy, "https://b.example/x"), (Action::Reveal, RuleId::Allow(1)));
    }
}

#[test]
fn the_first_matching_allow_rule_decides() {
    let rule = |action: &str, more: &str| {
        format!("[[allow]]\naction = \"{action}\"\ncategory = \"user\"\n{more}\n")
    };
    let sink = |policy: &str, text: &str| {
        let policy = Policy::from_toml(policy).unwrap();
        let decision = policy.decide(&Request {
            action: Action::Seal,
            categories: &["user.name"],
            purpose: Some("essential"),
            location: &place(text),
            actor: None,
            on_behalf: None,
            log: false,
            wrap: true,
        });
        (decision.action, decision.rule)
    };
    let elsewhere = rule("omit", "location = \"https://b.example/**\"");
    let (mask, reveal) = (rule("mask", ""), rule("reveal", ""));
    for (order, expected) in [
        ([&elsewhere, &mask, &reveal], (Action::Mask, RuleId::Allow(2))),
        ([&elsewhere, &reveal, &mask], (Action::Reveal, RuleId::Allow(2))),
        ([&mask, &elsewhere, &reveal], (Action::Mask, RuleId::Allow(1))),
        ([&reveal, &mask, &elsewhere], (Action::Reveal, RuleId::Allow(1))),
    ] {
        let policy = order.map(String::as_str).concat();
        assert_eq!(sink(&policy, "https://a.example/x"), expected, "{policy}");
    }
    let policy = format!("{elsewhere}{mask}");
    assert_eq!(sink(&policy, "https://b.example/x"), (Action::Omit, RuleId::Allow(1)));
}

/// Texts that look like places, with what parsers disagree about.
fn place_like() -> impl Strategy<Value = String> {
    let scheme = prop::sample::select(vec!["https", "HTTP", "postgres", "log", "file", "*", "x+y"]);
    let slashes = prop::sample::select(vec!["://", ":", ":\\\\", ":/", "/"]);
    (
        scheme,
        slashes,
        "[a-zA-Z0-9.:@*\\\\%\u{e9}\u{ff41}-]{0,10}",
        "(/[a-zA-Z.*%~2-7\\\\ ?]{0,6}){0,2}",
    )
        .prop_map(|(scheme, slashes, host, rest)| format!("{scheme}{slashes}{host}{rest}"))
}

#[test]
fn an_alternative_that_no_client_would_take_is_none() {
    assert_eq!(normal_patterns("h**://xn--h:443/x").unwrap(), ["h**://xn--h:443/x"]);
    let numbers = normal_patterns("http*://123:443/x").unwrap();
    assert_eq!(numbers, ["http*://123:443/x", "https://0.0.0.123/x"]);
}

#[test]
fn a_star_beside_letters_that_are_not_ascii_is_refused_in_each_host_of_a_list() {
    for pattern in ["pg://b\u{fc}*/x", "pg://a,b\u{fc}*/x", "pg://a:1,b\u{fc}**c:2/x"] {
        let error = normal_patterns(pattern).expect_err(pattern);
        assert!(error.to_string().contains("not ASCII"), "{pattern}: {error}");
    }
    assert!(normal_patterns("pg://a*,b\u{fc}/x").is_ok());
}

#[test]
fn an_escaped_scheme_behind_stars_is_refused() {
    // Decoded it would be a scheme, and what follows a host with other rules than a path has.
    let error = normal_patterns("**a%2eb://x*\u{ff0a}c/d").expect_err("no scheme has escapes");
    assert!(error.to_string().contains("begins with a scheme"), "{error}");
    assert_eq!(normal_patterns("**/a%2eb://c").unwrap(), ["**/a.b://c"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn a_place_without_stars_is_a_pattern_of_itself(text in place_like()) {
        let text = text.replace('*', "");
        if let Ok(location) = Location::parse(&text) {
            let patterns = normal_patterns(&text).expect("a place is a pattern");
            prop_assert_eq!(patterns, [location.as_str()]);
        }
    }

    #[test]
    fn normalising_a_pattern_twice_changes_nothing(text in place_like(), free in "\\*\\*[a-zA-Z*/%\u{e9}]{0,8}") {
        for text in [text, free] {
            if let Ok(once) = normal_patterns(&text) {
                let mut twice: Vec<String> = Vec::new();
                for one in &once {
                    twice.extend(normal_patterns(one).expect("a normal pattern is a pattern"));
                }
                twice.sort_unstable();
                twice.dedup();
                prop_assert_eq!(once, twice, "{}", text);
            }
        }
    }
}
