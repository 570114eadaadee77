//! Settings that affect protection; part of the digest.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::redact::days_of;

/// What a full or failing journal does to those who want to write into it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum JournalMode {
    /// Wait for room up to a time-out, then fail. The default.
    #[default]
    Block,
    /// Fail at once.
    Fail,
}

impl JournalMode {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Block => "block",
            Self::Fail => "fail",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Settings {
    /// Seconds.
    pub cache_life: u64,
    pub journal: JournalMode,
    pub flush_disclosures: bool,
    /// Dataset and last day.
    pub migrations: BTreeMap<String, String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            cache_life: 60,
            journal: JournalMode::Block,
            flush_disclosures: false,
            migrations: BTreeMap::new(),
        }
    }
}

impl Settings {
    pub(super) fn cache_life(&self) -> Duration {
        Duration::from_secs(self.cache_life)
    }
}

/// End of this day (UTC), in nanoseconds since 1970.
pub(super) fn end_of_day(date: &str) -> Option<u64> {
    let bytes = date.as_bytes();
    let shaped = bytes.len() == 10
        && bytes.iter().enumerate().all(|(at, byte)| match at {
            4 | 7 => *byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    if !shaped {
        return None;
    }
    let year: u16 = date[..4].parse().ok()?;
    let month: u16 = date[5..7].parse().ok()?;
    let day: u16 = date[8..].parse().ok()?;
    let valid = (1970..=2500).contains(&year)
        && (1..=12).contains(&month)
        && (1..=days_of(year, month)).contains(&day);
    if !valid {
        return None;
    }
    let years: u64 =
        (1970..year).map(|year| (1..=12).map(|m| u64::from(days_of(year, m))).sum::<u64>()).sum();
    let months: u64 = (1..month).map(|month| u64::from(days_of(year, month))).sum();
    Some((years + months + u64::from(day)) * 86_400 * 1_000_000_000)
}

#[cfg(test)]
mod tests {
    use super::end_of_day;

    #[test]
    fn a_day_ends_when_the_next_begins() {
        let seconds = |date| end_of_day(date).map(|nanos| nanos / 1_000_000_000);
        assert_eq!(seconds("1970-01-01"), Some(86_400));
        assert_eq!(seconds("2027-01-31"), Some(1_801_440_000));
        assert_eq!(seconds("2024-02-29"), Some(1_709_251_200));
        for bad in ["2023-02-29", "2027-13-01", "2027-1-1", "2027-01-00", "1969-01-01", ""] {
            assert_eq!(seconds(bad), None, "{bad}");
        }
    }
}
