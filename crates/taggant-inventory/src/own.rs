//! The running program's own inventory.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use crate::binary::Binary;
use crate::error::ReadError;
use crate::inventory::Inventory;

/// What this process declares: its executable, and on Linux the shared libraries it has loaded.
///
/// The records are read from the files. On Linux the executable is read even where its file was
/// replaced or removed meanwhile.
///
/// # Errors
/// Where one of the files can't be read: half an inventory would look like a whole one.
pub fn this_process() -> Result<Inventory, ReadError> {
    let mut binaries = vec![executable()?];
    for library in libraries()? {
        let file = File::open(&library).map_err(|error| ReadError::new(&library, error))?;
        let name = library.display().to_string();
        let binary =
            Binary::read_as(&name, file, false).map_err(|error| ReadError::new(&library, error))?;
        if !binary.types.is_empty() || binary.damaged_count > 0 {
            binaries.push(binary);
        }
    }
    Ok(Inventory::merge(binaries))
}

const SELF: &str = "/proc/self/exe";

fn executable() -> Result<Binary, ReadError> {
    let path = if cfg!(target_os = "linux") {
        PathBuf::from(SELF)
    } else {
        std::env::current_exe().map_err(|error| ReadError::new(Path::new("executable"), error))?
    };
    let mut binary = Binary::read(&path)?;
    if let Ok(name) = fs::read_link(&path) {
        binary.path = name.display().to_string();
    }
    Ok(binary)
}

/// The files whose code is mapped, but for the executable's.
fn libraries() -> Result<BTreeSet<PathBuf>, ReadError> {
    if !cfg!(target_os = "linux") {
        return Ok(BTreeSet::new());
    }
    let maps = Path::new("/proc/self/maps");
    let text = fs::read_to_string(maps).map_err(|error| ReadError::new(maps, error))?;
    let own = fs::read_link(SELF).unwrap_or_default();
    let paths = text.lines().filter_map(mapped_code).map(PathBuf::from);
    Ok(paths.filter(|path| *path != own).collect())
}

/// The path in a line of `/proc/self/maps`, where it is code from a file.
fn mapped_code(line: &str) -> Option<&str> {
    let mut words = line.splitn(6, ' ');
    let permissions = words.nth(1)?;
    let path = words.nth(3)?.trim_start();
    (permissions.contains('x') && path.starts_with('/')).then_some(path)
}

#[cfg(test)]
mod tests {
    use super::mapped_code;

    #[test]
    fn only_code_from_files_is_read() {
        let code = "7f00-7f01 r-xp 00000000 fe:00 1234    /usr/lib/a library.so";
        assert_eq!(mapped_code(code), Some("/usr/lib/a library.so"));
        for line in [
            "7f00-7f01 rw-s 00000000 fe:00 1234    /var/data/events.ring",
            "7f00-7f01 r-xp 00000000 00:00 0       [vdso]",
            "7f00-7f01 rwxp 00000000 00:00 0 ",
            "",
        ] {
            assert_eq!(mapped_code(line), None, "{line}");
        }
    }
}
