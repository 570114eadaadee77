//! Format × shape. The numbers say how many samples fit: a format that suddenly fits none is found.

use taggant_tests::codec::{
    Bincode, Bson, Cbor, Codec, Csv, Json, MessagePack, Postcard, Ron, Toml, Yaml,
};
use taggant_tests::shapes::{
    Adjacent, Composite, External, Flat, Flattened, Generic, Internal, Nest, Newtype, Optional,
    Pair, Protected, SealedNone, Transparent, Tree, Untagged, Whole,
};

use super::check::check;

/// All shapes in one format.
fn all<C: Codec>() -> Vec<(&'static str, usize)> {
    vec![
        ("Flat", check::<C, Flat>()),
        ("Nest", check::<C, Nest>()),
        ("Pair", check::<C, Pair>()),
        ("Newtype", check::<C, Newtype>()),
        ("Transparent", check::<C, Transparent>()),
        ("Generic", check::<C, Generic<String, u8>>()),
        ("External", check::<C, External>()),
        ("Internal", check::<C, Internal>()),
        ("Adjacent", check::<C, Adjacent>()),
        ("Untagged", check::<C, Untagged>()),
        ("Flattened", check::<C, Flattened>()),
        ("Optional", check::<C, Optional>()),
        ("Tree", check::<C, Tree>()),
        ("SealedNone", check::<C, SealedNone>()),
        ("Whole", check::<C, Whole>()),
        ("Composite", check::<C, Composite>()),
        ("Protected", check::<C, Protected>()),
    ]
}

fn expect<C: Codec>(numbers: [usize; 17]) {
    let found = all::<C>();
    let counts: Vec<usize> = found.iter().map(|(_, count)| *count).collect();
    assert_eq!(counts, numbers, "{}: {found:?}", C::NAME);
}

const ALL: [usize; 17] = [2, 2, 1, 1, 1, 1, 5, 4, 3, 3, 1, 2, 2, 2, 2, 1, 2];

/// Formats that do not say what they hold can't take shapes that ask.
const NOT_SELF_DESCRIBING: [usize; 17] = [2, 2, 1, 1, 1, 1, 5, 0, 0, 0, 0, 1, 2, 2, 2, 1, 2];

/// Formats whose documents are maps can't take a string or a sequence as one.
const MAP_AT_THE_TOP: [usize; 17] = [2, 2, 0, 0, 0, 1, 4, 4, 3, 1, 1, 2, 2, 2, 2, 1, 2];

#[test]
fn json() {
    expect::<Json>(ALL);
}

#[test]
fn yaml() {
    expect::<Yaml>(ALL);
}

#[test]
fn message_pack() {
    expect::<MessagePack>(ALL);
}

#[test]
fn cbor() {
    expect::<Cbor>(ALL);
}

#[test]
fn toml() {
    expect::<Toml>(MAP_AT_THE_TOP);
}

#[test]
fn bson() {
    expect::<Bson>(MAP_AT_THE_TOP);
}

#[test]
fn ron() {
    expect::<Ron>(ALL);
}

#[test]
fn postcard() {
    expect::<Postcard>(NOT_SELF_DESCRIBING);
}

#[test]
fn bincode() {
    expect::<Bincode>(NOT_SELF_DESCRIBING);
}

#[test]
fn csv() {
    // Flat records only.
    expect::<Csv>([2, 0, 0, 0, 0, 1, 0, 0, 2, 0, 0, 2, 0, 2, 0, 0, 2]);
}
