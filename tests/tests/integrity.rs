//! What an insider who edits stored documents can't do to a record with integrity, whatever
//! containers its records stand in.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::fmt::Debug;

use ciborium::Value;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use taggant::{Error, Flow, Outcome, Tagged};
use taggant_testing::Recorder;

const POLICY: &str = "[[allow]]\naction = \"open\"\ncategory = \"*\"\n";

#[derive(Tagged)]
#[tagged(dataset = "integrity.around", subject(customer = id), row = id, integrity = "_seal")]
struct Around<T> {
    #[clear]
    id: u64,
    #[nested]
    inner: T,
}

#[derive(Clone, PartialEq, Tagged)]
#[tagged(dataset = "integrity.homes", row = none, unbound)]
struct Home {
    #[tag("user.contact.address.street")]
    street: Option<String>,
}

/// With records of its own inside.
#[derive(Clone, PartialEq, Tagged)]
#[tagged(dataset = "integrity.sites", row = none, unbound)]
struct Site {
    #[tag("user.name")]
    owner: Option<String>,
    #[nested]
    homes: Vec<Home>,
    #[nested]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    spare: Option<Box<Home>>,
}

#[derive(Clone, PartialEq, Tagged)]
#[tagged(dataset = "integrity.contacts", row = none, unbound)]
enum Contact {
    Mail {
        #[tag("user.contact.email")]
        mail: String,
    },
    Home(#[nested] Home),
    Several {
        #[nested]
        several: Vec<Contact>,
    },
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
enum Side {
    North,
    South,
    West,
}

fn home(street: &str) -> Home {
    Home { street: Some(street.to_owned()) }
}

fn empty() -> Home {
    Home { street: None }
}

fn mail(mail: &str) -> Contact {
    Contact::Mail { mail: mail.to_owned() }
}

/// A format that a tree can be written to and read from.
#[derive(Clone, Copy, Debug)]
enum Format {
    Json,
    Cbor,
}

impl Format {
    fn tree<T: Serialize>(self, value: &T) -> Value {
        let table = Flow::to("sqlite://shop", "around");
        match self {
            Self::Json => {
                let text = table.run(|| serde_json::to_string(value)).unwrap();
                serde_json::from_str(&text).unwrap()
            }
            Self::Cbor => {
                let mut bytes = Vec::new();
                table.run(|| ciborium::into_writer(value, &mut bytes)).unwrap();
                ciborium::from_reader(bytes.as_slice()).unwrap()
            }
        }
    }

    fn read<T: DeserializeOwned>(self, tree: &Value) -> Result<T, Outcome> {
        let table = Flow::from("sqlite://shop", "around");
        let read = match self {
            Self::Json => {
                let text = serde_json::to_string(tree).unwrap();
                table.run(|| serde_json::from_str(&text).map_err(drop))
            }
            Self::Cbor => {
                let mut bytes = Vec::new();
                ciborium::into_writer(tree, &mut bytes).unwrap();
                table.run(|| ciborium::from_reader(bytes.as_slice()).map_err(drop))
            }
        };
        read.map_err(|()| Error::last().expect("a typed error").outcome())
    }
}

/// Whether a map is a record or an enum's variant, and no map of records.
fn is_record(entries: &[(Value, Value)]) -> bool {
    let names = ["id", "street", "owner", "mail", "Mail", "Home", "Several", "several"];
    entries.iter().any(|(key, _)| key.as_text().is_some_and(|key| names.contains(&key)))
}

/// Ways to the containers of the tree, and to the records in them.
fn walk(tree: &Value, way: &mut Vec<usize>, visit: &mut dyn FnMut(&[usize], &Value)) {
    visit(way, tree);
    let children: Vec<&Value> = match tree {
        Value::Array(items) => items.iter().collect(),
        Value::Map(entries) => entries.iter().map(|(_, value)| value).collect(),
        _ => return,
    };
    for (index, child) in children.into_iter().enumerate() {
        way.push(index);
        walk(child, way, visit);
        way.pop();
    }
}

fn at<'a>(tree: &'a mut Value, way: &[usize]) -> &'a mut Value {
    way.iter().fold(tree, |tree, index| match tree {
        Value::Array(items) => &mut items[*index],
        Value::Map(entries) => &mut entries[*index].1,
        _ => unreachable!("the way comes from this tree"),
    })
}

