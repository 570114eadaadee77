//! The derive macro of taggant.
