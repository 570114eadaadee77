//! Where-predicates: the user's own, and those that serde would infer.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::punctuated::Punctuated;
use syn::visit::Visit;
use syn::{Generics, LitStr, Token, Type, TypePath, WherePredicate};

/// The predicates of serde's `bound = ".."`.
pub(crate) fn predicates(text: &LitStr) -> syn::Result<Vec<WherePredicate>> {
    let list = text.parse_with(Punctuated::<WherePredicate, Token![,]>::parse_terminated)?;
    Ok(list.into_iter().collect())
}

/// What a type says about the type parameters around it.
#[derive(Default)]
pub(crate) struct Mentions {
    params: Vec<Ident>,
    associated: Vec<TypePath>,
    /// Whether it is, or holds, the type that is being derived.
    pub(crate) recursive: bool,
}

impl Mentions {
    pub(crate) fn any(&self) -> bool {
        !self.params.is_empty() || !self.associated.is_empty()
    }

    /// `T: bound` for each parameter, as serde infers it.
    pub(crate) fn each(&self, bound: &TokenStream) -> Vec<TokenStream> {
        let params = self.params.iter().map(|param| quote!(#param: #bound));
        let associated = self.associated.iter().map(|path| quote!(#path: #bound));
        params.chain(associated).collect()
    }
}

/// What a field type mentions.
pub(crate) fn mentions(ty: &Type, this: &Ident, generics: &Generics) -> Mentions {
    let mut visitor = Visitor {
        this,
        params: generics.type_params().map(|param| &param.ident).collect(),
        found: Mentions::default(),
    };
    visitor.visit_type(ty);
    visitor.found
}

struct Visitor<'a> {
    this: &'a Ident,
    params: Vec<&'a Ident>,
    found: Mentions,
}

impl<'ast> Visit<'ast> for Visitor<'_> {
    fn visit_type_path(&mut self, path: &'ast TypePath) {
        let segments = &path.path.segments;
        if path.qself.is_none() && path.path.leading_colon.is_none() {
            let first = &segments[0].ident;
            if self.params.contains(&first) {
                if segments.len() > 1 {
                    self.found.associated.push(path.clone());
                } else if !self.found.params.contains(first) {
                    self.found.params.push(first.clone());
                }
            }
            self.found.recursive |= segments.len() == 1 && first == self.this;
        }
        // As serde: `PhantomData<T>` asks nothing of `T`.
        if segments.last().is_some_and(|last| last.ident == "PhantomData") {
            return;
        }
        syn::visit::visit_type_path(self, path);
    }
}
