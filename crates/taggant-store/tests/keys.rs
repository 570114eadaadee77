//! What users rely on of the key store: durable, shared, not trusted, final.

mod proof_keys;

use std::path::Path;
use std::sync::Arc;

use proof_keys::{insider, is_on_disk, open, open_with, person, seal};
use rusqlite::Connection;
use taggant_core::Outcome;
use taggant_core::key::{Groups, KeyConfig, KeyRing, KeyState, LocalRoot, Owner};
use taggant_store::keys::{FileAnchor, SqliteKeyStore};

#[test]
fn a_person_keeps_one_key_across_restarts_and_processes() {
    let folder = tempfile::tempdir().unwrap();
    let (a, b) = (open(folder.path()).unwrap(), open(folder.path()).unwrap());
    let id = seal(&a, "1").unwrap();
    assert_eq!(seal(&b, "1").unwrap(), id);
    assert_ne!(seal(&b, "2").unwrap(), id);
    assert_eq!(person(&a, "1"), person(&b, "1"));
    let again = open(folder.path()).unwrap();
    assert_eq!(again.tenant("t").unwrap().open_key(id).unwrap().id(), id);
    let other = again.tenant("u").unwrap().subject_tag("customer", b"1").unwrap();
    assert_ne!(other, person(&a, "1"));
    let error = again.tenant("u").unwrap().open_key(id).unwrap_err();
    assert_eq!(error.outcome(), Outcome::WrongTenant);
}

#[test]
fn an_erased_person_is_gone_and_is_not_re_created() {
    let folder = tempfile::tempdir().unwrap();
    let ring = open(folder.path()).unwrap();
    let (id, tag) = (seal(&ring, "1").unwrap(), person(&ring, "1"));
    let other = seal(&ring, "2").unwrap();
    let erasure = ring.erase("t", tag, &Groups::All).unwrap();
    assert_eq!((erasure.row.number, erasure.keys, erasure.anchored), (1, 1, true));
    for ring in [ring, open(folder.path()).unwrap()] {
        let tenant = ring.tenant("t").unwrap();
        assert_eq!(tenant.open_key(id).unwrap_err().outcome(), Outcome::Erased);
        assert_eq!(seal(&ring, "1").unwrap_err().outcome(), Outcome::Erased);
        tenant.prefetch("main", &[tag]).unwrap();
        assert_eq!(seal(&ring, "1").unwrap_err().outcome(), Outcome::Erased);
        assert!(tenant.open_key(other).is_ok());
        assert_eq!(ring.list("t").unwrap().iter().filter(|k| k.subject == Some(tag)).count(), 1);
    }
}

#[test]
fn who_was_erased_already_is_told_of_their_own_erasure() {
    let folder = tempfile::tempdir().unwrap();
    let ring = open(folder.path()).unwrap();
    let [first, other] = ["1", "2"].map(|id| {
        seal(&ring, id).unwrap();
        ring.erase("t", person(&ring, id), &Groups::All).unwrap()
    });
    let again = ring.erase("t", first.row.subject, &Groups::All).unwrap();
    assert_eq!((&again.row, again.keys), (&first.row, 0));
    assert!(again.anchored && again.overwritten);
    assert_eq!(ring.erasures(1).unwrap(), [first.row, other.row]);
}

#[test]
fn erasing_one_group_leaves_the_others() {
    let folder = tempfile::tempdir().unwrap();
    let ring = open(folder.path()).unwrap();
    let (tenant, tag) = (ring.tenant("t").unwrap(), person(&ring, "1"));
    let main = tenant.seal_key("main", Owner::Subject(tag)).unwrap().id();
    let invoices = tenant.seal_key("invoices", Owner::Subject(tag)).unwrap().id();
    ring.erase("t", tag, &Groups::These(vec!["main".into()])).unwrap();
    assert_eq!(tenant.open_key(main).unwrap_err().outcome(), Outcome::Erased);
    assert!(tenant.open_key(invoices).is_ok());
    ring.erase("t", tag, &Groups::All).unwrap();
    assert_eq!(tenant.open_key(invoices).unwrap_err().outcome(), Outcome::Erased);
}

