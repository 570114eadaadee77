//! Without a flow, under `Flow::none` and under a sink's: nothing is opened, nothing is taken.
#![no_main]

use libfuzzer_sys::fuzz_target;
use taggant::Flow;
use taggant_fuzz::{Record, check_error, world};

fuzz_target!(|data: &str| {
    let document = world().document(data);
    let read = || serde_json::from_str::<Record>(&document);
    let tries = [
        read(),
        Flow::none().run(read),
        Flow::to("https://shipper.example", "labels").run(read),
        Flow::log("app").run(read),
    ];
    for tried in tries {
        match tried {
            Ok(_) => panic!("a record with a tagged field was read without a flow to read under"),
            Err(error) => check_error(&document, &error),
        }
    }
});
