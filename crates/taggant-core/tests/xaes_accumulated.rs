//! The accumulated test of C2SP: XAES-256-GCM over inputs drawn from SHAKE128, hashed into one.

use sha3::Shake128;
use sha3::digest::{ExtendableOutput, Update, XofReader};
use taggant_core::cipher::xaes::XaesKey;

/// The digest after `rounds` rounds: each draws key, nonce, plaintext and AAD from one SHAKE128
/// stream, and feeds the ciphertext with its tag to another.
fn accumulated(rounds: u32) -> String {
    let mut source = Shake128::default().finalize_xof();
    let mut sink = Shake128::default();
    let take = |source: &mut dyn XofReader, length: usize| {
        let mut out = vec![0; length];
        source.read(&mut out);
        out
    };
    for _ in 0..rounds {
        let key: [u8; 32] = take(&mut source, 32).try_into().unwrap();
        let nonce: [u8; 24] = take(&mut source, 24).try_into().unwrap();
        let length = usize::from(take(&mut source, 1)[0]);
        let plaintext = take(&mut source, length);
        let length = usize::from(take(&mut source, 1)[0]);
        let aad = take(&mut source, length);
        let key = XaesKey::new(&key);
        let mut buffer = plaintext.clone();
        let tag = key.seal_in_place(&nonce, &aad, &mut buffer);
        sink.update(&buffer);
        sink.update(&tag);
        key.open_in_place(&nonce, &aad, &mut buffer, &tag).unwrap();
        assert_eq!(buffer, plaintext);
    }
    let mut digest = [0; 32];
    sink.finalize_xof().read(&mut digest);
    taggant_core::hex::encode(&digest)
}

#[test]
fn ten_thousand_rounds() {
    let expected = "e6b9edf2df6cec60c8cbd864e2211b597fb69a529160cd040d56c0c210081939";
    assert_eq!(accumulated(10_000), expected);
}

#[test]
#[ignore = "takes minutes unoptimised; run it with --release"]
fn a_million_rounds() {
    let expected = "2163ae1445985a30b60585ee67daa55674df06901b890593e824b8a7c885ab15";
    assert_eq!(accumulated(1_000_000), expected);
}
