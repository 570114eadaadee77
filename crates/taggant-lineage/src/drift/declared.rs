//! The file of declared places.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use taggant_core::place::normal_patterns;
use taggant_ledger::answers::{Direction, Protection};
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
    /// Patterns of places, in the form that places have. The file has one, in any spelling.
    #[serde(deserialize_with = "patterns")]
    pub location: Vec<String>,
    /// `to` (data is written there) or `from` (it comes from there); both, if it is not said.
    pub direction: Option<Direction>,
    /// Categories, each with everything below it.
    pub categories: Vec<String>,
    /// Purposes, each with everything below it; any, if they are not said.
    pub purposes: Option<Vec<String>>,
    /// The least protection.
    #[serde(default = "sealed", deserialize_with = "form")]
    pub form: Protection,
}

fn any() -> String {
    "**".to_owned()
}

fn sealed() -> Protection {
    Protection::Sealed
}

fn patterns<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    normal_patterns(&String::deserialize(deserializer)?).map_err(D::Error::custom)
}

fn form<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Protection, D::Error> {
    let word = String::deserialize(deserializer)?;
    let forms = || Protection::ALL.into_iter().filter(|form| *form != Protection::Withheld);
    forms().find(|form| form.name() == word).ok_or_else(|| {
        let words: Vec<&str> = forms().map(Protection::name).collect();
        D::Error::custom(format!("`{word}` is no form; the forms are {}", words.join(", ")))
    })
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
            place.check().map_err(|what| {
                format!("place {number} ({}): {what}", place.location.join(", "))
            })?;
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
