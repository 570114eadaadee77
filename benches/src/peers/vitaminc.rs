//! `vitaminc-encrypt`: AES-256-GCM of aws-lc-rs, one tagged leaf per field.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use vitaminc_encrypt::{Aes256Cipher, Key};

use crate::record::yardstick;

yardstick! { #[derive(Serialize, Deserialize)] Record, String, #[serde(with = "self::field")] }

thread_local! {
    static CIPHER: Aes256Cipher = Aes256Cipher::new(&Key::from(crate::KEY)).expect("a cipher");
}

mod field {
    use super::{CIPHER, Deserializer, Serializer};
    use vitaminc_encrypt::{CipherText, LocalCipherText};

    pub(super) fn serialize<S: Serializer>(text: &str, to: S) -> Result<S::Ok, S::Error> {
        let sealed = CIPHER.with(|cipher| vitaminc_encrypt::encrypt(text, cipher, ()));
        match sealed.expect("a short text") {
            CipherText::Single(leaf) => super::super::write(leaf.as_ref(), to),
            _ => unreachable!("a text is one leaf"),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
        let leaf = LocalCipherText::from(super::super::read(from)?);
        let leaf = CipherText::Single(leaf);
        Ok(CIPHER.with(|cipher| vitaminc_encrypt::decrypt(cipher, leaf, ())).expect("ours"))
    }
}
