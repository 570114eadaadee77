//! `use`: under which names things are known in a file.

use std::collections::HashMap;

use proc_macro2::TokenStream;
use syn::{ItemUse, Result, UseTree};

/// Adds what one `use` makes known.
pub(super) fn read(tokens: TokenStream, uses: &mut HashMap<String, Vec<String>>) -> Result<()> {
    let item: ItemUse = syn::parse2(tokens)?;
    tree(&item.tree, &mut Vec::new(), uses);
    Ok(())
}

fn tree(use_tree: &UseTree, path: &mut Vec<String>, uses: &mut HashMap<String, Vec<String>>) {
    match use_tree {
        UseTree::Path(inner) => {
            path.push(inner.ident.to_string());
            tree(&inner.tree, path, uses);
            path.pop();
        }
        UseTree::Name(name) => {
            let mut full = path.clone();
            full.push(name.ident.to_string());
            uses.insert(name.ident.to_string(), full);
        }
        UseTree::Rename(rename) => {
            let mut full = path.clone();
            full.push(rename.ident.to_string());
            uses.insert(rename.rename.to_string(), full);
        }
        UseTree::Group(group) => {
            for item in &group.items {
                tree(item, path, uses);
            }
        }
        _ => {}
    }
}
