//! The tagged plaintexts of a value, taken the way every program has to: through a wrap.

use std::sync::OnceLock;

use serde::Serialize;
use serde_json::Value;
use taggant::{Flow, Policy, Runtime};

const POLICY: &str = r#"
[[allow]]
action = "reveal"
category = "*"
"#;

/// A runtime of our own: its ledger records that a test looked, not the program's.
fn runtime() -> &'static Runtime {
    static OWN: OnceLock<(tempfile::TempDir, Runtime)> = OnceLock::new();
    &OWN.get_or_init(|| {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let policy = Policy::from_toml(POLICY).expect("a policy");
        let runtime = Runtime::builder(folder.path()).policy(policy).journal_slots(4096).build();
        let runtime = runtime.expect("a runtime in a temporary folder");
        (folder, runtime)
    })
    .1
}

/// Every tagged leaf of a value: its path and its text.
pub(crate) fn of<T: Serialize + ?Sized>(value: &T) -> Result<Vec<(String, String)>, String> {
    let flow = Flow::to("taggant-testing://probe", "leaves").purpose("essential");
    let (sealed, plain) = runtime().scope(|| {
        let sealed = flow.run(|| serde_json::to_value(value));
        let plain = serde_json::to_value(flow.wrap(value));
        (sealed, plain)
    });
    let explain = |error: serde_json::Error| {
        format!("the value can't be watched: {error} (values that are still sealed can't be)")
    };
    let mut found = Vec::new();
    compare(&sealed.map_err(explain)?, &plain.map_err(explain)?, "", &mut found);
    Ok(found)
}

fn compare(sealed: &Value, plain: &Value, path: &str, found: &mut Vec<(String, String)>) {
    match (sealed, plain) {
        (Value::String(text), _) if text.starts_with("tgt1.") => collect(plain, path, found),
        (Value::Object(sealed), Value::Object(plain)) => {
            for (key, plain) in plain {
                if let Some(sealed) = sealed.get(key) {
                    compare(sealed, plain, &join(path, key), found);
                }
            }
        }
        (Value::Array(sealed), Value::Array(plain)) => {
            for (index, (sealed, plain)) in sealed.iter().zip(plain).enumerate() {
                compare(sealed, plain, &join(path, &index.to_string()), found);
            }
        }
        _ => {}
    }
}

fn collect(plain: &Value, path: &str, found: &mut Vec<(String, String)>) {
    match plain {
        Value::Null | Value::Bool(_) => {}
        Value::Number(number) => found.push((path.to_owned(), number.to_string())),
        Value::String(text) => found.push((path.to_owned(), text.clone())),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                collect(item, &join(path, &index.to_string()), found);
            }
        }
        Value::Object(entries) => {
            for (key, item) in entries {
                found.push((format!("{path} (key)"), key.clone()));
                collect(item, &join(path, key), found);
            }
        }
    }
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}
