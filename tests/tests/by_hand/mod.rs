//! Opens envelopes from the rows of a key store, by docs/FORMAT.md and docs/KEYS.md.

use std::path::Path;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use taggant_core::Result;
use taggant_core::cipher::mac::MacKey;
use taggant_core::cipher::xaes::XaesKey;
use taggant_core::key::{KeyStore, RootKey};
use taggant_core::tag::KeyId;
use taggant_store::keys::SqliteKeyStore;
use zeroize::Zeroizing;

/// A root key that hides nothing, so that the test holds the branch keys.
struct TransparentRoot;

impl RootKey for TransparentRoot {
    fn id(&self) -> &str {
        "transparent"
    }
    fn wrap(&self, _: &[u8], key: &[u8; 32]) -> Result<Vec<u8>> {
        Ok(key.to_vec())
    }
    fn unwrap(&self, _: &[u8], wrapped: &[u8]) -> Result<Zeroizing<[u8; 32]>> {
        Ok(Zeroizing::new(wrapped.try_into().expect("wrapped above")))
    }
}

pub(crate) fn transparent_root() -> Arc<dyn RootKey> {
    Arc::new(TransparentRoot)
}

pub(crate) fn frame(part: &[u8]) -> Vec<u8> {
    [&(part.len() as u64).to_be_bytes()[..], part].concat()
}

fn frames(parts: &[&[u8]]) -> Vec<u8> {
    parts.iter().flat_map(|part| frame(part)).collect()
}

pub(crate) fn mac(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    MacKey::new(key).tag(parts)
}

pub(crate) fn unhex(text: &str) -> Vec<u8> {
    let digits = |at| u8::from_str_radix(&text[at..at + 2], 16).unwrap();
    (0..text.len()).step_by(2).map(digits).collect()
}

/// The bytes behind an envelope's text form.
pub(crate) fn unmasked(text: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text.strip_prefix("tgt1.").expect("an envelope")).unwrap()
}

pub(crate) struct Opened {
    pub(crate) flags: u8,
    pub(crate) field: [u8; 8],
    /// Owner kind and owner of the data key.
    pub(crate) owner: (u8, Vec<u8>),
    pub(crate) plain: Vec<u8>,
}

pub(crate) struct Store {
    rows: SqliteKeyStore,
    tenant: &'static str,
}

impl Store {
    pub(crate) fn open(path: &Path, tenant: &'static str) -> Self {
        Self { rows: SqliteKeyStore::open(path).unwrap(), tenant }
    }

    fn branch(&self, group: &str, id: [u8; 16]) -> XaesKey {
        let rows = self.rows.branches(self.tenant).unwrap();
        let row = rows.iter().find(|row| row.id == id).expect("the branch key is there");
        assert_eq!(row.group, group);
        XaesKey::new(&row.wraps[0].wrapped.as_slice().try_into().unwrap())
    }

    /// Generation and key of a service key.
    pub(crate) fn service_key(&self, kind: &str, scope: &[u8]) -> (u8, [u8; 32]) {
        let rows = self.rows.service_keys(self.tenant, kind, scope).unwrap();
        let row = &rows[0];
        let context = frames(&[
            b"taggant service key",
            &[1],
            kind.as_bytes(),
            self.tenant.as_bytes(),
            scope,
            &[row.generation],
            &row.branch,
        ]);
        let key = unwrap(&self.branch(&format!("${kind}"), row.branch), &context, &row.wrapped);
        (row.generation, key)
    }

    pub(crate) fn subject_tag(&self, kind: &str, id: &str) -> [u8; 16] {
        let (_, key) = self.service_key("subject", &[]);
        let tag = mac(&key, &[self.tenant.as_bytes(), kind.as_bytes(), id.as_bytes()]);
        tag[..16].try_into().unwrap()
    }

    /// Opens an envelope; `suffix` goes behind the associated data of an ordinary field.
    pub(crate) fn open_envelope(
        &self,
        text: &str,
        suffix: &[u8],
        path: Option<&[u8]>,
        row: Option<&[u8]>,
    ) -> Opened {
        let bytes = unmasked(text);
        assert_eq!(bytes[..4], [0xFE, 0xD1, 1, 1]);
        let stored = self.rows.data_keys(&[KeyId(bytes[13..29].try_into().unwrap())]).unwrap();
        let stored = stored.into_iter().next().expect("the data key is there");
        let owner = (stored.owner_kind as u8, stored.owner.clone());
        let context = frames(&[
            b"taggant data key",
            &[1, 1],
            self.tenant.as_bytes(),
            b"sales",
            &stored.generation.to_be_bytes(),
            &stored.branch,
            &bytes[13..29],
            &[owner.0],
            &owner.1,
        ]);
        let branch = self.branch("sales", stored.branch);
        let key = XaesKey::new(&unwrap(&branch, &context, &stored.wrapped.unwrap()));
        let mut aad = bytes[..29].to_vec();
        for part in [Some(self.tenant.as_bytes()), path, row] {
            aad.extend(part.map_or(vec![0], |part| [vec![1], frame(part)].concat()));
        }
        aad.extend_from_slice(suffix);
        let (body, tag) = bytes[53..].split_last_chunk().unwrap();
        let mut plain = body.to_vec();
        key.open_in_place(bytes[29..53].try_into().unwrap(), &aad, &mut plain, tag)
            .expect("it opens as docs/FORMAT.md says");
        Opened { flags: bytes[4], field: bytes[5..13].try_into().unwrap(), owner, plain }
    }
}

/// `nonce [24] | ciphertext [32] | tag [16]`
fn unwrap(by: &XaesKey, context: &[u8], wrapped: &[u8]) -> [u8; 32] {
    let mut key: [u8; 32] = wrapped[24..56].try_into().unwrap();
    let (nonce, tag) = (wrapped[..24].try_into().unwrap(), wrapped[56..].try_into().unwrap());
    by.open_in_place(nonce, context, &mut key, tag).expect("it unwraps as docs/KEYS.md says");
    key
}
