//! From outside: plaintext only. An envelope is refused, also one that this process has made.
#![no_main]

use libfuzzer_sys::fuzz_target;
use taggant::Flow;
use taggant_fuzz::{Record, check_error, world};

fuzz_target!(|data: &str| {
    let document = world().document(data);
    let flow = Flow::ingest("https://api.example", "customers");
    match flow.run(|| serde_json::from_str::<Record>(&document)) {
        Ok(record) => {
            let texts = record.phones.iter().chain(&record.email).chain([&record.name]);
            for text in texts {
                assert!(!text.trim_start().starts_with("tgt1."), "an envelope was taken in");
            }
        }
        Err(error) => check_error(&document, &error),
    }
});
