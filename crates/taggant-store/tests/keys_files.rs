//! The files of a key store: private, whole, and the same as long as they are used.
#![cfg(unix)]

mod proof_keys;

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use proof_keys::{insider, open, outcome, person, seal};
use taggant_core::Outcome;
use taggant_core::key::Groups;

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn every_file_is_its_owners_alone_in_any_folder() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o777)).unwrap();
    let ring = open(folder.path()).unwrap();
    seal(&ring, "1").unwrap();
    let _ledger = taggant_store::ledger::open(&folder.path().join("ledger.db")).unwrap();
    taggant_store::root::from_file(&folder.path().join("root.key")).unwrap();
    let salt = folder.path().join("salt");
    let passphrase = "a passphrase of some length";
    let first = taggant_store::root::from_passphrase(passphrase, &salt).unwrap();
    let again = taggant_store::root::from_passphrase(passphrase, &salt).unwrap();
    assert_eq!(format!("{first:?}"), format!("{again:?}"));
    let checkpoint = folder.path().join("checkpoint.txt");
    taggant_store::checkpoint::CheckpointFiles::write(&checkpoint, "note").unwrap();
    taggant_store::backup::write(folder.path(), &folder.path().join("backup")).unwrap();
    let mut count = 0;
    for folder in [folder.path().to_owned(), folder.path().join("backup")] {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                assert_eq!(mode(&path), 0o600, "{}", path.display());
                count += 1;
            }
        }
    }
    assert!(count >= 14, "{count} files");
    assert_eq!(mode(&folder.path().join("backup")), 0o700);
}

#[test]
fn a_root_key_behind_a_link_or_of_another_user_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (file, link) = (folder.path().join("root.key"), folder.path().join("link.key"));
    taggant_store::root::from_file(&file).unwrap();
    std::os::unix::fs::symlink(&file, &link).unwrap();
    let error = taggant_store::root::from_file(&link).unwrap_err();
    assert!(error.to_string().contains("symbolic link"), "{error}");
    // A link that leads nowhere is not followed to make a key there.
    let (nowhere, dangling) = (folder.path().join("planted"), folder.path().join("dangling.key"));
    std::os::unix::fs::symlink(&nowhere, &dangling).unwrap();
    let error = taggant_store::root::from_file(&dangling).unwrap_err();
    assert!(error.to_string().contains("symbolic link"), "{error}");
    assert!(!nowhere.exists());
    // Only who may give files away can try the other owner.
    if std::os::unix::fs::chown(&file, Some(65_533), None).is_ok() {
        let error = taggant_store::root::from_file(&file).unwrap_err();
        assert!(error.to_string().contains("belongs to user 65533"), "{error}");
    }
}

#[test]
fn a_link_in_the_place_of_a_new_file_is_not_followed() {
    let folder = tempfile::tempdir().unwrap();
    let victim = folder.path().join("victim");
    std::fs::write(&victim, "precious").unwrap();
    let checkpoint = folder.path().join("checkpoint.txt");
    let guessed = folder.path().join(format!("checkpoint.txt.{}.new", std::process::id()));
    std::os::unix::fs::symlink(&victim, guessed).unwrap();
    taggant_store::checkpoint::CheckpointFiles::write(&checkpoint, "note").unwrap();
    assert_eq!(std::fs::read_to_string(&victim).unwrap(), "precious");
    assert_eq!(std::fs::read_to_string(&checkpoint).unwrap(), "note");
}

