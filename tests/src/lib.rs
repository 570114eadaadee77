//! Formats and shapes that the tests in `tests/` combine.
#![allow(missing_docs)]

pub mod codec;
pub mod shapes;
