//! Property: what was sealed opens to the same value, whatever the value, format and shape.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRng, TestRunner};
use taggant::Flow;
use taggant_testing::Recorder;
use taggant_tests::codec::{
    Bincode, Bson, Cbor, Codec, Csv, Json, MessagePack, Postcard, Ron, Toml, Yaml,
};
use taggant_tests::shapes::{
    Address, Adjacent, Composite, External, Flat, Flattened, Inner, Internal, Nest, SealedNone,
    Tree, Untagged, Whole,
};

const OPEN: &str =
    "[[allow]]\naction = [\"open\", \"reveal\"]\ncategory = \"user\"\npurpose = \"essential\"\n";

fn text() -> impl Strategy<Value = String> {
    prop_oneof!["\\PC{0,40}", any::<String>(), Just(String::new()), "[a-z]{200}"]
}

/// Clear fields hold what every format can write.
fn word() -> impl Strategy<Value = String> {
    "[a-z]{1,8}"
}

fn address() -> impl Strategy<Value = Address> {
    (text(), word()).prop_map(|(street, city)| Address { street, city })
}

prop_compose! {
    fn flat()(id: u32, name in text(), email in prop::option::of(text()),
              phone in prop::option::of(text()), balance: i64, vip: bool, country in word()) -> Flat {
        Flat { id: id.into(), name, email, phone, balance, vip, country }
    }
}

prop_compose! {
    fn nest()(id in word(), home in address(), work in prop::option::of(address()),
              past in prop::collection::vec(address(), 0..4),
              named in prop::collection::btree_map(word(), address(), 0..3),
              hashed in prop::collection::hash_map(word(), address().prop_map(Box::new), 0..3)) -> Nest {
        Nest { id, home, work, past, named, hashed }
    }
}

fn inner() -> impl Strategy<Value = Inner> {
    prop_oneof![
        Just(()).prop_map(|()| Inner::Unit),
        (text(), -1e9..1e9_f64).prop_map(|(text, number)| Inner::Pair(text, number))
    ]
}

prop_compose! {
    fn composite()(id: u32, list in prop::collection::vec(text(), 0..5),
                   map in prop::collection::btree_map(text(), prop::option::of(inner()), 0..4),
                   bytes: (u8, char, Option<i32>)) -> Composite {
        Composite { id: id.into(), list, map, bytes }
    }
}

fn external() -> impl Strategy<Value = External> {
    prop_oneof![
        Just(()).prop_map(|()| External::Unit),
        text().prop_map(External::Newtype),
        (text(), any::<u8>()).prop_map(|(text, number)| External::Tuple(text, number)),
        (text(), any::<u8>()).prop_map(|(email, kind)| External::Struct { email, kind }),
        address().prop_map(External::Nested),
    ]
}

fn internal() -> impl Strategy<Value = Internal> {
    prop_oneof![
        Just(()).prop_map(|()| Internal::Unit),
        (text(), prop::option::of(text()))
            .prop_map(|(email, name)| Internal::Struct { email, name }),
        address().prop_map(Internal::Nested),
    ]
}

fn adjacent() -> impl Strategy<Value = Adjacent> {
    prop_oneof![
        Just(()).prop_map(|()| Adjacent::Unit),
        text().prop_map(Adjacent::Newtype),
        text().prop_map(|email| Adjacent::Struct { email })
    ]
}

fn untagged() -> impl Strategy<Value = Untagged> {
    prop_oneof![
        any::<u64>().prop_map(Untagged::Number),
        text().prop_map(Untagged::Text),
        text().prop_map(|email| Untagged::Struct { email })
    ]
}

fn tree() -> impl Strategy<Value = Tree> {
    let leaf = text().prop_map(|name| Tree { name, children: vec![], next: None });
    leaf.prop_recursive(3, 12, 3, |inner| {
        (
            text(),
            prop::collection::vec(inner.clone(), 0..3),
            prop::option::of(inner.prop_map(Box::new)),
        )
            .prop_map(|(name, children, next)| Tree { name, children, next })
    })
}

prop_compose! {
    fn whole()(id: u32, email in text(), home in address(), role in prop::option::of(word())) -> Whole {
        Whole { id: id.into(), email, home, role }
    }
}

prop_compose! {
    fn flattened()(id: u32, full_name in text(), home in address(),
                   extra in prop::collection::btree_map("x[a-z]{1,5}", word(), 0..3)) -> Flattened {
        let extra: BTreeMap<String, String> = extra;
        Flattened { id: id.into(), full_name, home, extra }
    }
}

prop_compose! {
    fn sealed_none()(id: u32, name in prop::option::of(text())) -> SealedNone {
        SealedNone { id: id.into(), name }
    }
}

/// Writes and reads arbitrary values of a shape.
fn holds<C, T>(values: impl Strategy<Value = T>)
where
    C: Codec,
    T: serde::Serialize + serde::de::DeserializeOwned + PartialEq + std::fmt::Debug,
{
    let recorder = Recorder::new(OPEN);
    let to = Flow::to("postgres://db", "t");
    let from = Flow::from("postgres://db", "t").purpose("essential");
    // The same values each time: what fails here fails again.
    let config = Config { cases: 40, failure_persistence: None, ..Config::default() };
    let random = TestRng::deterministic_rng(config.rng_algorithm);
    let mut runner = TestRunner::new_with_rng(config, random);
    let result = recorder.run(|| {
        runner.run(&values, |value| {
            let sealed = to.run(|| C::write(&value)).map_err(TestCaseError::fail)?;
            let back: T = from.run(|| C::read(&sealed)).map_err(TestCaseError::fail)?;
            // Redacted by `Debug`, the values are compared here.
            prop_assert!(value == back);
            Ok(())
        })
    });
    result.unwrap_or_else(|error| panic!("{}: {}: {error}", C::NAME, std::any::type_name::<T>()));
}

fn all<C: Codec>() {
    holds::<C, _>(flat());
    holds::<C, _>(nest());
    holds::<C, _>(composite());
    holds::<C, _>(tree());
    holds::<C, _>(whole());
    holds::<C, _>(sealed_none());
}

fn self_describing<C: Codec>() {
    all::<C>();
    holds::<C, _>(internal());
    holds::<C, _>(adjacent());
    holds::<C, _>(flattened());
}

#[test]
fn text_formats() {
    self_describing::<Json>();
    self_describing::<Yaml>();
    self_describing::<Ron>();
    self_describing::<Toml>();
    holds::<Csv, _>(flat());
    holds::<Json, _>(external());
    holds::<Json, _>(untagged());
    holds::<Yaml, _>(untagged());
}

#[test]
fn binary_formats() {
    self_describing::<MessagePack>();
    self_describing::<Cbor>();
    self_describing::<Bson>();
    all::<Postcard>();
    all::<Bincode>();
    holds::<MessagePack, _>(untagged());
    holds::<Postcard, _>(external());
    holds::<Bincode, _>(external());
}
