//! This test's own executable declares exactly the types below, as the derive describes them to the
//! program itself.

#![forbid(unsafe_code)]

use std::collections::BTreeMap;

use taggant::__private::{FieldRole, FieldSpec, RecordSpec};
use taggant::{Sensitive, Tagged};
use taggant_inventory::{Field, Inventory, Role, TaggedType, this_process};

mod people {
    use super::*;

    #[derive(Tagged)]
    #[tagged(
        dataset = "people",
        alias = "persons",
        subject(customer = id),
        row = (shop, id),
        group = "crm",
        integrity = "_seal"
    )]
    #[serde(rename_all = "camelCase")]
    pub(super) struct Person {
        #[clear(authenticated)]
        id: u64,
        #[clear]
        shop: u32,
        #[tag("user.name", "user.contact", mask = last(3), alias = "name", pad = 64, seal_none)]
        full_name: Option<String>,
        #[tag("user.contact.email", mask = email, lookup = "email_index", bits = 64)]
        email: String,
        #[tag("user.financial.credit_card", mask = super::hide, pad = none)]
        card: Sensitive<String>,
        #[tag("user.unique_id", subject(employee = id), mask = full)]
        agent: BTreeMap<String, Vec<u8>>,
        #[nested]
        address: Option<super::Address>,
    }
}

#[derive(Tagged)]
#[tagged(dataset = "addresses", row = none, unbound)]
struct Address {
    #[tag("user.contact.address.street", mask = pseudonym)]
    r#type: String,
    #[nested(portable)]
    inner: Option<Box<Address>>,
}

#[derive(Tagged)]
#[tagged(dataset = "events", row = none, unbound, prefix = "acme")]
enum Event<T> {
    #[serde(rename = "x")]
    Opened(#[tag("acme.note", mask = year)] T),
    Closed {
        #[tag("user.device.ip_address", mask = ip_prefix)]
        from: String,
    },
    Empty,
}

#[derive(Tagged)]
#[tagged(dataset = "borrowed", row = none, unbound, skip(Deserialize, Debug))]
struct Borrowed<'a> {
    #[tag("user.name", mask = first(2))]
    name: &'a str,
}

impl std::fmt::Debug for Borrowed<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Borrowed")
    }
}

fn hide<T: ?Sized>(_: &T, out: &mut dyn std::fmt::Write) -> std::fmt::Result {
    out.write_str("hidden")
}

/// Never called with any type.
#[allow(dead_code)]
fn generic<T>(value: T) -> T {
    #[derive(Tagged)]
    #[tagged(dataset = "local", row = none, unbound)]
    struct Local {
        #[tag("user.name", mask = full)]
        name: String,
    }
    value
}

fn specs() -> [&'static RecordSpec; 4] {
    [Address::__spec(), Borrowed::__spec(), Event::<String>::__spec(), people::Person::__spec()]
}

fn inventory() -> Inventory {
    this_process().expect("the executable of a test is a file")
}

#[test]
fn every_declared_type_is_found_and_nothing_else() {
    let inventory = inventory();
    let found: Vec<_> = inventory.types.iter().map(|entry| entry.declared.rust_path()).collect();
    let expected =
        ["own::Address", "own::Borrowed", "own::Event", "own::Local", "own::people::Person"];
    assert_eq!(found, expected);
    assert_eq!(inventory.expect(5), Ok(()));
    assert_eq!(inventory.expect(6).map_err(|error| error.found), Err(5));
    assert_eq!(inventory.binaries.len(), 1);
    assert_eq!(inventory.binaries[0].found_in, if cfg!(unix) { "section" } else { "bytes" });
    assert!(inventory.binaries[0].damaged.is_empty());
    assert!(inventory.findings.is_empty(), "{:?}", inventory.findings);
    for entry in &inventory.types {
        assert_eq!(entry.declared.package, "taggant-inventory");
        assert_eq!(entry.declared.version, env!("CARGO_PKG_VERSION"));
    }
}

#[test]
fn what_the_binary_says_is_what_the_program_knows() {
    let inventory = inventory();
    for spec in specs() {
        let entry = inventory.types.iter().find(|entry| entry.declared.dataset == spec.dataset);
        same_type(&entry.expect("declared").declared, spec);
    }
}

