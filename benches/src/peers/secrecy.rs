//! `secrecy` and `aes-gcm`: a cipher from the key bytes and a random nonce for every field.

use aes_gcm::aead::{Aead, KeyInit};
use aes_gcm::{Aes256Gcm, Nonce};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::record::yardstick;

yardstick! { #[derive(Serialize, Deserialize)] Record, SecretString, #[serde(with = "self::field")] }

mod field {
    use super::{
        Aead, Aes256Gcm, Deserializer, ExposeSecret, KeyInit, Nonce, SecretString, Serializer,
    };

    pub(super) fn serialize<S: Serializer>(text: &SecretString, to: S) -> Result<S::Ok, S::Error> {
        let cipher = Aes256Gcm::new(&crate::KEY.into());
        let mut nonce = [0; 12];
        getrandom::fill(&mut nonce).expect("randomness of the system");
        let sealed = cipher
            .encrypt(&Nonce::from(nonce), text.expose_secret().as_bytes())
            .expect("a short text");
        let mut out = nonce.to_vec();
        out.extend_from_slice(&sealed);
        super::super::write(&out, to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<SecretString, D::Error> {
        let bytes = super::super::read(from)?;
        let cipher = Aes256Gcm::new(&crate::KEY.into());
        let (nonce, sealed) = bytes.split_at(12);
        let nonce = Nonce::try_from(nonce).expect("12 bytes");
        let plain = cipher.decrypt(&nonce, sealed).expect("ours");
        Ok(SecretString::from(String::from_utf8(plain).expect("UTF-8")))
    }
}
