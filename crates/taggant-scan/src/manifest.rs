//! What a `Cargo.toml` says about where source is and what `taggant` is called.

use std::path::{Path, PathBuf};

use toml::{Table, Value};

/// The part of a manifest that a scan needs.
#[derive(Debug, Default)]
pub(crate) struct Manifest {
    /// `None` for a workspace without a package of its own.
    pub(crate) package: Option<String>,
    /// Folders of targets that stand elsewhere than in `src` and `examples`.
    pub(crate) folders: Vec<PathBuf>,
    /// Names under which `taggant` is a dependency.
    pub(crate) taggant: Vec<String>,
}

/// Reads a manifest, `None` where it is not one.
pub(crate) fn read(text: &str) -> Option<Manifest> {
    let table: Table = text.parse().ok()?;
    let package = table
        .get("package")
        .or_else(|| table.get("project"))
        .and_then(|package| package.get("name")?.as_str().map(str::to_owned));
    let mut taggant = Vec::new();
    renamed(&Value::Table(table.clone()), &mut taggant, 0);
    Some(Manifest { package, folders: folders(&table), taggant })
}

fn folders(table: &Table) -> Vec<PathBuf> {
    let path = |target: &Value| {
        let path = Path::new(target.get("path")?.as_str()?);
        Some(path.parent().map(Path::to_path_buf).unwrap_or_default())
    };
    let mut out: Vec<PathBuf> = table.get("lib").and_then(path).into_iter().collect();
    for kind in ["bin", "example"] {
        let targets = table.get(kind).and_then(Value::as_array);
        out.extend(targets.into_iter().flatten().filter_map(path));
    }
    out
}

/// Names of dependencies with `package = "taggant"`, in any of the dependency tables.
fn renamed(value: &Value, out: &mut Vec<String>, depth: usize) {
    let Some(table) = value.as_table().filter(|_| depth < 6) else { return };
    for (name, inner) in table {
        match inner.get("package").and_then(Value::as_str) {
            Some("taggant" | "taggant-derive") => out.push(name.replace('-', "_")),
            _ => renamed(inner, out, depth + 1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn names_targets_and_renamed_dependencies_are_found() {
        let manifest = read(
            "[package]\nname = \"shop\"\n[lib]\npath = \"source/lib.rs\"\n\
             [target.'cfg(unix)'.dependencies]\ntg = { package = \"taggant\", version = \"0.1\" }\n",
        )
        .expect("it is a manifest");
        assert_eq!(manifest.package.as_deref(), Some("shop"));
        assert_eq!(manifest.folders, [std::path::Path::new("source")]);
        assert_eq!(manifest.taggant, ["tg"]);
        assert!(read("[package").is_none());
    }
}