#[test]
fn an_erasure_of_groups_that_have_no_name_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let ring = open(folder.path()).unwrap();
    let (id, tag) = (seal(&ring, "1").unwrap(), person(&ring, "1"));
    // In the history they would stand for nothing, for two groups, or for all.
    for names in [&[][..], &[""], &["main", ""], &["a,b"], &["*"]] {
        let groups = Groups::These(names.iter().map(|name| name.to_string()).collect());
        let refused = ring.erase("t", tag, &groups).unwrap_err();
        assert_eq!(refused.outcome(), Outcome::Invalid, "{names:?}");
    }
    assert!(ring.erasures(1).unwrap().is_empty());
    assert!(ring.tenant("t").unwrap().open_key(id).is_ok());
}

#[test]
fn another_process_stops_serving_an_erased_person_within_the_cache_life() {
    let folder = tempfile::tempdir().unwrap();
    let config = KeyConfig { cache_life: std::time::Duration::ZERO, ..KeyConfig::default() };
    let (a, b) = (open(folder.path()).unwrap(), open_with(folder.path(), config).unwrap());
    let id = seal(&b, "1").unwrap();
    assert!(b.tenant("t").unwrap().open_key(id).is_ok());
    a.erase("t", person(&a, "1"), &Groups::All).unwrap();
    assert_eq!(b.tenant("t").unwrap().open_key(id).unwrap_err().outcome(), Outcome::Erased);
}

#[test]
fn the_erased_key_is_overwritten_in_every_file() {
    let folder = tempfile::tempdir().unwrap();
    let ring = open(folder.path()).unwrap();
    for n in 0..50 {
        seal(&ring, &n.to_string()).unwrap();
    }
    let tag = person(&ring, "7");
    let wrapped: Vec<u8> = Connection::open(folder.path().join("keys.db"))
        .unwrap()
        .query_row("SELECT wrapped FROM data_keys WHERE owner = ?1", [tag.0], |row| row.get(0))
        .unwrap();
    assert!(is_on_disk(folder.path(), &wrapped), "the search must find what is there");
    ring.erase("t", tag, &Groups::All).unwrap();
    assert!(!is_on_disk(folder.path(), &wrapped));
}

#[test]
fn a_legal_hold_refuses_erasure_until_it_ends() {
    let folder = tempfile::tempdir().unwrap();
    let ring = open(folder.path()).unwrap();
    let (id, tag) = (seal(&ring, "1").unwrap(), person(&ring, "1"));
    ring.hold("t", tag, true).unwrap();
    assert_eq!(ring.erase("t", tag, &Groups::All).unwrap_err().outcome(), Outcome::Denied);
    assert!(ring.tenant("t").unwrap().open_key(id).is_ok());
    ring.hold("t", tag, false).unwrap();
    ring.erase("t", tag, &Groups::All).unwrap();
}

#[test]
fn an_insider_cannot_give_one_persons_key_to_another() {
    let folder = tempfile::tempdir().unwrap();
    let ring = open(folder.path()).unwrap();
    let (victim, thief) = (person(&ring, "1"), person(&ring, "2"));
    let id = seal(&ring, "1").unwrap();
    insider(
        folder.path(),
        &format!("UPDATE data_keys SET owner = x'{thief}' WHERE owner = x'{victim}'"),
    );
    let fresh = open(folder.path()).unwrap();
    assert_eq!(seal(&fresh, "2").unwrap_err().outcome(), Outcome::Tampered);
    assert_eq!(fresh.tenant("t").unwrap().open_key(id).unwrap_err().outcome(), Outcome::Tampered);
}

#[test]
fn an_insider_cannot_turn_live_data_into_erased_nor_back() {
    let folder = tempfile::tempdir().unwrap();
    let ring = open(folder.path()).unwrap();
    let (live, gone) = (seal(&ring, "1").unwrap(), seal(&ring, "2").unwrap());
    insider(folder.path(), "CREATE TABLE aside.copy AS SELECT * FROM data_keys");
    ring.erase("t", person(&ring, "2"), &Groups::All).unwrap();
    insider(folder.path(), &format!("UPDATE data_keys SET state = 4 WHERE id = x'{live}'"));
    let fresh = open(folder.path()).unwrap();
    let outcome = |id| fresh.tenant("t").unwrap().open_key(id).unwrap_err().outcome();
    assert_eq!(outcome(live), Outcome::Tampered);
    insider(
        folder.path(),
        &format!(
            "DELETE FROM data_keys WHERE id = x'{gone}';
             INSERT INTO data_keys SELECT * FROM aside.copy WHERE id = x'{gone}'"
        ),
    );
    // The row is genuine and old; the chain knows better.
    assert_eq!(outcome(gone), Outcome::Erased);
    insider(folder.path(), &format!("DELETE FROM data_keys WHERE id = x'{gone}'"));
    let fresh = open(folder.path()).unwrap();
    let error = fresh.tenant("t").unwrap().open_key(gone).unwrap_err();
    assert_eq!(error.outcome(), Outcome::KeyNotFound);
}

