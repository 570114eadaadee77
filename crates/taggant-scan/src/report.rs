//! What a scan answers.

use serde::Serialize;

/// Everything a scan found.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct Report {
    /// `taggant.scan.v1`
    pub schema: &'static str,
    /// By path, then line.
    pub findings: Vec<Finding>,
    /// By name of the crate; crates without personal-looking fields are left out.
    pub coverage: Vec<Coverage>,
    /// All crates together.
    pub total: Coverage,
    /// What could not be read, and so was not judged.
    pub unread: Vec<Unread>,
    /// Source files read.
    pub files: usize,
    /// Lines in them.
    pub lines: u64,
    /// Fields judged.
    pub fields: u64,
}

/// A field that looks personal and carries no tag.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// What is wrong.
    pub kind: Kind,
    /// How sure it is, in a word.
    pub level: Level,
    /// The same as a number from 0 to 1.
    pub confidence: f64,
    /// The crate (its package's name).
    #[serde(rename = "crate")]
    pub package: String,
    /// The file, from the scanned folder, with `/`.
    pub path: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// Modules and name of the type: `model::Customer`.
    #[serde(rename = "type")]
    pub type_path: String,
    /// `[variant.]field`, tuple fields by index.
    pub field: String,
    /// The field's type, literals left out.
    pub field_type: String,
    /// The category to start from.
    pub category: &'static str,
    /// Why, the strongest reason first.
    pub reasons: Vec<String>,
}

/// What a finding is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A field without a tag.
    Untagged,
    /// A field of a `Tagged` type that was declared `#[clear]`.
    Clear,
}

impl Kind {
    /// The word that stands for it in reports and baselines.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Untagged => "untagged",
            Self::Clear => "clear",
        }
    }
}

/// How sure a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Worth a look: 0.35 and more.
    Low,
    /// More likely than not: 0.55 and more.
    Medium,
    /// Hardly anything else: 0.8 and more.
    High,
}

impl Level {
    /// The level of a confidence, `None` below what is reported.
    #[must_use]
    pub fn of(confidence: f64) -> Option<Self> {
        match confidence {
            c if c >= 0.8 => Some(Self::High),
            c if c >= 0.55 => Some(Self::Medium),
            c if c >= 0.35 => Some(Self::Low),
            _ => None,
        }
    }

    /// `low`, `medium` or `high`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

impl std::str::FromStr for Level {
    type Err = &'static str;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        match word {
            "low" => Ok(Self::Low),
            "medium" => Ok(Self::Medium),
            "high" => Ok(Self::High),
            _ => Err("a level is `low`, `medium` or `high`"),
        }
    }
}

/// How many of the personal-looking fields are tagged.
#[derive(Debug, Clone, Default, Serialize)]
#[non_exhaustive]
pub struct Coverage {
    /// The crate; empty for all together.
    #[serde(rename = "crate")]
    pub package: String,
    /// Fields that a tag, or `Sensitive`, or a tagged newtype protects.
    pub tagged: u64,
    /// Findings of kind `untagged`.
    pub untagged: u64,
    /// Findings of kind `clear`.
    pub clear: u64,
    /// `tagged / (tagged + untagged + clear)`; `None` where there is nothing to cover.
    pub share: Option<f64>,
}

impl Coverage {
    pub(crate) fn finish(mut self) -> Self {
        let all = self.tagged + self.untagged + self.clear;
        self.share = (all > 0).then(|| ratio(self.tagged, all));
        self
    }
}

/// A share of counts.
#[expect(clippy::cast_precision_loss, reason = "counts of fields are far below 2^52")]
pub(crate) fn ratio(part: u64, all: u64) -> f64 {
    part as f64 / all as f64
}

/// A file, or a type in one, that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[non_exhaustive]
pub struct Unread {
    /// The file, from the scanned folder, with `/`.
    pub path: String,
    /// Line from 1; 0 where it is the whole file.
    pub line: usize,
    /// Column in characters from 1; 0 where it is the whole file.
    pub column: usize,
    /// What stopped the reader; never a piece of the source.
    pub reason: &'static str,
}
