//! Writes the test vectors of docs/FORMAT.md and docs/JOURNAL.md:
//! `cargo run -p taggant-core --example make_vectors -- tests/vectors`.

use std::path::Path;

mod catalogue;

fn main() {
    let folder = std::env::args().nth(1).expect("usage: make_vectors FOLDER");
    for (name, content) in catalogue::files() {
        let file = Path::new(&folder).join(name);
        let parent = file.parent().expect("every vector has a folder");
        std::fs::create_dir_all(parent).expect("the folder can be made");
        std::fs::write(file, content).expect("the folder can be written");
    }
}