#[test]
fn an_insider_cannot_forge_or_lose_an_erasure() {
    let folder = tempfile::tempdir().unwrap();
    let ring = open(folder.path()).unwrap();
    let id = seal(&ring, "1").unwrap();
    for n in 2..5 {
        seal(&ring, &n.to_string()).unwrap();
        ring.erase("t", person(&ring, &n.to_string()), &Groups::All).unwrap();
    }
    let outcome = |folder: &Path| open(folder).err().map(|error| error.outcome());
    let erased: Vec<u64> =
        ring.history().unwrap().iter().filter(|row| row.kind == 2).map(|row| row.number).collect();
    insider(folder.path(), "CREATE TABLE aside.copy AS SELECT * FROM key_events");
    insider(folder.path(), &format!("DELETE FROM key_events WHERE number = {}", erased[0]));
    assert_eq!(outcome(folder.path()), Some(Outcome::Tampered));
    let restored = "DELETE FROM key_events; INSERT INTO key_events SELECT * FROM aside.copy;";
    insider(
        folder.path(),
        &format!(
            "{restored} UPDATE key_events
             SET body = unhex(replace(hex(body), upper('{}'), upper('{}'))) WHERE number = {}",
            person(&ring, "3"),
            person(&ring, "1"),
            erased[1]
        ),
    );
    assert_eq!(outcome(folder.path()), Some(Outcome::Tampered));
    insider(folder.path(), restored);
    assert!(open(folder.path()).unwrap().tenant("t").unwrap().open_key(id).is_ok());
    // The end of the history cut off: the anchor knows it, and the store is erased again.
    insider(folder.path(), &format!("DELETE FROM key_events WHERE number > {}", erased[0]));
    let fresh = open(folder.path()).unwrap();
    assert_eq!(fresh.head().unwrap().number, 3);
    assert_eq!(seal(&fresh, "4").unwrap_err().outcome(), Outcome::Erased);
}

/// The key store as it is now, to be put back later.
fn backed_up(folder: &Path) -> tempfile::TempDir {
    let backup = tempfile::tempdir().unwrap();
    insider(folder, "PRAGMA wal_checkpoint(TRUNCATE)");
    std::fs::copy(folder.join("keys.db"), backup.path().join("keys.db")).unwrap();
    backup
}

fn restore(backup: &Path, folder: &Path) {
    for file in ["keys.db-wal", "keys.db-shm"] {
        let _ = std::fs::remove_file(folder.join(file));
    }
    std::fs::copy(backup.join("keys.db"), folder.join("keys.db")).unwrap();
}

#[test]
fn a_restored_backup_is_erased_again_before_it_serves_a_key() {
    let folder = tempfile::tempdir().unwrap();
    let (id, wrapped, backup) = {
        let ring = open(folder.path()).unwrap();
        let id = seal(&ring, "1").unwrap();
        let wrapped: Vec<u8> = Connection::open(folder.path().join("keys.db"))
            .unwrap()
            .query_row("SELECT wrapped FROM data_keys", [], |row| row.get(0))
            .unwrap();
        let backup = backed_up(folder.path());
        ring.erase("t", person(&ring, "1"), &Groups::All).unwrap();
        (id, wrapped, backup)
    };
    restore(backup.path(), folder.path());
    assert!(is_on_disk(folder.path(), &wrapped), "the search must find what is there");
    let ring = open(folder.path()).unwrap();
    assert_eq!(ring.tenant("t").unwrap().open_key(id).unwrap_err().outcome(), Outcome::Erased);
    let states: Vec<KeyState> = ring.list("t").unwrap().iter().map(|key| key.state).collect();
    assert_eq!(states, [KeyState::Erased]);
    assert!(ring.is_overwritten(1).unwrap());
    assert!(!is_on_disk(folder.path(), &wrapped), "the key itself came back with the backup");
}

