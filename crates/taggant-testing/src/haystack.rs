//! Where to search.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Something that may hold a leak: bytes, text, a file, or a folder with all that is in it.
pub trait Haystack {
    /// Hands over each piece: where it is, what it holds. Pieces of one file overlap by `overlap`
    /// bytes, so that nothing hides between them; the number is the offset in the file.
    fn pieces(&self, overlap: usize, search: &mut dyn FnMut(&str, u64, &[u8]));
}

impl Haystack for [u8] {
    fn pieces(&self, _: usize, search: &mut dyn FnMut(&str, u64, &[u8])) {
        search("bytes", 0, self);
    }
}

impl Haystack for Vec<u8> {
    fn pieces(&self, overlap: usize, search: &mut dyn FnMut(&str, u64, &[u8])) {
        self.as_slice().pieces(overlap, search);
    }
}

impl Haystack for str {
    fn pieces(&self, _: usize, search: &mut dyn FnMut(&str, u64, &[u8])) {
        search("text", 0, self.as_bytes());
    }
}

impl Haystack for String {
    fn pieces(&self, overlap: usize, search: &mut dyn FnMut(&str, u64, &[u8])) {
        self.as_str().pieces(overlap, search);
    }
}

impl Haystack for PathBuf {
    fn pieces(&self, overlap: usize, search: &mut dyn FnMut(&str, u64, &[u8])) {
        self.as_path().pieces(overlap, search);
    }
}

const PIECE: usize = 1 << 20;

impl Haystack for Path {
    /// # Panics
    /// On what can't be read: a leak that was not looked for must not pass.
    fn pieces(&self, overlap: usize, search: &mut dyn FnMut(&str, u64, &[u8])) {
        let metadata = searchable(self, std::fs::metadata(self));
        if metadata.is_dir() {
            for entry in searchable(self, std::fs::read_dir(self)) {
                let entry = searchable(self, entry);
                // The name of a file or folder may leak, too.
                let place = format!("{} (name)", entry.path().display());
                search(&place, 0, entry.file_name().as_encoded_bytes());
                entry.path().pieces(overlap, search);
            }
            return;
        }
        let mut file = searchable(self, File::open(self));
        let name = self.display().to_string();
        let mut buffer = Vec::new();
        let mut start = 0;
        loop {
            let read = (&mut file).take(PIECE as u64).read_to_end(&mut buffer);
            let read = searchable(self, read);
            if read == 0 {
                return;
            }
            search(&name, start, &buffer);
            let drop = buffer.len().saturating_sub(overlap.max(1));
            buffer.drain(..drop);
            start += drop as u64;
        }
    }
}

fn searchable<T>(path: &Path, result: std::io::Result<T>) -> T {
    result.unwrap_or_else(|error| panic!("{} can't be searched: {error}", path.display()))
}
