//! The record of a tagged type in the compiled binary. `docs/INVENTORY.md` says which bytes.
//!
//! The derive writes what it knows (the body) and its checksum; where the type stands (the origin)
//! is known to the compiler only, so it is put together here, in constants. Reading is the
//! `taggant-inventory` crate's: a program that is not asked pays for nothing but the bytes.

/// Begins every record. 0xFE never occurs in UTF-8, and the line ends show a text conversion.
pub const MAGIC: [u8; 8] = *b"\xFETGINV\r\n";

/// Version of head and body.
pub const VERSION: u8 = 1;

/// Bytes of the ELF note header before the magic: three numbers and the owner.
pub const NOTE_LEN: usize = 20;

/// Bytes from the magic to the body.
pub const HEAD_LEN: usize = 28;

/// Owner of the note; stands right before the magic.
pub const OWNER: [u8; 8] = *b"taggant\0";

/// Type of the note, of the owner `taggant`.
pub const NOTE_TYPE: u32 = 1;

/// Name of the section in ELF. Linkers keep notes, whether or not anything refers to them.
pub const ELF_SECTION: &str = ".note.taggant";

/// Segment and section in Mach-O.
pub const MACHO_SECTION: (&str, &str) = ("__DATA", "__taggant");

/// Name of the section in PE and COFF.
pub const PE_SECTION: &str = ".taggant";

/// Name of the custom section in WebAssembly.
pub const WASM_SECTION: &str = "taggant";

/// A record as it lies in its section: aligned like a note, so that records and the notes of
/// others can follow one another.
#[derive(Debug)]
#[repr(C, align(4))]
pub struct Record<const N: usize>([u8; N]);

/// What the derive gives to a record.
#[derive(Clone, Copy, Debug)]
pub struct Parts {
    /// The encoded type.
    pub body: &'static [u8],
    /// CRC-32 of the body.
    pub body_crc: u32,
    /// `module_path!()`
    pub module: &'static str,
    /// `CARGO_PKG_NAME`, where cargo builds.
    pub package: Option<&'static str>,
    /// `CARGO_PKG_VERSION`, likewise.
    pub version: Option<&'static str>,
}

impl Parts {
    /// Length of the record in bytes.
    #[must_use]
    pub const fn len(&self) -> usize {
        NOTE_LEN + self.described().next_multiple_of(4)
    }

    /// Never: a record has a head.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        false
    }

    /// Bytes that the note describes.
    const fn described(&self) -> usize {
        HEAD_LEN + self.body.len() + self.origin_len()
    }

    const fn origin_len(&self) -> usize {
        12 + self.module.len() + text(self.package).len() + text(self.version).len()
    }

    /// The bytes. `N` must be [`Parts::len`].
    ///
    /// # Panics
    /// At compile time, where `N` is another number.
    #[must_use]
    pub const fn record<const N: usize>(&self) -> Record<N> {
        assert!(N == self.len(), "the length of a record is that of its parts");
        let mut record = Record([0; N]);
        record.note(self.described());
        put(&mut record.0, NOTE_LEN + HEAD_LEN, self.body);
        record.origin(self);
        record.head(self);
        record
    }
}

/// Only the compiler runs these: being generic they leave nothing in a program that a search for
/// records would find.
impl<const N: usize> Record<N> {
    /// In the byte order of the target, as in every note.
    const fn note(&mut self, described: usize) {
        put(&mut self.0, 0, &8_u32.to_ne_bytes());
        put(&mut self.0, 4, &u32_of(described).to_ne_bytes());
        put(&mut self.0, 8, &NOTE_TYPE.to_ne_bytes());
        put(&mut self.0, NOTE_LEN - OWNER.len(), &OWNER);
    }

    const fn origin(&mut self, parts: &Parts) {
        let mut at = NOTE_LEN + HEAD_LEN + parts.body.len();
        let texts = [parts.module, text(parts.package), text(parts.version)];
        let mut index = 0;
        while index < texts.len() {
            let text = texts[index].as_bytes();
            put(&mut self.0, at, &u32_of(text.len()).to_le_bytes());
            put(&mut self.0, at + 4, text);
            at += 4 + text.len();
            index += 1;
        }
    }

    const fn head(&mut self, parts: &Parts) {
        let (_, tail) = self.0.split_at(NOTE_LEN + HEAD_LEN + parts.body.len());
        let (origin, _) = tail.split_at(parts.origin_len());
        let origin_crc = crc32(origin);
        put(&mut self.0, NOTE_LEN, &MAGIC);
        put(&mut self.0, NOTE_LEN + 8, &[VERSION, 0, 0, 0]);
        put(&mut self.0, NOTE_LEN + 12, &u32_of(parts.body.len()).to_le_bytes());
        put(&mut self.0, NOTE_LEN + 16, &parts.body_crc.to_le_bytes());
        put(&mut self.0, NOTE_LEN + 20, &u32_of(parts.origin_len()).to_le_bytes());
        put(&mut self.0, NOTE_LEN + 24, &origin_crc.to_le_bytes());
    }
}

const fn text(text: Option<&'static str>) -> &'static str {
    match text {
        Some(text) => text,
        None => "",
    }
}

const fn u32_of(len: usize) -> u32 {
    assert!(len <= u32::MAX as usize, "a record is shorter than 4 GiB");
    len as u32
}

const fn put(out: &mut [u8], at: usize, bytes: &[u8]) {
    let (_, tail) = out.split_at_mut(at);
    let (place, _) = tail.split_at_mut(bytes.len());
    place.copy_from_slice(bytes);
}

/// CRC-32 (IEEE 802.3), bit by bit: what the compiler runs is short, a table would be slower.
const fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    let mut at = 0;
    while at < bytes.len() {
        crc ^= bytes[at] as u32;
        let mut bit = 0;
        while bit < 8 {
            crc = (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg());
            bit += 1;
        }
        at += 1;
    }
    !crc
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARTS: Parts = Parts {
        body: b"body",
        body_crc: crc32(b"body"),
        module: "shop::model",
        package: Some("shop"),
        version: None,
    };
    static RECORD: Record<{ PARTS.len() }> = PARTS.record();

    #[test]
    fn the_checksum_is_that_of_everybody() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
        assert_eq!(crc32(b"origin"), crc32fast::hash(b"origin"));
    }

    #[test]
    fn a_record_is_a_note_of_whole_words() {
        let bytes = &RECORD.0;
        assert_eq!(bytes.len() % 4, 0);
        assert_eq!(bytes[..4], 8_u32.to_ne_bytes());
        let described = u32::from_ne_bytes(*bytes[4..].first_chunk().expect("four bytes"));
        assert_eq!(NOTE_LEN + described.next_multiple_of(4) as usize, bytes.len());
        assert_eq!(bytes[12..20], *b"taggant\0");
        assert_eq!(bytes[20..28], MAGIC);
    }

    #[test]
    fn body_and_origin_follow_the_head() {
        let bytes = &RECORD.0[NOTE_LEN + HEAD_LEN..];
        assert_eq!(&bytes[..4], b"body");
        assert_eq!(&bytes[4..8], 11_u32.to_le_bytes());
        assert_eq!(&bytes[8..19], b"shop::model");
        assert_eq!(&bytes[19..27], b"\x04\0\0\0shop");
        assert_eq!(&bytes[27..31], [0; 4]);
    }
}
