//! Makes a data folder for `tests/vectors/reader.py --keys FOLDER`, with what must open in
//! `FOLDER/expected.json`: `cargo run -p taggant-tests --example make_key_folder -- FOLDER`.

use std::path::PathBuf;

use serde_json::{Value, json};
use taggant::{Flow, Groups, Runtime, Tagged};

#[derive(Tagged)]
#[tagged(dataset = "people", subject(customer = id), row = id)]
struct Person {
    #[clear]
    id: u64,
    #[tag("user.contact.email")]
    email: String,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = PathBuf::from(std::env::args().nth(1).ok_or("usage: make_key_folder FOLDER")?);
    let runtime = Runtime::embedded(&folder)?;
    let write = |id: u64| -> Result<Value, Box<dyn std::error::Error>> {
        let person = Person { id, email: format!("{id}@example.com") };
        let table = Flow::to("postgres://db", "people");
        let text = runtime.scope(|| table.run(|| serde_json::to_string(&person)))?;
        let record: Value = serde_json::from_str(&text)?;
        let digits = id.to_string();
        let row = [&(digits.len() as u64).to_be_bytes()[..], digits.as_bytes()].concat();
        Ok(json!({
            "envelope": record["email"], "row": taggant_core::hex::encode(&row),
            "tenant": "default", "kind": "customer", "id": digits,
        }))
    };
    let mut expected = Vec::new();
    for id in 1..4 {
        let mut one = write(id)?;
        one["value"] = json!(format!("{id}@example.com"));
        expected.push(one);
    }
    // Both generations of each kind of key, a hold and an erasure.
    runtime.keys().rotate_branch("default", "main", false)?;
    runtime.keys().rotate_data("default", "main")?;
    runtime.hold("customer", &1_u64, true)?;
    let mut again = write(1)?;
    again["value"] = json!("1@example.com");
    expected.push(again);
    runtime.erase_in("default", "customer", &3_u64, &Groups::All)?;
    let erased = expected[2].as_object_mut().ok_or("an object")?;
    erased.remove("value");
    erased.insert("outcome".to_owned(), json!("Erased"));
    std::fs::write(folder.join("expected.json"), serde_json::to_string_pretty(&expected)?)?;
    Ok(())
}
