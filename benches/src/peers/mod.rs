//! The other libraries, each used as its documentation shows: one sealed value per field, base64 in
//! the JSON document, by `serialize_with` and `deserialize_with`.

pub(crate) mod debug;
pub(crate) mod secrecy;
pub(crate) mod serde_encrypt;
pub(crate) mod tink;
pub(crate) mod vitaminc;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use serde::{Deserialize, Deserializer, Serializer};

fn write<S: Serializer>(sealed: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&BASE64.encode(sealed))
}

fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
    let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
    BASE64.decode(&*text).map_err(|_| serde::de::Error::custom("base64"))
}
