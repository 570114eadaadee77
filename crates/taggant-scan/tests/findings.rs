//! Which fields are listed, and what a finding says.

mod common;

use common::{fields, find, source};
use taggant_scan::{Kind, Level};

#[test]
fn a_finding_says_where_what_and_why() {
    let report =
        source("pub mod model {\n    pub struct Customer {\n        pub email: String,\n    }\n}");
    let found = &report.findings[0];
    assert_eq!((found.path.as_str(), found.line, found.column), ("src/lib.rs", 3, 13));
    assert_eq!(found.package, "shop");
    assert_eq!((found.type_path.as_str(), found.field.as_str()), ("model::Customer", "email"));
    assert_eq!((found.kind, found.level), (Kind::Untagged, Level::High));
    assert_eq!((found.field_type.as_str(), found.category), ("String", "user.contact.email"));
    assert!(found.confidence > 0.8 && found.confidence < 1.0);
    assert!(found.reasons.iter().any(|why| why.contains("`email`")), "{:?}", found.reasons);
    assert!(found.reasons.iter().any(|why| why.contains("`Customer`")), "{:?}", found.reasons);
}

#[test]
fn aliases_newtypes_and_containers_are_looked_through() {
    let report = source(
        "type Mail = Option<Box<str>>; type Reach = EmailAddress; \
         pub struct EmailAddress(String); \
         pub struct Iban { inner: String } \
         pub struct Order { reach: Reach, payout: Option<Iban>, \
           by_day: std::collections::HashMap<u32, Vec<EmailAddress>>, mail: Mail, sku: String }",
    );
    assert_eq!(
        fields(&report),
        [
            "EmailAddress.0",
            "Iban.inner",
            "Order.reach",
            "Order.payout",
            "Order.by_day",
            "Order.mail"
        ]
    );
    assert_eq!(find(&report, "Order", "payout").unwrap().category, "user.financial.bank_account");
}

#[test]
fn enum_variants_count_and_give_tuple_fields_their_name() {
    let report =
        source("pub enum Contact { Email(String), Letter { street: String, pages: u8 }, None }");
    assert_eq!(fields(&report), ["Contact.Email.0", "Contact.Letter.street"]);
}

#[test]
fn a_field_with_fields_of_its_own_is_not_listed_itself() {
    let report = source(
        "pub struct Customer { home_address: Address } pub struct Address { street: String, city: String }",
    );
    assert_eq!(fields(&report), ["Address.street", "Address.city"]);
}

#[test]
fn the_type_speaks_against_a_name() {
    let report = source(
        "pub struct Customer { email_verified: bool, phone: std::time::Duration, \
         street: &'static str, iban: usize, birthday: chrono::NaiveDate, ssn: u16, email: fn() }",
    );
    assert_eq!(fields(&report), ["Customer.iban", "Customer.birthday"]);
}

#[test]
fn the_name_outside_counts_and_is_not_printed() {
    let report = source(
        "pub struct Row { #[serde(rename = \"privateEmailOfQuokka\")] x1: String, \
         #[serde(rename(serialize = \"phone_number\", deserialize = \"p\"))] x2: String }",
    );
    assert_eq!(fields(&report), ["Row.x1", "Row.x2"]);
    let json = serde_json::to_string(&report).unwrap();
    assert!(!json.contains("Quokka"), "{json}");
}

#[test]
fn machines_and_their_files_are_not_people() {
    let report = source(
        "pub struct ServerConfig { host_name: String, bind_address: String, admin_email: String, \
           password: String, country: String } \
         pub struct Symbol { name: String, address: u64, file_name: String } \
         pub struct EmailQueue { email_template_id: u64, email_count: usize } \
         pub struct Module { name: String, path: String, title: String }",
    );
    assert_eq!(fields(&report), [""; 0]);
}

#[test]
fn a_weak_name_counts_among_people_and_beside_strong_names() {
    let name = |text: &str| find(&source(text), "X", "name").is_some();
    assert!(!name("pub struct X { name: String, price: u64 }"));
    assert!(name("pub struct X { name: String, iban: String, street: String }"));
    let report = source("pub struct Patient { name: String } pub struct Product { name: String }");
    assert_eq!(fields(&report), ["Patient.name"]);
}

#[test]
fn broken_source_is_listed_with_its_place_and_the_rest_is_scanned() {
    let workspace = common::Workspace::new(&[
        ("src/lib.rs", "pub struct A { email: String }"),
        ("src/broken.rs", "pub struct B { email: String }\n\n   )"),
        ("src/half.rs", "pub struct C { email: }\npub struct D { email: String }"),
    ]);
    std::fs::write(workspace.path().join("src/latin.rs"), b"// \xe9").unwrap();
    let report = workspace.scan();
    assert_eq!(fields(&report), ["half::D.email", "A.email"]);
    let unread: Vec<_> =
        report.unread.iter().map(|unread| (unread.path.as_str(), unread.line)).collect();
    assert_eq!(unread, [("src/broken.rs", 3), ("src/half.rs", 1), ("src/latin.rs", 0)]);
}

#[test]
fn rings_of_aliases_end() {
    let report =
        source("type A = B; type B = A; struct C(D); struct D(C); struct E { x: A, y: C }");
    assert_eq!(fields(&report), [""; 0]);
}

#[test]
fn no_literal_of_the_source_is_in_a_report() {
    let report = source(
        "pub struct Customer { #[doc = \"Secret4711\"] #[serde(default = \"Secret4711\")] \
         email: [u8; 4711], #[cfg(feature = \"Secret4711\")] phone: Foo<\"Secret4711\"> }",
    );
    let json = serde_json::to_string(&report).unwrap();
    assert!(json.contains("email") && !json.contains("4711"), "{json}");
}
