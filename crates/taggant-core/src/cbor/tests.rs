use std::collections::BTreeMap;

use proptest::prelude::*;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::probe::{Asks, ReadShape, Written, read_shape, shape_of};
use super::{from_slice, from_vec, item_length, to_vec_in};

fn bytes<T: Serialize + ?Sized>(value: &T) -> Vec<u8> {
    let mut out = Vec::new();
    to_vec_in(value, &mut out).unwrap();
    out
}

fn round<T: Serialize + serde::de::DeserializeOwned + PartialEq + std::fmt::Debug>(value: &T) {
    let mut plain = bytes(value);
    assert_eq!(item_length(&plain).unwrap(), plain.len());
    assert_eq!(&from_slice::<T>(&plain).unwrap().0, value);
    plain.resize(plain.len().next_multiple_of(16), 0);
    assert_eq!(&from_vec::<T>(Zeroizing::new(plain)).unwrap(), value);
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
enum Shape {
    Unit,
    Newtype(String),
    Tuple(u8, i64),
    Struct { a: Option<u32>, b: Vec<u8> },
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind")]
enum Internal {
    A { x: i64 },
    B,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
enum Untagged {
    Number(u64),
    Text(String),
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Flat {
    id: u64,
    #[serde(flatten)]
    rest: BTreeMap<String, Untagged>,
}

#[test]
fn examples_of_rfc_8949_appendix_a_hold() {
    for (value, hex) in [
        (0_i128, "00"),
        (23, "17"),
        (24, "1818"),
        (1000, "1903e8"),
        (1_000_000, "1a000f4240"),
        (1_000_000_000_000, "1b000000e8d4a51000"),
        (18_446_744_073_709_551_615, "1bffffffffffffffff"),
        (18_446_744_073_709_551_616, "c249010000000000000000"),
        (-18_446_744_073_709_551_616, "3bffffffffffffffff"),
        (-18_446_744_073_709_551_617, "c349010000000000000000"),
        (-1, "20"),
        (-1000, "3903e7"),
    ] {
        assert_eq!(crate::hex::encode(&bytes(&value)), hex);
        round(&value);
    }
    assert_eq!(bytes("\u{fc}"), [0x62, 0xC3, 0xBC]);
    assert_eq!(bytes(&1.1_f64), [0xFB, 0x3F, 0xF1, 0x99, 0x99, 0x99, 0x99, 0x99, 0x9A]);
    assert_eq!(bytes(&1.5_f32), [0xFA, 0x3F, 0xC0, 0, 0]);
    assert_eq!(bytes(&None::<u8>), [0xF6]);
}

#[test]
fn every_shape_comes_back() {
    round(&Shape::Unit);
    round(&Shape::Newtype("x".into()));
    round(&Shape::Tuple(255, -1));
    round(&Shape::Struct { a: None, b: vec![0, 255] });
    round(&vec![Shape::Unit, Shape::Tuple(0, i64::MIN)]);
    round(&Internal::A { x: i64::MIN });
    round(&Internal::B);
    round(&Flat {
        id: 1,
        rest: [("a".into(), Untagged::Number(2)), ("b".into(), Untagged::Text("c".into()))].into(),
    });
    round(&(u128::MAX, i128::MIN, 'ß', true, (), [1.5_f32], "text".to_owned()));
    round(&BTreeMap::from([(1_u32, vec![Some("x".to_owned()), None])]));
    round(&Some(Box::new(7_u8)));
    let nan = f64::from_bits(0x7FF8_0000_0000_0001);
    assert_eq!(from_slice::<f64>(&bytes(&nan)).unwrap().0.to_bits(), nan.to_bits());
}

#[test]
fn lengths_that_are_not_told_are_filled_in() {
    struct Unknown(usize);
    impl Serialize for Unknown {
        fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
            s.collect_seq((0..self.0).filter(|_| true))
        }
    }
    for count in [0, 1, 23, 24, 300] {
        let expected: Vec<usize> = (0..count).collect();
        assert_eq!(bytes(&Unknown(count)), bytes(&expected));
    }
}

#[test]
fn only_the_canonical_form_and_zero_padding_are_taken() {
    for bad in [
        &[0x18, 0x17][..],
        &[0x19, 0, 0xFF],
        &[0x5F],
        &[0x9F, 0xFF],
        &[0xC2, 0x41, 1],
        &[0xE0],
        &[0xF9, 0, 0],
        &[0xF7],
        &[0x61],
        &[0x61, 0xFF],
        &[0x81],
        &[],
    ] {
        assert!(item_length(bad).is_err(), "{bad:02x?}");
    }
    assert!(from_vec::<u8>(Zeroizing::new(vec![1, 0, 0])).is_ok());
    assert!(from_vec::<u8>(Zeroizing::new(vec![1, 0, 1])).is_err());
    assert!(from_vec::<String>(Zeroizing::new(vec![0x61, b'a', 0, 7])).is_err());
    let deep = [[0x81; 200].as_slice(), &[0]].concat();
    assert!(item_length(&deep).is_err());
}

/// A byte string, as `serde_bytes` has them.
#[derive(Debug, PartialEq)]
struct Blob(Vec<u8>);

impl Serialize for Blob {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0)
    }
}

impl<'de> Deserialize<'de> for Blob {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Take;
        impl serde::de::Visitor<'_> for Take {
            type Value = Blob;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("bytes")
            }
            fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Blob, E> {
                Ok(Blob(bytes.to_vec()))
            }
            fn visit_byte_buf<E>(self, bytes: Vec<u8>) -> Result<Blob, E> {
                Ok(Blob(bytes))
            }
        }
        deserializer.deserialize_byte_buf(Take)
    }
}

