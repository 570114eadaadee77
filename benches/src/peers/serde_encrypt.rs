//! `serde-encrypt` with a shared key: XChaCha20-Poly1305 over the bincode of each field.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_encrypt::EncryptedMessage;
use serde_encrypt::serialize::impls::BincodeSerializer;
use serde_encrypt::shared_key::SharedKey;
use serde_encrypt::traits::SerdeEncryptSharedKey;

use crate::record::yardstick;

#[derive(Serialize, Deserialize)]
pub(crate) struct Text(String);

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl SerdeEncryptSharedKey for Text {
    type S = BincodeSerializer<Self>;
}

yardstick! { #[derive(Serialize, Deserialize)] Record, Text, #[serde(with = "self::field")] }

mod field {
    use super::{
        Deserializer, EncryptedMessage, SerdeEncryptSharedKey, Serializer, SharedKey, Text,
    };

    pub(super) fn serialize<S: Serializer>(text: &Text, to: S) -> Result<S::Ok, S::Error> {
        let sealed = text.encrypt(&SharedKey::new(crate::KEY)).expect("a short text");
        super::super::write(&sealed.serialize(), to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Text, D::Error> {
        let message = EncryptedMessage::deserialize(super::super::read(from)?).expect("ours");
        Ok(Text::decrypt_owned(&message, &SharedKey::new(crate::KEY)).expect("ours"))
    }
}
