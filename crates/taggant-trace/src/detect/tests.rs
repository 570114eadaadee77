//! Published samples are found, the same with one digit changed are not, nor is what looks alike.

use super::{Detect, Pattern, PatternFound};
use crate::stream::trace_blocks;

fn found(text: &str) -> Vec<PatternFound> {
    let mut detect = Detect::default();
    trace_blocks(&mut text.as_bytes(), 1 << 16, &mut [&mut detect], &mut 0).unwrap();
    detect.into_found()
}

fn patterns(text: &str) -> Vec<Pattern> {
    found(text).into_iter().map(|found| found.pattern).collect()
}

const SAMPLES: [(Pattern, &str); 27] = [
    (Pattern::Card, "4111 1111 1111 1111"),
    (Pattern::Card, "4111111111111111"),
    (Pattern::Card, "5555-5555-5555-4444"),
    (Pattern::Card, "378282246310005"),
    (Pattern::Card, "6011111111111117"),
    (Pattern::Card, "3530111333300000"),
    (Pattern::Iban, "GB82 WEST 1234 5698 7654 32"),
    (Pattern::Iban, "DE89370400440532013000"),
    (Pattern::Iban, "FR1420041010050500013M02606"),
    (Pattern::Email, "maria.gonzalez+shop@mail.example.com"),
    (Pattern::Phone, "+34 912 345 678"),
    (Pattern::Phone, "+49 (30) 1234567"),
    (Pattern::Phone, "+14155552671"),
    (Pattern::IdSpain, "12345678Z"),
    (Pattern::IdSpain, "X1234567L"),
    (Pattern::IdFrance, "255081416802538"),
    (Pattern::IdFrance, "2 55 08 14 168 025 38"),
    (Pattern::IdItaly, "RSSMRA85T10A562S"),
    (Pattern::IdPoland, "44051401359"),
    (Pattern::IdGermany, "86095742719"),
    (Pattern::IdFinland, "131052-308T"),
    (Pattern::IdFinland, "131052A308T"),
    (Pattern::IdBelgium, "85.07.30-033.28"),
    (Pattern::IdSweden, "811218-9876"),
    (Pattern::IdNhs, "943 476 5919"),
    (Pattern::IdBrazil, "529.982.247-25"),
    (Pattern::Email, "o'neil@example.org"),
];

#[test]
fn samples_are_found_wherever_they_stand() {
    for (pattern, sample) in SAMPLES {
        for text in [
            sample.to_owned(),
            format!("before {sample} after"),
            format!("\"{sample}\",1"),
            format!("<td>{sample}</td>"),
            format!("({sample})."),
        ] {
            assert_eq!(patterns(&text), [pattern], "{text}");
        }
    }
}

#[test]
fn a_changed_digit_is_no_sample_any_more() {
    for (pattern, sample) in SAMPLES {
        if matches!(pattern, Pattern::Email | Pattern::Phone) {
            continue;
        }
        let last = sample.rfind(|c: char| c.is_ascii_digit()).unwrap();
        let digit = sample.as_bytes()[last] - b'0';
        for other in (0..10).filter(|other| *other != digit) {
            let changed = format!("{}{other}{}", &sample[..last], &sample[last + 1..]);
            assert!(!patterns(&changed).contains(&pattern), "{changed}");
        }
    }
}

#[test]
fn what_looks_alike_is_left_alone() {
    for text in [
        "2026-11-24 08:15:00 200 1234567890123 ms",
        "id=4111111111111112",
        "0000 0000 0000 0000",
        "a4111111111111111",
        "4111111111111111b",
        "user@localhost",
        "@decorator.method",
        "a@b",
        "+1",
        "1+2345678901",
        "version 1.2.3.4-5.6",
        "DE8937040044053201300",
        "3.14159265358979323846",
        "f1e2d3c4-5566-7788-99aa-bbccddeeff00",
    ] {
        assert_eq!(patterns(text), [], "{text}");
    }
}

#[test]
fn everything_is_counted_across_reads_with_the_first_offset() {
    let text = format!("{}maria@example.com ", " ".repeat(997)).repeat(50);
    let mut detect = Detect::default();
    trace_blocks(&mut text.as_bytes(), 700, &mut [&mut detect], &mut 0).unwrap();
    let found = detect.into_found();
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].count, found[0].first_offset), (50, 997));
}

#[test]
fn any_bytes_are_looked_at_without_a_panic() {
    let mut state = 1_u32;
    let alphabet = b"0123456789 -.+@ABXYZax_\xFF";
    let bytes: Vec<u8> = (0..200_000)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            alphabet[(state >> 16) as usize % alphabet.len()]
        })
        .collect();
    let mut detect = Detect::default();
    trace_blocks(&mut bytes.as_slice(), 1000, &mut [&mut detect], &mut 0).unwrap();
}
