//! The wire form: what a leaf says, in bytes that mean the same in every ledger. docs/WIRE.md
//! specifies it, with vectors.

mod access;
mod codec;
mod content;
mod entry;
mod frame;
mod item;
mod leaf;
mod order;
mod rules;
mod shape;
#[cfg(test)]
mod tests;
mod text;

pub use access::{AccessRow, access_hash, decode_accesses, encode_accesses};
pub use entry::{
    Accesses, Confirmation, Dataset, Derived, Dictionary, Dropped, Entry, Erasure, Finding,
    Instance, LaneName, Link, Place, Places, Policy, PolicyChange, Run, Seen, Shape, Start,
};
pub use frame::{LeafError, MAX_LEAF, decode_tags, encode_tags};
pub use item::short;
pub use leaf::{Leaf, PersonTag, leaf_hash, link};
pub use text::{clean, is_line, is_lines, is_table};
