//! The documented procedure: back up while a service runs, lose the stores, restore.

mod common;

use common::{Folder, SECRETS};
use taggant::Runtime;

/// By a thread that has ended: nobody uses the folder any more.
fn folder() -> Folder {
    std::thread::spawn(Folder::new).join().expect("a folder")
}

fn lose_stores(folder: &std::path::Path) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let entry = entry.expect("an entry");
        let name = entry.file_name().into_string().expect("a name");
        if name.starts_with("keys.db") || name.starts_with("ledger.db") {
            std::fs::remove_file(entry.path()).expect("it is removed");
        }
    }
}

#[test]
fn a_restored_backup_has_everything_and_un_erases_nobody() {
    let folder = folder();
    let away = tempfile::tempdir().expect("a folder");
    let backup = away.path().join("one");
    let backup_arg = backup.to_str().expect("UTF-8");
    folder.run(&["backup", backup_arg]).exits(0);
    let mut names: Vec<_> = std::fs::read_dir(&backup)
        .expect("a backup")
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("a name"))
        .collect();
    names.sort_unstable();
    assert_eq!(names, ["backup.txt", "keys.db", "ledger.db", "policy.toml"]);
    // A second one needs a folder of its own.
    folder.run(&["backup", backup_arg]).exits(3);

    folder.run(&["erase", "person", "--yes", "--reason", "request 7", SECRETS[0]]).exits(0);
    // The stores are in the way.
    folder.run(&["restore", backup_arg]).exits(3);
    lose_stores(folder.path());
    // A new store is not made in the place of the lost one.
    assert!(Runtime::embedded(folder.path()).is_err());

    let anchor = folder.path().join("anchor/erasures");
    let aside = away.path().join("erasures");
    std::fs::rename(&anchor, &aside).expect("it is moved");
    folder.run(&["restore", backup_arg]).exits(3);
    assert!(!folder.path().join("keys.db").exists(), "nothing is restored without the anchor");
    std::fs::rename(&aside, &anchor).expect("it is moved");

    let root = folder.path().join("root.key");
    let root_aside = away.path().join("root.key");
    std::fs::rename(&root, &root_aside).expect("it is moved");
    folder.run(&["restore", backup_arg]).exits(2);
    assert!(!root.exists(), "no other root key is made");
    std::fs::rename(&root_aside, &root).expect("it is moved");

    let restored = folder.run(&["restore", backup_arg, "--json"]).exits(0).json();
    assert_eq!((&restored["again"], &restored["erasures"]), (&1.into(), &1.into()));
    let runtime = Runtime::embedded(folder.path()).expect("a runtime");
    assert_eq!(runtime.keys().head().map(|head| head.number), Some(1));
    assert_eq!(runtime.ledger().receipts().expect("receipts"), [1]);
    let states = runtime.keys().list("default").expect("keys").into_iter().map(|key| key.state);
    let erased = states.filter(|state| *state == taggant::KeyState::Erased).count();
    assert_eq!(erased, 1, "the erased person came back");
}

#[test]
fn a_backup_that_was_changed_or_cut_off_is_refused() {
    let folder = folder();
    let away = tempfile::tempdir().expect("a folder");
    let backup = away.path().join("one");
    let backup_arg = backup.to_str().expect("UTF-8");
    folder.run(&["backup", backup_arg]).exits(0);
    lose_stores(folder.path());
    let ledger = backup.join("ledger.db");
    let whole = std::fs::read(&ledger).expect("a copy");
    std::fs::write(&ledger, &whole[..whole.len() - 1]).expect("it is cut");
    folder.run(&["restore", backup_arg]).exits(3);
    std::fs::write(&ledger, &whole).expect("it is whole");
    let list = backup.join("backup.txt");
    let text = std::fs::read_to_string(&list).expect("a list");
    std::fs::write(&list, &text[..text.len() / 2]).expect("it is cut");
    folder.run(&["restore", backup_arg]).exits(3);
    std::fs::write(&list, text).expect("it is whole");
    folder.run(&["restore", backup_arg]).exits(0);
}

#[test]
fn a_backup_says_that_services_run() {
    let folder = folder();
    let away = tempfile::tempdir().expect("a folder");
    let _service = Runtime::builder(folder.path()).journal_slots(64).build().expect("a runtime");
    let backup = away.path().join("one");
    folder.run(&["backup", backup.to_str().expect("UTF-8")]).exits(1);
}

#[test]
fn a_root_key_that_is_gone_is_not_made_anew() {
    let folder = folder();
    let root = folder.path().join("root.key");
    std::fs::remove_file(&root).expect("it was there");
    let error = Runtime::embedded(folder.path()).expect_err("nothing can be opened");
    assert!(error.to_string().contains("root-key file"), "{error}");
    assert!(!root.exists());
    // Nor is an emptied key store filled anew.
    lose_stores(folder.path());
    std::fs::write(folder.path().join("keys.db"), "").expect("a file of no length");
    let error = Runtime::embedded(folder.path()).expect_err("the store is lost");
    assert!(error.to_string().contains("begin_anew"), "{error}");
}
