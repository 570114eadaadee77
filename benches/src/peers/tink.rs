//! `tink-aead`: AES-256-GCM of a keyset handle.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use tink_core::Aead;
use tink_core::keyset::Handle;

use crate::record::yardstick;

yardstick! { #[derive(Serialize, Deserialize)] Record, String, #[serde(with = "self::field")] }

thread_local! {
    static AEAD: Box<dyn Aead> = {
        tink_aead::init();
        let keys = Handle::new(&tink_aead::aes256_gcm_key_template()).expect("a keyset");
        tink_aead::new(&keys).expect("an AEAD")
    };
}

mod field {
    use super::{AEAD, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(text: &str, to: S) -> Result<S::Ok, S::Error> {
        let sealed = AEAD.with(|aead| aead.encrypt(text.as_bytes(), b"")).expect("a short text");
        super::super::write(&sealed, to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
        let sealed = super::super::read(from)?;
        let plain = AEAD.with(|aead| aead.decrypt(&sealed, b"")).expect("ours");
        Ok(String::from_utf8(plain).expect("UTF-8"))
    }
}
