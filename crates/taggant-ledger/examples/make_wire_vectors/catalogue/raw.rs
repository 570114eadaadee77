//! Bytes as docs/WIRE.md has them, right or wrong. The library has no way to write wrong ones.

/// A varint.
pub(super) fn n(mut number: u64) -> Vec<u8> {
    let mut out = Vec::new();
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
    out
}

/// A difference of times.
pub(super) fn t(difference: i64) -> Vec<u8> {
    n(((difference << 1) ^ (difference >> 63)).cast_unsigned())
}

/// Bytes behind their length.
pub(super) fn b(bytes: &[u8]) -> Vec<u8> {
    [n(bytes.len() as u64), bytes.to_vec()].concat()
}

/// A text.
pub(super) fn s(text: &str) -> Vec<u8> {
    b(text.as_bytes())
}

/// Varints, one after the other.
pub(super) fn ns(numbers: &[u64]) -> Vec<u8> {
    numbers.iter().flat_map(|number| n(*number)).collect()
}

/// A section: its code, a count, the items.
pub(super) fn section(code: u8, items: &[Vec<u8>]) -> Vec<u8> {
    [vec![code], n(items.len() as u64), items.concat()].concat()
}

/// A content of such sections.
pub(super) fn content(sections: &[Vec<u8>]) -> Vec<u8> {
    [vec![1], sections.concat()].concat()
}

/// A content of one section.
pub(super) fn one(code: u8, items: &[Vec<u8>]) -> Vec<u8> {
    content(&[section(code, items)])
}

/// An item of the section of texts.
pub(super) fn text(number: u64, text: &str) -> Vec<u8> {
    [n(number), s(text)].concat()
}

/// An edge: the shape of the dataset, then first time, how much later the last, count.
pub(super) fn edge(dataset: u64, seen: &[u8]) -> Vec<u8> {
    [ns(&[dataset]), vec![1, 0, 0], ns(&[1, 2, 3, 0, 4, 0]), b(&[0x51]), seen.to_vec()].concat()
}

/// Times and count that are sound.
pub(super) fn seen() -> Vec<u8> {
    [t(1000), ns(&[5, 2])].concat()
}

/// A run of the instance 1 without its section code.
pub(super) fn run(instance: u64, first: u64, next: u64) -> Vec<u8> {
    [vec![10], ns(&[instance, first, next]), vec![7; 32]].concat()
}

/// The section of accesses.
pub(super) fn accesses(count: u64) -> Vec<u8> {
    [vec![15], n(count), vec![9; 32]].concat()
}

/// A leaf: its head and what follows.
pub(super) fn frame(body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len()).expect("a short one").to_be_bytes();
    [&[0xFE, 0xD2, 1][..], &length, body].concat()
}
