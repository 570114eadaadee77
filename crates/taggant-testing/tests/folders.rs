//! Files and folders are searched whole, their names too, and the report shows no value.

use std::sync::atomic::{AtomicBool, Ordering};

use taggant_testing::{LeakProbe, canary};

#[test]
fn names_of_files_and_folders_are_searched_and_not_printed() {
    let folder = tempfile::tempdir().unwrap();
    let (email, name) = (canary::email(), canary::word());
    let probe = LeakProbe::new().value("email", &email).value("name", &name);
    assert!(probe.find(folder.path()).is_empty());
    std::fs::write(folder.path().join(format!("{email}.csv")), "nothing").unwrap();
    std::fs::create_dir_all(folder.path().join(&name)).unwrap();
    std::fs::write(folder.path().join(&name).join("inner"), &email).unwrap();
    let leaks = probe.find(folder.path());
    assert_eq!(leaks.len(), 3, "{leaks:?}");
    let said = format!("{leaks:?}").to_lowercase();
    assert!(!said.contains(&email) && !said.contains(&name.to_lowercase()), "shows a value");
    assert!(leaks.iter().any(|leak| leak.place.ends_with("inner")), "{leaks:?}");
}

#[test]
fn a_value_is_found_wherever_it_lies_in_a_large_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("large");
    let email = canary::email();
    let probe = LeakProbe::new().value("email", &email);
    // Around the border of what is read at once.
    for offset in [0, (1 << 20) - 30, (1 << 20) - 1, 1 << 20, (3 << 20) - email.len()] {
        let mut bytes = vec![b'.'; 3 << 20];
        bytes[offset..offset + email.len()].copy_from_slice(email.as_bytes());
        std::fs::write(&file, &bytes).unwrap();
        let leaks = probe.find(file.as_path());
        assert_eq!(leaks.iter().map(|leak| leak.offset).collect::<Vec<_>>(), [offset as u64]);
    }
}

#[test]
#[should_panic(expected = "can't be searched")]
fn what_cannot_be_read_does_not_pass() {
    let folder = tempfile::tempdir().unwrap();
    LeakProbe::new().value("x", "abcdefgh").assert_sealed(folder.path().join("none").as_path());
}

/// Set when it is dropped, by a panic too.
struct Done<'a>(&'a AtomicBool);

impl Drop for Done<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[test]
fn a_file_that_is_removed_while_its_folder_is_searched_does_not_end_the_test() {
    let folder = tempfile::tempdir().unwrap();
    let done = AtomicBool::new(false);
    let probe = LeakProbe::new().value("x", "abcdefgh");
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                for name in 0..20 {
                    std::fs::write(folder.path().join(name.to_string()), "nothing").unwrap();
                }
                for name in 0..20 {
                    std::fs::remove_file(folder.path().join(name.to_string())).unwrap();
                }
            }
        });
        let _done = Done(&done);
        for _ in 0..500 {
            assert!(probe.find(folder.path()).is_empty());
        }
    });
}
