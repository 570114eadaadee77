//! AES-256-GCM (NIST SP 800-38D) for many short messages under one key, whose nonces follow each
//! other: the fields of a record.
//!
//! The bytes are those of the `aes-gcm` crate, and the primitives are its own, `aes` and `ghash`;
//! only the order of the work differs. A modern processor encrypts twenty blocks in hardly more time
//! than one, so the keystream of several messages is made in one call, ahead of them; and GHASH takes
//! four blocks at once, so that what it hashes is laid out as a whole.

use std::cell::RefCell;

use aes::cipher::{BlockCipherEncrypt, KeyInit};
use aes::{Aes256Enc, Block};
use ghash::GHash;
use ghash::universal_hash::UniversalHash;
use subtle::ConstantTimeEq;
use zeroize::Zeroize;

/// Blocks of text that are made ahead for each message; a longer one makes the rest itself.
const TEXT: usize = 3;

/// What is made ahead for one message: the block that masks its tag, then those for its text.
const STRIP: usize = 1 + TEXT;

/// For how many messages at most. A bound, whatever a sender claims.
const MOST: usize = 8;

/// Blocks that are encrypted in one call where a text is longer than what was made ahead.
const CHUNK: usize = 64;

/// Blocks that GHASH takes in one piece: associated data, text and lengths of a short message.
const LAID: usize = 32;

/// An expanded key. Wiped on drop; has no `Debug`.
pub(super) struct GcmKey {
    aes: Aes256Enc,
    hash: GHash,
}

/// The blocks of an [`Ahead`].
const BLOCKS: usize = 1 + MOST * STRIP;

thread_local! {
    /// Wiped blocks that the next record takes: an allocation for each would cost more than the rest.
    static SPARE: RefCell<Vec<Vec<Block>>> = const { RefCell::new(Vec::new()) };
}

/// How many are kept for each thread: as many as records with keys of their own are written at once.
const KEPT: usize = 4;

/// Keystream of messages to come. Each part is used once and wiped then, the rest when it is dropped.
pub(super) struct Ahead {
    /// One block for the hash key, then the strips. In one place from the first to the last: where
    /// it moved, a copy would stay behind.
    blocks: Vec<Block>,
    /// For how many messages the first strips are made; later ones are made for as many as there is
    /// room for.
    expected: usize,
    /// The nonce of the first strip.
    first: u128,
    /// How many strips were made.
    made: usize,
    /// Which of them were used: bit `n` for strip `n`.
    used: u8,
}

const _: () = assert!(MOST <= 8, "one bit of `used` for each");

impl Drop for Ahead {
    fn drop(&mut self) {
        self.wipe();
        // Not where the thread is ending.
        let _ = SPARE.try_with(|spare| {
            let mut spare = spare.borrow_mut();
            if spare.len() < KEPT {
                spare.push(std::mem::take(&mut self.blocks));
            }
        });
    }
}

impl Ahead {
    /// For so many messages that are expected under one key. More or fewer may come, in any order.
    pub(super) fn new(expected: usize) -> Self {
        let spare = SPARE.try_with(|spare| spare.borrow_mut().pop()).ok().flatten();
        let blocks = spare.unwrap_or_else(|| vec![Block::default(); BLOCKS]);
        Self { blocks, expected: expected.clamp(1, MOST), first: 0, made: 0, used: 0 }
    }

    fn wipe(&mut self) {
        wipe(&mut self.blocks[..1 + self.made * STRIP]);
        (self.made, self.used) = (0, 0);
    }

    /// Lays out counter blocks of messages to come, the first under the nonce `first`: all of them
    /// with the block of the hash key in front. They are to be encrypted.
    fn lay(&mut self, first: u128, messages: usize) -> &mut [Block] {
        self.wipe();
        (self.first, self.made) = (first, messages);
        let end = 1 + messages * STRIP;
        for (strip, blocks) in (0..).zip(self.blocks[1..end].chunks_exact_mut(STRIP)) {
            lay(first.wrapping_add(strip), 1, blocks);
        }
        &mut self.blocks[..end]
    }

    /// How far a nonce is behind the first strip's. Of 96 bits: what is before is far behind.
    fn distance(&self, nonce: u128) -> usize {
        usize::try_from((nonce.wrapping_sub(self.first) << 32) >> 32).unwrap_or(usize::MAX)
    }

    /// Takes the strip of a nonce, if it was made and not used yet.
    fn take(&mut self, nonce: u128) -> Option<Strip<'_>> {
        let strip = self.distance(nonce);
        if strip >= self.made || self.used & (1 << strip) != 0 {
            return None;
        }
        self.used |= 1 << strip;
        Some(Strip(&mut self.blocks[1 + strip * STRIP..][..STRIP]))
    }

    /// Whether more is to be made: the nonce is the next one behind what was made.
    fn ends_at(&self, nonce: u128) -> bool {
        self.distance(nonce) == self.made
    }
}

/// Keystream of one message, wiped when it is dropped.
struct Strip<'a>(&'a mut [Block]);

impl Drop for Strip<'_> {
    fn drop(&mut self) {
        wipe(self.0);
    }
}

fn wipe(blocks: &mut [Block]) {
    Block::slice_as_flattened_mut(blocks).zeroize();
}

