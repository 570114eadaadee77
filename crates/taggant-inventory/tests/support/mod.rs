//! Builds the fixture crates, in a folder that is kept: a second run has little to build.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const WORKSPACE: &str = r#"
[workspace]
members = ["model", "app", "forgetful", "plugin"]
resolver = "2"

# What is tested is the fixture and the link: what lies below need not be fast.
[profile.release.package."*"]
opt-level = 0
[profile.lto]
inherits = "release"
lto = "fat"
codegen-units = 1
"#;

/// The workspace of the fixture crates.
pub(crate) struct Build {
    folder: PathBuf,
}

impl Build {
    pub(crate) fn new() -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("inventory-fixture");
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        fs::create_dir_all(&folder).expect("a folder");
        write(&folder.join("Cargo.toml"), WORKSPACE);
        let lock = fs::read_to_string(root.join("Cargo.lock")).expect("the workspace's lock file");
        fs::write(folder.join("Cargo.lock"), lock).expect("written");
        let build = Self { folder };
        let below = root.join("crates");
        let ours = ["core", "derive"].map(|name| {
            let path = below.join(format!("taggant-{name}"));
            format!("taggant-{name} = {{ path = {:?} }}\n", path.display().to_string())
        });
        build.package("model", "2021", "", &ours.concat());
        let model = "model = { path = \"../model\" }\n";
        build.package("app", "2024", "", model);
        build.package("forgetful", "2021", "", model);
        build.package("plugin", "2021", "", model);
        build
    }

    fn package(&self, name: &str, edition: &str, more: &str, dependencies: &str) {
        let is_bin = matches!(name, "app" | "forgetful");
        let target =
            if is_bin { format!("[[bin]]\nname = \"{name}\"") } else { "[lib]".to_owned() };
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixture");
        let source = source.join(format!("{name}.rs")).display().to_string();
        let manifest = format!(
            "[package]\nname = \"{name}\"\nversion = \"3.2.1\"\nedition = \"{edition}\"\n\
             {target}\npath = {source:?}\n{more}\n[dependencies]\n{dependencies}"
        );
        fs::create_dir_all(self.folder.join(name)).expect("a folder");
        write(&self.folder.join(name).join("Cargo.toml"), &manifest);
    }

    /// Builds a program with further flags for the compiler; gives the file.
    pub(crate) fn run(&self, profile: &str, name: &str, flags: &[impl AsRef<OsStr>]) -> PathBuf {
        let folder = self.cargo(profile, &["--package", name, "--bin", name], flags);
        folder.join(name).with_extension(std::env::consts::EXE_EXTENSION)
    }

    /// Builds the library as this kind of crate.
    pub(crate) fn library(&self, profile: &str, kind: &str) -> PathBuf {
        let arguments = ["--package", "plugin", "--lib", "--crate-type", kind];
        let folder = self.cargo(profile, &arguments, &[""; 0]);
        let extension = if kind == "staticlib" { "a" } else { std::env::consts::DLL_EXTENSION };
        folder.join(format!("libplugin.{extension}"))
    }

    fn cargo(&self, profile: &str, arguments: &[&str], flags: &[impl AsRef<OsStr>]) -> PathBuf {
        let target = self.folder.join("target");
        let mut cargo = Command::new(env!("CARGO"));
        cargo.current_dir(&self.folder).args(["rustc", "--quiet", "--profile", profile]);
        cargo.args(arguments).arg("--").args(flags);
        cargo.env("CARGO_TARGET_DIR", &target);
        // Those of the test's own build mean other flags.
        for name in ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "CARGO_BUILD_TARGET"] {
            cargo.env_remove(name);
        }
        let output = cargo.output().expect("cargo runs");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{cargo:?}: {said}");
        target.join(profile)
    }
}

/// Unchanged files keep their time, so that nothing is built again.
fn write(path: &Path, text: &str) {
    if fs::read_to_string(path).ok().as_deref() != Some(text) {
        fs::write(path, text).expect("written");
    }
}

/// What makes the C compiler use this linker, where it is there.
pub(crate) fn linker(name: &str) -> Option<Vec<String>> {
    let use_it = format!("-Clink-arg=-fuse-ld={name}");
    let found = Command::new(format!("ld.{name}")).arg("--version").output();
    if found.is_ok_and(|output| output.status.success()) {
        return Some(vec![use_it]);
    }
    // Rust brings its own lld.
    let sysroot = Command::new("rustc").args(["--print", "sysroot"]).output().ok()?.stdout;
    let targets = Path::new(String::from_utf8(sysroot).ok()?.trim()).join("lib/rustlib");
    let folders = fs::read_dir(targets).ok()?.filter_map(|entry| Some(entry.ok()?.path()));
    let mut folders = folders.map(|folder| folder.join("bin/gcc-ld"));
    let folder = folders.find(|folder| folder.join(format!("ld.{name}")).is_file())?;
    Some(vec![format!("-Clink-arg=-B{}", folder.display()), use_it])
}