#[test]
fn keys_of_a_restored_backup_are_taken_out_of_use_again() {
    for state in [KeyState::Retired, KeyState::Compromised] {
        let folder = tempfile::tempdir().unwrap();
        let (id, backup) = {
            let ring = open(folder.path()).unwrap();
            let id = seal(&ring, "1").unwrap();
            let backup = backed_up(folder.path());
            ring.retire("t", id, state).unwrap();
            (id, backup)
        };
        restore(backup.path(), folder.path());
        let ring = open(folder.path()).unwrap();
        assert_eq!(ring.tenant("t").unwrap().open_key(id).unwrap().state(), state);
        assert_ne!(seal(&ring, "1").unwrap(), id);
    }
}

#[test]
fn a_missing_anchor_is_refused_until_somebody_has_made_sure() {
    let folder = tempfile::tempdir().unwrap();
    let ring = open(folder.path()).unwrap();
    seal(&ring, "1").unwrap();
    ring.erase("t", person(&ring, "1"), &Groups::All).unwrap();
    std::fs::remove_file(folder.path().join("anchor.log")).unwrap();
    assert_eq!(open(folder.path()).err().unwrap().outcome(), Outcome::KeyUnavailable);
    let adopt = KeyConfig { adopt_anchor: true, ..KeyConfig::default() };
    open_with(folder.path(), adopt).unwrap();
    assert!(open(folder.path()).is_ok());
}

#[test]
fn a_wrong_root_key_is_told_from_tampering() {
    let folder = tempfile::tempdir().unwrap();
    seal(&open(folder.path()).unwrap(), "1").unwrap();
    let wrong = KeyRing::open(
        Arc::new(SqliteKeyStore::open(&folder.path().join("keys.db")).unwrap()),
        Arc::new(LocalRoot::new(&[8; 32])),
        Box::new(FileAnchor::new(&folder.path().join("anchor.log"))),
        KeyConfig::default(),
    );
    assert_eq!(wrong.err().unwrap().outcome(), Outcome::KeyUnavailable);
    let of_tenants = "(SELECT id FROM branch_keys WHERE tenant = 't')";
    insider(
        folder.path(),
        &format!("UPDATE root_wraps SET wrapped = zeroblob(72) WHERE branch IN {of_tenants}"),
    );
    let ring = open(folder.path()).unwrap();
    assert_eq!(ring.tenant("t").err().unwrap().outcome(), Outcome::Tampered);
    insider(folder.path(), "UPDATE root_wraps SET wrapped = zeroblob(72)");
    assert_eq!(open(folder.path()).err().unwrap().outcome(), Outcome::Tampered);
}

#[test]
fn groups_are_those_that_have_keys_and_asking_makes_none() {
    let folder = tempfile::tempdir().unwrap();
    let ring = open(folder.path()).unwrap();
    assert_eq!(ring.groups("t").unwrap(), None);
    assert_eq!(ring.groups("t").unwrap(), None, "asking made keys");
    ring.tenant("t").unwrap();
    assert_eq!(ring.groups("t").unwrap().unwrap(), [""; 0]);
    seal(&ring, "1").unwrap();
    assert_eq!(ring.groups("t").unwrap().unwrap(), ["main"]);
}

#[test]
fn rotation_makes_new_keys_and_leaves_old_ones_readable() {
    let folder = tempfile::tempdir().unwrap();
    let ring = open(folder.path()).unwrap();
    let old = seal(&ring, "1").unwrap();
    assert_eq!(ring.rotate_branch("t", "main", false).unwrap(), 1);
    assert_eq!(ring.rotate_branch("t", "main", true).unwrap(), 0);
    assert_eq!(ring.rotate_data("t", "main").unwrap(), 1);
    let new = seal(&ring, "1").unwrap();
    assert_ne!(old, new);
    let tenant = ring.tenant("t").unwrap();
    assert!(tenant.open_key(old).is_ok() && tenant.open_key(new).is_ok());
    let first = tenant.index_keys("d", "i").unwrap().current().0;
    assert_eq!(ring.rotate_index("t", "d", "i").unwrap(), first + 1);
    let generations: Vec<u8> =
        tenant.index_keys("d", "i").unwrap().newest_first().map(|(g, _)| g).collect();
    assert_eq!(generations, [first + 1, first]);
    // Another root key for the branch keys; the old one opens nothing any more.
    ring.rotate_root("t", &LocalRoot::new(&[9; 32]), true).unwrap();
    let moved = KeyRing::open(
        Arc::new(SqliteKeyStore::open(&folder.path().join("keys.db")).unwrap()),
        Arc::new(LocalRoot::new(&[9; 32])),
        Box::new(FileAnchor::new(&folder.path().join("anchor.log"))),
        KeyConfig::default(),
    )
    .unwrap();
    assert!(moved.tenant("t").unwrap().open_key(old).is_ok());
    assert_eq!(open(folder.path()).err().unwrap().outcome(), Outcome::KeyUnavailable);
}

