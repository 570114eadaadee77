//! Embedded stores of taggant.
