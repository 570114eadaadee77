//! What a probe takes from a value, and what it says of it.

use std::collections::BTreeMap;

use taggant::Tagged;
use taggant_testing::{Encoding, LeakProbe, canary};

#[derive(Tagged)]
#[tagged(dataset = "watch.record", subject(customer = id), row = id)]
struct Record<T> {
    #[clear]
    id: u64,
    #[tag("user.content")]
    value: T,
}

fn watch<T: serde::Serialize>(value: T) -> LeakProbe
where
    Record<T>: serde::Serialize,
{
    LeakProbe::watch(&Record { id: 1, value })
}

#[test]
fn keys_of_a_tagged_map_are_searched_for_and_never_reported() {
    let (key, value) = (canary::word(), canary::word());
    let short = (canary::word(), "short".to_owned());
    let map = BTreeMap::from([(key.clone(), value.clone()), short.clone()]);
    let probe = watch(map);
    for text in [&key, &value, &short.0] {
        let leaks = probe.find(text);
        assert_eq!(leaks.len(), 1);
        let said = format!("{leaks:?} {} {probe:?} {:?}", leaks[0], probe.ignored());
        assert!(said.contains("value.*"));
        for secret in [&key, &value, &short.0] {
            assert!(!said.to_lowercase().contains(&secret.to_lowercase()), "a report shows a key");
        }
    }
}

#[test]
fn what_json_cannot_hold_is_watched() {
    let text = canary::word();
    let probe = watch(BTreeMap::from([((1_u8, 2_u8), text.clone())]));
    assert!(!probe.find(&text).is_empty());
    let probe = watch(u128::MAX - 5);
    assert!(!probe.find("340282366920938463463374607431768211450").is_empty());
}

#[test]
fn bytes_are_watched_whether_they_are_text_or_not() {
    let text = canary::word();
    assert!(!watch(text.clone().into_bytes()).find(&text).is_empty());
    let key: Vec<u8> = (0..32_u8).map(|n| 0x80 ^ n.wrapping_mul(37)).collect();
    let probe = watch(key.clone());
    let hex: String = key.iter().map(|byte| format!("{byte:02X}")).collect();
    assert_eq!(probe.find(&[b"x", key.as_slice()].concat())[0].offset, 1);
    assert_eq!(probe.find(&hex)[0].encoding, Encoding::Hex);
    for common in [vec![0_u8; 40], vec![0xFF_u8; 40]] {
        let probe = watch(common);
        assert!(probe.is_empty(), "it stands in every database file");
        assert_eq!(probe.ignored(), ["value"]);
    }
}

#[test]
fn names_of_fields_in_a_tagged_value_are_not_taken_for_values() {
    #[derive(serde::Serialize, serde::Deserialize)]
    struct Place {
        latitude: String,
    }
    let text = canary::word();
    let probe = watch(Place { latitude: text.clone() });
    assert_eq!(probe.find(&text)[0].field, "value.latitude");
    assert!(probe.find("a line about latitude").is_empty());
}

#[test]
fn escapes_of_other_writers_are_searched() {
    let value = "Zyxw/é<b> \"q\" 'Ж'\u{200b}abc";
    let probe = LeakProbe::new().value("value", value);
    let once = serde_json::to_string(value).unwrap();
    for (way, text) in [
        ("solidus", once.replace('/', "\\/")),
        ("html", once.replace('<', "\\u003C").replace('>', "\\u003E")),
        ("JSON in JSON", serde_json::to_string(&once).unwrap()),
        ("Debug", format!("{value:?}")),
        ("escape_default", value.escape_default().to_string()),
    ] {
        assert!(!probe.find(&text).is_empty(), "{way} is not caught");
    }
}
