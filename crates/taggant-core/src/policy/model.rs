//! The policy, its rules, and the builder.

use std::time::Duration;

use sha2::{Digest, Sha256};

use super::settings::{JournalMode, Settings, end_of_day};
use super::{check, parse, text};
use crate::place::normal_patterns;
use crate::tag::Action;
use crate::{Error, Outcome, Result};

/// One allow or deny rule. What it does not name, it does not restrict.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rule {
    /// Empty: any (deny only).
    pub(super) actions: Vec<Action>,
    pub(super) any_category: bool,
    pub(super) categories: Vec<String>,
    pub(super) purposes: Vec<String>,
    pub(super) locations: Vec<String>,
    pub(super) actors: Vec<String>,
    pub(super) principals: Vec<String>,
}

impl Rule {
    /// A rule about these actions. A deny rule about no action is about all.
    #[must_use]
    pub fn new(actions: &[Action]) -> Self {
        Self { actions: actions.to_vec(), ..Self::default() }
    }

    /// Adds a category, with everything below it; `*` is every category.
    #[must_use]
    pub fn category(mut self, key: &str) -> Self {
        if key == check::ANY {
            self.any_category = true;
        } else {
            self.categories.push(key.to_owned());
        }
        self
    }

    /// Adds a purpose, with everything below it.
    #[must_use]
    pub fn purpose(mut self, key: &str) -> Self {
        self.purposes.push(key.to_owned());
        self
    }

    /// Adds a location pattern, in any spelling of the place: see
    /// [`normal_patterns`](crate::place::normal_patterns).
    #[must_use]
    pub fn location(mut self, pattern: &str) -> Self {
        self.locations.push(pattern.to_owned());
        self
    }

    /// Adds an actor pattern.
    #[must_use]
    pub fn actor(mut self, pattern: &str) -> Self {
        self.actors.push(pattern.to_owned());
        self
    }

    /// Adds a pattern of the principal: on whose behalf it is done, where that is said, else the
    /// actor.
    ///
    /// ```
    /// use taggant_core::policy::{Action, Policy, Rule};
    ///
    /// let agents = Rule::new(&[Action::Reveal]).principal("agent:*");
    /// let policy = Policy::builder().deny(agents).build()?;
    /// assert!(policy.text().contains("principal = \"agent:*\""));
    /// # Ok::<(), taggant_core::Error>(())
    /// ```
    #[must_use]
    pub fn principal(mut self, pattern: &str) -> Self {
        self.principals.push(pattern.to_owned());
        self
    }

    /// One form for one meaning, so that equal policies have equal digests.
    fn tidy(&mut self) {
        self.actions.sort_unstable();
        self.actions.dedup();
        // None may go silently: a rule without locations holds everywhere.
        let normal = |text: &String| normal_patterns(text).expect("checked before it is tidied");
        self.locations = self.locations.iter().flat_map(normal).collect();
        for list in [
            &mut self.categories,
            &mut self.purposes,
            &mut self.locations,
            &mut self.actors,
            &mut self.principals,
        ] {
            list.sort_unstable();
            list.dedup();
        }
        if self.any_category {
            self.categories.clear();
        }
    }

    pub(super) fn check(&self, allow: bool, prefixes: &[String]) -> Result<(), String> {
        if allow && self.actions.is_empty() {
            return Err("an allow rule names its action".to_owned());
        }
        if allow && self.categories.is_empty() && !self.any_category {
            return Err("an allow rule names its category; \"*\" is every category".to_owned());
        }
        self.actions.iter().try_for_each(|action| check::action(action.name()).map(drop))?;
        self.categories.iter().try_for_each(|key| check::category(key, prefixes))?;
        self.purposes.iter().try_for_each(|key| check::purpose(key, prefixes))?;
        self.locations.iter().try_for_each(|text| check::location(text))?;
        self.actors.iter().try_for_each(|text| check::pattern("actor", text))?;
        self.principals.iter().try_for_each(|text| check::pattern("principal", text))
    }
}

/// What may be done with tagged data, and the settings that affect protection.
#[derive(Clone, Debug)]
pub struct Policy {
    pub(super) prefixes: Vec<String>,
    pub(super) allow: Vec<Rule>,
    pub(super) deny: Vec<Rule>,
    pub(super) settings: Settings,
    text: String,
    digest: [u8; 32],
}

impl Policy {
    /// Reads a policy.
    ///
    /// # Errors
    /// `Invalid`, with the line: unknown keys, words, categories and purposes are errors.
    pub fn from_toml(toml: &str) -> Result<Self> {
        parse::policy(toml)?.build()
    }

