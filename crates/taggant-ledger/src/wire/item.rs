//! The bytes of what stands in an entry. docs/WIRE.md has them as a table.

use super::codec::{Reader, Writer};
use super::entry::{
    Accesses, Confirmation, Dataset, Derived, Dictionary, Dropped, Erasure, Finding, Instance,
    LaneName, Link, Place, Places, Policy, PolicyChange, Run, Seen, Shape, Start,
};
use super::order::{put_all, take_all};
use crate::answers::Handle;

/// Something with bytes of its own.
pub(super) trait Item: Sized {
    fn put(&self, out: &mut Writer);
    /// `None` where the bytes are none of it.
    fn take(reader: &mut Reader<'_>) -> Option<Self>;
}

impl<A: Item, B: Item> Item for (A, B) {
    fn put(&self, out: &mut Writer) {
        self.0.put(out);
        self.1.put(out);
    }

    fn take(reader: &mut Reader<'_>) -> Option<Self> {
        Some((A::take(reader)?, B::take(reader)?))
    }
}

impl<A: Item, B: Item, C: Item> Item for (A, B, C) {
    fn put(&self, out: &mut Writer) {
        self.0.put(out);
        self.1.put(out);
        self.2.put(out);
    }

    fn take(reader: &mut Reader<'_>) -> Option<Self> {
        Some((A::take(reader)?, B::take(reader)?, C::take(reader)?))
    }
}

impl Item for u64 {
    fn put(&self, out: &mut Writer) {
        out.unsigned(*self);
    }

    fn take(reader: &mut Reader<'_>) -> Option<Self> {
        reader.number()
    }
}

impl Item for u32 {
    fn put(&self, out: &mut Writer) {
        out.unsigned((*self).into());
    }

    fn take(reader: &mut Reader<'_>) -> Option<Self> {
        reader.unsigned()?.try_into().ok()
    }
}

impl Item for u16 {
    fn put(&self, out: &mut Writer) {
        out.unsigned((*self).into());
    }

    fn take(reader: &mut Reader<'_>) -> Option<Self> {
        reader.unsigned()?.try_into().ok()
    }
}

impl Item for u8 {
    fn put(&self, out: &mut Writer) {
        out.byte(*self);
    }

    fn take(reader: &mut Reader<'_>) -> Option<Self> {
        reader.byte()
    }
}

impl Item for bool {
    fn put(&self, out: &mut Writer) {
        out.byte(u8::from(*self));
    }

    fn take(reader: &mut Reader<'_>) -> Option<Self> {
        match reader.byte()? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }
}

/// A time: the difference to the time before it in the entry.
impl Item for i64 {
    fn put(&self, out: &mut Writer) {
        out.time(*self);
    }

    fn take(reader: &mut Reader<'_>) -> Option<Self> {
        reader.time()
    }
}

impl Item for String {
    fn put(&self, out: &mut Writer) {
        out.text(self);
    }

    fn take(reader: &mut Reader<'_>) -> Option<Self> {
        reader.text().map(str::to_owned)
    }
}

impl Item for Link {
    fn put(&self, out: &mut Writer) {
        out.fixed(self);
    }

    fn take(reader: &mut Reader<'_>) -> Option<Self> {
        reader.fixed()
    }
}

impl Item for [u8; 32] {
    fn put(&self, out: &mut Writer) {
        out.fixed(self);
    }

    fn take(reader: &mut Reader<'_>) -> Option<Self> {
        reader.fixed()
    }
}

impl Item for Handle {
    fn put(&self, out: &mut Writer) {
        out.fixed(&self.0);
    }

    fn take(reader: &mut Reader<'_>) -> Option<Self> {
        reader.fixed().map(Self)
    }
}

/// A count, then the items.
impl<T: Item> Item for Vec<T> {
    fn put(&self, out: &mut Writer) {
        out.unsigned(self.len() as u64);
        self.iter().for_each(|item| item.put(out));
    }

