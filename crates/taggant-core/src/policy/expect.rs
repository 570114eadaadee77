//! Tables of expectations: a policy's own tests.

use super::check;
use super::decide::Request;
use super::model::Policy;
use super::parse::{Reader, Value};
use crate::Result;
use crate::place::Location;
use crate::tag::Action;

/// What a table of expectations showed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Report {
    /// How many expectations there were.
    pub total: usize,
    /// Those that did not hold, in file order.
    pub failures: Vec<Failure>,
}

/// An expectation that did not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Its number in the file, from 1.
    pub number: usize,
    /// What was expected, what was decided, and [`Policy::explain`].
    pub what: String,
}

impl Report {
    /// Whether there was something to check and all of it held: an empty table proves nothing.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.total > 0 && self.failures.is_empty()
    }
}

const KEYS: &[&str] = &[
    "action",
    "category",
    "purpose",
    "location",
    "actor",
    "on_behalf",
    "log",
    "wrap",
    "expect",
    "would_reveal",
    "rule",
];

impl Policy {
    /// Runs a table of `[[expect]]` blocks: `action`, `category`, `location`, optionally `purpose`,
    /// `actor`, `on_behalf`, `log`, `wrap`; and what is to come out: `expect` (an action or `deny`), optionally
    /// `would_reveal` and `rule` (`"allow rule 1"`).
    ///
    /// # Errors
    /// `Invalid`, with the line, where the table is malformed.
    pub fn test(&self, toml: &str) -> Result<Report> {
        let reader = Reader { text: toml };
        let table = reader.table(toml)?;
        reader.known(&table, &["expect"])?;
        let items = reader.tables(&table, "expect")?;
        let mut report = Report { total: items.len(), failures: Vec::new() };
        for (number, item) in (1..).zip(items) {
            if let Some(what) = self.failure(&reader, item)? {
                report.failures.push(Failure { number, what });
            }
        }
        Ok(report)
    }

    fn failure(&self, reader: &Reader<'_>, item: &Value<'_>) -> Result<Option<String>> {
        let table = reader.as_table(item)?;
        reader.known(table, KEYS)?;
        let text = |key| table.get(key).map(|value| reader.string(value)).transpose();
        let flag = |key| table.get(key).map(|value| reader.boolean(value)).transpose();
        let wrong = |what: String| reader.error(item.span(), &what);
        let need = |key| text(key)?.ok_or_else(|| wrong(format!("{key} is missing")));
        let expected = match need("expect")? {
            "deny" => Action::Deny,
            word => check::action(word).map_err(wrong)?,
        };
        let categories =
            reader.list(table, "category", |key| check::category(key, &self.prefixes))?;
        let categories: Vec<&str> = categories.iter().map(String::as_str).collect();
        let location = Location::parse(need("location")?).map_err(|error| wrong(error.reason()))?;
        let request = Request {
            action: check::action(need("action")?).map_err(wrong)?,
            categories: &categories,
            purpose: text("purpose")?,
            location: &location,
            actor: text("actor")?,
            on_behalf: text("on_behalf")?,
            log: flag("log")?.unwrap_or(false),
            wrap: flag("wrap")?.unwrap_or(false),
        };
        if let Some(purpose) = request.purpose {
            check::purpose(purpose, &self.prefixes).map_err(wrong)?;
        }
        let got = self.decide(&request);
        let holds = got.action == expected
            && flag("would_reveal")?.is_none_or(|wanted| wanted == got.would_reveal)
            && text("rule")?.is_none_or(|wanted| wanted == got.rule.to_string());
        Ok((!holds).then(|| format!("expected {expected}: {}", self.explain(&request))))
    }
}
