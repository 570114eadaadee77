//! The order of what stands in a section. One content has one form, so that its hash says what it
//! says, and nothing comes twice: what has the same key would be the same row of a table.

use std::cmp::Ordering;

use super::codec::{Reader, Writer};
use super::entry::{
    Confirmation, Dataset, Dictionary, Dropped, Erasure, Finding, Instance, Places, Policy,
    PolicyChange, Start,
};
use super::item::Item;
use crate::answers::Handle;

/// Something that has a place among others of its kind.
pub(super) trait Ordered {
    /// By key alone: what is equal can't stand beside each other.
    fn compare(&self, other: &Self) -> Ordering;
}

macro_rules! keys {
    ($($name:ident { $($key:ident),* })*) => {
        $(impl Ordered for $name {
            fn compare(&self, other: &Self) -> Ordering {
                Ordering::Equal$(.then_with(|| self.$key.cmp(&other.$key)))*
            }
        })*
    };
}

keys! {
    Instance { number }
    Start { instance }
    Dataset { number }
    Dictionary { instance, number }
    Policy { digest }
    PolicyChange { instance, number }
    Places { person }
    Finding { instance, number, flaw }
    Erasure { store, number }
    Confirmation { store, number, line }
    Dropped { lane, leaf }
}

/// A key, and what is said of it.
impl<K: Ord, V> Ordered for (K, V) {
    fn compare(&self, other: &Self) -> Ordering {
        self.0.cmp(&other.0)
    }
}

impl Ordered for (u8, u8, u64) {
    fn compare(&self, other: &Self) -> Ordering {
        (self.0, self.1).cmp(&(other.0, other.1))
    }
}

impl Ordered for Handle {
    fn compare(&self, other: &Self) -> Ordering {
        self.cmp(other)
    }
}

/// The items in their order. Most writers have them so; then nothing is copied.
pub(super) fn in_order<T>(
    items: &[T],
    compare: impl Fn(&T, &T) -> Ordering,
) -> impl Iterator<Item = &T> {
    let is_sorted = items.is_sorted_by(|a, b| compare(a, b).is_le());
    let mut sorted: Vec<&T> = if is_sorted { Vec::new() } else { items.iter().collect() };
    sorted.sort_by(|a, b| compare(a, b));
    let as_they_are = if is_sorted { items } else { &[] };
    as_they_are.iter().chain(sorted)
}

/// A count, then the items in order.
pub(super) fn put_all<T: Item + Ordered>(items: &[T], out: &mut Writer) {
    out.unsigned(items.len() as u64);
    in_order(items, T::compare).for_each(|item| item.put(out));
}

/// What [`put_all`] wrote: one item at least.
pub(super) fn take_all<T: Item + Ordered>(reader: &mut Reader<'_>) -> Option<Vec<T>> {
    let items: Vec<T> = Vec::take(reader)?;
    let is_ordered = items.is_sorted_by(|a, b| a.compare(b).is_lt());
    (!items.is_empty() && is_ordered).then_some(items)
}
