//! Formats by their first bytes.

use crate::source::Format;

pub(super) fn of(head: &[u8]) -> Format {
    let begins = |magic: &[u8]| head.starts_with(magic);
    if begins(&[0x1F, 0x8B, 8]) {
        Format::Gzip
    } else if begins(&[0x28, 0xB5, 0x2F, 0xFD]) || is_skippable_frame(head) {
        Format::Zstd
    } else if begins(&[0xFD, b'7', b'z', b'X', b'Z', 0]) {
        Format::Xz
    } else if begins(b"BZh") && head.get(4..10) == Some(&[0x31, 0x41, 0x59, 0x26, 0x53, 0x59]) {
        Format::Bzip2
    } else if begins(b"PK\x03\x04") || begins(b"PK\x05\x06") {
        Format::Zip
    } else if begins(b"PGDMP") && head.get(10) == Some(&1) {
        // The table of contents of other formats begins alike and is searched as it is.
        Format::PgDump
    } else if begins(b"SQLite format 3\0") {
        Format::Sqlite
    } else if head.get(257..262) == Some(b"ustar") {
        Format::Tar
    } else {
        Format::Bytes
    }
}

/// zstd files may begin with frames of metadata (RFC 8878, 3.1.2).
fn is_skippable_frame(head: &[u8]) -> bool {
    head.len() >= 4 && head[0] & 0xF0 == 0x50 && head[1..4] == [0x2A, 0x4D, 0x18]
}
