//! Names as they fit into boxes.

use crate::map::escape::visible;

/// Two lines: what tells a place from others, and the rest of its name.
pub(super) fn names(location: &str) -> (&str, String) {
    let (name, space) = parts(location);
    match (family(space), space.split_once("://")) {
        // Of a service the host says more than the path.
        ("service", Some((_, host))) => (host, format!("service · /{name}")),
        (family, _) => (name, format!("{family} · {space}")),
    }
}

/// Name and namespace of a place. The name may be all there is.
fn parts(location: &str) -> (&str, &str) {
    let start = location.find("://").map_or(0, |at| at + 3);
    match location[start..].find('/') {
        Some(at) => (&location[start + at + 1..], &location[..start + at]),
        None => (location, location),
    }
}

/// What somebody who does not know URLs would call such a place.
fn family(space: &str) -> &'static str {
    let scheme = space.split([':', '/']).next().unwrap_or("");
    match scheme {
        "postgres" | "postgresql" | "mysql" | "mariadb" | "sqlite" | "mssql" | "oracle" => {
            "database"
        }
        "mongodb" | "redis" | "cassandra" | "clickhouse" | "snowflake" | "bigquery" => "database",
        "http" | "https" | "grpc" => "service",
        "file" | "ftp" | "sftp" => "file",
        "s3" | "gs" | "gcs" | "abfs" | "abfss" | "azure" | "hdfs" => "file store",
        "kafka" | "nats" | "amqp" | "amqps" | "sqs" | "pubsub" | "mqtt" => "messages",
        "log" => "log",
        "mailto" | "smtp" | "smtps" => "mail",
        "taggant" => "not named",
        _ => "place",
    }
}

/// As much of a text as fits into so many pixels; the middle is left out.
pub(super) fn fit(text: &str, pixels: i32, per_char: i32) -> String {
    let room = usize::try_from(pixels / per_char).unwrap_or(0).max(6);
    let chars: Vec<char> = visible(text).chars().collect();
    if chars.len() <= room {
        return chars.into_iter().collect();
    }
    let tail = room / 2;
    let head: String = chars[..room - tail - 1].iter().collect();
    head + "…" + &chars[chars.len() - tail..].iter().collect::<String>()
}

/// The same for dotted keys: the end says more than the beginning.
pub(super) fn fit_end(text: &str, pixels: i32, per_char: i32) -> String {
    let room = usize::try_from(pixels / per_char).unwrap_or(0).max(6);
    let text = &*visible(text);
    if text.chars().count() <= room {
        return text.to_owned();
    }
    let whole_words = text.match_indices('.').map(|(at, _)| &text[at + 1..]);
    match whole_words.into_iter().find(|rest| rest.chars().count() < room) {
        Some(rest) => format!("…{rest}"),
        None => fit(text, pixels, per_char),
    }
}

#[cfg(test)]
mod tests {
    use super::{fit, fit_end, names};

    #[test]
    fn places_are_told_apart_by_their_first_line() {
        for (location, name, small) in [
            (
                "postgres://shop:5432/shop.public.t",
                "shop.public.t",
                "database · postgres://shop:5432",
            ),
            ("https://shipper.example/labels", "shipper.example", "service · /labels"),
            ("s3://bucket/a/b", "a/b", "file store · s3://bucket"),
            ("log/shop.log", "shop.log", "log · log"),
            ("oddity", "oddity", "place · oddity"),
        ] {
            assert_eq!(names(location), (name, small.to_owned()), "{location}");
        }
    }

    #[test]
    fn long_names_keep_both_ends_and_long_keys_their_last_words() {
        assert_eq!(fit("abcdefghijklmnopqrstuvwxyz", 100, 10), "abcd…vwxyz");
        assert_eq!(fit("short", 100, 10), "short");
        assert_eq!(fit("ééééééééééééééé", 60, 10), "éé…ééé");
        assert_eq!(fit_end("user.contact.address.street", 180, 10), "…address.street");
        assert_eq!(fit_end("abcdefghijklmnopqrstuvwxyz", 100, 10), "abcd…vwxyz");
    }
}
