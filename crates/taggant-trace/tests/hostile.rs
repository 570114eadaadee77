//! Files that are made to cost: memory stays flat, time in proportion, and what can't be read is
//! said.
#![cfg(target_os = "linux")]

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use taggant_trace::{Options, Source, Tracer};

/// One at a time: memory is the whole process's.
static ALONE: Mutex<()> = Mutex::new(());
const MOST: u64 = 64 << 20;

fn status(key: &str) -> u64 {
    let text = fs::read_to_string("/proc/self/status").unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix(key)).unwrap();
    let number = line.trim_start_matches(':').trim().split(' ').next().unwrap();
    number.parse::<u64>().unwrap() << 10
}

/// What is reported of a file, and what memory that took at most.
fn traced(path: &Path) -> (Vec<Source>, u64) {
    // Resets the peak (proc(5)).
    fs::write("/proc/self/clear_refs", "5").unwrap();
    let before = status("VmRSS");
    let mut sources = Vec::new();
    let tracer = Tracer::default();
    tracer.path(path, &mut |source| sources.push(source), &mut |_| ()).unwrap();
    (sources, status("VmHWM").saturating_sub(before))
}

/// Bytes that don't compress.
fn noise(size: usize) -> Vec<u8> {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    };
    (0..size / 8).flat_map(|_| next()).collect()
}

#[test]
fn windows_within_windows_share_the_memory() {
    let _alone = ALONE.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let mut bytes = noise(40 << 20);
    for _ in 0..5 {
        let mut encoder = zstd::Encoder::new(Vec::new(), 1).unwrap();
        encoder.window_log(25).unwrap();
        encoder.write_all(&bytes).unwrap();
        bytes = encoder.finish().unwrap();
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("nested.zst");
    fs::write(&path, bytes).unwrap();
    let (sources, peak) = traced(&path);
    assert!(peak <= MOST, "{peak} bytes");
    assert!(sources[0].remarks[0].contains("memory"), "{sources:?}");
}

fn text(out: &mut impl Write, text: &[u8]) {
    number(out, i32::try_from(text.len()).unwrap());
    out.write_all(text).unwrap();
}

fn number(out: &mut impl Write, number: i32) {
    out.write_all(&[u8::from(number < 0)]).unwrap();
    out.write_all(&number.unsigned_abs().to_le_bytes()).unwrap();
}

#[test]
fn names_in_a_dump_take_no_memory() {
    let _alone = ALONE.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("names.dump");
    let mut out = BufWriter::new(File::create(&path).unwrap());
    out.write_all(b"PGDMP\x01\x0d\x00\x04\x08\x01").unwrap();
    for _ in 0..8 {
        number(&mut out, 0); // compression, parts of the time
    }
    for _ in 0..3 {
        text(&mut out, b"x");
    }
    let tables = 60_000;
    number(&mut out, tables);
    // Each byte becomes three when it is shown.
    let name = [0xFF; 250];
    for id in 0..tables {
        number(&mut out, id);
        number(&mut out, 1);
        for own in [b"0".as_slice(), b"0", &name, b"TABLE DATA"] {
            text(&mut out, own);
        }
        number(&mut out, 3);
        for own in [b"".as_slice(), b"", b"", &name, b"", b"", b""] {
            text(&mut out, own);
        }
        number(&mut out, -1); // no dependencies
        out.write_all(&[2; 9]).unwrap(); // no offset
    }
    drop(out);
    let (sources, peak) = traced(&path);
    assert!(peak <= MOST, "{peak} bytes");
    assert_eq!(sources, []);
}

#[test]
fn cells_that_name_the_same_bytes_are_followed_once() {
    let _alone = ALONE.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    const PAGE: usize = 65_536;
    let mut page = vec![0; PAGE];
    page[0] = 0x0D;
    let cells = 20_000_u16;
    page[3..5].copy_from_slice(&cells.to_be_bytes());
    let at = 50_000;
    // A payload that goes on in page 1 as soon as possible.
    let least = (PAGE - 12) * 32 / 255 - 23;
    let payload = u32::try_from(least + 20 * (PAGE - 4)).unwrap();
    for index in 0..4 {
        let more = if index < 3 { 0x80 } else { 0 };
        page[at + index] = (payload >> (7 * (3 - index)) & 0x7F) as u8 | more;
    }
    for cell in 0..usize::from(cells) {
        page[8 + 2 * cell..10 + 2 * cell].copy_from_slice(&50_000_u16.to_be_bytes());
    }
    let end = at + 5 + least;
    page[end..end + 4].copy_from_slice(&2_u32.to_be_bytes());
    let mut first = vec![0; PAGE];
    first[..16].copy_from_slice(b"SQLite format 3\0");
    first[16..18].copy_from_slice(&1_u16.to_be_bytes());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("forged.db");
    let bytes: Vec<u8> =
        [first].into_iter().chain((0..50).map(|_| page.clone())).flatten().collect();
    fs::write(&path, bytes).unwrap();
    let start = Instant::now();
    let (_, peak) = traced(&path);
    // A million pages would have been read.
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
    assert!(peak <= MOST, "{peak} bytes");
}

#[test]
fn a_million_times_nested_stays_on_the_stack() {
    let _alone = ALONE.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let mut bytes = b"tgt1.".to_vec();
    for _ in 0..200 {
        let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::none());
        out.write_all(&bytes).unwrap();
        bytes = out.finish().unwrap();
    }
    let mut remarks = Vec::new();
    let tracer = Tracer::new(Options { max_depth: u32::MAX, ..Options::default() });
    let mut report = |source: Source| remarks.extend(source.remarks);
    tracer.reader("deep", &mut bytes.as_slice(), &mut report);
    assert_eq!(remarks.len(), 1, "{remarks:?}");
    assert!(remarks[0].contains("32 deep"), "{remarks:?}");
}