fn names(record: &Value) -> Vec<Value> {
    record.as_map().unwrap().iter().map(|(name, _)| name.clone()).collect()
}

fn other_key(key: &Value) -> Value {
    match key {
        Value::Integer(_) => Value::from(99),
        Value::Text(text) if text.parse::<i64>().is_ok() => Value::from("99"),
        _ => Value::from("West"),
    }
}

/// Every change of one container: what it is called, and the tree after it.
fn changes(tree: &Value) -> Vec<(String, Value)> {
    let mut changes = Vec::new();
    let mut records = Vec::new();
    walk(tree, &mut Vec::new(), &mut |way, node| {
        let mut change = |name: &str, change: &dyn Fn(&mut Value)| {
            let mut changed = tree.clone();
            change(at(&mut changed, way));
            changes.push((format!("{name} at {way:?}"), changed));
        };
        match node {
            Value::Array(items) => {
                change("reorder", &|node| node.as_array_mut().unwrap().reverse());
                if items.len() > 1 {
                    change("swap", &|node| node.as_array_mut().unwrap().swap(0, 1));
                }
                if !items.is_empty() {
                    for index in [0, items.len() - 1] {
                        change("drop", &|node| drop(node.as_array_mut().unwrap().remove(index)));
                        change("double", &|node| {
                            let items = node.as_array_mut().unwrap();
                            items.push(items[index].clone());
                        });
                    }
                }
            }
            Value::Map(entries) if !is_record(entries) => {
                for index in 0..entries.len() {
                    change("drop", &|node| drop(node.as_map_mut().unwrap().remove(index)));
                    change("rename", &|node| {
                        let entries = node.as_map_mut().unwrap();
                        entries[index].0 = other_key(&entries[index].0);
                    });
                    change("double", &|node| {
                        let entries = node.as_map_mut().unwrap();
                        let (key, value) = entries[index].clone();
                        entries.push((other_key(&key), value));
                    });
                }
            }
            Value::Map(_) if !way.is_empty() => records.push(way.to_vec()),
            _ => {}
        }
    });
    for (index, one) in records.iter().enumerate() {
        for other in records[index + 1..].iter().filter(|other| !other.starts_with(one)) {
            let mut changed = tree.clone();
            let first = at(&mut changed, one).clone();
            if names(&first) != names(at(&mut changed, other)) {
                // Of another type: the format refuses it before anything is verified.
                continue;
            }
            let second = std::mem::replace(at(&mut changed, other), first);
            *at(&mut changed, one) = second;
            changes.push((format!("exchange {one:?} and {other:?}"), changed));
        }
    }
    changes.retain(|(_, changed)| changed != tree);
    changes
}

fn shape<T>(name: &str, least: usize, value: T)
where
    T: PartialEq,
    Around<T>: Serialize + DeserializeOwned,
{
    let record = Around { id: 1, inner: value };
    Recorder::new(POLICY).run(|| {
        for format in [Format::Json, Format::Cbor] {
            let tree = format.tree(&record);
            let read = format.read::<Around<T>>(&tree);
            assert!(read.is_ok_and(|read| read.inner == record.inner), "{name}: {format:?}");
            let changes = changes(&tree);
            assert!(changes.len() >= least, "{name}: {} changes", changes.len());
            for (what, changed) in changes {
                let read = format.read::<Around<T>>(&changed).map(|_| "read");
                assert_eq!(read, Err(Outcome::Tampered), "{name}: {format:?}: {what}");
            }
        }
    });
}

#[test]
fn elements_of_lists_stay_where_they_were_written() {
    let homes = || vec![home("a"), home("b"), empty(), home("c"), empty()];
    shape("a list", 15, homes());
    shape("a deque", 15, VecDeque::from(homes()));
    shape("boxes", 15, homes().into_iter().map(Box::new).collect::<Vec<_>>());
    shape("a list that may be missing", 15, Some(homes()));
    shape("a boxed list", 15, Box::new(homes()));
    shape("elements that hold nothing", 3, vec![empty(), empty()]);
}

