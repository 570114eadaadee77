use aes_gcm::Aes256Gcm;
use aes_gcm::aead::AeadInOut;
use aes_gcm::aead::array::Array;
use aes_gcm::aead::inout::InOutBuf;
use proptest::prelude::*;

use super::*;
use crate::cipher::xaes::number;
use crate::hex;

/// What the other implementation makes of it: ciphertext and tag.
fn expected(key: &[u8; 32], nonce: u128, aad: &[u8], text: &[u8]) -> (Vec<u8>, [u8; 16]) {
    let mut text = text.to_vec();
    let nonce: [u8; 12] = nonce.to_be_bytes()[4..].try_into().unwrap();
    let tag = Aes256Gcm::new(&Array::from(*key))
        .encrypt_inout_detached(&Array::from(nonce), aad, InOutBuf::from(text.as_mut_slice()))
        .unwrap();
    (text, tag.into())
}

fn begin(key: &[u8; 32], first: u128, messages: usize) -> (GcmKey, Ahead) {
    let mut ahead = Ahead::new(messages);
    let key = GcmKey::new(key, &mut ahead, first);
    (key, ahead)
}

fn is_wiped(blocks: &[Block]) -> bool {
    Block::slice_as_flattened(blocks).iter().all(|&byte| byte == 0)
}

#[test]
fn the_vectors_of_nist_hold() {
    let lines = include_str!("../../../../../tests/vectors/gcm/nist.txt");
    let mut count = [0, 0];
    for line in lines.lines().filter(|line| !line.starts_with('#')) {
        let cells: Vec<_> = line.split(' ').collect();
        let bytes = |cell: usize| match cells[cell] {
            "-" => Vec::new(),
            hex => hex::decode(hex).unwrap(),
        };
        let key = bytes(0).try_into().unwrap();
        let nonce = number(&bytes(1).try_into().unwrap());
        let (aad, ciphertext) = (bytes(2), bytes(4));
        let tag = bytes(5).try_into().unwrap();
        let (gcm, mut ahead) = begin(&key, nonce, 1);
        let mut text = ciphertext.clone();
        let opened = gcm.open(&mut ahead, nonce, &aad, &mut text, &tag);
        assert_eq!(opened, cells[3] != "?", "{line}");
        count[usize::from(opened)] += 1;
        if !opened {
            assert_eq!(text, ciphertext, "nothing is decrypted: {line}");
            continue;
        }
        assert_eq!(text, bytes(3), "{line}");
        let (gcm, mut ahead) = begin(&key, nonce, 1);
        assert_eq!(gcm.seal(&mut ahead, nonce, &aad, &mut text), tag, "{line}");
        assert_eq!(text, ciphertext, "{line}");
    }
    assert_eq!(count, [63, 187]);
}

#[test]
fn every_length_gives_the_bytes_of_the_other_implementation() {
    let key = [9; 32];
    let all: Vec<u8> = (0..3000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let (gcm, mut ahead) = begin(&key, 0, 8);
    let mut nonce = 0;
    let mut check = |aad: &[u8], plain: &[u8]| {
        let mut text = plain.to_vec();
        let tag = gcm.seal(&mut ahead, nonce, aad, &mut text);
        assert_eq!(
            (text, tag),
            expected(&key, nonce, aad, plain),
            "{}, {}",
            aad.len(),
            plain.len()
        );
        nonce += 1;
    };
    for length in 0..=1200 {
        check(&all[..length % 97], &all[..length]);
        check(&all[..length], &all[..length % 61]);
    }
    // Where it goes on in pieces, and where GHASH is laid out no more.
    for length in [2047, 2048, 2049, 2063, 2064, 2065, 3000] {
        check(&all[..13], &all[..length]);
        check(&all[..length], &all[..13]);
    }
}

#[test]
fn keystream_is_wiped_as_it_is_used_and_used_once() {
    let key = [3; 32];
    let (gcm, mut ahead) = begin(&key, 40, 3);
    assert!(is_wiped(&ahead.blocks[..1]), "the hash key");
    let strips =
        |ahead: &Ahead| ahead.blocks[1..].chunks_exact(STRIP).map(is_wiped).collect::<Vec<_>>();
    assert_eq!(strips(&ahead)[..4], [false, false, false, true]);
    let mut text = *b"text";
    let tag = gcm.seal(&mut ahead, 41, b"", &mut text);
    assert_eq!(strips(&ahead)[..4], [false, true, false, true]);
    // Again under the nonce that was used: another tag than its own would be a mask of zeros.
    assert!(gcm.open(&mut ahead, 41, b"", &mut text, &tag));
    assert_eq!(&text, b"text");
    // Beyond what was made, more is made, and what was left is gone.
    let _ = gcm.seal(&mut ahead, 43, b"", &mut text);
    assert_eq!((ahead.first, ahead.made), (43, MOST));
    ahead.wipe();
    assert!(is_wiped(&ahead.blocks));
}

#[test]
fn what_a_sender_chooses_makes_no_more_than_its_own() {
    let (gcm, mut ahead) = begin(&[3; 32], 40, usize::MAX);
    assert_eq!(ahead.made, MOST);
    for nonce in [39, 0, 40 + MOST as u128 + 1, u128::MAX >> 32, 41] {
        let mut text = *b"text";
        assert!(!gcm.open(&mut ahead, nonce, b"", &mut text, &[0; 16]));
        assert_eq!((&text, ahead.first), (b"text", 40));
    }
    // What was made for others is there still.
    let used = ahead.used;
    assert_eq!(used, 0b10);
}

proptest! {
    #[test]
    fn messages_in_any_order_are_those_of_the_other_implementation(
        key: [u8; 32],
        first in prop_oneof![any::<u128>(), Just((1 << 96) - 3), Just(u128::MAX)],
        expect in 0_usize..12,
        messages in prop::collection::vec(
            (0_u128..24, 0_usize..700, 0_usize..1400, any::<u8>(), any::<bool>()),
            1..24,
        ),
    ) {
        let (gcm, mut ahead) = begin(&key, first, expect);
        for (offset, aad, text, byte, is_forged) in messages {
            let nonce = first.wrapping_add(offset);
            let (aad, plain) = (vec![byte ^ 1; aad], vec![byte; text]);
            let (ciphertext, mut tag) = expected(&key, nonce, &aad, &plain);
            let mut sealed = plain.clone();
            prop_assert_eq!(gcm.seal(&mut ahead, nonce, &aad, &mut sealed), tag);
            prop_assert_eq!(&sealed, &ciphertext);
            if is_forged {
                tag[usize::from(byte % 16)] ^= 1 << (byte % 8);
            }
            let opened = gcm.open(&mut ahead, nonce, &aad, &mut sealed, &tag);
            prop_assert_eq!(opened, !is_forged);
            prop_assert_eq!(sealed, if is_forged { ciphertext } else { plain });
        }
    }
}
