//! The records of the running test, as a linker laid them out.

use object::{Object, ObjectSection};

/// The bytes of the section.
pub(crate) fn own_records() -> Vec<u8> {
    let own = std::env::current_exe().expect("a test is a file");
    let bytes = std::fs::read(own).expect("readable");
    let file = object::File::parse(&*bytes).expect("an executable");
    let names = [".note.taggant", "__taggant", ".taggant"];
    let section = file.sections().find(|s| s.name().is_ok_and(|name| names.contains(&name)));
    section.expect("this test has tagged types").data().expect("readable").to_vec()
}
