//! Reading the TOML file, strictly: what is not understood is an error, with its line.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::check;
use super::model::{PolicyBuilder, Rule};
use super::settings::{JournalMode, end_of_day};
use crate::{Error, Outcome, Result};

/// A value and where it stands.
pub(super) type Value<'s> = Spanned<DeValue<'s>>;

/// Reads a policy file.
pub(super) fn policy(text: &str) -> Result<PolicyBuilder> {
    let reader = Reader { text };
    let table = reader.table(text)?;
    reader.known(&table, &["taxonomy", "settings", "migration", "allow", "deny"])?;
    let mut policy = PolicyBuilder::default();
    if let Some(value) = table.get("taxonomy") {
        let taxonomy = reader.as_table(value)?;
        reader.known(taxonomy, &["prefixes"])?;
        policy.prefixes = reader.list(taxonomy, "prefixes", check::prefix)?;
    }
    if let Some(value) = table.get("settings") {
        policy = reader.settings(reader.as_table(value)?, policy)?;
    }
    for item in reader.tables(&table, "migration")? {
        policy = reader.migration(item, policy)?;
    }
    for item in reader.tables(&table, "allow")? {
        let rule = reader.rule(item, true, &policy.prefixes)?;
        policy.allow.push(rule);
    }
    for item in reader.tables(&table, "deny")? {
        let rule = reader.rule(item, false, &policy.prefixes)?;
        policy.deny.push(rule);
    }
    Ok(policy)
}

/// Reads TOML with the place of everything at hand.
pub(super) struct Reader<'t> {
    pub(super) text: &'t str,
}

