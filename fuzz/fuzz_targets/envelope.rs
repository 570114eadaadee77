//! Whatever the bytes: an envelope or an error, and one text per envelope.
#![no_main]

use libfuzzer_sys::fuzz_target;
use taggant_core::envelope::{
    Envelope, decode_text, encode_text, looks_like_envelope, looks_like_envelope_bytes,
};

fuzz_target!(|data: &[u8]| {
    if let Ok(envelope) = Envelope::parse(data) {
        assert!(looks_like_envelope_bytes(data));
        assert_eq!(envelope.header.to_bytes()[..], data[..29]);
        let mut text = String::new();
        encode_text(data, &mut text);
        assert!(looks_like_envelope(&text));
        assert_eq!(decode_text(&text).expect("our own text"), data);
    }
    if let Ok(text) = std::str::from_utf8(data)
        && let Ok(bytes) = decode_text(text)
    {
        let mut again = String::new();
        encode_text(&bytes, &mut again);
        assert_eq!(again, text, "two texts for one envelope");
        let _ = Envelope::parse(&bytes);
    }
});