#[test]
fn a_string_at_the_top_keeps_its_buffer_and_other_types_read_it_too() {
    let plain = bytes("text of some length");
    let place = plain.as_ptr();
    let taken: Option<String> = from_vec(Zeroizing::new(plain)).unwrap();
    let taken = taken.unwrap();
    assert_eq!((taken.as_ptr(), taken.as_str()), (place, "text of some length"));
    let plain = bytes(&Blob(vec![0xFF; 40]));
    let place = plain.as_ptr();
    let taken: Blob = from_vec(Zeroizing::new(plain)).unwrap();
    assert_eq!((taken.0.as_ptr(), taken.0.as_slice()), (place, &[0xFF; 40][..]));

    round(&Blob(Vec::new()));
    round(&vec![Blob(vec![1; 300])]);
    round(&String::new());
    round(&'\u{10FFFF}');
    round(&Some(std::net::Ipv6Addr::LOCALHOST));
    round(&Untagged::Text("x".into()));
    assert!(from_vec::<String>(Zeroizing::new(bytes(&Blob(b"text".to_vec())))).is_err());
    assert!(from_vec::<Shape>(Zeroizing::new(bytes(&Blob(b"Unit".to_vec())))).is_err());
    assert!(from_vec::<String>(Zeroizing::new(vec![0x61, 0xFF])).is_err());
}

#[test]
fn what_cbor_cannot_tell_apart_reads_as_the_outer() {
    assert_eq!(from_slice::<Option<Option<u8>>>(&bytes(&Some(None::<u8>))).unwrap().0, None);
    assert_eq!(from_slice::<Option<()>>(&bytes(&Some(()))).unwrap().0, None);
    round(&Some(Some(1_u8)));
    round(&vec![Some(Some(1_u8)), None]);
}

#[test]
fn errors_do_not_hold_the_value() {
    let plain = bytes("4111111111111111");
    let error = from_slice::<u64>(&plain).unwrap_err();
    assert!(!format!("{error} {error:?}").contains("4111"));
    let error = from_vec::<Shape>(Zeroizing::new(plain)).unwrap_err();
    assert!(!format!("{error} {error:?}").contains("4111"));
}