/// What an operator or an insider does to the files of a store in use.
#[test]
fn files_that_are_removed_or_replaced_in_use_give_out_no_further_key() {
    type Change = fn(&Path, &Path);
    let removed: Change = |folder, _| std::fs::remove_file(folder.join("keys.db")).unwrap();
    let replaced: Change = |folder, other| {
        std::fs::rename(other.join("keys.db"), folder.join("keys.db")).unwrap();
    };
    let log_removed: Change = |folder, _| std::fs::remove_file(folder.join("keys.db-wal")).unwrap();
    let log_replaced: Change = |folder, other| {
        std::fs::rename(other.join("older-wal"), folder.join("keys.db-wal")).unwrap();
    };
    let emptied: Change = |folder, _| {
        std::fs::rename(folder.join("keys.db"), folder.join("aside")).unwrap();
        std::fs::write(folder.join("keys.db"), "").unwrap();
    };
    for change in [removed, replaced, log_removed, log_replaced, emptied] {
        let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let ring = open(folder.path()).unwrap();
        let known = seal(&ring, "1").unwrap();
        let copied = |from: &str, to: &str| {
            // By another process: a handle that this one closes takes SQLite's locks with it.
            let from = folder.path().join(from);
            let status =
                std::process::Command::new("cp").arg(from).arg(other.path().join(to)).status();
            assert!(status.unwrap().success());
        };
        copied("keys.db", "keys.db");
        copied("keys.db-wal", "older-wal");
        seal(&ring, "2").unwrap();
        change(folder.path(), other.path());
        let error = ring.tenant("t").unwrap().seal_key("main", owner(&ring, "3")).unwrap_err();
        assert_eq!(error.outcome(), Outcome::KeyUnavailable);
        assert!(error.to_string().contains("removed or replaced"), "{error}");
        assert_eq!(outcome(ring.refresh()), Outcome::KeyUnavailable);
        assert_eq!(
            outcome(ring.erase("t", person(&ring, "1"), &Groups::All)),
            Outcome::KeyUnavailable
        );
        // What is in memory serves until the cache life ends.
        assert!(ring.tenant("t").unwrap().open_key(known).is_ok());
    }
}

fn owner(ring: &taggant_core::key::KeyRing, id: &str) -> taggant_core::key::Owner {
    taggant_core::key::Owner::Subject(person(ring, id))
}

/// The file is newer than the log beside it: SQLite takes the log's older pages for newer ones.
#[test]
fn an_older_log_beside_the_file_is_noticed_or_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let aside = tempfile::tempdir().unwrap();
    let key = {
        let ring = open(folder.path()).unwrap();
        let key = seal(&ring, "1").unwrap();
        let wal = folder.path().join("keys.db-wal");
        let status =
            std::process::Command::new("cp").arg(wal).arg(aside.path().join("wal")).status();
        assert!(status.unwrap().success());
        ring.erase("t", person(&ring, "1"), &Groups::All).unwrap();
        ring.hold("t", person(&ring, "2"), true).unwrap();
        seal(&ring, "2").unwrap();
        key
    };
    assert!(!folder.path().join("keys.db-wal").exists(), "the log went with its last user");
    std::fs::copy(aside.path().join("wal"), folder.path().join("keys.db-wal")).unwrap();
    match open(folder.path()) {
        Err(error) => assert_ne!(error.outcome(), Outcome::Erased),
        Ok(ring) => {
            // It was brought up from the anchor.
            assert_eq!(outcome(ring.tenant("t").unwrap().open_key(key)), Outcome::Erased);
            assert_eq!(outcome(seal(&ring, "1")), Outcome::Erased);
            assert_eq!(outcome(ring.erase("t", person(&ring, "2"), &Groups::All)), Outcome::Denied);
        }
    }
}

#[test]
fn a_new_store_in_the_place_of_one_that_erased_people_seals_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let ring = open(folder.path()).unwrap();
    seal(&ring, "1").unwrap();
    ring.erase("t", person(&ring, "1"), &Groups::All).unwrap();
    drop(ring);
    let store = folder.path().join("keys.db");
    for empty in [false, true] {
        std::fs::remove_file(&store).unwrap();
        if empty {
            std::fs::write(&store, "").unwrap();
        }
        // The first start and the second.
        for _ in 0..2 {
            assert_eq!(outcome(open(folder.path())), Outcome::KeyUnavailable);
        }
    }
    insider(folder.path(), "PRAGMA user_version = 99");
    assert_eq!(outcome(open(folder.path())), Outcome::KeyUnavailable);
}