#[test]
fn each_tenant_goes_over_to_another_root_key_for_itself() {
    let folder = tempfile::tempdir().unwrap();
    let under = |root: u8| {
        KeyRing::open(
            Arc::new(SqliteKeyStore::open(&folder.path().join("keys.db")).unwrap()),
            Arc::new(LocalRoot::new(&[root; 32])),
            Box::new(FileAnchor::new(&folder.path().join("anchor.log"))),
            KeyConfig::default(),
        )
        .unwrap()
    };
    let opens = |root: u8, tenant: &str, id| {
        let opened = under(root).tenant(tenant).and_then(|tenant| tenant.open_key(id));
        opened.map(drop).map_err(|error| error.outcome())
    };
    let ring = under(7);
    let id = seal(&ring, "1").unwrap();
    let other = ring.tenant("u").unwrap().seal_key("main", Owner::Dataset("d")).unwrap().id();
    // Beside the old one, however often.
    for _ in 0..2 {
        ring.rotate_root("t", &LocalRoot::new(&[9; 32]), false).unwrap();
    }
    assert_eq!((opens(7, "t", id), opens(9, "t", id)), (Ok(()), Ok(())));
    // In its place: the other tenant needs the old one still, and with it the store.
    ring.rotate_root("t", &LocalRoot::new(&[9; 32]), true).unwrap();
    let refused = Err(Outcome::KeyUnavailable);
    assert_eq!((opens(7, "t", id), opens(9, "t", id)), (refused, Ok(())));
    assert_eq!((opens(7, "u", other), opens(9, "u", other)), (Ok(()), refused));
}

#[test]
fn a_rotation_counts_the_keys_of_its_group_that_write_no_more() {
    let folder = tempfile::tempdir().unwrap();
    let ring = open(folder.path()).unwrap();
    let tenant = ring.tenant("t").unwrap();
    let retired = seal(&ring, "1").unwrap();
    for id in ["2", "3"] {
        seal(&ring, id).unwrap();
    }
    tenant.seal_key("invoices", Owner::Subject(person(&ring, "1"))).unwrap();
    ring.retire("t", retired, KeyState::Retired).unwrap();
    assert_eq!(ring.rotate_data("t", "main").unwrap(), 2);
}

#[test]
fn a_key_of_another_tenant_is_not_retired() {
    let folder = tempfile::tempdir().unwrap();
    let ring = open(folder.path()).unwrap();
    let id = seal(&ring, "1").unwrap();
    let refused = ring.retire("u", id, KeyState::Retired).unwrap_err();
    assert_eq!(refused.outcome(), Outcome::KeyNotFound);
    assert_eq!(seal(&ring, "1").unwrap(), id);
}

#[test]
fn many_threads_and_rings_agree_on_one_key_per_person() {
    let folder = tempfile::tempdir().unwrap();
    let rings = [open(folder.path()).unwrap(), open(folder.path()).unwrap()];
    let seen = std::sync::Mutex::new(std::collections::HashMap::new());
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let (ring, seen) = (&rings[thread % 2], &seen);
            scope.spawn(move || {
                for n in 0..40 {
                    let id = seal(ring, &(n % 20).to_string()).unwrap();
                    let mut seen = seen.lock().unwrap();
                    assert_eq!(*seen.entry(n % 20).or_insert(id), id);
                }
            });
        }
    });
}

#[cfg(unix)]
#[test]
fn a_root_key_file_that_others_may_read_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("root.key");
    let first = taggant_store::root::from_file(&path).unwrap();
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let again = taggant_store::root::from_file(&path).unwrap();
    assert_eq!(format!("{first:?}"), format!("{again:?}"));
    for mode in [0o640, 0o604, 0o660] {
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        let error = taggant_store::root::from_file(&path).unwrap_err();
        assert!(error.to_string().contains("chmod 600"), "{error}");
    }
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    let (name, key) = text.split_once(' ').unwrap();
    let changed = if key.starts_with('0') { "1" } else { "0" };
    std::fs::write(&path, format!("{name} {changed}{}", &key[1..])).unwrap();
    let error = taggant_store::root::from_file(&path).unwrap_err();
    assert!(error.to_string().contains("checksum"), "{error}");
}
