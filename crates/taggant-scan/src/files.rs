//! Which source files belong to a workspace, and to which crate.

use std::fs::{self, DirEntry};
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::manifest::{self, Manifest};
use crate::report::Unread;
use crate::run::Options;

/// Deeper folders and more files are no workspace; a scan of `/` ends.
const MAX_DEPTH: usize = 48;
const MAX_FILES: usize = 500_000;

/// All that is to be read.
#[derive(Default)]
pub(crate) struct Files {
    pub(crate) packages: Vec<String>,
    pub(crate) sources: Vec<Source>,
    pub(crate) unread: Vec<Unread>,
    /// Names that `taggant` has as a dependency anywhere in the workspace.
    pub(crate) taggant: Vec<String>,
}

/// A source file.
pub(crate) struct Source {
    pub(crate) package: usize,
    pub(crate) path: PathBuf,
    /// From the scanned folder, with `/`.
    pub(crate) shown: String,
    pub(crate) module: String,
    /// In bytes, when it was listed.
    pub(crate) size: u64,
}

/// A crate whose folder is being walked.
#[derive(Clone)]
struct Inside {
    package: usize,
    folder: PathBuf,
    /// Where its source is, from its folder; an empty path is all of it.
    sources: Vec<PathBuf>,
}

/// Lists the source below a folder.
pub(crate) fn list(root: &Path, options: &Options) -> Result<Files, Error> {
    let mut out = Files::default();
    fs::read_dir(root).map_err(Error::io(root))?;
    let loose = (!root.join("Cargo.toml").is_file()).then(|| {
        let name = root.canonicalize().ok();
        let name = name.as_deref().and_then(Path::file_name).unwrap_or_default();
        out.packages.push(name.to_string_lossy().into_owned());
        Inside { package: 0, folder: root.to_owned(), sources: vec![PathBuf::new()] }
    });
    let mut open = vec![(root.to_owned(), loose, 0)];
    while let Some((folder, inside, depth)) = open.pop() {
        if depth > MAX_DEPTH || out.sources.len() > MAX_FILES {
            out.unread.push(whole(root, &folder, "too deep or too many files"));
            continue;
        }
        Walk { root, options, out: &mut out }.folder(&folder, inside, depth, &mut open)?;
    }
    if out.sources.is_empty() {
        return Err(Error::NothingToScan(root.to_owned()));
    }
    out.sources.sort_by(|left, right| left.shown.cmp(&right.shown));
    Ok(out)
}

struct Walk<'w> {
    root: &'w Path,
    options: &'w Options,
    out: &'w mut Files,
}

type Open = Vec<(PathBuf, Option<Inside>, usize)>;

impl Walk<'_> {
    fn folder(
        &mut self,
        folder: &Path,
        inside: Option<Inside>,
        depth: usize,
        open: &mut Open,
    ) -> Result<(), Error> {
        let entries = match fs::read_dir(folder).and_then(Iterator::collect) {
            Ok(entries) => entries,
            Err(error) if depth == 0 => return Err(Error::io(folder)(error)),
            Err(_) => {
                self.out.unread.push(whole(self.root, folder, "a folder that cannot be listed"));
                Vec::<DirEntry>::new()
            }
        };
        let has = |name: &str| entries.iter().any(|entry| entry.file_name() == name);
        // A copy of somebody else's crate: its owner scans it.
        if has(".cargo-checksum.json") && depth > 0 {
            return Ok(());
        }
        let manifest = has("Cargo.toml");
        let inside = if manifest { self.package(folder).or(inside) } else { inside };
        for entry in entries {
            self.entry(&entry, manifest, inside.as_ref(), depth, open);
        }
        Ok(())
    }

    fn package(&mut self, folder: &Path) -> Option<Inside> {
        let path = folder.join("Cargo.toml");
        let manifest = fs::read_to_string(&path).ok().and_then(|text| manifest::read(&text));
        let Manifest { package, folders, taggant } = manifest.unwrap_or_else(|| {
            let reason = "a manifest that cannot be read; source is looked for in `src`";
            self.out.unread.push(whole(self.root, &path, reason));
            let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
            Manifest { package: Some(name), ..Manifest::default() }
        });
        self.out.taggant.extend(taggant);
        let mut sources = vec!["src".into(), "examples".into(), "build.rs".into()];
        sources.extend(folders);
        self.out.packages.push(package?);
        let package = self.out.packages.len() - 1;
        Some(Inside { package, folder: folder.to_owned(), sources })
    }

    fn entry(
        &mut self,
        entry: &DirEntry,
        beside_manifest: bool,
        inside: Option<&Inside>,
        depth: usize,
        open: &mut Open,
    ) {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        let Ok(kind) = entry.file_type() else { return };
        if name.starts_with('.') || (!self.options.include_tests && self.is_test(&path)) {
            return;
        }
        if kind.is_dir() {
            let built = name == "target" && (beside_manifest || path.join("CACHEDIR.TAG").exists());
            if !built && name != "node_modules" {
                open.push((path, inside.cloned(), depth + 1));
            }
            return;
        }
        let Some(inside) = inside.filter(|inside| inside.has(&path)) else { return };
        if kind.is_symlink() {
            if path.extension().is_some_and(|end| end == "rs") || path.is_dir() {
                self.out.unread.push(whole(self.root, &path, "a symbolic link; not followed"));
            }
        } else if path.extension().is_some_and(|end| end == "rs") {
            self.out.sources.push(Source {
                package: inside.package,
                shown: shown(self.root, &path),
                module: module(&inside.folder, &path),
                size: entry.metadata().map_or(0, |file| file.len()),
                path,
            });
        }
    }

    /// Whether a path is in a folder of tests or benches: one that is not inside `src`.
    fn is_test(&self, path: &Path) -> bool {
        let below = path.strip_prefix(self.root).unwrap_or(path);
        below
            .components()
            .map(|part| part.as_os_str())
            .take_while(|part| *part != "src")
            .any(|part| part == "tests" || part == "benches")
    }
}

impl Inside {
    fn has(&self, path: &Path) -> bool {
        let below = path.strip_prefix(&self.folder).unwrap_or(path);
        self.sources.iter().any(|source| below.starts_with(source))
    }
}

fn whole(root: &Path, path: &Path, reason: &'static str) -> Unread {
    Unread { path: shown(root, path), line: 0, column: 0, reason }
}

fn shown(root: &Path, path: &Path) -> String {
    let below = path.strip_prefix(root).unwrap_or(path);
    let parts: Vec<_> = below.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    parts.join("/")
}

/// `src/model/customer.rs` is `model::customer`.
fn module(folder: &Path, path: &Path) -> String {
    let below = path.strip_prefix(folder).unwrap_or(path).with_extension("");
    let parts: Vec<String> =
        below.components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
    let parts = parts.strip_prefix(&["src".to_owned()][..]).unwrap_or(&parts);
    let last = parts.last().map(String::as_str);
    let named = !matches!(last, Some("mod" | "lib" | "main"));
    parts[..parts.len() - usize::from(!named)].join("::")
}
