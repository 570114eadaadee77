//! Where a protected value came from: small interned labels that travel with it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use crate::field::{FieldSpec, RecordSpec};
use crate::tag::FieldId;

/// The set of origins of a value, as a number. Values made by the program have [`Label::NONE`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Label(u16);

/// One origin: a field, read from or ingested at a location.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Origin {
    pub(crate) dataset: &'static str,
    pub(crate) path: &'static str,
    pub(crate) id: FieldId,
    pub(crate) location: Arc<str>,
    pub(crate) categories: &'static [&'static str],
}

/// How many different sets of origins a process tells apart. What exceeds it is "many", which
/// counts as every category there is.
const MAX_LABELS: usize = 8192;

#[derive(Default)]
struct Table {
    sets: Vec<Arc<[Origin]>>,
    numbers: HashMap<Arc<[Origin]>, u16>,
}

fn table() -> &'static Mutex<Table> {
    static TABLE: OnceLock<Mutex<Table>> = OnceLock::new();
    TABLE.get_or_init(Mutex::default)
}

impl Label {
    pub(crate) const NONE: Self = Self(0);
    pub(crate) const MANY: Self = Self(u16::MAX);

    pub(crate) fn origins(self) -> Arc<[Origin]> {
        if self == Self::NONE || self == Self::MANY {
            return Arc::from([]);
        }
        let table = table().lock().unwrap_or_else(PoisonError::into_inner);
        table.sets.get(usize::from(self.0) - 1).cloned().unwrap_or_else(|| Arc::from([]))
    }

    /// All categories that a decision has to respect.
    pub(crate) fn categories(self) -> Vec<&'static str> {
        if self == Self::MANY {
            return taggant_taxonomy::CATEGORIES.to_vec();
        }
        self.origins().iter().flat_map(|origin| origin.categories).copied().collect()
    }

    /// Whether the value comes from anywhere but this field.
    pub(crate) fn is_foreign_to(self, field: &FieldSpec) -> bool {
        self != Self::NONE
            && (self == Self::MANY || self.origins().iter().any(|o| !field.accepts(o.id)))
    }

    /// The origins of a value made from two.
    pub(crate) fn union(self, other: Self) -> Self {
        if self == other || other == Self::NONE {
            return self;
        }
        if self == Self::NONE {
            return other;
        }
        if self == Self::MANY || other == Self::MANY {
            return Self::MANY;
        }
        let mut set = [self.origins(), other.origins()].concat();
        set.sort_unstable();
        set.dedup();
        intern(set)
    }

    /// The text that stands for the label in the ledger.
    pub(crate) fn describe(self) -> String {
        if self == Self::MANY {
            return "many".to_owned();
        }
        let mut text = String::new();
        for origin in self.origins().iter() {
            text.push_str(&format!("{}.{}@{}\n", origin.dataset, origin.path, origin.location));
        }
        text
    }
}

/// The label of a field's values read at a location.
pub(crate) fn label(location: &Arc<str>, spec: &'static RecordSpec, index: usize) -> Label {
    let field = &spec.fields[index];
    intern(vec![Origin {
        dataset: spec.dataset,
        path: field.path,
        id: field.id,
        location: location.clone(),
        categories: field.tag().map_or(&[], |tag| tag.categories),
    }])
}

fn intern(set: Vec<Origin>) -> Label {
    let set: Arc<[Origin]> = Arc::from(set);
    let mut table = table().lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(&number) = table.numbers.get(&set) {
        return Label(number);
    }
    if table.sets.len() >= MAX_LABELS {
        return Label::MANY;
    }
    table.sets.push(set.clone());
    let number = u16::try_from(table.sets.len()).expect("MAX_LABELS fits 16 bits");
    table.numbers.insert(set, number);
    Label(number)
}
