//! Times of the ledger as text: RFC 3339 in UTC.

/// Nanoseconds of a day.
const DAY: u64 = 86_400 * 1_000_000_000;

/// A Unix time in nanoseconds as `2026-11-24T01:13:15Z`.
#[must_use]
pub fn rfc3339(ns: u64) -> String {
    let seconds = ns % DAY / 1_000_000_000;
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    format!("{}T{hour:02}:{minute:02}:{second:02}Z", date(ns))
}

/// The day of a Unix time in nanoseconds as `2026-11-24`.
#[must_use]
pub fn date(ns: u64) -> String {
    let (year, month, day) = civil(ns / DAY);
    format!("{year:04}-{month:02}-{day:02}")
}

/// The Unix time in nanoseconds of `2026-11-24` (its start) or `2026-11-24T01:13:15Z`, in UTC.
///
/// `None` where it is neither, or outside the years 1970 to 2500.
#[must_use]
pub fn parse(text: &str) -> Option<u64> {
    let (date, time) = match text.split_once('T') {
        Some((date, time)) => (date, time.strip_suffix('Z')?),
        None => (text, "00:00:00"),
    };
    let [year, month, day] = numbers(date, '-', [4, 2, 2])?;
    let [hour, minute, second] = numbers(time, ':', [2, 2, 2])?;
    let in_range = (1970..=2500).contains(&year)
        && (1..=12).contains(&month)
        && hour < 24
        && minute < 60
        && second < 60;
    if !in_range {
        return None;
    }
    let days = days(year, month, day);
    // A day that the month does not have comes back as another.
    if civil(days) != (year, month, day) {
        return None;
    }
    Some(days * DAY + (hour * 3600 + minute * 60 + second) * 1_000_000_000)
}

fn numbers(text: &str, separator: char, widths: [usize; 3]) -> Option<[u64; 3]> {
    let mut found = [0; 3];
    let mut parts = text.split(separator);
    for (number, width) in found.iter_mut().zip(widths) {
        let part = parts.next()?;
        if part.len() != width || !part.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        *number = part.parse().ok()?;
    }
    parts.next().is_none().then_some(found)
}

/// Years counted from March of the year 0, so that a leap day ends one; days from 1970-01-01.
fn days(year: u64, month: u64, day: u64) -> u64 {
    let year = if month <= 2 { year - 1 } else { year };
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day;
    let all = year * 365 + year / 4 - year / 100 + year / 400 + of_year;
    all.saturating_sub(719_469)
}

fn civil(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = (shifted + 2) % 12 + 1;
    (era * 400 + year + u64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_in_utc() {
        assert_eq!(rfc3339(0), "1970-01-01T00:00:00Z");
        assert_eq!(rfc3339(951_782_400_000_000_000), "2000-02-29T00:00:00Z");
        assert_eq!(rfc3339(1_795_482_795_999_999_999), "2026-11-24T01:13:15Z");
        assert_eq!(rfc3339(u64::MAX), "2554-07-21T23:34:33Z");
    }

    #[test]
    fn every_day_reads_back() {
        for day in 0..190_000 {
            let ns = day * DAY;
            assert_eq!(parse(&date(ns)), Some(ns), "{}", date(ns));
        }
        assert_eq!(parse("2026-11-24T01:13:15Z"), Some(1_795_482_795_000_000_000));
    }

    #[test]
    fn what_is_no_time_is_refused() {
        let wrong = [
            "",
            "2026",
            "2026-02-29",
            "2026-13-01",
            "2026-1-1",
            "1969-12-31",
            "2026-11-24T25:00:00Z",
        ];
        for text in wrong.into_iter().chain(["2026-11-24T01:13:15", "0000-00-00", "+026-11-24"]) {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
