//! Files that somebody made to break the reader.

#![forbid(unsafe_code)]

#[path = "support/own_records.rs"]
mod own_records;

use std::io::{Cursor, ErrorKind};
use std::time::{Duration, Instant};

use own_records::own_records;
use proptest::prelude::*;
use taggant::Tagged;
use taggant_inventory::{Binary, FindingKind, Inventory};

#[derive(Tagged)]
#[tagged(dataset = "customers", subject(customer = id), row = id)]
struct Customer {
    #[clear]
    id: u64,
    #[tag("user.contact.email", mask = email, lookup = "email_index")]
    email: String,
}

const MAGIC: &[u8] = b"\xFETGINV\r\n";
const OWNER: &[u8] = b"taggant\0";
const HEAD: usize = 28;

fn read(bytes: &[u8]) -> std::io::Result<Binary> {
    Binary::from_reader("file", Cursor::new(bytes))
}

fn start(bytes: &[u8]) -> usize {
    bytes.windows(8).position(|window| window == MAGIC).expect("a record")
}

/// A record around any body, with checksums that hold.
fn record(body: &[u8], origin: &[u8]) -> Vec<u8> {
    let mut out = [OWNER, MAGIC, &[1, 0, 0, 0]].concat();
    for part in [body, origin] {
        out.extend(u32::try_from(part.len()).expect("short").to_le_bytes());
        out.extend(crc32fast::hash(part).to_le_bytes());
    }
    out.extend(body);
    out.extend(origin);
    out
}

/// Body and origin of this test's record.
fn parts() -> (Vec<u8>, Vec<u8>) {
    let bytes = own_records();
    let bytes = &bytes[start(&bytes)..];
    let len = |at: usize| {
        let number = u32::from_le_bytes(*bytes[at..].first_chunk().expect("four bytes"));
        usize::try_from(number).expect("short")
    };
    let (body, origin) = (len(12), len(20));
    let origin = bytes[HEAD + body..HEAD + body + origin].to_vec();
    (bytes[HEAD..HEAD + body].to_vec(), origin)
}

#[test]
fn every_changed_byte_is_noticed() {
    let bytes = own_records();
    let (body, origin) = parts();
    let first = start(&bytes);
    for at in first + 12..first + HEAD + body.len() + origin.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        let binary = read(&changed).expect("bytes are read");
        assert!(binary.types.is_empty(), "byte {at}");
        assert_eq!(binary.damaged_count, 1, "byte {at}");
    }
    let binary = read(&bytes).expect("bytes are read");
    assert_eq!((binary.types.len(), binary.damaged_count), (1, 0));
}

#[test]
fn a_damaged_record_is_a_finding() {
    let mut bytes = own_records();
    let at = start(&bytes);
    bytes[at + HEAD] ^= 1;
    let inventory = Inventory::merge(vec![read(&bytes).expect("bytes are read")]);
    assert_eq!(inventory.findings[0].kind, FindingKind::Damaged);
    assert!(inventory.findings[0].what.contains(&format!("byte {at}")));
}

#[test]
fn a_magic_that_stands_by_chance_is_no_finding() {
    let damaged = |before: &[u8]| {
        let bytes = [before, MAGIC, &[1, 0, 0, 0], &[0; 12], &[1; 100]].concat();
        read(&bytes).expect("bytes are read").damaged_count
    };
    assert_eq!(damaged(b"the code that looks for it"), 0);
    assert_eq!(damaged(OWNER), 1);
}

#[test]
fn a_record_of_a_later_version_asks_for_a_newer_program() {
    let mut bytes = own_records();
    let at = start(&bytes);
    bytes[at + 8] = 2;
    let binary = read(&bytes).expect("bytes are read");
    assert!(binary.damaged[0].what.contains("newer"));
}

#[test]
fn fields_that_a_later_version_adds_are_passed_over() {
    let (body, origin) = parts();
    let mut longer = body.clone();
    longer.extend(b"something new");
    let binary = read(&record(&longer, &origin)).expect("bytes are read");
    assert_eq!(binary.types.len(), 1);
}

#[test]
fn a_field_id_that_belongs_to_another_name_is_refused() {
    let (mut body, origin) = parts();
    let at = body.windows(5).position(|window| window == b"email").expect("a field");
    body[at] = b'E';
    let binary = read(&record(&body, &origin)).expect("bytes are read");
    assert!(binary.types.is_empty());
    assert!(binary.damaged[0].what.contains("field id"));
}

#[test]
fn announced_counts_cost_no_memory() {
    let (body, origin) = parts();
    // Each place where a count or a length may stand, with the largest one.
    for at in 0..body.len() - 4 {
        let mut changed = body.clone();
        changed[at..at + 4].fill(0xFF);
        let _ = read(&record(&changed, &origin)).expect("bytes are read");
    }
}

#[test]
fn heads_without_end_stop_the_reader_early() {
    let mut head = MAGIC.to_vec();
    head.extend([1, 0, 0, 0]);
    for _ in 0..2 {
        head.extend((4_u32 << 20).to_le_bytes());
        head.extend([0; 4]);
    }
    let bytes = head.repeat((16 << 20) / head.len());
    let begun = Instant::now();
    let error = read(&bytes).expect_err("made to use up time");
    assert_eq!(error.kind(), ErrorKind::InvalidData);
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
}

#[test]
fn many_small_magics_are_passed_over_in_one_go() {
    let bytes = MAGIC.repeat(4 << 20);
    let begun = Instant::now();
    assert!(read(&bytes).expect("bytes are read").types.is_empty());
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
}

#[test]
fn a_folder_and_a_missing_file_are_errors_that_name_them() {
    let folder = tempfile::tempdir().expect("a folder");
    let error = Inventory::read(&[folder.path()]).expect_err("a folder");
    assert!(error.to_string().contains("name a binary"), "{error}");
    let missing = folder.path().join("missing");
    let error = Inventory::read(&[&missing]).expect_err("no file");
    assert_eq!(error.path(), missing);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn no_body_breaks_the_reader(body: Vec<u8>, origin: Vec<u8>) {
        let _ = read(&record(&body, &origin)).expect("bytes are read");
    }

    #[test]
    fn no_change_of_a_good_body_breaks_the_reader(
        changes in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let (mut body, origin) = parts();
        for (index, byte) in changes {
            let at = index.index(body.len());
            body[at] = byte;
        }
        let binary = read(&record(&body, &origin)).expect("bytes are read");
        let inventory = Inventory::merge(vec![binary]);
        let _ = (inventory.names(), taggant_inventory::diff(&inventory, &Inventory::default()));
    }

    #[test]
    fn no_header_breaks_the_reader(
        at in any::<proptest::sample::Index>(),
        bytes in any::<[u8; 8]>(),
        cut in any::<proptest::sample::Index>(),
    ) {
        let mut elf = elf();
        let at = at.index(512);
        elf[at..at + 8].copy_from_slice(&bytes);
        elf.truncate(cut.index(elf.len()) + 1);
        let _ = read(&elf);
    }
}

fn elf() -> Vec<u8> {
    use object::write::Object;
    use object::{Architecture, BinaryFormat, Endianness, SectionKind};
    let mut object = Object::new(BinaryFormat::Elf, Architecture::X86_64, Endianness::Little);
    let ours = object.add_section(Vec::new(), b".note.taggant".to_vec(), SectionKind::Note);
    object.append_section_data(ours, &own_records(), 4);
    object.write().expect("an object file")
}
