use super::file;
use crate::model::{Body, Decision, FileTypes};

fn read(text: &str) -> FileTypes {
    let mut out = FileTypes::default();
    file(text, &mut out);
    out
}

fn names(text: &str) -> Vec<String> {
    let read = read(text);
    assert_eq!(read.unread, [], "{text}");
    read.types.into_iter().map(|def| def.name).collect()
}

#[test]
fn types_are_found_wherever_they_stand() {
    let text = "
        struct A { x: u8 }
        pub(crate) enum B<T: Clone = u8> where T: Sized { V(T), W { y: [u8; 2 + 2] } }
        mod inner { pub struct C(pub String); }
        fn f() { struct D { z: fn(u8) -> u8 } }
        pin_project! { pub struct E { #[pin] e: u8 } }
        union F { a: u32, b: f32 }
        type G = Vec<String>;
        struct H<const N: usize = { 3 }> { h: [u8; N] }
        struct I;
    ";
    assert_eq!(names(text), ["A", "B", "C", "D", "E", "F", "G", "H", "I"]);
}

#[test]
fn associated_and_foreign_types_and_templates_are_no_types() {
    let text = "
        impl Iterator for X { type Item = Email; fn next(&mut self) { type Local = u8; } }
        trait T { type Output; type Other: Clone; }
        extern \"C\" { type Opaque; }
        macro_rules! make { ($name:ident) => { struct $name { email: String } struct Y { a: u8 } } }
        make! { struct $broken { } }
        fn type_name() { let union = 1; union.max(2); }
    ";
    assert_eq!(names(text), ["Local"]);
}

#[test]
fn what_is_built_for_tests_only_is_left_out() {
    let text = "
        #[cfg(test)] mod tests { struct A { email: String } }
        #[cfg(all(test, unix))] struct B { email: String }
        #[cfg(test)] pub(crate) mod elsewhere;
        #[test] fn t() { struct C { email: String } }
        #[cfg(any(test, feature = \"x\"))] struct D { email: String }
        #[cfg(not(test))] struct E { email: String }
        enum F { #[cfg(test)] Hidden { email: String }, Kept }
    ";
    assert_eq!(names(text), ["D", "E", "F"]);
    assert_eq!(read(text).test_modules, ["elsewhere"]);
    assert!(names("#![cfg(test)]\nstruct A;").is_empty());
}

#[test]
fn decisions_and_places_of_fields_are_read() {
    let read = read(
        "struct A {\n    #[tag(\"user.name\")]\n    name: String,\n    #[clear] b: u8, #[nested] c: C, d: u8,\n}",
    );
    let Body::Struct(fields) = &read.types[0].body else { panic!("a struct") };
    let found: Vec<_> = fields.iter().map(|field| (field.decision, field.line)).collect();
    assert_eq!(
        found,
        [(Decision::Tag, 3), (Decision::Clear, 4), (Decision::Nested, 4), (Decision::None, 4)]
    );
    assert_eq!(fields[0].column, 5);
}

#[test]
fn a_broken_file_says_where_and_a_broken_type_costs_only_itself() {
    let file = read("struct A { x: u8 }\n\n  \"never closed");
    assert_eq!((file.types.len(), file.unread.len()), (0, 1));
    assert_eq!(file.unread[0].0, 3);

    let file = read("struct A { x: }\nstruct B { y: u8 }");
    assert_eq!(file.types.len(), 1);
    assert_eq!(file.unread, [(1, 1, "a type that cannot be read; it is skipped")]);
}

#[test]
fn hostile_nesting_is_refused_and_does_not_exhaust_the_stack() {
    let deep = format!("fn f() {}{}", "{".repeat(5000), "}".repeat(5000));
    assert_eq!(read(&deep).unread, [(0, 0, "nested too deeply")]);
    let references = format!("struct A {{ x: {}u8 }}", "&".repeat(1100));
    assert_eq!(read(&references).unread, [(1, 1, "a type too long to be read")]);
    let open = "{".repeat(4_000_000);
    assert_eq!(read(&open).unread, [(0, 0, "nested too deeply")]);
    let angles = format!("struct A {{ x: {}u8{} }}", "Vec<".repeat(330), ">".repeat(330));
    let grown = std::thread::Builder::new().stack_size(64 << 20).spawn(move || {
        let mut out = FileTypes::default();
        file(&angles, &mut out);
        out.types.len()
    });
    assert_eq!(grown.expect("a thread").join().expect("no panic"), 1);
}

#[test]
fn shebangs_and_marks_are_skipped_and_lines_stay() {
    let file = read("\u{feff}#!/usr/bin/env it's\nstruct A { x: u8 }");
    let Body::Struct(fields) = &file.types[0].body else { panic!("a struct") };
    assert_eq!(fields[0].line, 2);
}

#[test]
fn literals_of_types_and_names_outside_are_kept_apart() {
    let read = read(
        "struct A { #[serde(rename = \"eMail\", default)] #[sqlx(rename = \"mail\")] x: [u8; 1234], \
         #[serde(rename(serialize = \"s\", deserialize = \"d\"))] y: &'static str }",
    );
    let Body::Struct(fields) = &read.types[0].body else { panic!("a struct") };
    assert_eq!(fields[0].ty.text, "[u8; _]");
    assert_eq!(fields[0].renames, ["eMail", "mail"]);
    assert_eq!(fields[1].renames, ["s", "d"]);
}

#[test]
fn the_longest_types_that_are_read_fit_on_the_readers_stack() {
    let texts = [
        format!("struct A {{ x: {}u8 }}", "&".repeat(1000)),
        format!("struct A {{ x: {}u8 }}", "fn()->".repeat(200)),
        format!("enum A {{ X = {}1 }}", "-".repeat(1000)),
        format!("enum A {{ X = {}1 }}", "1+".repeat(500)),
    ];
    let reader = std::thread::Builder::new()
        .stack_size(crate::run::STACK)
        .spawn(move || texts.iter().map(|text| read(text).types.len()).sum::<usize>());
    assert_eq!(reader.expect("a thread").join().expect("no overflow"), 4);
}
