//! What was found in one place, summed up in bounded memory.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use serde::Serialize;
use taggant_core::hex;
use taggant_core::tag::{FieldId, KeyId};

use super::finder::Hit;
use super::hash::Seeds;
use super::patterns::Encoding;

/// So many pairs of field and key are told apart; envelopes of further ones are counted by field.
const MAX_PAIRS: usize = 50_000;
/// So many fields are told apart: a hostile file may name any number.
const MAX_FIELDS: usize = 5_000;

/// Envelopes of one file or entry of an archive.
#[derive(Default)]
pub struct Findings {
    fields: HashMap<FieldId, Sum, Seeds>,
    pairs: HashMap<(FieldId, KeyId), Pair, Seeds>,
    /// Envelopes of fields beyond the bound.
    beyond: u64,
}

#[derive(Default)]
struct Sum {
    count: u64,
    first: u64,
    encodings: u16,
    /// Envelopes whose key is not among the pairs.
    further: u64,
}

struct Pair {
    count: u64,
    first: u64,
}

/// A field of which envelopes were found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldFound {
    /// Its id in hex.
    pub field_id: String,
    /// How many envelopes.
    pub count: u64,
    /// Where the first one stands: bytes from the beginning.
    pub first_offset: u64,
    /// How they are written.
    pub encodings: Vec<Encoding>,
    /// The keys, those of most envelopes first.
    pub keys: Vec<KeyFound>,
    /// Envelopes of keys beyond the number that is told apart.
    pub of_further_keys: u64,
}

/// A key of which envelopes were found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct KeyFound {
    /// Its id in hex.
    pub key_id: String,
    /// How many envelopes.
    pub count: u64,
    /// Where the first one stands.
    pub first_offset: u64,
}

impl Findings {
    /// Counts an envelope.
    pub fn add(&mut self, hit: &Hit) {
        let (field, key) = (hit.header.field, hit.header.key);
        let is_full = self.fields.len() >= MAX_FIELDS;
        let sum = match self.fields.entry(field) {
            Entry::Occupied(sum) => sum.into_mut(),
            Entry::Vacant(_) if is_full => {
                self.beyond += 1;
                return;
            }
            Entry::Vacant(sum) => sum.insert(Sum { first: hit.offset, ..Sum::default() }),
        };
        let is_full = self.pairs.len() >= MAX_PAIRS;
        sum.count += 1;
        sum.first = sum.first.min(hit.offset);
        sum.encodings |= 1 << (hit.encoding as u16);
        match self.pairs.entry((field, key)) {
            Entry::Occupied(mut pair) => {
                let pair = pair.get_mut();
                pair.count += 1;
                pair.first = pair.first.min(hit.offset);
            }
            Entry::Vacant(_) if is_full => sum.further += 1,
            Entry::Vacant(pair) => {
                pair.insert(Pair { count: 1, first: hit.offset });
            }
        }
    }

    /// Whether nothing was found.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// How many envelopes there are.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.beyond + self.fields.values().map(|sum| sum.count).sum::<u64>()
    }

    /// Envelopes of fields beyond the number that is told apart.
    #[must_use]
    pub fn of_further_fields(&self) -> u64 {
        self.beyond
    }

    /// The fields, in the order in which they first stand there.
    #[must_use]
    pub fn into_fields(self) -> Vec<FieldFound> {
        let mut keys: HashMap<FieldId, Vec<KeyFound>> = HashMap::new();
        for ((field, key), pair) in self.pairs {
            let key_id = hex::encode(&key.0);
            let found = KeyFound { key_id, count: pair.count, first_offset: pair.first };
            keys.entry(field).or_default().push(found);
        }
        let fields = self.fields.into_iter().map(|(field, sum)| {
            let mut keys = keys.remove(&field).unwrap_or_default();
            keys.sort_by(|a, b| b.count.cmp(&a.count).then(a.first_offset.cmp(&b.first_offset)));
            let has = |encoding: &Encoding| sum.encodings & 1 << (*encoding as u16) != 0;
            FieldFound {
                field_id: hex::encode(&field.0),
                count: sum.count,
                first_offset: sum.first,
                encodings: Encoding::ALL.into_iter().filter(has).collect(),
                keys,
                of_further_keys: sum.further,
            }
        });
        let mut fields: Vec<FieldFound> = fields.collect();
        fields.sort_by(|a, b| {
            a.first_offset.cmp(&b.first_offset).then_with(|| a.field_id.cmp(&b.field_id))
        });
        fields
    }
}
