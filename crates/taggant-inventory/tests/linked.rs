//! Records survive optimisers, linkers and `strip`: small crates are built as users build theirs,
//! and read without being run.

mod support;

use std::path::Path;

use support::Build;
use taggant_inventory::{Binary, Inventory};

/// The types of `fixture/model.rs`.
const MODEL: [&str; 5] = ["addresses", "customers", "events", "local", "pairs"];

/// No further flags.
const NONE: &[&str] = &[];

/// And that of `fixture/app.rs`.
const APP: [&str; 6] = ["addresses", "customers", "events", "local", "orders", "pairs"];

fn check(what: &str, file: &Path, datasets: &[&str]) -> Binary {
    let inventory = Inventory::read(&[file]).expect("a binary");
    let found: Vec<_> = inventory.types.iter().map(|e| e.declared.dataset.as_str()).collect();
    assert_eq!(found, datasets, "{what}");
    assert_eq!(inventory.expect(datasets.len()), Ok(()), "{what}");
    assert!(inventory.findings.is_empty(), "{what}: {:?}", inventory.findings);
    let types = &inventory.types;
    let address = types.iter().find(|e| e.declared.dataset == "addresses").expect("declared");
    assert_eq!(address.declared.rust_path(), "model::nested::deep::Address");
    assert_eq!(
        (address.declared.package.as_str(), address.declared.version.as_str()),
        ("model", "3.2.1")
    );
    inventory.binaries.into_iter().next().expect("one")
}

/// One test: they would wait for one another's builds anyway.
#[test]
fn records_survive_what_a_release_build_does() {
    let build = Build::new();
    release(&build);
    lto(&build);
}

fn release(build: &Build) {
    let app = build.run("release", "app", NONE);
    let binary = check("release", &app, &APP);
    assert_eq!((binary.format, binary.found_in), ("elf", "section"));
    truncated(&app);

    for strip in ["-Cstrip=symbols", "-Cstrip=debuginfo"] {
        check(strip, &build.run("release", "app", &[strip]), &APP);
    }
    for linker in ["bfd", "lld", "gold"] {
        let Some(mut flags) = support::linker(linker) else { continue };
        flags.extend(["-Clink-arg=-Wl,--gc-sections".into(), "-Cstrip=symbols".into()]);
        check(linker, &build.run("release", "app", &flags), &APP);
    }
    let forgetful = Inventory::read(&[build.run("release", "forgetful", NONE)]).expect("a binary");
    let error = forgetful.expect(MODEL.len()).expect_err("the crate is not linked");
    assert_eq!(error.found, 0);
    assert!(error.to_string().contains("use that_crate as _"), "{error}");

    check("cdylib", &build.library("release", "cdylib"), &MODEL);
    check("dylib", &build.library("release", "dylib"), &MODEL);
    let archive = check("staticlib", &build.library("release", "staticlib"), &MODEL);
    assert_eq!((archive.format, archive.found_in), ("archive", "bytes"));
}

fn lto(build: &Build) {
    let strip = "-Cstrip=symbols";
    check("fat", &build.run("lto", "app", &[strip]), &APP);
    check("thin", &build.run("lto", "app", &["-Clto=thin", strip]), &APP);
    let small = ["-Copt-level=z", "-Cpanic=abort", strip];
    check("small", &build.run("lto", "app", &small), &APP);
    if let Some(mut folded) = support::linker("lld") {
        folded.push("-Clink-arg=-Wl,-O2,--gc-sections,--icf=all".into());
        check("folded", &build.run("lto", "app", &folded), &APP);
    }
    check("cdylib with lto", &build.library("lto", "cdylib"), &MODEL);
}

/// Without the section headers, which stand last, the bytes still say it; cut anywhere, nothing
/// breaks.
fn truncated(app: &Path) {
    let bytes = std::fs::read(app).expect("a binary");
    let read = |bytes: &[u8]| {
        Binary::from_reader("cut", std::io::Cursor::new(bytes)).expect("bytes are read")
    };
    let headless = read(&bytes[..bytes.len() - 1]);
    assert_eq!((headless.found_in, headless.types.len()), ("bytes", APP.len()));
    let mut last = APP.len();
    for part in (0..64).rev() {
        let cut = read(&bytes[..bytes.len() / 64 * part]);
        assert!(cut.types.len() <= last, "a shorter file has no more");
        last = cut.types.len();
    }
    assert_eq!(last, 0);
    let whole = read(&bytes);
    assert_eq!(whole.types.len(), APP.len());
}
