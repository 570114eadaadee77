//! The file of declared places.

use std::fmt;

use serde::{Deserialize, Serialize};
use taggant_store::ledger::FlowEdge;
use taggant_taxonomy::{CATEGORIES, PURPOSES, suggest};

/// What is declared.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Declared {
    /// Places, in file order.
    #[serde(default, rename = "place")]
    pub places: Vec<Place>,
}

/// A place, and what may be there.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// Pattern of datasets; any, if it is not said.
    #[serde(default = "any")]
    pub dataset: String,
    /// Pattern of places.
    pub location: String,
    /// `to` (data is written there) or `from` (it comes from there); both, if it is not said.
    pub direction: Option<Direction>,
    /// Categories, each with everything below it.
    pub categories: Vec<String>,
    /// Purposes, each with everything below it; any, if they are not said.
    pub purposes: Option<Vec<String>>,
    /// The least protection.
    #[serde(default)]
    pub form: Form,
}

fn any() -> String {
    "**".to_owned()
}

/// Which way data moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// To the place.
    To,
    /// From it.
    From,
}

impl Direction {
    pub(super) fn of(edge: &FlowEdge) -> Self {
        if edge.kind == "write" { Self::To } else { Self::From }
    }

    pub(super) fn word(self) -> &'static str {
        match self {
            Self::To => "to",
            Self::From => "from",
        }
    }
}

/// How protected data is at a place; the least protected first.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Form {
    /// As it is.
    Plaintext,
    /// A keyed pseudonym.
    Pseudonymised,
    /// A mask.
    Masked,
    /// Encrypted.
    #[default]
    Sealed,
}

impl Form {
    pub(super) fn of(edge: &FlowEdge) -> Self {
        match edge.action.as_str() {
            // What is read into the program is not at the place in plaintext.
            "reveal" => Self::Plaintext,
            "ingest" => Self::Plaintext,
            "pseudonymise" => Self::Pseudonymised,
            "mask" => Self::Masked,
            _ => Self::Sealed,
        }
    }

    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Plaintext => "plaintext",
            Self::Pseudonymised => "pseudonymised",
            Self::Masked => "masked",
            Self::Sealed => "sealed",
        }
    }
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl Declared {
    /// Reads the file.
    ///
    /// # Errors
    /// Says what is wrong, and where.
    pub fn from_toml(text: &str) -> Result<Self, String> {
        let declared: Self = toml::from_str(text).map_err(|error| {
            let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
            let line = before.matches('\n').count() + 1;
            format!("line {line}: {}", error.message())
        })?;
        for (number, place) in (1..).zip(&declared.places) {
            place.check().map_err(|what| format!("place {number} ({}): {what}", place.location))?;
        }
        Ok(declared)
    }
}

impl Place {
    fn check(&self) -> Result<(), String> {
        if self.categories.is_empty() {
            return Err("it names no category; name at least one, such as \"user\"".to_owned());
        }
        for key in &self.categories {
            known(key, "category", CATEGORIES)?;
        }
        for key in self.purposes.iter().flatten().filter(|key| !key.is_empty()) {
            known(key, "purpose", PURPOSES)?;
        }
        Ok(())
    }
}

/// A key of the taxonomy, or of a project's own, which begins with another word.
fn known(key: &str, what: &str, keys: &[&str]) -> Result<(), String> {
    let is_own = !keys.iter().any(|known| known.split('.').next() == key.split('.').next());
    let near = suggest(key, keys);
    if keys.contains(&key) || is_own && near.is_none() {
        return Ok(());
    }
    let hint = near.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
    Err(format!("`{key}` is no {what} of the taxonomy{hint}"))
}