#[test]
fn an_option_is_one_by_any_name() {
    type Maybe = Option<String>;
    #[derive(Serialize, Deserialize)]
    struct Wrapper(Maybe);
    assert_eq!(shape_of(&None::<String>), Written::None);
    assert_eq!(shape_of(&Wrapper(None)), Written::None);
    assert_eq!(shape_of(&Some(vec![1])), Written::Some);
    assert_eq!(shape_of("x"), Written::Plain);
    assert_eq!(shape_of(&vec![1]), Written::Plain);
    let option = ReadShape { option: true, ..ReadShape::default() };
    assert_eq!(read_shape::<Wrapper>(), ReadShape { asks: Asks::Text, ..option });
    assert_eq!(read_shape::<Option<Option<u8>>>(), option);
    let asks = |asks| ReadShape { asks, ..ReadShape::default() };
    assert_eq!(read_shape::<String>(), asks(Asks::Text));
    assert_eq!(read_shape::<u8>(), asks(Asks::Scalar));
    assert_eq!(read_shape::<Vec<u8>>(), asks(Asks::Compound));
    assert_eq!(read_shape::<Shape>(), ReadShape::default());
}

/// Data of every kind, nested.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum Tree {
    Leaf,
    Bool(bool),
    Signed(i128),
    Unsigned(u128),
    Single(u32),
    Double(u64),
    Letter(char),
    Text(String),
    Maybe(Option<Box<Tree>>),
    List(Vec<Tree>),
    Map(Vec<(String, u8)>, BTreeMap<u16, Tree>),
    Struct { left: Box<Tree>, right: Box<Tree> },
}

fn tree() -> impl Strategy<Value = Tree> {
    let leaf = prop_oneof![
        Just(Tree::Leaf),
        any::<bool>().prop_map(Tree::Bool),
        any::<i128>().prop_map(Tree::Signed),
        any::<i8>().prop_map(|n| Tree::Signed(n.into())),
        any::<u128>().prop_map(Tree::Unsigned),
        any::<u32>().prop_map(Tree::Single),
        any::<u64>().prop_map(Tree::Double),
        any::<char>().prop_map(Tree::Letter),
        any::<String>().prop_map(Tree::Text),
    ];
    leaf.prop_recursive(6, 64, 8, |inner| {
        let map = prop::collection::btree_map(any::<u16>(), inner.clone(), 0..6);
        prop_oneof![
            prop::option::of(inner.clone().prop_map(Box::new)).prop_map(Tree::Maybe),
            prop::collection::vec(inner.clone(), 0..30).prop_map(Tree::List),
            (any::<Vec<(String, u8)>>(), map).prop_map(|(list, map)| Tree::Map(list, map)),
            (inner.clone(), inner).prop_map(|(left, right)| Tree::Struct {
                left: Box::new(left),
                right: Box::new(right)
            }),
        ]
    })
}

proptest! {
    #[test]
    fn arbitrary_trees_come_back(tree in tree()) {
        round(&tree);
    }

    #[test]
    fn floats_keep_every_bit(single in any::<u32>(), double in any::<u64>()) {
        let values = (f32::from_bits(single), f64::from_bits(double));
        let ((a, b), _) = from_slice::<(f32, f64)>(&bytes(&values)).unwrap();
        prop_assert_eq!((a.to_bits(), b.to_bits()), (single, double));
    }

    #[test]
    fn arbitrary_data_comes_back(
        a in any::<(i8, u16, i32, u64, i128, u128)>(),
        b in any::<Vec<(String, Option<Vec<u8>>, char)>>(),
        c in any::<BTreeMap<u32, (bool, f64)>>(),
    ) {
        prop_assume!(c.values().all(|(_, f)| !f.is_nan()));
        round(&a);
        round(&b);
        round(&c);
    }

    #[test]
    fn arbitrary_bytes_never_panic(data in any::<Vec<u8>>()) {
        let _ = item_length(&data);
        let _ = from_slice::<Shape>(&data);
        let _ = from_vec::<Vec<String>>(Zeroizing::new(data));
    }
}
