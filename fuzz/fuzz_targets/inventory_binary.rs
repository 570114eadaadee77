//! Whatever a file holds: it is read, merged and compared, or refused.
#![no_main]

use std::io::Cursor;

use libfuzzer_sys::fuzz_target;
use taggant_inventory::{Binary, Inventory, diff};

/// Bytes of a head, with the magic first.
const HEAD: usize = 28;
const MAGIC: &[u8] = b"\xFETGINV\r\n";

fuzz_target!(|data: &[u8]| {
    // Once as it is, once with checksums that hold: a fuzzer does not find those.
    let whole = inventory("whole", data.to_vec());
    let mended = inventory("mended", mended(data.to_vec()));
    for entry in &mended.types {
        assert!(!entry.binaries.is_empty());
    }
    assert!(diff(&mended, &mended).is_empty(), "nothing changed");
    let _ = (diff(&whole, &mended), mended.names());
});

fn inventory(name: &str, bytes: Vec<u8>) -> Inventory {
    match Binary::from_reader(name, Cursor::new(bytes)) {
        Ok(binary) => Inventory::merge(vec![binary]),
        Err(_) => Inventory::default(),
    }
}

/// Gives each record the checksums of what stands behind it.
fn mended(mut bytes: Vec<u8>) -> Vec<u8> {
    let mut at = 0;
    while let Some(found) = bytes[at..].windows(8).position(|window| window == MAGIC) {
        at += found;
        let number = |bytes: &[u8], at: usize| {
            let number = bytes.get(at..at + 4)?.try_into().ok().map(u32::from_le_bytes)?;
            usize::try_from(number).ok().filter(|number| *number <= bytes.len())
        };
        if let (Some(body), Some(origin)) = (number(&bytes, at + 12), number(&bytes, at + 20)) {
            let start = at + HEAD;
            let parts =
                [(at + 16, start..start + body), (at + 24, start + body..start + body + origin)];
            for (place, range) in parts {
                if let Some(part) = bytes.get(range) {
                    let crc = crc32fast::hash(part);
                    bytes[place..place + 4].copy_from_slice(&crc.to_le_bytes());
                }
            }
        }
        at += MAGIC.len();
    }
    bytes
}
