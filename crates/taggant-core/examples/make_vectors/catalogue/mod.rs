//! The test vectors, one failure each. Keys and nonces are fixed, so that the files are the same
//! each time; nothing outside this program passes a nonce.

mod bad;
mod envelope;
mod good;
mod ids;
mod index;
mod integrity;
mod journal;

use serde_json::Value;
use taggant_core::hex::encode as hex;

/// Every file below `tests/vectors`, with its content.
pub(crate) fn files() -> Vec<(String, String)> {
    let folders = [
        ("envelope", [good::all(), bad::all()].concat()),
        ("integrity", integrity::all()),
        ("index", index::all()),
        ("ids", ids::all()),
        ("journal", journal::all()),
    ];
    let mut files = Vec::new();
    for (folder, vectors) in folders {
        for (name, vector) in vectors {
            let text = serde_json::to_string_pretty(&vector).expect("vectors are JSON") + "\n";
            files.push((format!("{folder}/{name}.json"), text));
        }
    }
    files
}

/// Name and content of one file.
type Named = (String, Value);

/// A part of associated data or of a MAC's input, behind its length.
fn frame(part: &[u8]) -> Vec<u8> {
    [&(part.len() as u64).to_be_bytes()[..], part].concat()
}
