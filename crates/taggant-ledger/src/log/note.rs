//! Signed notes (C2SP signed-note, tlog-checkpoint): a text, an empty line, a signature line.

use base64_simd::STANDARD;
use sha2::{Digest, Sha256};
use taggant_core::cipher::sign;

/// C2SP's number of Ed25519.
const ED25519: u8 = 1;

/// The first bytes of a signature: which key it is of.
fn key_id(name: &str, public: &[u8; 32]) -> [u8; 4] {
    let hash: [u8; 32] = Sha256::new()
        .chain_update(name.as_bytes())
        .chain_update([b'\n', ED25519])
        .chain_update(public)
        .finalize()
        .into();
    *hash.first_chunk().expect("a hash has 32 bytes")
}

/// The public key in the form that other tools take: name, key id, key.
pub(crate) fn verifier_key(name: &str, public: &[u8; 32]) -> String {
    let id = u32::from_be_bytes(key_id(name, public));
    format!("{name}+{id:08x}+{}", STANDARD.encode_to_string([&[ED25519][..], public].concat()))
}

/// The note of a text, which ends with a line break.
pub(crate) fn sign(
    text: &str,
    name: &str,
    public: &[u8; 32],
    sign: impl Fn(&[u8]) -> [u8; 64],
) -> String {
    let signature = sign(text.as_bytes());
    let bytes = [&key_id(name, public)[..], &signature].concat();
    format!("{text}\n\u{2014} {name} {}\n", STANDARD.encode_to_string(bytes))
}

/// The text of a note, if the key has signed it under that name. Other signatures are ignored.
pub(crate) fn verified<'a>(note: &'a str, name: &str, public: &[u8; 32]) -> Option<&'a str> {
    let (text, signatures) = text_of(note)?;
    let is_ours = signatures.lines().any(|line| {
        let Some(encoded) = line
            .strip_prefix("\u{2014} ")
            .and_then(|rest| rest.strip_prefix(name))
            .and_then(|rest| rest.strip_prefix(' '))
        else {
            return false;
        };
        let Ok(bytes) = STANDARD.decode_to_vec(encoded) else { return false };
        let Some((id, signature)) = bytes.split_first_chunk::<4>() else { return false };
        let Ok(signature) = <&[u8; 64]>::try_from(signature) else { return false };
        *id == key_id(name, public) && sign::verify(public, text.as_bytes(), signature)
    });
    is_ours.then_some(text)
}

/// Text and signature lines of a note.
pub(crate) fn text_of(note: &str) -> Option<(&str, &str)> {
    let at = note.rfind("\n\n")?;
    Some((&note[..=at], &note[at + 2..]))
}

/// Whether two notes have one text, whoever has signed them besides.
pub(crate) fn is_same(a: &str, b: &str) -> bool {
    text_of(a).is_some_and(|(text, _)| text_of(b).is_some_and(|(other, _)| text == other))
}

/// Whether all lines after the text are signatures, by their form.
pub(crate) fn are_signatures(lines: &str) -> bool {
    let is_one = |line: &str| {
        let name_and_bytes = line.strip_prefix("\u{2014} ").and_then(|rest| rest.split_once(' '));
        name_and_bytes.is_some_and(|(name, bytes)| {
            let is_long = STANDARD.decode_to_vec(bytes).is_ok_and(|bytes| bytes.len() > 4);
            is_long && !name.is_empty() && !name.contains('+')
        })
    };
    lines.ends_with('\n') && lines.lines().all(is_one)
}

pub(crate) fn base64(bytes: &[u8]) -> String {
    STANDARD.encode_to_string(bytes)
}

pub(crate) fn base64_32(text: &str) -> Option<[u8; 32]> {
    STANDARD.decode_to_vec(text).ok()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use taggant_core::cipher::sign::SigningKey;

    use super::*;

    #[test]
    fn a_note_is_of_its_key_name_and_text_only() {
        let key = SigningKey::new(&[7; 32]);
        let note = sign("a\nb\n", "taggant/x", &key.public(), |text| key.sign(text));
        assert_eq!(verified(&note, "taggant/x", &key.public()), Some("a\nb\n"));
        assert_eq!(verified(&note, "taggant/y", &key.public()), None);
        assert_eq!(verified(&note, "taggant/x", &SigningKey::new(&[8; 32]).public()), None);
        assert_eq!(verified(&note.replace('b', "c"), "taggant/x", &key.public()), None);
        for end in (0..note.len() - 1).filter(|end| note.is_char_boundary(*end)) {
            assert_eq!(verified(&note[..end], "taggant/x", &key.public()), None);
        }
    }
}
