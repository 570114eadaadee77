//! AES-256-GCM by hand, without serde: what the cipher and the text alone cost.

use std::cell::{Cell, RefCell};
use std::fmt::Write as _;

use aes_gcm::aead::{AeadInOut, KeyInit};
use aes_gcm::{Aes256Gcm, Nonce, Tag};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;

use crate::record::Plain;

/// A cipher whose key schedule is made once, and a nonce that counts: as fast as it gets.
pub(crate) struct Hand {
    cipher: Aes256Gcm,
    counter: Cell<u64>,
    buffer: RefCell<Vec<u8>>,
}

impl Hand {
    pub(crate) fn new() -> Self {
        Self {
            cipher: Aes256Gcm::new(&crate::KEY.into()),
            counter: Cell::new(0),
            buffer: RefCell::new(Vec::new()),
        }
    }

    fn seal(&self, text: &str, out: &mut String) {
        let mut nonce = [0; 12];
        self.counter.set(self.counter.get() + 1);
        nonce[4..].copy_from_slice(&self.counter.get().to_be_bytes());
        let mut buffer = self.buffer.borrow_mut();
        buffer.clear();
        buffer.extend_from_slice(&nonce);
        buffer.extend_from_slice(text.as_bytes());
        let tag = self
            .cipher
            .encrypt_inout_detached(&Nonce::from(nonce), b"", (&mut buffer[12..]).into())
            .expect("a short text");
        buffer.extend_from_slice(&tag);
        BASE64.encode_string(&*buffer, out);
    }

    pub(crate) fn open(&self, text: &str) -> String {
        let mut bytes = BASE64.decode(text).expect("base64");
        let (nonce, rest) = bytes.split_at_mut(12);
        let (body, tag) = rest.split_at_mut(rest.len() - 16);
        let nonce = Nonce::try_from(&*nonce).expect("12 bytes");
        let tag = Tag::try_from(&*tag).expect("16 bytes");
        self.cipher.decrypt_inout_detached(&nonce, b"", (&mut *body).into(), &tag).expect("ours");
        std::str::from_utf8(body).expect("UTF-8").to_owned()
    }

    /// The document, by hand. Its texts need no escapes.
    pub(crate) fn write(&self, record: &Plain) -> String {
        let mut out = String::with_capacity(128);
        write!(out, "{{\"id\":{}", record.id).expect("memory");
        for (name, value) in [
            ("name", &record.name),
            ("email", &record.email),
            ("phone", &record.phone),
            ("card", &record.card),
            ("street", &record.street),
        ] {
            write!(out, ",\"{name}\":\"").expect("memory");
            self.seal(value, &mut out);
            out.push('"');
        }
        write!(
            out,
            ",\"country\":\"{}\",\"plan\":\"{}\",\"orders\":{},\"newsletter\":{}}}",
            record.country, record.plan, record.orders, record.newsletter
        )
        .expect("memory");
        out
    }

    /// The document read with serde, then each field opened by hand.
    pub(crate) fn read(&self, text: &str) -> Plain {
        let mut record: Plain = serde_json::from_str(text).expect("our document");
        for field in [
            &mut record.name,
            &mut record.email,
            &mut record.phone,
            &mut record.card,
            &mut record.street,
        ] {
            *field = self.open(field);
        }
        record
    }
}