    fn take(reader: &mut Reader<'_>) -> Option<Self> {
        // No room is made on the word of a count: an `Option` that is collected says that it may
        // be empty.
        let count = reader.unsigned()?;
        reader.spend(count)?;
        (0..count).map(|_| T::take(reader)).collect()
    }
}

impl Item for [String; 3] {
    fn put(&self, out: &mut Writer) {
        self.iter().for_each(|text| text.put(out));
    }

    fn take(reader: &mut Reader<'_>) -> Option<Self> {
        Some([String::take(reader)?, String::take(reader)?, String::take(reader)?])
    }
}

/// The first time, how much later the last one was, and the count.
impl Item for Seen {
    fn put(&self, out: &mut Writer) {
        out.time(self.first_ns);
        out.unsigned(self.last_ns.wrapping_sub(self.first_ns).cast_unsigned());
        out.unsigned(self.count);
    }

    fn take(reader: &mut Reader<'_>) -> Option<Self> {
        let first_ns = reader.time()?;
        let last_ns = first_ns.checked_add_unsigned(reader.unsigned()?)?;
        Some(Self { first_ns, last_ns, count: reader.count()? })
    }
}

/// Without the zeros at the end.
struct Actions([u8; 32]);

impl Item for Actions {
    fn put(&self, out: &mut Writer) {
        out.bytes(short(&self.0));
    }

    fn take(reader: &mut Reader<'_>) -> Option<Self> {
        let bytes = reader.bytes()?;
        let mut all = [0; 32];
        all.get_mut(..bytes.len())?.copy_from_slice(bytes);
        (bytes.last() != Some(&0)).then_some(Self(all))
    }
}

/// Actions without the zeros at the end, as [`AccessRow`](super::AccessRow) has them.
#[must_use]
pub fn short(actions: &[u8; 32]) -> &[u8] {
    let end = actions.iter().rposition(|byte| *byte != 0).map_or(0, |at| at + 1);
    &actions[..end]
}

macro_rules! items {
    ($($name:ident { $($field:ident),* })*) => {
        $(impl Item for $name {
            fn put(&self, out: &mut Writer) {
                $(self.$field.put(out);)*
            }

            fn take(reader: &mut Reader<'_>) -> Option<Self> {
                $(let $field = Item::take(reader)?;)*
                Some(Self { $($field),* })
            }
        })*
    };
}

items! {
    Instance { number, id }
    Start { instance, time_ns, program, build, pid, boot, policy }
    Dataset { number, first_ns, description }
    Dictionary { instance, number, kind, target }
    Policy { digest, text, first_ns }
    PolicyChange { instance, number, time_ns, digest }
    Run { instance, first, next, content }
    Derived { dataset, field, origin, location, action }
    Place { dataset, location, kind, form }
    Accesses { count, hash }
    Finding { instance, number, flaw, what }
    Erasure { store, number, handle, time_ns, groups, final_ns, lines }
    Confirmation { store, number, line, time_ns }
    Dropped { lane, leaf }
    LaneName { source, service, number }
}

/// A person without a place is none.
impl Item for Places {
    fn put(&self, out: &mut Writer) {
        self.person.put(out);
        put_all(&self.places, out);
    }

    fn take(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Self { person: Item::take(reader)?, places: take_all(reader)? })
    }
}

impl Item for Shape {
    fn put(&self, out: &mut Writer) {
        self.dataset.put(out);
        (self.kind, self.outcome, self.unknown).put(out);
        (self.location, self.purpose, self.actor).put(out);
        (self.on_behalf, self.tenant, self.first_field).put(out);
        Actions(self.actions).put(out);
    }

    fn take(reader: &mut Reader<'_>) -> Option<Self> {
        let dataset = Item::take(reader)?;
        let (kind, outcome, unknown) = Item::take(reader)?;
        let (location, purpose, actor) = Item::take(reader)?;
        let (on_behalf, tenant, first_field) = Item::take(reader)?;
        let Actions(actions) = Item::take(reader)?;
        Some(Self {
            dataset,
            kind,
            outcome,
            unknown,
            location,
            purpose,
            actor,
            on_behalf,
            tenant,
            first_field,
            actions,
        })
    }
}
