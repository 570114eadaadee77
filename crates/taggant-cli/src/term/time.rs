//! Times, always in UTC.

use taggant_lineage::time;

/// A Unix time in nanoseconds for people: `2026-11-24 08:15:00Z`.
pub(crate) fn moment(unix_ns: u64) -> String {
    time::rfc3339(unix_ns).replacen('T', " ", 1)
}

/// A date or a time of day that somebody typed, as Unix time in nanoseconds.
///
/// # Errors
/// Says what is expected.
pub(crate) fn parse_moment(text: &str) -> Result<u64, String> {
    time::parse(text).ok_or_else(|| {
        "a date such as 2026-11-24, or a time such as 2026-11-24T08:15:00Z, in the years 1970 to \
         2500 is expected"
            .to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::{moment, parse_moment};

    #[test]
    fn dates_and_times_are_read_as_they_are_printed() {
        let day = parse_moment("2026-11-24").unwrap();
        assert_eq!(moment(day), "2026-11-24 00:00:00Z");
        assert_eq!(parse_moment("2026-11-24T00:00:01Z").unwrap(), day + 1_000_000_000);
        assert!(parse_moment("yesterday").is_err());
        assert!(parse_moment("1969-12-31").is_err());
    }
}
