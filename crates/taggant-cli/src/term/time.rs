//! Times, always in UTC.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// A Unix time in nanoseconds for people: `2026-11-24 08:15:00Z`.
pub(crate) fn moment(unix_ns: u64) -> String {
    match Timestamp::from_nanosecond(i128::from(unix_ns)) {
        Ok(time) => time.strftime("%Y-%m-%d %H:%M:%SZ").to_string(),
        Err(_) => format!("{unix_ns} ns"),
    }
}

/// A date or a time of day that somebody typed, as Unix time in nanoseconds.
///
/// # Errors
/// Says what is expected.
pub(crate) fn parse_moment(text: &str) -> Result<u64, String> {
    let time = text.parse::<Timestamp>().or_else(|_| {
        let date: Date = text.parse()?;
        date.to_zoned(TimeZone::UTC).map(|zoned| zoned.timestamp())
    });
    let time = time.map_err(|_| {
        "a date such as 2026-11-24, or a time such as 2026-11-24T08:15:00Z, is expected".to_owned()
    })?;
    u64::try_from(time.as_nanosecond())
        .map_err(|_| "the time is not in the years 1970 to 2554".to_owned())
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
