//! Every serde shape that a `Tagged` type may have compiles, under the lints that a strict user's
//! crate sets, and describes itself.

#![forbid(unsafe_code)]
#![deny(warnings, missing_docs, clippy::all, clippy::pedantic)]

#[path = "shapes/attributes.rs"]
pub mod attributes;
#[path = "shapes/enums.rs"]
pub mod enums;
#[path = "shapes/generic.rs"]
pub mod generic;
#[path = "shapes/hygiene.rs"]
pub mod hygiene;
#[path = "shapes/structs.rs"]
pub mod structs;
#[path = "shapes/words.rs"]
pub mod words;

use serde::Serialize;
use serde::de::DeserializeOwned;
use taggant::__private::{FieldRole, RecordSpec, Tagged};

/// What every shape offers.
fn check<T: Tagged + std::fmt::Debug + Serialize + DeserializeOwned>(
    dataset: &str,
    paths: &[&str],
) {
    let spec = T::__spec();
    assert_eq!(spec.dataset, dataset);
    let found: Vec<_> = spec.fields.iter().map(|field| field.path).collect();
    assert_eq!(found, paths);
    for field in spec.fields {
        assert_eq!(field.id, taggant::__private::FieldId::of(dataset, field.path));
    }
}

fn wire_names(spec: &RecordSpec) -> Vec<&str> {
    spec.fields.iter().map(|field| field.wire_name).collect()
}

fn tagged_paths(spec: &RecordSpec) -> Vec<&str> {
    let tagged = spec.fields.iter().filter(|f| matches!(f.role, FieldRole::Tagged(_)));
    tagged.map(|field| field.path).collect()
}
