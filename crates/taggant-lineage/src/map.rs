//! The map of where data is: sources, datasets with their fields, places, and what moved between.
//!
//! [`Map::from_ledger`] asks a ledger. The map serializes as `taggant.map.v1`; [`html`] makes one
//! self-contained page of it, [`text`] a tree for a terminal, [`mermaid`] and [`dot`] diagrams.

mod build;
mod escape;
mod filter;
mod graph;
mod groups;
mod html;
mod layout;
mod model;
#[cfg(test)]
mod testing;
mod text;

pub use build::{Answers, Options};
pub use filter::Filter;
pub use graph::{dot, mermaid};
pub use html::html;
pub use model::{
    Dataset, Derivation, Direction, Field, Link, Location, Look, Map, Movement, Origin, Protection,
    Refusal, SCHEMA, Totals,
};
pub use text::text;
