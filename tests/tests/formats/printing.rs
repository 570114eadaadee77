//! `Debug`, `tracing`, `log`, panics: what is printed of a record shows none of its values.

#![allow(clippy::unnecessary_literal_unwrap, reason = "what `unwrap` prints is what is tested")]

use std::io::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};

use taggant::Flow;
use taggant_testing::{Captured, LeakProbe, Recorder, canary};
use taggant_tests::shapes::{
    Adjacent, Composite, External, Flat, Flattened, Generic, Internal, Nest, Newtype, Optional,
    Pair, Protected, SealedNone, Shape, Transparent, Tree, Untagged, Whole,
};

/// An operation whose error is the value itself.
fn refused<T>(value: T) -> Result<(), T> {
    Err(value)
}

fn prints_nothing<T: Shape>() {
    let recorder = Recorder::new("");
    recorder.run(|| {
        for value in T::samples() {
            let probe = LeakProbe::watch(&value);
            if probe.is_empty() {
                continue;
            }
            probe.assert_sealed(&format!("{value:?} {value:#?}"));
            probe.run(|| {
                let span = tracing::info_span!("span", ?value);
                span.in_scope(|| tracing::warn!(value = ?value, "event {value:?}"));
                log::error!("log {value:?} {value:#?}");
                let failed = refused(&value);
                let unwrapped = catch_unwind(AssertUnwindSafe(|| failed.unwrap()));
                assert!(unwrapped.is_err());
            });
        }
    });
}

#[test]
fn errors_in_tracing_fields_print_no_value() {
    Recorder::new("").run(|| {
        for value in Flat::samples() {
            let probe = LeakProbe::watch(&value);
            let row = Flow::to("postgres://db", "flat").run(|| serde_json::to_string(&value));
            let row = row.expect("it is sealed");
            let plain = canary::email();
            let probe = probe.value("input", &plain);
            probe.run(|| {
                let refused = serde_json::from_str::<Flat>(&row).expect_err("no flow");
                let typed = taggant::Error::last().expect("a typed error");
                tracing::error!(error = %refused, typed = %typed, "{refused}");
                tracing::error!(error = ?refused, typed = ?typed, "{typed:?}");
                let source: &(dyn std::error::Error + 'static) = &refused;
                tracing::error!(error = source);
                let input = format!("{{\"name\":\"{plain}\",\"{plain}\":1}}");
                let flow = Flow::from("postgres://db", "flat");
                let refused = flow.run(|| serde_json::from_str::<Flat>(&input));
                let refused = refused.expect_err("plaintext in storage");
                tracing::error!(error = %refused, again = ?refused);
            });
        }
    });
}

#[test]
fn a_flow_span_adds_purpose_and_actor_and_no_value() {
    use taggant::FlowSpan;
    let value = Flat::samples().pop().expect("a sample");
    let id = canary::email();
    let flow = Flow::to("https://shipper.example", "labels")
        .purpose("essential.service.operations")
        .actor("svc:checkout")
        .subject("customer", &id);
    let probe = LeakProbe::watch(&value).value("subject", &id);
    let (captured, _) = Captured::of(|| flow.span().in_scope(|| tracing::info!(?value, "sent")));
    let text = String::from_utf8(captured.output).expect("text");
    probe.assert_sealed(&text);
    for part in ["essential.service.operations", "svc:checkout", "https://shipper.example/labels"] {
        assert!(text.contains(part), "{text}");
    }
}

#[test]
fn no_shape_prints_a_value() {
    prints_nothing::<Flat>();
    prints_nothing::<Nest>();
    prints_nothing::<Pair>();
    prints_nothing::<Newtype>();
    prints_nothing::<Transparent>();
    prints_nothing::<Generic<String, u8>>();
    prints_nothing::<External>();
    prints_nothing::<Internal>();
    prints_nothing::<Adjacent>();
    prints_nothing::<Untagged>();
    prints_nothing::<Flattened>();
    prints_nothing::<Optional>();
    prints_nothing::<Tree>();
    prints_nothing::<SealedNone>();
    prints_nothing::<Whole>();
    prints_nothing::<Composite>();
    prints_nothing::<Protected>();
}

/// A type as it is written without taggant.
#[derive(Debug, serde::Serialize)]
struct Leaking {
    email: String,
}

#[test]
fn a_leaking_type_is_caught_in_every_way_of_printing() {
    let value = Leaking { email: canary::email() };
    let probe = LeakProbe::new().value("email", &value.email);
    type Way<'a> = Box<dyn Fn() + 'a>;
    let ways: [(&str, Way<'_>); 7] = [
        ("tracing, displayed", Box::new(|| tracing::info!(email = %value.email, "x"))),
        ("stdout", Box::new(|| std::io::stdout().write_all(value.email.as_bytes()).unwrap())),
        ("tracing", Box::new(|| tracing::info!(?value, "x"))),
        ("span", Box::new(|| tracing::info_span!("s", ?value).in_scope(|| ()))),
        ("log", Box::new(|| log::info!("{value:?}"))),
        ("panic", Box::new(|| panic!("{value:?}"))),
        ("unwrap", Box::new(|| refused(&value).unwrap())),
    ];
    for (way, print) in ways {
        let (captured, _) = Captured::of(&print);
        assert!(!probe.find(&captured.output).is_empty(), "{way} is not caught");
    }
}

#[test]
fn a_leaking_value_is_caught_in_every_encoding() {
    let secret = format!("{} Ünïcode \"x\" / & y", canary::word());
    let probe = LeakProbe::new().value("secret", &secret);
    let hex = |bytes: &[u8]| bytes.iter().map(|b| format!("{b:02X}")).collect::<String>();
    let json = serde_json::to_string(&secret).unwrap();
    let escaped: String = json
        .chars()
        .map(|c| if c.is_ascii() { c.to_string() } else { format!("\\u{:04X}", u32::from(c)) })
        .collect();
    let url: String = secret
        .bytes()
        .map(|b| {
            if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02x}") }
        })
        .collect();
    let utf16: Vec<u8> = secret.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let utf16_be: Vec<u8> = secret.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let mut ways: Vec<(&str, Vec<u8>)> = vec![
        ("raw", secret.clone().into_bytes()),
        ("folded", secret.to_uppercase().into_bytes()),
        ("json", json.into_bytes()),
        ("escaped", escaped.into_bytes()),
        ("url", url.clone().into_bytes()),
        ("form", url.replace("%20", "+").into_bytes()),
        ("hex", hex(secret.as_bytes()).into_bytes()),
        ("utf16", utf16),
        ("utf16 big-endian", utf16_be),
    ];
    for before in ["", "a", "ab", "abc"] {
        ways.push(("base64", base64(format!("{before}{secret}tail").as_bytes()).into_bytes()));
    }
    for (way, bytes) in ways {
        let hidden = [b"some bytes before ", bytes.as_slice(), b" and after"].concat();
        assert!(!probe.find(&hidden).is_empty(), "{way} is not caught");
    }
    assert!(probe.find("nothing to see here").is_empty());
}

/// RFC 4648 by hand: the probe's own encoder must not judge itself.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bits: Vec<u8> = bytes.iter().flat_map(|b| (0..8).rev().map(move |i| b >> i & 1)).collect();
    bits.chunks(6)
        .map(|six| six.iter().fold(0, |n, bit| n << 1 | usize::from(*bit)) << (6 - six.len()))
        .map(|index| char::from(LETTERS[index]))
        .collect()
}
