//! Whether the ledger still says what was recorded.

mod common;

use common::{Folder, run};

#[test]
fn a_ledger_that_nobody_touched_is_clean_and_stays_as_it_is() {
    let folder = Folder::new();
    // Its start takes over what the process before has left without a checkpoint, its end makes one.
    folder.run_with(&["subject", "--file", "-"], &common::guest(2).id).exits(0);
    let found = folder.run(&["verify", "--json"]).exits(0).json();
    assert_eq!((&found["schema"], &found["clean"]), (&"taggant.verify.v1".into(), &true.into()));
    assert_eq!((&found["key_from"], &found["unsigned"]), (&"given".into(), &0.into()));
    let again = folder.run(&["verify", "--json"]).exits(0).json();
    assert_eq!(found, again, "verifying records nothing");
    let text = folder.run(&["verify"]).exits(0);
    assert!(text.out.starts_with("as it was written"), "{}", text.out);
    // After everything that the other verbs leave behind.
    folder.run_with(&["subject", "--file", "-"], &common::guest(1).id).exits(0);
    folder.run_with(&["erase", "person", "--yes", "--file", "-"], &common::guest(1).id).exits(0);
    folder.run(&["erase", "confirm", "1", "1"]).exits(0);
    folder.run(&["verify"]).exits(0);
}

#[test]
fn a_changed_row_is_found_with_and_without_keys() {
    let folder = Folder::new();
    let ledger = rusqlite::Connection::open(folder.ledger()).unwrap();
    ledger.execute("UPDATE edges SET count = count + 1", []).unwrap();
    drop(ledger);
    let found = folder.run(&["verify"]).exits(1);
    assert!(found.out.contains("changed") && found.out.contains("edges"), "{}", found.out);
    let path = folder.ledger();
    run(&["verify", "--ledger", path.to_str().unwrap()]).exits(1);
}

#[test]
fn a_copy_that_was_put_back_is_found_by_what_was_kept() {
    let folder = Folder::new();
    let path = |name: &str| folder.path().join(name);
    let old = path("old.db");
    let ledger = rusqlite::Connection::open(folder.ledger()).unwrap();
    ledger.execute("VACUUM INTO ?1", [old.to_str()]).unwrap();
    drop(ledger);
    folder.run_with(&["subject", "--file", "-"], &common::guest(1).id).exits(0);
    let kept = path("kept.txt");
    let kept = kept.to_str().unwrap();
    folder.run(&["checkpoint", "export", kept]).exits(0);
    let out = folder.run(&["checkpoint", "export", "-"]).exits(0).out;
    assert_eq!(out, std::fs::read_to_string(kept).unwrap());
    folder.run(&["verify", "--against", kept]).exits(0);

    let copy = ["verify", "--ledger", old.to_str().unwrap()];
    run(&copy).exits(0);
    let found = run(&[&copy[..], &["--against", kept, "--json"]].concat()).exits(1).json();
    assert_eq!(found["findings"][0]["kind"], "rolled_back");
    assert_eq!(found["key_from"], "against");
    // In its folder, the checkpoint beside the anchor is enough.
    for end in ["-wal", "-shm"] {
        let _ = std::fs::remove_file(path(&format!("ledger.db{end}")));
    }
    std::fs::copy(&old, folder.ledger()).unwrap();
    let found = folder.run(&["verify", "--json"]).exits(1).json();
    assert_eq!(found["findings"][0]["kind"], "rolled_back");
    // Nor does a ledger that was made anew pass.
    std::fs::remove_file(folder.ledger()).unwrap();
    // It is not made anew beside the checkpoint of the old one; somebody made it elsewhere.
    folder.run_with(&["subject", "--file", "-"], &common::guest(1).id).exits(3);
    let beside = path("anchor");
    let kept: Vec<_> = std::fs::read_dir(&beside)
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .filter(|name| name.to_string_lossy().starts_with("checkpoint."))
        .collect();
    let aside = tempfile::tempdir().unwrap();
    let moved = |from: &std::path::Path, to: &std::path::Path| {
        for name in &kept {
            std::fs::copy(from.join(name), to.join(name)).unwrap();
            std::fs::remove_file(from.join(name)).unwrap();
        }
    };
    moved(&beside, aside.path());
    folder.run_with(&["subject", "--file", "-"], &common::guest(1).id).exits(0);
    moved(aside.path(), &beside);
    let found = folder.run(&["verify", "--json"]).exits(1).json();
    assert!(found["findings"].to_string().contains("another"), "{found}");
}

#[test]
fn what_is_no_checkpoint_is_refused() {
    let folder = Folder::new();
    folder.run(&["verify", "--against", "/nowhere"]).exits(2);
    let file = folder.path().join("note.txt");
    std::fs::write(&file, "hello").unwrap();
    let refused = folder.run(&["verify", "--against", file.to_str().unwrap()]).exits(3);
    assert!(refused.err.contains("exported"), "{}", refused.err);
}