/// The counter blocks of a nonce, from a number on. Number 1 masks the tag, the text begins at 2.
fn lay(nonce: u128, from: u32, blocks: &mut [Block]) {
    for (number, block) in (from..).zip(blocks) {
        // The upper 32 bits of the nonce's are none and fall away.
        *block = ((nonce << 32) | u128::from(number)).to_be_bytes().into();
    }
}

fn xor(text: &mut [u8], keystream: &[u8]) {
    for (byte, key) in text.iter_mut().zip(keystream) {
        *byte ^= key;
    }
}

impl GcmKey {
    /// Expands a key, and makes the first keystream in the same call, from a nonce on.
    pub(super) fn new(key: &[u8; 32], ahead: &mut Ahead, first: u128) -> Self {
        let aes = Aes256Enc::new(key.into());
        // The hash key is the encryption of zero.
        let blocks = ahead.lay(first, ahead.expected);
        aes.encrypt_blocks(blocks);
        let hash = GHash::new(&blocks[0]);
        wipe(&mut blocks[..1]);
        Self { aes, hash }
    }

    /// Encrypts in place and returns the tag. `ahead` holds what was made under this key.
    ///
    /// # Panics
    /// On more than 2^36 − 32 bytes, the limit of GCM.
    pub(super) fn seal(
        &self,
        ahead: &mut Ahead,
        nonce: u128,
        aad: &[u8],
        text: &mut [u8],
    ) -> [u8; 16] {
        assert!(fits(text.len()), "a field is shorter than 64 GiB");
        let mut own = [Block::default(); STRIP];
        let strip = self.strip(ahead, &mut own, nonce);
        self.apply(&strip, nonce, text);
        self.tag(&strip, aad, text)
    }

    /// Decrypts in place, or returns false and leaves the text: nothing is decrypted before the tag
    /// is verified.
    pub(super) fn open(
        &self,
        ahead: &mut Ahead,
        nonce: u128,
        aad: &[u8],
        text: &mut [u8],
        tag: &[u8; 16],
    ) -> bool {
        if !fits(text.len()) {
            return false;
        }
        let mut own = [Block::default(); STRIP];
        let strip = self.strip(ahead, &mut own, nonce);
        if !bool::from(self.tag(&strip, aad, text).ct_eq(tag)) {
            return false;
        }
        self.apply(&strip, nonce, text);
        true
    }

    /// The keystream of a message, from what was made ahead where it is there. A message out of order
    /// gets its own, in `own`: what was made for others stays.
    fn strip<'a>(
        &self,
        ahead: &'a mut Ahead,
        own: &'a mut [Block; STRIP],
        nonce: u128,
    ) -> Strip<'a> {
        if ahead.ends_at(nonce) {
            self.aes.encrypt_blocks(&mut ahead.lay(nonce, MOST)[1..]);
        }
        if let Some(strip) = ahead.take(nonce) {
            return strip;
        }
        let strip = Strip(own);
        lay(nonce, 1, strip.0);
        self.aes.encrypt_blocks(strip.0);
        strip
    }

    /// Adds the keystream of a message to its text.
    fn apply(&self, strip: &Strip<'_>, nonce: u128, text: &mut [u8]) {
        let begin = text.len().min(TEXT * 16);
        let (begin, rest) = text.split_at_mut(begin);
        xor(begin, Block::slice_as_flattened(&strip.0[1..]));
        if rest.is_empty() {
            return;
        }
        let mut blocks = [Block::default(); CHUNK];
        let mut number = 2 + TEXT as u32;
        for chunk in rest.chunks_mut(CHUNK * 16) {
            let made = Strip(&mut blocks[..chunk.len().div_ceil(16)]);
            lay(nonce, number, made.0);
            self.aes.encrypt_blocks(made.0);
            xor(chunk, Block::slice_as_flattened(made.0));
            number += CHUNK as u32;
        }
    }

    fn tag(&self, strip: &Strip<'_>, aad: &[u8], text: &[u8]) -> [u8; 16] {
        let mut tag: [u8; 16] = self.hash(aad, text).into();
        xor(&mut tag, &strip.0[0]);
        tag
    }

    /// GHASH of associated data and text, each padded to whole blocks, and of their lengths.
    fn hash(&self, aad: &[u8], text: &[u8]) -> Block {
        let mut hash = self.hash.clone();
        let bits = |bytes: &[u8]| (bytes.len() as u128) << 3;
        let lengths = Block::from(((bits(aad) << 64) | bits(text)).to_be_bytes());
        let (before, between) = (aad.len().div_ceil(16), text.len().div_ceil(16));
        let count = before + between + 1;
        if count > LAID {
            hash.update_padded(aad);
            hash.update_padded(text);
            hash.update(&[lengths]);
            return hash.finalize();
        }
        let mut laid = [Block::default(); LAID];
        // Zero blocks in front change nothing, and make whole fours of all of it.
        let count = count.next_multiple_of(4);
        let laid = &mut laid[..count];
        laid[count - 1] = lengths;
        let bytes = Block::slice_as_flattened_mut(laid);
        let at = (count - 1 - between) * 16;
        bytes[at..][..text.len()].copy_from_slice(text);
        bytes[at - before * 16..][..aad.len()].copy_from_slice(aad);
        hash.update(laid);
        hash.finalize()
    }
}

fn fits(length: usize) -> bool {
    length as u64 <= (1 << 36) - 32
}

#[cfg(test)]
mod tests;
