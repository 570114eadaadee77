//! The expansion names nothing that a user could have named otherwise.

#![allow(non_camel_case_types, non_snake_case, missing_docs, clippy::struct_field_names)]

use taggant as renamed;

/// Shadows the prelude and the usual crates.
pub mod shadowed {
    pub struct Option;
    pub struct Result;
    pub struct Vec;
    pub struct Box;
    pub struct Default;
    pub struct PhantomData;
    pub trait Serialize {}
    pub trait Deserialize {}
    pub trait Debug {}
    pub trait Tagged {}
    pub mod core {}
    pub mod std {}
    pub mod serde {}
    pub mod taggant {}
    pub mod __private {}
    pub fn Some() {}
    pub fn None() {}
    pub fn Ok() {}
    pub fn Err() {}

    /// Private to this module, with a raw name.
    #[derive(::taggant::Tagged)]
    #[tagged(dataset = "shadowed", subject(customer = id), row = id, integrity = "_seal")]
    pub(super) struct r#Type {
        #[clear]
        id: u64,
        #[tag("user.name", lookup = "type_index", mask = super::hide)]
        #[serde(default)]
        r#type: ::std::string::String,
        #[nested]
        nested: ::std::option::Option<::std::boxed::Box<Variants>>,
    }

    /// With a raw variant.
    #[derive(::taggant::Tagged)]
    #[tagged(dataset = "variants", row = none, unbound)]
    pub(super) enum Variants {
        r#Enum(#[tag("user.name")] ::std::string::String),
        None,
    }
}

fn hide(_: &str, out: &mut dyn std::fmt::Write) -> std::fmt::Result {
    out.write_str("hidden")
}

/// Through a path of the user's.
#[derive(renamed::Tagged)]
#[tagged(dataset = "renamed_crate", crate = crate::hygiene::renamed, row = none, unbound)]
pub struct Renamed {
    #[tag("user.name")]
    name: String,
}

/// The same as text.
#[derive(renamed::Tagged)]
#[tagged(dataset = "renamed_text", crate = "renamed", row = none, unbound)]
pub struct RenamedText {
    #[tag("user.name")]
    name: String,
}

#[test]
fn shadowed_names_do_not_matter() {
    crate::check::<shadowed::Type>("shadowed", &["id", "type", "nested"]);
    crate::check::<shadowed::Variants>("variants", &["Enum.0"]);
    crate::check::<Renamed>("renamed_crate", &["name"]);
    crate::check::<RenamedText>("renamed_text", &["name"]);
    let _ = shadowed::Type::TYPE;
}

#[test]
fn a_type_inside_a_function_works() {
    #[derive(taggant::Tagged)]
    #[tagged(dataset = "local", row = none, unbound)]
    struct Local {
        #[tag("user.name", lookup = "name_index")]
        name: String,
    }
    crate::check::<Local>("local", &["name"]);
}
