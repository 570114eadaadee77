//! The accumulated test vectors of XAES-256-GCM, <https://c2sp.org/XAES-256-GCM>.

use sha3::Shake128;
use sha3::digest::{ExtendableOutput, Update, XofReader};
use taggant_core::cipher::xaes::XaesKey;

fn array<const N: usize>(stream: &mut impl XofReader) -> [u8; N] {
    let mut bytes = [0; N];
    stream.read(&mut bytes);
    bytes
}

/// `opaque bytes<0..255>` of RFC 8446, section 3.
fn opaque(stream: &mut impl XofReader) -> Vec<u8> {
    let [length] = array(stream);
    let mut bytes = vec![0; usize::from(length)];
    stream.read(&mut bytes);
    bytes
}

/// Key, nonce, plaintext and associated data come out of one SHAKE128 of nothing; ciphertexts and
/// tags go into another.
fn accumulated(messages: usize) -> String {
    let mut stream = Shake128::default().finalize_xof();
    let mut sum = Shake128::default();
    for _ in 0..messages {
        let key = XaesKey::new(&array(&mut stream));
        let nonce = array(&mut stream);
        let plaintext = opaque(&mut stream);
        let aad = opaque(&mut stream);
        let mut buffer = plaintext.clone();
        let tag = key.seal_in_place(&nonce, &aad, &mut buffer);
        sum.update(&buffer);
        sum.update(&tag);
        key.open_in_place(&nonce, &aad, &mut buffer, &tag).expect("what was sealed opens");
        assert_eq!(buffer, plaintext);
    }
    let digest: [u8; 32] = array(&mut sum.finalize_xof());
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn ten_thousand_messages_hash_to_the_published_digest() {
    assert_eq!(
        accumulated(10_000),
        "e6b9edf2df6cec60c8cbd864e2211b597fb69a529160cd040d56c0c210081939"
    );
}

#[test]
#[ignore = "a million messages: run with --release -- --ignored"]
fn a_million_messages_hash_to_the_published_digest() {
    assert_eq!(
        accumulated(1_000_000),
        "2163ae1445985a30b60585ee67daa55674df06901b890593e824b8a7c885ab15"
    );
}
