//! What is reported of a file or of an entry of an archive.

use serde::Serialize;

use super::detect::PatternFound;
use super::found::FieldFound;
use super::values::ValueFound;

/// How bytes were taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Format {
    /// As they are: text, dumps, logs, images.
    Bytes,
    /// RFC 1952.
    Gzip,
    /// RFC 8878.
    Zstd,
    /// The .xz format.
    Xz,
    /// bzip2.
    Bzip2,
    /// POSIX ustar, pax and GNU tar.
    Tar,
    /// ZIP, with the methods stored, deflate, bzip2, zstd and xz.
    Zip,
    /// `pg_dump --format=custom`.
    PgDump,
    /// An SQLite database file: overflow chains are followed.
    Sqlite,
}

/// Deeper archives would need more of the stack than a thread may have.
const DEEPEST: u32 = 32;

/// What keeps hostile input from taking all time: memory is bounded anyway.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Archives in archives: how deep. More than 32 is taken as 32.
    pub max_depth: u32,
    /// Entries of all archives of one file together.
    pub max_entries: u64,
    /// Bytes that the archives of one file may expand to, together.
    pub max_expanded: u64,
    /// How many times larger compressed bytes may become, once they are over 64 MiB.
    pub max_ratio: u64,
}

impl Options {
    pub(crate) fn depth(&self) -> u32 {
        self.max_depth.min(DEEPEST)
    }
}

impl Default for Options {
    fn default() -> Self {
        Self { max_depth: 8, max_entries: 1_000_000, max_expanded: 1 << 38, max_ratio: 1_500 }
    }
}

/// A file, or an entry of an archive, in which something was found or that could not be read to its
/// end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Source {
    /// The path; entries of archives behind `!`.
    pub name: String,
    /// As what it was read.
    pub format: Format,
    /// Bytes that were searched.
    pub bytes: u64,
    /// Envelopes, by field.
    pub fields: Vec<FieldFound>,
    /// Envelopes of fields beyond the number that is told apart.
    pub of_further_fields: u64,
    /// Given values that stand there in plaintext.
    pub values: Vec<ValueFound>,
    /// What looks like personal data by its form.
    pub patterns: Vec<PatternFound>,
    /// What could not be read, and why.
    pub remarks: Vec<String>,
}

impl Source {
    pub(crate) fn new(name: &str, format: Format) -> Self {
        Self {
            name: name.to_owned(),
            format,
            bytes: 0,
            fields: Vec::new(),
            of_further_fields: 0,
            values: Vec::new(),
            patterns: Vec::new(),
            remarks: Vec::new(),
        }
    }

    /// How many envelopes there are.
    #[must_use]
    pub fn envelopes(&self) -> u64 {
        self.of_further_fields + self.fields.iter().map(|field| field.count).sum::<u64>()
    }

    /// Whether there is nothing to say.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.envelopes() == 0
            && self.values.is_empty()
            && self.patterns.is_empty()
            && self.remarks.is_empty()
    }
}
