//! Where to search.

use std::fs::File;
use std::io::{ErrorKind, Read};
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
    /// A file that is removed while its folder is searched, as databases do with their logs, holds
    /// nothing any more.
    ///
    /// # Panics
    /// Where the path is missing, and on what can't be read: a leak that was not looked for must not
    /// pass.
    fn pieces(&self, overlap: usize, search: &mut dyn FnMut(&str, u64, &[u8])) {
        search_path(self, overlap, search).unwrap_or_else(|error| unsearchable(self, &error));
    }
}

fn unsearchable(path: &Path, error: &std::io::Error) -> ! {
    panic!("{} can't be searched: {error}", path.display())
}

fn search_path(
    path: &Path,
    overlap: usize,
    search: &mut dyn FnMut(&str, u64, &[u8]),
) -> std::io::Result<()> {
    if !std::fs::metadata(path)?.is_dir() {
        return search_file(path, overlap, search);
    }
    for entry in std::fs::read_dir(path)? {
        let entry = entry?;
        // The name of a file or folder may leak, too.
        let place = format!("{} (name)", entry.path().display());
        search(&place, 0, entry.file_name().as_encoded_bytes());
        match search_path(&entry.path(), overlap, search) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                unsearchable(&entry.path(), &error)
            }
            _ => {}
        }
    }
    Ok(())
}

fn search_file(
    path: &Path,
    overlap: usize,
    search: &mut dyn FnMut(&str, u64, &[u8]),
) -> std::io::Result<()> {
    let mut file = File::open(path)?;
    let name = path.display().to_string();
    let mut buffer = Vec::new();
    let mut start = 0;
    loop {
        if (&mut file).take(PIECE as u64).read_to_end(&mut buffer)? == 0 {
            return Ok(());
        }
        search(&name, start, &buffer);
        let drop = buffer.len().saturating_sub(overlap.max(1));
        buffer.drain(..drop);
        start += drop as u64;
    }
}
