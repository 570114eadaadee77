//! Every encoding, at every split between two reads.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use proptest::prelude::*;

use super::super::{Encoding, Finder, Hit};
use super::trace_blocks;

const KEY: [u8; 16] = *b"0123456789abcdef";
const FIELD: [u8; 8] = [0xFE, 0xD1, 0xFF, 0x00, 0x3E, 0x3F, 0x7F, 0x80];

/// An envelope of 85 bytes.
fn envelope(flags: u8) -> Vec<u8> {
    let mut bytes = vec![0xFE, 0xD1, 1, 1, flags];
    bytes.extend(FIELD);
    bytes.extend(KEY);
    bytes.extend((0..56_u8).map(|byte| byte.wrapping_mul(37)));
    bytes
}

fn text(flags: u8) -> String {
    format!("tgt1.{}", URL_SAFE_NO_PAD.encode(envelope(flags)))
}

fn hex(bytes: &[u8]) -> String {
    taggant_core::hex::encode(bytes)
}

fn wrapped(text: &str, width: usize, line_break: &str) -> Vec<u8> {
    let lines: Vec<&[u8]> = text.as_bytes().chunks(width).collect();
    lines.join(line_break.as_bytes())
}

fn utf16(text: &str, is_big: bool) -> Vec<u8> {
    text.encode_utf16()
        .flat_map(|unit| if is_big { unit.to_be_bytes() } else { unit.to_le_bytes() })
        .collect()
}

/// How it may be written, and as what it is to be found.
fn ways(flags: u8) -> Vec<(Encoding, Vec<u8>)> {
    let raw = envelope(flags);
    let text = text(flags);
    let mut ways = vec![
        (Encoding::Raw, raw.clone()),
        (Encoding::Text, text.clone().into_bytes()),
        (Encoding::Hex, hex(&raw).into_bytes()),
        (Encoding::Hex, hex(&raw).to_uppercase().into_bytes()),
        (Encoding::TextInHex, hex(text.as_bytes()).into_bytes()),
        (Encoding::TextInHex, hex(text.as_bytes()).to_uppercase().into_bytes()),
        (Encoding::Utf16, utf16(&text, false)),
        (Encoding::Utf16, utf16(&text, true)),
        (Encoding::HexInUtf16, utf16(&hex(&raw), false)),
        (Encoding::HexInUtf16, utf16(&hex(&raw), true)),
    ];
    for before in 0..4 {
        let other = vec![b'x'; before];
        for encoded in [
            STANDARD.encode([&other, raw.as_slice()].concat()),
            URL_SAFE_NO_PAD.encode([&other, raw.as_slice()].concat()),
        ] {
            ways.push((Encoding::Base64, encoded.replace('/', "\\/").into_bytes()));
            ways.push((Encoding::Base64, encoded.into_bytes()));
        }
        let within = STANDARD.encode([&other, text.as_bytes()].concat());
        ways.push((Encoding::TextInBase64, within.into_bytes()));
    }
    ways
}

fn found(bytes: &[u8], block: usize) -> Vec<Hit> {
    let mut hits = Vec::new();
    let (finder, mut read) = (Finder::new(), 0);
    let mut sink = |hit| hits.push(hit);
    let mut search = finder.with(&mut sink);
    trace_blocks(&mut &bytes[..], block, &mut [&mut search], &mut read).unwrap();
    assert_eq!(read, bytes.len() as u64);
    hits
}

#[track_caller]
fn is_found_once(bytes: &[u8], encoding: Encoding, block: usize) -> Hit {
    let hits = found(bytes, block);
    assert_eq!(hits.len(), 1, "{encoding}: {hits:?}");
    assert_eq!(hits[0].encoding, encoding);
    assert_eq!((hits[0].header.key.0, hits[0].header.field.0), (KEY, FIELD));
    hits[0]
}

#[test]
fn every_encoding_is_found_once_with_every_flag() {
    for flags in 0..8 {
        for (encoding, bytes) in ways(flags) {
            let inside = [b"before (\"", bytes.as_slice(), b"\") after"].concat();
            is_found_once(&inside, encoding, 1 << 16);
            is_found_once(&bytes, encoding, 1 << 16);
        }
    }
}

#[test]
fn an_envelope_across_two_reads_is_found_once_wherever_the_split_is() {
    const FIRST: usize = 32 + 1024 + 256;
    for (encoding, bytes) in ways(1) {
        for shift in 0..bytes.len() + 2 {
            let before = vec![b' '; FIRST - shift];
            let inside = [before.as_slice(), &bytes, &[b' '; 3000]].concat();
            is_found_once(&inside, encoding, 256);
        }
    }
}

#[test]
fn offsets_count_from_the_beginning_of_the_stream() {
    let inside = [vec![b' '; 5000], text(1).into_bytes(), vec![b' '; 5000]].concat();
    assert_eq!(is_found_once(&inside, Encoding::Text, 256).offset, 5000);
}

#[test]
fn wrapped_base64_is_found_at_every_width() {
    for width in [16, 17, 20, 40, 64, 72, 76] {
        for line_break in ["\n", "\r\n"] {
            for before in 0..width.min(70) {
                let other = vec![b'x'; before];
                let raw = [&other, envelope(1).as_slice(), &[7; 40]].concat();
                let lines = wrapped(&STANDARD.encode(raw), width, line_break);
                is_found_once(&lines, Encoding::Base64, 1 << 16);
                let within = [&other, text(1).as_bytes(), &[b'y'; 40]].concat();
                let lines = wrapped(&STANDARD.encode(within), width, line_break);
                is_found_once(&lines, Encoding::TextInBase64, 1 << 16);
                let long = format!("{}{}", "x".repeat(before), text(1));
                is_found_once(&wrapped(&long, width, line_break), Encoding::Text, 1 << 16);
            }
        }
    }
}

#[test]
fn what_is_no_envelope_is_not_taken_for_one() {
    let mut unknown_version = envelope(1);
    unknown_version[2] = 2;
    let mut unknown_flags = envelope(1);
    unknown_flags[4] = 8;
    let cut = &envelope(1)[..28];
    for bytes in [&unknown_version[..], &unknown_flags, cut, b"tgt1._tEBAQ", b"tgt1.hello"] {
        assert_eq!(found(bytes, 1 << 16), []);
        let text = format!("tgt1.{} ", URL_SAFE_NO_PAD.encode(bytes));
        assert_eq!(found(text.as_bytes(), 1 << 16), []);
    }
}

proptest! {
    #[test]
    fn any_bytes_around_an_envelope_neither_hide_nor_double_it(
        before in proptest::collection::vec(any::<u8>(), 0..2000),
        after in proptest::collection::vec(any::<u8>(), 0..2000),
        block in 1_usize..3000,
    ) {
        let inside = [before.as_slice(), &envelope(1), &after].concat();
        let hits = found(&inside, block);
        prop_assert_eq!(hits.len(), 1);
        prop_assert_eq!(hits[0].offset, before.len() as u64);
    }
}