fn same_type(found: &TaggedType, spec: &RecordSpec) {
    assert_eq!(found.dataset_aliases, spec.dataset_aliases);
    assert_eq!(found.group, spec.group);
    assert_eq!(found.integrity.as_deref(), spec.integrity);
    assert_eq!(!found.row.is_empty(), spec.row_bound);
    let kinds: Vec<_> =
        found.subjects.iter().map(|s| s.as_ref().map(|s| s.kind.as_str())).collect();
    assert_eq!(kinds, spec.subjects);
    assert_eq!(found.fields.len(), spec.fields.len());
    for (found, spec) in found.fields.iter().zip(spec.fields) {
        same_field(found, spec);
    }
}

fn same_field(found: &Field, spec: &FieldSpec) {
    assert_eq!(found.path, spec.path);
    assert_eq!(found.wire_name, spec.wire_name);
    assert_eq!(found.id, spec.id);
    assert_eq!(found.aliases, spec.aliases);
    match (&found.role, &spec.role) {
        (Role::Clear { authenticated: a }, FieldRole::Clear { authenticated: b })
        | (Role::Nested { portable: a }, FieldRole::Nested { portable: b }) => assert_eq!(a, b),
        (Role::Tagged(tag), FieldRole::Tagged(spec)) => {
            assert_eq!(tag.categories, spec.categories);
            assert_eq!(tag.subject, spec.subject);
            assert_eq!(tag.seal_none, spec.seal_none);
            let pad = format!("{:?}", spec.pad);
            assert_eq!(pad, if tag.pad == 0 { "None".into() } else { format!("To({})", tag.pad) });
            let mask = format!("{:?}", spec.mask).to_lowercase();
            let written = if tag.mask.starts_with("fn ") { "custom" } else { &tag.mask };
            assert_eq!(written.replace('_', ""), mask);
            let lookup =
                tag.lookup.as_ref().map(|l| (l.name.as_str(), l.normalizer.as_str(), l.bits));
            let expected = spec.lookup.as_ref().map(|l| (l.name, l.normalizer, u32::from(l.bits)));
            assert_eq!(lookup, expected);
        }
        other => panic!("{}: {other:?}", spec.path),
    }
}

#[test]
fn what_only_the_source_says_is_there_too() {
    let inventory = inventory();
    let person = &inventory.types[4].declared;
    assert_eq!(person.row, ["shop", "id"]);
    let subjects: Vec<_> = person.subjects.iter().flatten().map(ToString::to_string).collect();
    assert_eq!(subjects, ["customer=id", "employee=id"]);
    let types: Vec<_> = person.fields.iter().map(|field| field.type_name.as_str()).collect();
    assert_eq!(
        types,
        [
            "u64",
            "u32",
            "Option<String>",
            "String",
            "Sensitive<String>",
            "BTreeMap<String, Vec<u8>>",
            "Option<super::Address>",
        ]
    );
    assert_eq!(person.fields[4].tag().expect("tagged").mask, "fn super::hide");
    assert!(inventory.types[2].declared.is_enum);
    assert_eq!(inventory.types[1].declared.skips, ["Debug", "Deserialize"]);
}

#[test]
fn names_lead_from_ids_to_fields_under_former_names_too() {
    let names = inventory().names();
    let person = people::Person::__spec();
    for id in std::iter::once(&person.fields[2].id).chain(person.fields[2].aliases) {
        let name = &names[id];
        assert_eq!((name.dataset.as_str(), name.path.as_str()), ("people", "full_name"));
    }
    assert_eq!(person.fields[2].aliases.len(), 3);
}

#[test]
fn the_answer_as_json_has_its_keys() {
    let json = serde_json::to_value(inventory()).expect("JSON");
    assert_eq!(json["type_count"], 5);
    let email = &json["types"][4]["fields"][3];
    assert_eq!(email["role"], "tagged");
    assert_eq!(email["categories"][0], "user.contact.email");
    assert_eq!(email["id"], taggant::__private::FieldId::of("people", "email").to_string());
    assert_eq!(email["lookup"]["bits"], 64);
}