    /// A policy written in Rust; with the same content, it has the digest of the file.
    #[must_use]
    pub fn builder() -> PolicyBuilder {
        PolicyBuilder::default()
    }

    /// The canonical text: TOML that reads back to this policy. Kept in the ledger by digest.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// SHA-256 of the canonical text.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        self.digest
    }

    /// Whether any dataset has a migration.
    #[must_use]
    pub fn has_migrations(&self) -> bool {
        !self.settings.migrations.is_empty()
    }

    /// Until when (nanoseconds since 1970, exclusive) storage of this dataset may hold plaintext.
    #[must_use]
    pub fn migration(&self, dataset: &str) -> Option<u64> {
        self.settings.migrations.get(dataset).and_then(|until| end_of_day(until))
    }

    /// How long an opened key stays in memory.
    #[must_use]
    pub fn cache_life(&self) -> Duration {
        self.settings.cache_life()
    }

    /// What a full journal does to writers.
    #[must_use]
    pub fn journal_mode(&self) -> JournalMode {
        self.settings.journal
    }

    /// Whether disclosures of plaintext wait until their event is on stable storage.
    #[must_use]
    pub fn flush_disclosures(&self) -> bool {
        self.settings.flush_disclosures
    }

    /// Prefixes of the project's own keys.
    #[must_use]
    pub fn prefixes(&self) -> &[String] {
        &self.prefixes
    }
}

/// Builds a [`Policy`]; rules keep the order in which they are added.
#[derive(Clone, Debug, Default)]
pub struct PolicyBuilder {
    pub(super) prefixes: Vec<String>,
    pub(super) allow: Vec<Rule>,
    pub(super) deny: Vec<Rule>,
    pub(super) settings: Settings,
}

impl PolicyBuilder {
    /// Declares a prefix of the project's own keys.
    #[must_use]
    pub fn prefix(mut self, prefix: &str) -> Self {
        self.prefixes.push(prefix.to_owned());
        self
    }

    /// Adds an allow rule.
    #[must_use]
    pub fn allow(mut self, rule: Rule) -> Self {
        self.allow.push(rule);
        self
    }

    /// Adds a deny rule.
    #[must_use]
    pub fn deny(mut self, rule: Rule) -> Self {
        self.deny.push(rule);
        self
    }

    /// Lets storage of a dataset hold plaintext up to this day (`YYYY-MM-DD`, UTC, inclusive).
    #[must_use]
    pub fn migration(mut self, dataset: &str, until: &str) -> Self {
        self.settings.migrations.insert(dataset.to_owned(), until.to_owned());
        self
    }

    /// Seconds that an opened key stays in memory, 1 to 3600.
    #[must_use]
    pub fn cache_life(mut self, seconds: u64) -> Self {
        self.settings.cache_life = seconds;
        self
    }

    /// What a full journal does to writers.
    #[must_use]
    pub fn journal(mut self, mode: JournalMode) -> Self {
        self.settings.journal = mode;
        self
    }

    /// Whether disclosures of plaintext wait until their event is on stable storage.
    #[must_use]
    pub fn flush_disclosures(mut self, flush: bool) -> Self {
        self.settings.flush_disclosures = flush;
        self
    }

    /// Checks everything and makes the policy.
    ///
    /// # Errors
    /// `Invalid`, as for the same content in a file.
    pub fn build(mut self) -> Result<Policy> {
        self.check().map_err(|what| Error::new(Outcome::Invalid, format!("policy: {what}")))?;
        self.prefixes.sort_unstable();
        self.prefixes.dedup();
        self.allow.iter_mut().chain(&mut self.deny).for_each(Rule::tidy);
        let text = text::canonical(&self);
        let digest = Sha256::digest(text.as_bytes()).into();
        let Self { prefixes, allow, deny, settings } = self;
        Ok(Policy { prefixes, allow, deny, settings, text, digest })
    }

    fn check(&self) -> Result<(), String> {
        self.prefixes.iter().try_for_each(|prefix| check::prefix(prefix))?;
        for (rules, name, allow) in [(&self.allow, "allow", true), (&self.deny, "deny", false)] {
            for (index, rule) in rules.iter().enumerate() {
                rule.check(allow, &self.prefixes)
                    .map_err(|what| format!("{name} rule {}: {what}", index + 1))?;
            }
        }
        if !(1..=3600).contains(&self.settings.cache_life) {
            return Err("cache_life is 1 to 3600 seconds".to_owned());
        }
        for (dataset, until) in &self.settings.migrations {
            if dataset.is_empty() || end_of_day(until).is_none() {
                return Err("a migration names a dataset and ends at a date, YYYY-MM-DD".to_owned());
            }
        }
        Ok(())
    }
}
