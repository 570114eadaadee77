//! Entries of a tar archive, with long names of GNU and pax.

use std::io::{self, Read};

use super::{Walk, inside};
use crate::source::{Format, Source};

/// Names and pax records beyond this are cut: they only say what an entry is called.
const MAX_NAME: u64 = 64 << 10;

pub(super) fn walk(walk: &mut Walk<'_>, name: &str, reader: &mut dyn Read, depth: u32) {
    if let Err(error) = entries(walk, name, reader, depth) {
        let mut source = Source::new(name, Format::Tar);
        source.remarks.push(format!("the archive is damaged or cut: {error}"));
        walk.report(source);
    }
}

fn entries(walk: &mut Walk<'_>, name: &str, reader: &mut dyn Read, depth: u32) -> io::Result<()> {
    let mut archive = tar::Archive::new(reader);
    archive.set_ignore_zeros(true);
    let mut long_name = None;
    // Raw: the crate would read long names whole, however long a hostile archive makes them.
    for entry in archive.entries()?.raw(true) {
        let mut entry = entry?;
        let kind = entry.header().entry_type();
        if kind.is_gnu_longname() {
            let mut bytes = Vec::new();
            (&mut entry).take(MAX_NAME).read_to_end(&mut bytes)?;
            bytes.retain(|byte| *byte != 0);
            long_name = Some(bytes);
        } else if kind.is_pax_local_extensions() {
            let mut bytes = Vec::new();
            (&mut entry).take(MAX_NAME).read_to_end(&mut bytes)?;
            long_name = pax_path(&bytes).or(long_name);
        } else if kind.is_file() || kind.is_contiguous() || kind.is_gnu_sparse() {
            let own = long_name.take().unwrap_or_else(|| entry.path_bytes().into_owned());
            let own = inside(name, &String::from_utf8_lossy(&own));
            if !walk.enter(name, Format::Tar) {
                return Ok(());
            }
            walk.stream(&own, &mut entry, depth + 1);
        } else {
            long_name = None;
        }
    }
    Ok(())
}

/// The `path` of pax records, `length key=value\n` each.
fn pax_path(records: &[u8]) -> Option<Vec<u8>> {
    let lines = records.split(|byte| *byte == b'\n');
    let mut paths = lines.filter_map(|line| {
        let space = line.iter().position(|byte| *byte == b' ')?;
        line[space + 1..].strip_prefix(b"path=")
    });
    paths.next().map(<[u8]>::to_vec)
}
