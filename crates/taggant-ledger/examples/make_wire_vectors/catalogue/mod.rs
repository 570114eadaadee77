//! The test vectors, one failure each. Salts and ids are fixed, so that the files are the same each
//! time.

mod bad;
mod bad_accesses;
mod bad_leaf;
mod bad_order;
mod good;
pub(crate) mod lane;
mod raw;
mod sample;
pub(crate) mod told;

use serde_json::{Value, json};
use taggant_ledger::wire::{Entry, Leaf, decode_accesses};

/// Every file below `tests/vectors`, with its content.
pub(crate) fn files() -> Vec<(String, String)> {
    let all = [
        good::all(),
        bad::all(),
        bad_order::all(),
        bad_accesses::all(),
        bad_leaf::all(),
        bad_leaf::that_do_not_open(),
        lane::all(),
    ];
    let text = |vector| serde_json::to_string_pretty(vector).expect("vectors are JSON") + "\n";
    all.iter().flatten().map(|(name, vector)| (format!("wire/{name}.json"), text(vector))).collect()
}

/// Name and content of one file.
type Named = (String, Value);

/// Whether bytes are of a form.
fn is_sound(form: &str, bytes: &[u8]) -> bool {
    match form {
        "content" => Entry::decode(bytes).is_some(),
        "accesses" => decode_accesses(bytes).is_some(),
        _ => Leaf::decode(bytes).is_ok(),
    }
}

/// Bytes that are refused for one reason only: with `sound` in the place of what is wrong they
/// are not.
fn refused(form: &str, name: &str, comment: &str, sound: &[u8], bytes: &[u8]) -> Named {
    let name = format!("bad-{form}-{name}");
    assert!(is_sound(form, sound), "{name}: what it was made from is refused too");
    assert!(!is_sound(form, bytes), "{name}: it is not refused");
    let bytes = told::hex(bytes);
    (name, json!({ "form": form, "comment": comment, "bytes": bytes, "expected": "refused" }))
}
