//! The tagged plaintexts of a value, taken the way every program has to: through a wrap.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use serde::Serialize;
use taggant::{Flow, Policy, Runtime};

use crate::tree::Tree;

const POLICY: &str = r#"
[[allow]]
action = "reveal"
category = "*"
"#;

/// A runtime of our own: its ledger records that a test looked, not the program's. It lives, with
/// its folder, as long as a probe that was made with it: statics are never dropped, and their
/// folders would stay.
pub(crate) struct Own {
    runtime: Runtime,
    _folder: tempfile::TempDir,
}

pub(crate) fn own() -> Arc<Own> {
    static LAST: Mutex<Weak<Own>> = Mutex::new(Weak::new());
    let mut last = LAST.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(own) = last.upgrade() {
        return own;
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let policy = Policy::from_toml(POLICY).expect("a policy");
    let runtime = Runtime::builder(folder.path()).policy(policy).journal_slots(4096).build();
    let runtime = runtime.expect("a runtime in a temporary folder");
    let own = Arc::new(Own { runtime, _folder: folder });
    *last = Arc::downgrade(&own);
    own
}

/// A tagged leaf: its field, and its value.
pub(crate) type Leaf = (String, Vec<u8>);

/// Every tagged leaf of a value. A field's name never holds what stands in the field: keys of a
/// tagged map are `*` in it.
pub(crate) fn of<T: Serialize + ?Sized>(own: &Own, value: &T) -> Result<Vec<Leaf>, String> {
    let flow = Flow::to("taggant-testing://probe", "leaves").purpose("essential");
    let (sealed, plain) =
        own.runtime.scope(|| (flow.run(|| Tree::of(value)), Tree::of(&flow.wrap(value))));
    let explain = |error| {
        format!("the value can't be watched: {error} (values that are still sealed can't be)")
    };
    let mut found = Vec::new();
    compare(&sealed.map_err(explain)?, &plain.map_err(explain)?, "", &mut found);
    Ok(found)
}

fn compare(sealed: &Tree, plain: &Tree, path: &str, found: &mut Vec<Leaf>) {
    match (sealed, plain) {
        (Tree::Text(text), _) if text.starts_with("tgt1.") => collect(plain, path, found),
        (Tree::Map(sealed), Tree::Map(plain)) => {
            for (index, (key, plain)) in plain.iter().enumerate() {
                // The same order in both, but for siblings that only one of them has.
                let same = sealed.get(index).filter(|(other, _)| other == key);
                let same = same.or_else(|| sealed.iter().find(|(other, _)| other == key));
                if let Some((_, sealed)) = same {
                    compare(sealed, plain, &join(path, name(key)), found);
                }
            }
        }
        (Tree::List(sealed), Tree::List(plain)) => {
            for (index, (sealed, plain)) in sealed.iter().zip(plain).enumerate() {
                compare(sealed, plain, &join(path, &index.to_string()), found);
            }
        }
        _ => {}
    }
}

/// What a field or a clear key is called.
fn name(key: &Tree) -> &str {
    match key {
        Tree::Name(name) => name,
        Tree::Text(text) => text,
        _ => "*",
    }
}

fn collect(plain: &Tree, path: &str, found: &mut Vec<Leaf>) {
    match plain {
        Tree::Nothing | Tree::Name(_) => {}
        Tree::Byte(byte) => found.push((path.to_owned(), byte.to_string().into_bytes())),
        Tree::Text(text) => found.push((path.to_owned(), text.clone().into_bytes())),
        Tree::Bytes(bytes) => found.push((path.to_owned(), bytes.clone())),
        Tree::List(items) => {
            let bytes = items.iter().map(|item| match item {
                Tree::Byte(byte) => Some(*byte),
                _ => None,
            });
            if let Some(bytes) = bytes.collect::<Option<Vec<u8>>>() {
                // As serde writes `Vec<u8>`.
                return found.push((path.to_owned(), bytes));
            }
            for (index, item) in items.iter().enumerate() {
                collect(item, &join(path, &index.to_string()), found);
            }
        }
        Tree::Map(entries) => {
            for (key, item) in entries {
                let below = join(path, if let Tree::Name(name) = key { name } else { "*" });
                collect(key, &format!("{below} (key)"), found);
                collect(item, &below, found);
            }
        }
    }
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}
