//! Types of fields: containers are taken away, what they contain is kept.

use syn::{GenericArgument, PathArguments, Type};

use crate::model::{Leaf, TypeRef};

/// Containers that say nothing about what they contain.
const CONTAINERS: &[&str] = &[
    "Option",
    "Vec",
    "VecDeque",
    "LinkedList",
    "Box",
    "Arc",
    "Rc",
    "Weak",
    "Cow",
    "Cell",
    "RefCell",
    "Mutex",
    "RwLock",
    "OnceCell",
    "OnceLock",
    "LazyLock",
    "HashSet",
    "BTreeSet",
    "HashMap",
    "BTreeMap",
    "IndexMap",
    "IndexSet",
    "DashMap",
    "SmallVec",
    "ArrayVec",
    "ArcSwap",
    "Pin",
    "ManuallyDrop",
    "Reverse",
    "Wrapping",
    "Saturating",
    "NonEmpty",
    "Nullable",
    "Set",
    "Json",
    "Zeroizing",
    "Secret",
    "SecretBox",
    "Redacted",
    "Sensitive",
    "Maybe",
    "MaybeUninit",
    "Field",
    "Slice",
    "Array",
    "List",
    "Map",
    "BoundedVec",
    "ThinVec",
    "FxHashMap",
    "FxHashSet",
];

/// Deeper types are cut: nobody can say what such a field is by looking at it.
const MAX_DEPTH: usize = 12;

pub(super) fn read(ty: &Type) -> TypeRef {
    let mut out = TypeRef::default();
    walk(ty, &mut out, 0);
    out
}

fn walk(ty: &Type, out: &mut TypeRef, depth: usize) {
    if depth > MAX_DEPTH {
        out.text.push('_');
        return;
    }
    match ty {
        Type::Path(path) => path_type(path, out, depth),
        Type::Reference(reference) => {
            out.text.push('&');
            let is_static =
                reference.lifetime.as_ref().is_some_and(|lifetime| lifetime.ident == "static");
            let at = out.leaves.len();
            walk(&reference.elem, out, depth + 1);
            if is_static && out.leaves.get(at) == Some(&Leaf::Named("str".into())) {
                out.leaves[at] = Leaf::StaticText;
            }
        }
        Type::Array(array) => sequence(&array.elem, "; _]", out, depth),
        Type::Slice(slice) => sequence(&slice.elem, "]", out, depth),
        Type::Tuple(tuple) => {
            out.text.push('(');
            for (index, elem) in tuple.elems.iter().enumerate() {
                if index > 0 {
                    out.text.push_str(", ");
                }
                walk(elem, out, depth + 1);
            }
            out.text.push(')');
            if tuple.elems.is_empty() {
                out.leaves.push(Leaf::NoData);
            }
        }
        Type::Group(group) => walk(&group.elem, out, depth),
        Type::Paren(paren) => walk(&paren.elem, out, depth),
        _ => {
            out.text.push('_');
            out.leaves.push(Leaf::NoData);
        }
    }
}

fn sequence(elem: &Type, end: &str, out: &mut TypeRef, depth: usize) {
    out.text.push('[');
    let at = out.leaves.len();
    walk(elem, out, depth + 1);
    out.text.push_str(end);
    bytes(out, at);
}

/// A sequence of `u8` is bytes.
fn bytes(out: &mut TypeRef, at: usize) {
    if let [Leaf::Named(name)] = &out.leaves[at..]
        && name == "u8"
    {
        out.leaves[at] = Leaf::Bytes;
    }
}

fn path_type(path: &syn::TypePath, out: &mut TypeRef, depth: usize) {
    let Some(last) = path.path.segments.last() else { return };
    let name = syn::ext::IdentExt::unraw(&last.ident).to_string();
    out.text.push_str(&name);
    let args: Vec<&Type> = match &last.arguments {
        PathArguments::AngleBracketed(args) => args
            .args
            .iter()
            .filter_map(|arg| match arg {
                GenericArgument::Type(ty) => Some(ty),
                _ => None,
            })
            .collect(),
        _ => Vec::new(),
    };
    out.sensitive |= name == "Sensitive" && !args.is_empty();
    let container = CONTAINERS.contains(&name.as_str()) && !args.is_empty();
    let at = out.leaves.len();
    if !container {
        out.leaves.push(Leaf::Named(name));
    }
    if args.is_empty() {
        return;
    }
    out.text.push('<');
    for (index, arg) in args.iter().enumerate() {
        if index > 0 {
            out.text.push_str(", ");
        }
        walk(arg, out, depth + 1);
    }
    out.text.push('>');
    if container {
        bytes(out, at);
    } else {
        // What a type that is not known does with its arguments is not known either.
        out.leaves.truncate(at + 1);
    }
}
