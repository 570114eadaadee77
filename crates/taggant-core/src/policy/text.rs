//! The canonical text, and rules as TOML.

use std::fmt::Write;

use super::model::{PolicyBuilder, Rule};

/// One text for one meaning: everything is written, defaults too, so that a change of a default in
/// a later version shows in the digest.
pub(super) fn canonical(policy: &PolicyBuilder) -> String {
    let mut out = String::new();
    let settings = &policy.settings;
    line(&mut out, "[taxonomy]");
    line(&mut out, &format!("prefixes = {}", list(&policy.prefixes)));
    line(&mut out, "\n[settings]");
    line(&mut out, &format!("cache_life = {}", settings.cache_life));
    line(&mut out, &format!("journal = {}", quoted(settings.journal.name())));
    line(&mut out, &format!("flush_disclosures = {}", settings.flush_disclosures));
    for (dataset, until) in &settings.migrations {
        line(&mut out, "\n[[migration]]");
        line(&mut out, &format!("dataset = {}\nuntil = {}", quoted(dataset), quoted(until)));
    }
    for (name, rules) in [("deny", &policy.deny), ("allow", &policy.allow)] {
        for item in rules {
            line(&mut out, &format!("\n{}", rule(name, item).trim_end()));
        }
    }
    out
}

/// A rule as a TOML block.
pub(super) fn rule(name: &str, rule: &Rule) -> String {
    let mut out = format!("[[{name}]]\n");
    let actions: Vec<String> = match rule.actions.as_slice() {
        [] => vec!["*".to_owned()],
        actions => actions.iter().map(|action| action.name().to_owned()).collect(),
    };
    line(&mut out, &format!("action = {}", one_or_list(&actions)));
    if rule.any_category {
        line(&mut out, "category = \"*\"");
    }
    for (key, values) in [
        ("category", &rule.categories),
        ("purpose", &rule.purposes),
        ("location", &rule.locations),
        ("actor", &rule.actors),
        ("principal", &rule.principals),
    ] {
        if !values.is_empty() {
            line(&mut out, &format!("{key} = {}", one_or_list(values)));
        }
    }
    out
}

fn line(out: &mut String, text: &str) {
    out.push_str(text);
    out.push('\n');
}

fn one_or_list(values: &[String]) -> String {
    match values {
        [one] => quoted(one),
        many => list(many),
    }
}

fn list(values: &[String]) -> String {
    let values: Vec<String> = values.iter().map(|value| quoted(value)).collect();
    format!("[{}]", values.join(", "))
}

/// A TOML basic string.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            c if c.is_control() => {
                let _ = write!(out, "\\u{:04X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
