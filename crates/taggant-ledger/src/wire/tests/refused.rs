//! What a reader refuses, beside what the vectors in tests/vectors/wire have.

use std::io::{self, Read};

use super::super::codec::{MAX_ITEMS, Writer};
use super::*;

#[test]
fn a_leaf_that_says_it_is_too_large_is_refused_before_it_is_read() {
    struct Endless(u64);
    impl Read for Endless {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let head = [0xFE, 0xD2, 1, 0x04, 0, 0, 1];
            let from = usize::try_from(self.0).unwrap();
            let length = buffer.len().min(head.len().saturating_sub(from));
            assert!(length > 0, "read on");
            buffer[..length].copy_from_slice(&head[from..from + length]);
            self.0 += length as u64;
            Ok(length)
        }
    }
    let error = Leaf::read(&mut Endless(0)).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::InvalidData);
    assert!(error.to_string().contains("refused before it was read"), "{error}");
    let head = [0xFE, 0xD2, 1, 0x04, 0, 0, 1, 9];
    assert_eq!(Leaf::decode(&head), Err(LeafError::TooLarge));
    // The largest length that is taken.
    assert_eq!(Leaf::decode(&[0xFE, 0xD2, 1, 0x04, 0, 0, 0, 9]), Err(LeafError::Cut));
}

#[test]
fn an_entry_of_more_items_than_any_batch_has_is_refused() {
    // Three bytes each, seventy-two in memory.
    let lines = |count: u64| {
        let mut out = Writer::default();
        out.fixed(&[1, 17, 1]);
        out.fixed(&[7; 16]);
        out.unsigned(1);
        out.fixed(&[8; 16]);
        out.fixed(&[0, 0, 0]);
        out.unsigned(count);
        out.fixed(&vec![0; 3 * usize::try_from(count).unwrap()]);
        out.bytes
    };
    assert!(Entry::decode(&lines(100)).is_some());
    assert!(Entry::decode(&lines(MAX_ITEMS - 1)).is_some(), "with the erasure itself");
    assert!(Entry::decode(&lines(MAX_ITEMS)).is_none());
}

#[test]
fn no_memory_is_taken_on_the_word_of_a_count() {
    // A section of texts, of which there are 2^20 or 2^63 − 1, and then none.
    for count in [&[0x80, 0x80, 0x40][..], &[0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F]]
    {
        assert!(Entry::decode(&[&[1, 3], count].concat()).is_none());
        assert!(decode_tags(count).is_none());
    }
}

#[test]
#[should_panic(expected = "no reader takes")]
fn a_writer_finds_its_mistakes_in_debug_builds() {
    let _ = Entry { texts: vec![(1, "a".into()), (1, "b".into())], ..Entry::default() }.encode();
}
