//! Out of storage: only what this process has sealed comes back, and only where it belongs.
#![no_main]

use libfuzzer_sys::fuzz_target;
use taggant::Flow;
use taggant_fuzz::{CANARY, Record, check_error, world};

fuzz_target!(|data: &str| {
    let document = world().document(data);
    let flow = Flow::from("postgres://db:5432", "fuzz");
    match flow.run(|| serde_json::from_str::<Record>(&document)) {
        Ok(record) => {
            assert_eq!(record.id, 7, "somebody else's envelope was opened");
            assert_eq!(record.name, CANARY, "plaintext was taken from storage");
            assert!(record.phones.iter().all(|phone| phone == CANARY));
            assert!(record.address.is_none_or(|address| address.street == CANARY));
        }
        Err(error) => check_error(&document, &error),
    }
});
