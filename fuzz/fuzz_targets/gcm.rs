//! The cipher of records against the other implementation: whatever the lengths, the order and the
//! number that was expected, the bytes are the same, and what is forged does not open.

#![no_main]

use libfuzzer_sys::fuzz_target;
use taggant_core::cipher::state::SealState;
use taggant_core::cipher::xaes::XaesKey;

/// What one message is, of four bytes.
struct Message {
    /// Behind the first nonce.
    offset: u128,
    aad: Vec<u8>,
    text: Vec<u8>,
    is_forged: bool,
}

impl Message {
    fn new([offset, aad, text, content]: [u8; 4]) -> Self {
        Self {
            offset: u128::from(offset % 32),
            // Each step of one near zero, and beyond what is laid out at once.
            aad: vec![content ^ 1; usize::from(aad) + usize::from(aad / 100) * 200],
            text: vec![content; usize::from(text) + usize::from(text / 100) * 600],
            is_forged: content & 1 == 1,
        }
    }
}

fn nonce_of(first: &[u8; 24], offset: u128) -> [u8; 24] {
    let mut bytes = [0; 16];
    bytes[4..].copy_from_slice(&first[12..]);
    let number = u128::from_be_bytes(bytes).wrapping_add(offset).to_be_bytes();
    let mut nonce = *first;
    nonce[12..].copy_from_slice(&number[4..]);
    nonce
}

fuzz_target!(|data: &[u8]| {
    let Some((key, rest)) = data.split_first_chunk::<32>() else { return };
    let Some((first, rest)) = rest.split_first_chunk::<24>() else { return };
    let Some((&expected, rest)) = rest.split_first() else { return };
    let key = XaesKey::new(key);
    let mut record = key.for_record(first, usize::from(expected));
    let mut state = SealState::new(&key, usize::from(expected)).expect("randomness");
    for message in rest.as_chunks().0.iter().copied().map(Message::new) {
        let nonce = nonce_of(first, message.offset);
        let mut text = message.text.clone();
        let mut tag = key.seal_in_place(&nonce, &message.aad, &mut text);
        let sealed = text.clone();
        if message.is_forged {
            tag[usize::from(nonce[23] % 16)] ^= 1;
        }
        let tail = nonce[12..].try_into().expect("twelve bytes");
        let opened = record.open(&tail, &message.aad, &mut text, &tag);
        assert_eq!(opened.is_ok(), !message.is_forged);
        assert_eq!(text, if message.is_forged { sealed } else { message.text.clone() });

        let mut text = message.text.clone();
        let made = state.seal(&message.aad, &mut text).expect("it seals");
        key.open_in_place(&made.nonce, &message.aad, &mut text, &made.tag).expect("it opens");
        assert_eq!(text, message.text);
    }
});
