//! The envelope: the bytes of one sealed field. docs/FORMAT.md specifies it byte by byte.

mod aad;
mod header;
mod text;

pub use aad::write_aad;
pub use header::{
    Envelope, Flags, HEADER_LEN, Header, MAGIC, NONCE_LEN, OVERHEAD, SUITE_XAES, TAG_LEN, VERSION,
};
pub use text::{
    TEXT_PREFIX, decode_text, encode_text, is_envelope, is_envelope_bytes, looks_like_envelope,
    looks_like_envelope_bytes,
};