#[test]
fn an_error_in_the_first_bytes_is_said() {
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    out.write_all(b"a few bytes that are cut").unwrap();
    let bytes = out.finish().unwrap();
    for cut in 11..bytes.len() {
        let mut remarks = Vec::new();
        let mut report = |source: Source| remarks.extend(source.remarks);
        Tracer::default().reader("cut.gz", &mut &bytes[..cut], &mut report);
        assert_eq!(remarks.len(), 1, "cut at {cut}");
    }
}

#[test]
fn long_names_of_entries_are_cut() {
    let mut header = tar::Header::new_gnu();
    header.set_entry_type(tar::EntryType::GNULongName);
    header.set_size(60_000);
    header.set_cksum();
    let mut bytes = header.as_bytes().to_vec();
    bytes.extend([b'n'; 60_000]);
    bytes.resize(bytes.len().next_multiple_of(512), 0);
    let envelope = [[0xFE, 0xD1, 1, 1, 1].as_slice(), &[7; 64]].concat();
    let mut header = tar::Header::new_gnu();
    header.set_size(envelope.len() as u64);
    header.set_cksum();
    bytes.extend(header.as_bytes());
    bytes.extend(envelope);
    let mut sources = Vec::new();
    let mut report = |source: Source| sources.push(source);
    Tracer::default().reader("long.tar", &mut bytes.as_slice(), &mut report);
    let found = sources.iter().find(|source| source.envelopes() == 1).expect("it is found");
    assert!((1_000..1_100).contains(&found.name.len()), "{}", found.name.len());
}

#[test]
fn a_pipe_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status().unwrap();
    assert!(made.success());
    let writer = {
        let pipe = pipe.clone();
        std::thread::spawn(move || {
            let mut envelope = vec![0xFE, 0xD1, 1, 1, 1];
            envelope.extend([7; 64]);
            File::create(pipe).unwrap().write_all(&envelope).unwrap();
        })
    };
    let mut found = 0;
    let mut report = |source: Source| found += source.envelopes();
    Tracer::default().path(&pipe, &mut report, &mut |_| ()).unwrap();
    writer.join().unwrap();
    assert_eq!(found, 1);
}
