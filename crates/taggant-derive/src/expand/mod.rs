//! The code. Nothing here can fail: a `Model` exists only for a type without errors.

mod bind;
mod collect;
mod de;
mod debug;
mod generics;
mod lookup;
mod mask;
mod pending;
mod record;
mod runtime;
mod ser;
mod shape;
mod spec;
mod stub;
mod words;

use proc_macro2::TokenStream;
use quote::quote;

use crate::ast::Skip;
use crate::model::Model;
use runtime::Runtime;

pub(crate) use stub::stub;

/// Everything that `#[derive(Tagged)]` writes for a type.
pub(crate) fn input(model: &Model) -> TokenStream {
    let rt = Runtime::imported();
    let import = Runtime::import(&model.krate);
    let spec = spec::expand(model, &rt);
    let record = record::expand(model, &rt);
    let bind = bind::expand(model, &rt);
    let masks = mask::expand(model, &rt);
    let nested = spec::assert_nested(model, &rt);
    let part = |skip, expand: fn(&Model, &Runtime) -> TokenStream| {
        if model.skips(skip) { TokenStream::new() } else { expand(model, &rt) }
    };
    let debug = part(Skip::Debug, debug::expand);
    let ser = part(Skip::Serialize, ser::expand);
    let de = part(Skip::Deserialize, de::expand);
    let lookups = lookup::expand(model, &Runtime::absolute(&model.krate));
    quote! {
        #[doc(hidden)]
        #[allow(
            dead_code,
            deprecated,
            non_camel_case_types,
            unreachable_pub,
            unused_qualifications,
            clippy::absolute_paths
        )]
        const _: () = {
            #import
            #spec
            #record
            #bind
            #masks
            #nested
            #debug
            #ser
            #de
        };
        #lookups
    }
}
