//! The memory of decoders in decoders: together they stay below a bound, however deep they are
//! nested.

use crate::source::Format;

/// All decoders of a file together, in bytes.
const ALL: u64 = 46 << 20;
/// zstd windows and xz dictionaries at most.
const MOST: u64 = 32 << 20;
/// What the outermost decoder gets at least: later frames may want more than the first.
const OUTERMOST: u64 = 8 << 20;
const LEAST: u64 = 1 << 20;
/// What a decoder needs beside its window.
const BESIDE: u64 = 1 << 19;
/// bzip2 with its largest blocks.
const BZIP2: u64 = 4 << 20;

/// What decoders may still take.
pub(super) struct Memory(u64);

impl Default for Memory {
    fn default() -> Self {
        Self(ALL)
    }
}

impl Memory {
    /// The memory that the decoder of what begins so may have, a power of two and a little; none where
    /// too little is left.
    pub(super) fn take(&mut self, format: Format, head: &[u8]) -> Option<u64> {
        let window = match format {
            Format::Zstd => zstd_window(head),
            Format::Xz => xz_dictionary(head),
            Format::Bzip2 => return self.subtract(BZIP2),
            // Windows of 32 KiB.
            _ => return Some(0),
        };
        let least = if self.0 == ALL { OUTERMOST } else { LEAST };
        // One that wants more than there may be gets the most, and says itself that it is too little.
        let window = window.unwrap_or(least).clamp(least, MOST).next_power_of_two();
        self.subtract(window + BESIDE)
    }

    fn subtract(&mut self, granted: u64) -> Option<u64> {
        self.0 = self.0.checked_sub(granted)?;
        Some(granted)
    }

    pub(super) fn give_back(&mut self, granted: u64) {
        self.0 += granted;
    }
}

/// The window of the first frame (RFC 8878, 3.1.1.1); none where it is a skippable one.
fn zstd_window(head: &[u8]) -> Option<u64> {
    let descriptor = *head.get(4).filter(|_| head[0] == 0x28)?;
    if descriptor & 0x20 == 0 {
        let byte = *head.get(5)?;
        let base = 1_u64 << (10 + (byte >> 3));
        return Some(base + base / 8 * u64::from(byte & 7));
    }
    // One segment: the window is the content.
    let at = 5 + [0, 1, 2, 4][usize::from(descriptor & 3)];
    let size = 1 << (descriptor >> 6);
    let bytes = head.get(at..at + size)?;
    let content = bytes.iter().rev().fold(0_u64, |value, byte| value << 8 | u64::from(*byte));
    Some(if size == 2 { content + 256 } else { content })
}

/// The dictionary of the first block (The .xz File Format 1.2.1, sections 3.1 and 5.3.1).
fn xz_dictionary(head: &[u8]) -> Option<u64> {
    let block = head.get(12..)?;
    let flags = *block.get(1)?;
    let mut at = 2;
    for _ in 0..(flags & 0xC0).count_ones() {
        number(block, &mut at)?;
    }
    for _ in 0..=flags & 3 {
        let (id, size) = (number(block, &mut at)?, number(block, &mut at)?);
        if id == 0x21 {
            let bits = u64::from(block.get(at)? & 0x3F);
            return Some((2 | bits & 1) << (bits / 2 + 11));
        }
        at = at.checked_add(usize::try_from(size).ok()?)?;
    }
    None
}

/// A multibyte integer of the .xz format (section 1.2).
fn number(bytes: &[u8], at: &mut usize) -> Option<u64> {
    let mut value = 0;
    for index in 0..9 {
        let byte = *bytes.get(*at)?;
        *at += 1;
        value |= u64::from(byte & 0x7F) << (7 * index);
        if byte < 0x80 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::{ALL, BESIDE, BZIP2, Memory, OUTERMOST};
    use crate::source::Format;

    fn xz(dictionary: u32) -> Vec<u8> {
        let mut options = liblzma::stream::LzmaOptions::new_preset(0).unwrap();
        options.dict_size(dictionary);
        let mut filters = liblzma::stream::Filters::new();
        filters.x86().lzma2(&options);
        let check = liblzma::stream::Check::Crc64;
        let stream = liblzma::stream::Stream::new_stream_encoder(&filters, check).unwrap();
        let mut out = Vec::new();
        liblzma::read::XzEncoder::new_stream(&[7; 5000][..], stream).read_to_end(&mut out).unwrap();
        out
    }

    fn zstd(log: u32) -> Vec<u8> {
        let mut encoder = zstd::Encoder::new(Vec::new(), 1).unwrap();
        encoder.window_log(log).unwrap();
        std::io::copy(&mut &[7; 5000][..], &mut encoder).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn a_decoder_gets_what_its_file_asks_for_and_the_outermost_more() {
        let mut memory = Memory::default();
        assert_eq!(memory.take(Format::Zstd, &zstd(21)), Some(OUTERMOST + BESIDE));
        assert_eq!(memory.take(Format::Zstd, &zstd(21)), Some((2 << 20) + BESIDE));
        assert_eq!(memory.take(Format::Xz, &xz(3 << 20)), Some((4 << 20) + BESIDE));
        assert_eq!(memory.take(Format::Zstd, &zstd(25)), None);
        assert_eq!(Memory::default().take(Format::Xz, &xz(32 << 20)), Some((32 << 20) + BESIDE));
    }

    #[test]
    fn nested_decoders_never_have_more_than_all_together() {
        for head in [zstd(25), zstd(22), xz(32 << 20), xz(1 << 16), b"\xFD7zXZ\0".to_vec()] {
            let format = if head[0] == 0xFD { Format::Xz } else { Format::Zstd };
            let mut memory = Memory::default();
            let granted: u64 = std::iter::from_fn(|| memory.take(format, &head)).sum();
            assert!((ALL / 2..=ALL).contains(&granted), "{granted}");
            memory.give_back(granted);
            assert_eq!(memory.take(Format::Bzip2, b""), Some(BZIP2));
        }
    }
}
