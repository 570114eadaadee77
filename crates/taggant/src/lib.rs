//! taggant.