impl<'t> Reader<'t> {
    pub(super) fn table(&self, text: &'t str) -> Result<DeTable<'t>> {
        DeTable::parse(text).map(Spanned::into_inner).map_err(|error| {
            self.error(error.span().unwrap_or_default(), &format!("not TOML: {}", error.message()))
        })
    }

    pub(super) fn error(&self, at: Range<usize>, what: &str) -> Error {
        let before = self.text.as_bytes().get(..at.start).unwrap_or_default();
        let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
        Error::new(Outcome::Invalid, format!("policy, line {line}: {what}"))
    }

    pub(super) fn known(&self, table: &DeTable<'_>, keys: &[&str]) -> Result<()> {
        match table.keys().find(|key| !keys.contains(&key.get_ref().as_ref())) {
            Some(key) => Err(self.error(key.span(), &check::unknown("key", key.get_ref(), keys))),
            None => Ok(()),
        }
    }

    pub(super) fn as_table<'a, 's>(&self, value: &'a Value<'s>) -> Result<&'a DeTable<'s>> {
        match value.get_ref() {
            DeValue::Table(table) => Ok(table),
            _ => Err(self.error(value.span(), "a table is expected here")),
        }
    }

    /// The items of `[[key]]`.
    pub(super) fn tables<'a, 's>(
        &self,
        table: &'a DeTable<'s>,
        key: &str,
    ) -> Result<Vec<&'a Value<'s>>> {
        match table.get(key).map(|value| (value, value.get_ref())) {
            None => Ok(Vec::new()),
            Some((_, DeValue::Array(items))) => Ok(items.iter().collect()),
            Some((value, _)) => Err(self.error(value.span(), &format!("write [[{key}]]"))),
        }
    }

    pub(super) fn string<'a>(&self, value: &'a Value<'_>) -> Result<&'a str> {
        match value.get_ref() {
            DeValue::String(text) => Ok(text.as_ref()),
            _ => Err(self.error(value.span(), "a string is expected here")),
        }
    }

    pub(super) fn boolean(&self, value: &Value<'_>) -> Result<bool> {
        match value.get_ref() {
            DeValue::Boolean(value) => Ok(*value),
            _ => Err(self.error(value.span(), "true or false is expected here")),
        }
    }

    /// A string or a list of strings, each checked. An empty list would read as "no restriction".
    pub(super) fn list(
        &self,
        table: &DeTable<'_>,
        key: &str,
        test: impl Fn(&str) -> Result<(), String>,
    ) -> Result<Vec<String>> {
        let Some(value) = table.get(key) else { return Ok(Vec::new()) };
        let values: Vec<&Value<'_>> = match value.get_ref() {
            DeValue::Array(items) if items.is_empty() && key != "prefixes" => {
                return Err(self.error(value.span(), "an empty list matches nothing; remove it"));
            }
            DeValue::Array(items) => items.iter().collect(),
            _ => vec![value],
        };
        let read = |value: &&Value<'_>| {
            let text = self.string(value)?;
            test(text).map_err(|what| self.error(value.span(), &what))?;
            Ok(text.to_owned())
        };
        values.iter().map(read).collect()
    }

    fn settings(&self, table: &DeTable<'_>, mut policy: PolicyBuilder) -> Result<PolicyBuilder> {
        self.known(table, &["cache_life", "journal", "flush_disclosures"])?;
        if let Some(value) = table.get("cache_life") {
            let seconds = match value.get_ref() {
                DeValue::Integer(number) if number.radix() == 10 => number.as_str().parse().ok(),
                _ => None,
            };
            policy.settings.cache_life = seconds
                .filter(|seconds| (1..=3600).contains(seconds))
                .ok_or_else(|| self.error(value.span(), "cache_life is 1 to 3600 seconds"))?;
        }
        if let Some(value) = table.get("journal") {
            policy.settings.journal = match self.string(value)? {
                "block" => JournalMode::Block,
                "fail" => JournalMode::Fail,
                word => {
                    let what = check::unknown("journal mode", word, &["block", "fail"]);
                    return Err(self.error(value.span(), &what));
                }
            };
        }
        if let Some(value) = table.get("flush_disclosures") {
            policy.settings.flush_disclosures = self.boolean(value)?;
        }
        Ok(policy)
    }

    fn migration(&self, item: &Value<'_>, policy: PolicyBuilder) -> Result<PolicyBuilder> {
        let table = self.as_table(item)?;
        self.known(table, &["dataset", "until"])?;
        let part = |key| {
            let value = table
                .get(key)
                .ok_or_else(|| self.error(item.span(), "a migration has dataset and until"))?;
            Ok::<_, Error>((value.span(), self.string(value)?))
        };
        let ((at, dataset), (end, until)) = (part("dataset")?, part("until")?);
        if end_of_day(until).is_none() {
            return Err(self.error(end, "until is a date, \"YYYY-MM-DD\""));
        }
        if policy.settings.migrations.contains_key(dataset) {
            return Err(self.error(at, "this dataset has a migration already"));
        }
        Ok(policy.migration(dataset, until))
    }

    fn rule(&self, item: &Value<'_>, allow: bool, prefixes: &[String]) -> Result<Rule> {
        let table = self.as_table(item)?;
        let keys = ["action", "category", "purpose", "location", "actor", "principal"];
        self.known(table, &keys)?;
        if !table.contains_key("action") {
            return Err(self.error(item.span(), "a rule names its action"));
        }
        let any_action = |word: &str| !allow && word == check::ANY;
        let words = self.list(table, "action", |word| {
            if any_action(word) { Ok(()) } else { check::action(word).map(drop) }
        })?;
        let mut rule = Rule::default();
        if !words.iter().any(|word| any_action(word)) {
            rule.actions = words.iter().filter_map(|word| check::action(word).ok()).collect();
        }
        let categories = self.list(table, "category", |key| {
            if key == check::ANY { Ok(()) } else { check::category(key, prefixes) }
        })?;
        rule = categories.iter().fold(rule, |rule, key| rule.category(key));
        rule.purposes = self.list(table, "purpose", |key| check::purpose(key, prefixes))?;
        rule.locations = self.list(table, "location", check::location)?;
        rule.actors = self.list(table, "actor", |text| check::pattern("actor", text))?;
        rule.principals =
            self.list(table, "principal", |text| check::pattern("principal", text))?;
        rule.check(allow, prefixes).map_err(|what| self.error(item.span(), &what))?;
        Ok(rule)
    }
}