#[test]
fn elements_of_lists_in_lists_stay_where_they_were_written() {
    shape("lists", 26, vec![vec![home("a"), home("b")], vec![], vec![home("c")], vec![empty()]]);
    shape("lists that may be missing", 13, vec![Some(vec![home("a"), home("b")]), None]);
    shape("gaps", 7, vec![None, Some(home("a")), None, Some(home("b")), None]);
}

#[test]
fn entries_of_maps_stay_under_their_keys() {
    let homes = [("a", home("a")), ("b", home("b")), ("c", empty())];
    let named = homes.clone().map(|(key, home)| (key.to_owned(), home));
    shape("a map by text", 12, HashMap::from(named.clone()));
    shape("a sorted map by text", 12, BTreeMap::from(named));
    let numbered = HashMap::from([(1_u64, home("a")), (2, home("b")), (3, empty())]);
    shape("a map by number", 12, numbered);
    let signed = BTreeMap::from([(-1_i32, vec![home("a"), home("b")]), (7, vec![])]);
    shape("a map of lists", 12, signed);
    let sides = BTreeMap::from([(Side::North, Some(home("a"))), (Side::South, None)]);
    shape("a map by unit variants", 6, sides);
    let maps = HashMap::from([
        ("x".to_owned(), BTreeMap::from([(1_u8, home("a")), (2, home("b"))])),
        ("y".to_owned(), BTreeMap::from([(1_u8, home("c"))])),
    ]);
    shape("maps in a map", 18, maps);
    assert!(Side::West > Side::South, "the key that renames to");
}

#[test]
fn records_in_records_stay_where_they_were_written() {
    let site = |name: &str| Site {
        owner: Some(name.to_owned()),
        homes: vec![home(name), home("b"), empty()],
        spare: Some(Box::new(home("c"))),
    };
    shape("a record", 10, site("a"));
    shape("records with lists", 46, vec![site("a"), site("b")]);
    let bare = Site { owner: None, homes: vec![], spare: None };
    shape("records with nothing", 10, vec![bare.clone(), site("a"), bare]);
}

#[test]
fn variants_stay_where_they_were_written() {
    let contacts = || vec![mail("a"), Contact::Home(home("b")), mail("c")];
    shape("variants", 8, contacts());
    let several = Contact::Several { several: contacts() };
    shape("variants in variants", 10, vec![several, mail("d")]);
}

#[test]
fn a_single_record_is_what_it_was() {
    shape("a record", 0, home("a"));
    shape("none", 0, None::<Home>);
    let record = Around { id: 1, inner: None::<Home> };
    Recorder::new(POLICY).run(|| {
        let mut tree = Format::Json.tree(&record);
        let full = Around { id: 1, inner: Some(home("a")) };
        *at(&mut tree, &[1]) = at(&mut Format::Json.tree(&full), &[1]).clone();
        let read = Format::Json.read::<Around<Option<Home>>>(&tree);
        assert_eq!(read.err(), Some(Outcome::Tampered), "a record where there was none");
    });
}

#[test]
fn the_order_of_a_map_does_not_matter() {
    Recorder::new(POLICY).run(|| {
        let many = || (0..50_u64).map(|n| (n, home(&n.to_string()))).collect::<HashMap<_, _>>();
        for format in [Format::Json, Format::Cbor] {
            let mut tree = format.tree(&Around { id: 1, inner: many() });
            at(&mut tree, &[1]).as_map_mut().unwrap().reverse();
            let read = format.read::<Around<HashMap<u64, Home>>>(&tree);
            assert!(read.unwrap().inner == many());
            let sorted = format.read::<Around<BTreeMap<u64, Home>>>(&tree);
            assert_eq!(sorted.unwrap().inner.len(), 50, "nor its kind");
        }
    });
}

#[test]
fn keys_that_serialize_alike_are_refused() {
    #[derive(Clone, PartialEq, Eq, Hash, Deserialize)]
    struct Loose(u8);
    impl Serialize for Loose {
        fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            (self.0 / 2).serialize(serializer)
        }
    }
    let inner = HashMap::from([(Loose(2), home("a")), (Loose(3), home("b"))]);
    Recorder::new(POLICY).run(|| {
        let table = Flow::to("sqlite://shop", "around");
        let written = table.run(|| serde_json::to_string(&Around { id: 1, inner }));
        assert!(written.is_err());
        assert_eq!(Error::last().unwrap().outcome(), Outcome::Invalid);
    });
}
