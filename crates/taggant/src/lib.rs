//! Field-level data tagging.
