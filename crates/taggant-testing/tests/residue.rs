//! Probes leave nothing behind. One test in a process of its own, with a temporary folder of its own.

use std::process::Command;

use taggant::Tagged;
use taggant_testing::{LeakProbe, canary};

#[derive(Tagged)]
#[tagged(dataset = "residue.record", row = none, unbound)]
struct Record(#[tag("user.name")] String);

const CHILD: &str = "TAGGANT_TESTING_RESIDUE_CHILD";

#[test]
fn no_folder_with_keys_is_left_when_the_process_has_ended() {
    if std::env::var_os(CHILD).is_some() {
        let text = canary::word();
        let first = LeakProbe::watch(&Record(text.clone()));
        assert!(!first.and(&LeakProbe::watch(&Record(canary::name()))).find(&text).is_empty());
        assert!(!LeakProbe::watch(&Record(text.clone())).find(&text).is_empty());
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let child = Command::new(std::env::current_exe().unwrap())
        .env(CHILD, "1")
        .env("TMPDIR", folder.path())
        .output()
        .unwrap();
    assert!(child.status.success());
    let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
}
