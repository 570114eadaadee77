//! An entry as bytes: a version, then the sections that have something in them, by rising code.

use super::codec::{Reader, Writer};
use super::entry::Entry;
use super::item::Item;
use super::order::{Ordered, put_all, take_all};

/// Version of the form.
const VERSION: u8 = 1;

impl Entry {
    /// Whether it says nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Its bytes: the content of a leaf. What stands in sections is put in order by its key.
    ///
    /// # Panics
    /// In debug builds, where [`decode`](Self::decode) would not take the bytes: the writer has to
    /// see to it that no key comes twice, and that no text has control characters
    /// ([`clean`](super::clean)).
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Writer::default();
        out.byte(VERSION);
        section(1, &self.instances, &mut out);
        section(2, &self.starts, &mut out);
        section(3, &self.texts, &mut out);
        section(4, &self.datasets, &mut out);
        section(5, &self.dictionary, &mut out);
        section(6, &self.policies, &mut out);
        section(7, &self.policy_changes, &mut out);
        section(8, &self.people, &mut out);
        section(9, &self.forgotten, &mut out);
        one(10, self.run.as_ref(), &mut out);
        section(11, &self.edges, &mut out);
        section(12, &self.derivations, &mut out);
        section(13, &self.places, &mut out);
        section(14, &self.outcomes, &mut out);
        one(15, self.accesses.as_ref(), &mut out);
        section(16, &self.findings, &mut out);
        section(17, &self.erasures, &mut out);
        section(18, &self.confirmations, &mut out);
        section(19, &self.dropped, &mut out);
        debug_assert_eq!(Self::read(&out.bytes).err(), None, "an entry that no reader takes");
        out.bytes
    }

    /// The entry of such bytes; `None` where they are none: another version, a section that is
    /// unknown, empty or out of order, an item out of order or twice, a number in a longer form
    /// than it needs or larger than it may be, a text with control characters, bytes left over.
    #[must_use]
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        Self::read(bytes).ok()
    }

    /// As [`decode`](Self::decode), with the reason.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, &'static str> {
        let mut reader = Reader::new(bytes);
        if reader.byte() != Some(VERSION) {
            return Err("the content is of another version than 1");
        }
        let (mut entry, mut before) = (Self::default(), 0);
        while let Some(code) = reader.byte() {
            if code <= before {
                return Err("the content has sections out of order");
            }
            before = code;
            entry.take(code, &mut reader).ok_or("the content has a section that is none")?;
        }
        entry.check()?;
        Ok(entry)
    }

    fn take(&mut self, code: u8, reader: &mut Reader<'_>) -> Option<()> {
        match code {
            1 => many(&mut self.instances, reader),
            2 => many(&mut self.starts, reader),
            3 => many(&mut self.texts, reader),
            4 => many(&mut self.datasets, reader),
            5 => many(&mut self.dictionary, reader),
            6 => many(&mut self.policies, reader),
            7 => many(&mut self.policy_changes, reader),
            8 => many(&mut self.people, reader),
            9 => many(&mut self.forgotten, reader),
            10 => Item::take(reader).map(|run| self.run = Some(run)),
            11 => many(&mut self.edges, reader),
            12 => many(&mut self.derivations, reader),
            13 => many(&mut self.places, reader),
            14 => many(&mut self.outcomes, reader),
            15 => Item::take(reader).map(|accesses| self.accesses = Some(accesses)),
            16 => many(&mut self.findings, reader),
            17 => many(&mut self.erasures, reader),
            18 => many(&mut self.confirmations, reader),
            19 => many(&mut self.dropped, reader),
            _ => None,
        }
    }
}

fn section<T: Item + Ordered>(code: u8, items: &[T], out: &mut Writer) {
    if !items.is_empty() {
        out.byte(code);
        put_all(items, out);
    }
}

fn one<T: Item>(code: u8, item: Option<&T>, out: &mut Writer) {
    if let Some(item) = item {
        out.byte(code);
        item.put(out);
    }
}

fn many<T: Item + Ordered>(into: &mut Vec<T>, reader: &mut Reader<'_>) -> Option<()> {
    *into = take_all(reader)?;
    Some(())
}
