//! Numbers for texts: locations, purposes, actors and record types stand once, then by number.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::error::{Error, Outcome, Result};
use crate::event::{DefineKind, Unit, encode_text, now};

/// The texts that an instance has numbered.
#[derive(Default)]
pub(super) struct Dictionary {
    numbers: Mutex<HashMap<DefineKind, Numbers>>,
    last: AtomicU32,
}

/// The texts of one kind.
#[derive(Default)]
struct Numbers {
    texts: HashMap<Box<str>, u32>,
    many: Option<u32>,
}

/// The number of a text in the events of an instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Defined {
    /// What events name it by.
    pub number: u32,
    /// Whether it is recorded under the one name that all texts beyond the bound have.
    pub is_many: bool,
}

/// How many purposes, actors and tenants an instance tells apart, each.
///
/// Names come from outside as often as not. What is kept of them must have a bound, in this process
/// and in the ledger.
pub const MAX_NAMES: usize = 16 * 1024;

/// All further purposes, actors and tenants are recorded as this one when the bound is reached.
pub const MANY: &str = "taggant:many";

/// All further locations are recorded as this one when the bound is reached.
pub const MANY_LOCATIONS: &str = "taggant://flow/many";

impl Dictionary {
    /// The number of a text; a new one is written with `append`, in one piece, before it is used.
    /// Beyond `most` texts of a kind all further ones have one name.
    pub(super) fn number(
        &self,
        kind: DefineKind,
        text: &str,
        most: usize,
        append: impl FnOnce(&Unit<'_>) -> Result<u64>,
    ) -> Result<Defined> {
        let mut kinds = self.numbers.lock().unwrap_or_else(PoisonError::into_inner);
        let known = kinds.entry(kind).or_default();
        if let Some(number) = known.texts.get(text) {
            return Ok(Defined { number: *number, is_many: false });
        }
        let is_many = known.texts.len() >= most;
        if let Some(number) = known.many.filter(|_| is_many) {
            return Ok(Defined { number, is_many });
        }
        let number = self.fresh();
        let name = if is_many { many(kind) } else { text };
        append(&encode(kind, number, name)?)?;
        if is_many {
            known.many = Some(number);
        } else {
            known.texts.insert(Box::from(text), number);
        }
        Ok(Defined { number, is_many })
    }

    /// Writes a text even if it has a number already: that it comes again is an event of its own.
    pub(super) fn again(
        &self,
        kind: DefineKind,
        text: &str,
        append: impl FnOnce(&Unit<'_>) -> Result<u64>,
    ) -> Result<()> {
        append(&encode(kind, self.fresh(), text)?).map(drop)
    }

    fn fresh(&self) -> u32 {
        self.last.fetch_add(1, Ordering::Relaxed) + 1
    }
}

/// The name of all texts of a kind beyond its bound.
fn many(kind: DefineKind) -> &'static str {
    if kind == DefineKind::Location { MANY_LOCATIONS } else { MANY }
}

fn encode(kind: DefineKind, number: u32, text: &str) -> Result<Unit<'_>> {
    encode_text(kind, number, now(), text).ok_or_else(|| {
        Error::new(Outcome::JournalUnavailable, "a text is longer than the journal can number")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beyond_the_bound_all_names_of_a_kind_are_one_and_known_ones_stay() {
        let (dictionary, written) = (Dictionary::default(), std::cell::RefCell::new(0));
        let number = |kind, text: &str| {
            let append = |_: &Unit<'_>| Ok(written.replace_with(|count| *count + 1));
            dictionary.number(kind, text, 3, append).expect("numbered")
        };
        let first: Vec<Defined> =
            (0..3).map(|n| number(DefineKind::Actor, &format!("user:{n}"))).collect();
        assert!(first.iter().all(|known| !known.is_many));
        let many = number(DefineKind::Actor, "user:3");
        assert!(many.is_many && first.iter().all(|known| known.number != many.number));
        for n in 4..10_000 {
            assert_eq!(number(DefineKind::Actor, &format!("user:{n}")), many);
        }
        assert_eq!(number(DefineKind::Actor, "user:1"), first[1]);
        assert!(!number(DefineKind::Tenant, "user:3").is_many, "another kind has its own bound");
        assert_eq!(*written.borrow(), 5, "three actors, many, and a tenant");
        let kept: usize =
            dictionary.numbers.lock().expect("whole").values().map(|kind| kind.texts.len()).sum();
        assert_eq!(kept, 4);
    }
}
