//! Snippets and the errors, or the description, that come of them.

use quote::ToTokens;
use syn::{DeriveInput, parse_quote};

use crate::{check, diag::Diag, ids, model, parse};

/// The messages for a type, first lines only.
fn errors(input: &DeriveInput) -> Vec<String> {
    let diag = Diag::new();
    check::input(&parse::input(input, &diag), &diag);
    let Err(error) = diag.finish() else { return Vec::new() };
    error.into_iter().map(|e| e.to_string().lines().next().unwrap_or_default().to_owned()).collect()
}

fn model(input: &DeriveInput) -> model::Model {
    let diag = Diag::new();
    let ast = parse::input(input, &diag);
    check::input(&ast, &diag);
    model::build(ast, diag.finish().unwrap_or_else(|error| panic!("{error}")))
}

#[test]
fn a_complete_type_has_no_errors() {
    let input = parse_quote! {
        #[tagged(dataset = "customers", subject(customer = id), row = id)]
        struct Customer {
            #[clear] id: u64,
            #[tag("user.contact.email", mask = email, lookup = "email_index")] email: String,
        }
    };
    assert_eq!(errors(&input), Vec::<String>::new());
}

#[test]
fn every_error_of_a_type_is_reported() {
    let input = parse_quote! {
        #[tagged(dataset = "customers", row = none, unbound)]
        struct Customer {
            #[tag("user.nmae")] a: String,
            #[tag("user.name", mask = lst(2))] b: String,
            #[tag("user.name", bits = 7)] c: String,
            d: String,
        }
    };
    let found = errors(&input);
    assert_eq!(found.len(), 4, "{found:#?}");
    assert!(found.iter().any(|e| e.contains("did you mean `user.name`?")), "{found:#?}");
    assert!(found.iter().any(|e| e.contains("did you mean `last`?")), "{found:#?}");
}

#[test]
fn an_unreadable_word_is_not_reported_as_missing_too() {
    let input = parse_quote! {
        #[tagged(datset = "customers", row = (), unbound = 1)]
        struct Customer { #[clear] id: u64 }
    };
    let found = errors(&input);
    assert_eq!(found.len(), 3, "{found:#?}");
}

#[test]
fn reading_goes_on_after_an_unreadable_word() {
    let input = parse_quote! {
        #[tagged(dataset = "customers", row = none, unbound)]
        struct Customer { #[tag("user.name", pad = "x" "y", mask = full, wrong)] name: String }
    };
    let found = errors(&input);
    assert_eq!(found.len(), 2, "{found:#?}");
}

#[test]
fn a_misspelt_weakening_word_is_never_ignored() {
    for words in ["mask = emial", "mask = none", "sealnone", "pad = off", "lookup = email"] {
        let words: proc_macro2::TokenStream = words.parse().expect("tokens");
        let input = parse_quote! {
            #[tagged(dataset = "customers", row = none, unbound)]
            struct Customer { #[tag("user.name", #words)] name: String }
        };
        assert_eq!(errors(&input).len(), 1, "{words}");
    }
}

#[test]
fn field_ids_are_those_of_the_format() {
    // SHA-256("customers" 00 "email"), computed with another implementation.
    let id = ids::field_id("customers", "email");
    assert_eq!(id, EMAIL_ID);
}

const EMAIL_ID: [u8; 8] = [0xc3, 0xe4, 0xe4, 0x6e, 0xac, 0x14, 0xb9, 0x3a];

#[test]
fn alias_ids_are_every_former_name_but_the_own() {
    let model = model(&parse_quote! {
        #[tagged(dataset = "new", alias("old", "older"), row = none, unbound)]
        struct Customer { #[tag("user.name", alias = "label")] name: String }
    });
    let expected: Vec<_> = ["new", "old", "older"]
        .iter()
        .flat_map(|dataset| ["name", "label"].map(|path| (*dataset, path)))
        .filter(|pair| *pair != ("new", "name"))
        .map(|(dataset, path)| ids::field_id(dataset, path))
        .collect();
    let mut found = model.groups[0].fields[0].aliases.clone();
    let mut sorted = expected;
    found.sort_unstable();
    sorted.sort_unstable();
    assert_eq!(found, sorted);
}

#[test]
fn wire_names_follow_serde() {
    let model = model(&parse_quote! {
        #[tagged(dataset = "events", row = none, unbound)]
        #[serde(rename_all = "UPPERCASE", rename_all_fields = "SCREAMING-KEBAB-CASE")]
        enum Event {
            A { #[clear] first_name: u8, #[clear] #[serde(rename = "x")] last_name: u8 },
            #[serde(rename_all = "camelCase")]
            B { #[clear] first_name: u8 },
            C(#[clear] u8),
        }
    });
    let names: Vec<_> = model.fields().map(|(_, field)| field.wire_name.as_str()).collect();
    assert_eq!(names, ["FIRST-NAME", "x", "firstName", "0"]);
}

#[test]
fn the_code_for_a_type_with_errors_never_looks_at_a_field() {
    let input: DeriveInput = parse_quote! {
        #[tagged(dataset = "customers")]
        struct Customer { secret_field: String }
    };
    let code = crate::derive(&input).to_string();
    assert!(code.contains("compile_error"));
    assert!(!code.contains("secret_field"));
}

#[test]
fn the_expansion_of_a_type_is_valid_rust() {
    let code = crate::derive(&parse_quote! {
        #[tagged(dataset = "customers", row = none, unbound)]
        enum Event<'a, T: Clone> where T: Default { A(#[tag("user.name")] &'a T), B }
    });
    // The lifetime makes it an error, which is reported together with impls that parse.
    assert!(syn::parse2::<syn::File>(code.to_token_stream()).is_ok());
}
