//! What a type's name stands for: aliases, newtypes, records of the workspace.

use std::collections::HashMap;

use crate::model::{Body, FileTypes, Leaf, TypeDef, TypeRef};

/// Where a definition is: file, then type in it.
pub(crate) type At = (usize, usize);

/// All types of a workspace by name.
pub(crate) struct Types<'f> {
    pub(crate) files: &'f [FileTypes],
    by_name: HashMap<&'f str, Vec<At>>,
    /// Names of `taggant` in this workspace.
    taggant: Vec<String>,
}

/// What a name led to.
pub(crate) struct Resolved<'f> {
    /// Names along the way, the first as written.
    pub(crate) names: Vec<&'f str>,
    pub(crate) end: End,
}

/// Where a chain of aliases and newtypes ends.
pub(crate) enum End {
    /// A type from elsewhere, by its name, or what is no name.
    Leaf(Leaf),
    /// An enum without data.
    Choice,
    /// A type with fields of its own, which are judged themselves.
    Record,
    /// A `Tagged` type.
    Tagged,
}

/// Longer chains, and rings of them, end as unknown.
const MAX_CHAIN: usize = 8;

impl<'f> Types<'f> {
    pub(crate) fn new(files: &'f [FileTypes], renamed: &[String]) -> Self {
        let mut by_name: HashMap<&str, Vec<At>> = HashMap::new();
        for (file_at, file) in files.iter().enumerate() {
            for (type_at, def) in file.types.iter().enumerate() {
                by_name.entry(&def.name).or_default().push((file_at, type_at));
            }
        }
        let mut taggant = vec!["taggant".to_owned(), "taggant_derive".to_owned()];
        taggant.extend(renamed.iter().cloned());
        Self { files, by_name, taggant }
    }

    /// Follows a leaf of a field's type in `file` to its end.
    pub(crate) fn follow(&self, leaf: &'f Leaf, file: usize) -> Resolved<'f> {
        let mut names = Vec::new();
        let mut leaf = leaf;
        let mut file = file;
        for _ in 0..MAX_CHAIN {
            let Leaf::Named(name) = leaf else { break };
            names.push(name.as_str());
            let Some((at, def)) = self.find(name, file) else { break };
            if self.is_tagged(def, at.0) {
                return Resolved { names, end: End::Tagged };
            }
            let inner = match &def.body {
                Body::Alias(ty) => ty,
                Body::Struct(fields) if fields.len() == 1 => &fields[0].ty,
                Body::Enum(variants) if variants.iter().all(|v| v.fields.is_empty()) => {
                    return Resolved { names, end: End::Choice };
                }
                _ => return Resolved { names, end: End::Record },
            };
            let Some(next) = single(inner) else {
                return Resolved { names, end: End::Record };
            };
            leaf = next;
            file = at.0;
        }
        Resolved { names, end: End::Leaf(leaf.clone()) }
    }

    /// The definition that a name means in a file: one of the nearest, where they are alike.
    fn find(&self, name: &str, file: usize) -> Option<(At, &'f TypeDef)> {
        let here = &self.files[file];
        let name = here.uses.get(name).and_then(|path| path.last()).map_or(name, String::as_str);
        let all = self.by_name.get(name)?;
        let near = |test: &dyn Fn(&At) -> bool| {
            let found: Vec<At> = all.iter().filter(|at| test(at)).copied().collect();
            (!found.is_empty()).then_some(found)
        };
        let found = near(&|at| at.0 == file)
            .or_else(|| near(&|at| self.files[at.0].package == here.package))
            .or_else(|| near(&|_| true))?;
        let def = |at: At| &self.files[at.0].types[at.1];
        let first = *found.first()?;
        let alike = |at: &At| {
            found.len() == 1
                || (is_record(def(first))
                    && is_record(def(*at))
                    && self.is_tagged(def(first), first.0) == self.is_tagged(def(*at), at.0))
        };
        found.iter().all(alike).then(|| (first, def(first)))
    }

    /// Whether a type derives this library's `Tagged`, under whatever name.
    pub(crate) fn is_tagged(&self, def: &TypeDef, file: usize) -> bool {
        let uses = &self.files[file].uses;
        def.derives.iter().any(|path| {
            let Some((first, rest)) = path.split_first() else { return false };
            let mut full: Vec<&str> = match uses.get(first) {
                Some(used) => used.iter().map(String::as_str).collect(),
                None => vec![first],
            };
            full.extend(rest.iter().map(String::as_str));
            if full.last() != Some(&"Tagged") {
                return false;
            }
            // A bare `Tagged`, or one that is re-exported, may be somebody else's: only ours has
            // `#[tagged(..)]`.
            self.taggant.iter().any(|name| name == full[0]) || def.tagged_attr
        })
    }
}

fn single(ty: &TypeRef) -> Option<&Leaf> {
    match ty.leaves.as_slice() {
        [leaf] => Some(leaf),
        _ => None,
    }
}

/// Whether a type has several fields, which are judged themselves.
fn is_record(def: &TypeDef) -> bool {
    match &def.body {
        Body::Alias(_) => false,
        Body::Struct(fields) => fields.len() > 1,
        Body::Enum(variants) => variants.iter().any(|variant| !variant.fields.is_empty()),
    }
}
