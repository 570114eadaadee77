//! The bytes of entries: varints, and texts with their length before them.

/// The largest count of an aggregate, docs/WIRE.md section 2. Sums over two thousand million leaves
/// still fit the 64 signed bits of a database: nobody overflows another one's ledger.
pub(crate) const MAX_COUNT: u64 = u32::MAX as u64;

/// How many items an entry, or how many rows its accesses may have. A batch has 32,768 events; what
/// is read takes far more memory than its bytes, so that these alone would be no limit.
pub(crate) const MAX_ITEMS: u64 = 1 << 20;

/// Writes an entry.
#[derive(Default)]
pub(crate) struct Writer {
    pub(crate) bytes: Vec<u8>,
    time: i64,
}

impl Writer {
    pub(crate) fn byte(&mut self, byte: u8) {
        self.bytes.push(byte);
    }

    pub(crate) fn fixed(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    pub(crate) fn unsigned(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.bytes.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.bytes.push(number as u8);
    }

    pub(crate) fn signed(&mut self, number: i64) {
        self.unsigned(((number << 1) ^ (number >> 63)).cast_unsigned());
    }

    /// The difference to the time before.
    pub(crate) fn time(&mut self, ns: i64) {
        self.signed(ns.wrapping_sub(self.time));
        self.time = ns;
    }

    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        self.unsigned(bytes.len() as u64);
        self.fixed(bytes);
    }

    pub(crate) fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }
}

/// Reads an entry; `None` where it ends too early or has what it can't have.
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
    time: i64,
    items: u64,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, time: 0, items: MAX_ITEMS }
    }

    /// Takes so many items off those that may still come.
    pub(crate) fn spend(&mut self, items: u64) -> Option<()> {
        self.items = self.items.checked_sub(items)?;
        Some(())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub(crate) fn byte(&mut self) -> Option<u8> {
        self.fixed::<1>().map(|[byte]| byte)
    }

    pub(crate) fn fixed<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (bytes, rest) = self.rest.split_first_chunk()?;
        self.rest = rest;
        Some(*bytes)
    }

    pub(crate) fn unsigned(&mut self) -> Option<u64> {
        let mut number = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let part = u64::from(byte & 0x7F);
            if part << shift >> shift != part {
                return None;
            }
            number |= part << shift;
            if byte & 0x80 == 0 {
                // One number, one form: no zeros at the end.
                return (byte != 0 || shift == 0).then_some(number);
            }
        }
        None
    }

    /// A number that a database has room for, whose numbers are signed.
    pub(crate) fn number(&mut self) -> Option<u64> {
        self.unsigned().filter(|number| i64::try_from(*number).is_ok())
    }

    /// How often something was.
    pub(crate) fn count(&mut self) -> Option<u64> {
        self.unsigned().filter(|count| *count <= MAX_COUNT)
    }

    pub(crate) fn signed(&mut self) -> Option<i64> {
        let number = self.unsigned()?;
        Some((number >> 1).cast_signed() ^ -(number & 1).cast_signed())
    }

    /// A Unix time; none is before 1970, and none wraps around.
    pub(crate) fn time(&mut self) -> Option<i64> {
        self.time = self.time.checked_add(self.signed()?).filter(|time| *time >= 0)?;
        Some(self.time)
    }

    pub(crate) fn bytes(&mut self) -> Option<&'a [u8]> {
        let length = usize::try_from(self.unsigned()?).ok()?;
        let (bytes, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(bytes)
    }

    pub(crate) fn text(&mut self) -> Option<&'a str> {
        std::str::from_utf8(self.bytes()?).ok()
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn no_number_has_two_forms_and_none_is_too_large() {
        let read = |bytes: &[u8]| Reader::new(bytes).unsigned();
        assert_eq!(read(&[0x80, 0x01]), Some(128));
        for longer in [&[0x80, 0x00][..], &[0x81, 0x80, 0x00], &[0x80; 10], &[0xFF; 11], &[0x80]] {
            assert_eq!(read(longer), None, "{longer:?}");
        }
        let largest = [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01];
        assert_eq!(read(&largest), Some(u64::MAX));
        let above = [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x03];
        assert_eq!(read(&above), None);
        let signed = [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F];
        assert_eq!(Reader::new(&signed).number(), Some(i64::MAX as u64));
        assert_eq!(Reader::new(&largest).number(), None);
        let above = [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01];
        assert_eq!(Reader::new(&above).number(), None);
        assert_eq!(Reader::new(&[0xFF, 0xFF, 0xFF, 0xFF, 0x0F]).count(), Some(MAX_COUNT));
        assert_eq!(Reader::new(&[0x80, 0x80, 0x80, 0x80, 0x10]).count(), None);
    }

    #[test]
    fn no_time_is_before_1970_nor_wraps_around() {
        let mut writer = Writer::default();
        writer.time(i64::MAX);
        writer.signed(1);
        let mut reader = Reader::new(&writer.bytes);
        assert_eq!(reader.time(), Some(i64::MAX));
        assert_eq!(reader.time(), None);
        assert_eq!(Reader::new(&[1]).time(), None, "-1");
    }

    proptest! {
        #[test]
        fn numbers_and_texts_come_back(
            numbers in vec((any::<u64>(), any::<i64>(), 0..=i64::MAX), 0..50), text in "\\PC{0,40}",
        ) {
            let mut writer = Writer::default();
            for (unsigned, signed, time) in &numbers {
                writer.unsigned(*unsigned);
                writer.signed(*signed);
                writer.time(*time);
                writer.text(&text);
            }
            let mut reader = Reader::new(&writer.bytes);
            for (unsigned, signed, time) in numbers {
                prop_assert_eq!(reader.unsigned(), Some(unsigned));
                prop_assert_eq!(reader.signed(), Some(signed));
                prop_assert_eq!(reader.time(), Some(time));
                prop_assert_eq!(reader.text(), Some(text.as_str()));
            }
            prop_assert!(reader.is_empty());
        }

        #[test]
        fn arbitrary_bytes_never_panic(bytes: Vec<u8>) {
            let mut reader = Reader::new(&bytes);
            while reader.text().is_some() || reader.time().is_some() {}
        }
    }
}
