//! Records inside records, at every point where foreign code runs: each is as if it were alone.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::io::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use taggant::{Error, Flow, Sensitive, Tagged};
use taggant_testing::Recorder;

const POLICY: &str = r#"
[[allow]]
action = ["open", "reveal"]
category = "user"
purpose = "essential"
"#;

/// Where foreign code runs in a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Point {
    Tagged,
    Clear,
    Write,
    Debug,
    Drop,
    Mask,
    Read,
}

type Hook = Box<dyn FnMut()>;

thread_local! {
    static HOOK: RefCell<Option<(Point, Hook)>> = const { RefCell::new(None) };
}

/// Runs what was asked to run here, which may come here again: once.
fn at(point: Point) {
    let hook = HOOK.with_borrow_mut(|hook| hook.take_if(|(wanted, _)| *wanted == point));
    if let Some((_, mut hook)) = hook {
        hook();
    }
}

/// A value whose code runs something.
#[derive(Clone, PartialEq)]
struct Noisy<const TAGGED: bool>(String);

impl<const TAGGED: bool> Serialize for Noisy<TAGGED> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        at(if TAGGED { Point::Tagged } else { Point::Clear });
        self.0.serialize(serializer)
    }
}

impl<'de, const TAGGED: bool> Deserialize<'de> for Noisy<TAGGED> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        at(Point::Read);
        Ok(Self(text))
    }
}

impl<const TAGGED: bool> fmt::Debug for Noisy<TAGGED> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        at(Point::Debug);
        f.write_str("noisy")
    }
}

impl<const TAGGED: bool> Drop for Noisy<TAGGED> {
    fn drop(&mut self) {
        at(Point::Drop);
    }
}

fn noisy_mask(_: &Noisy<true>, out: &mut dyn fmt::Write) -> fmt::Result {
    at(Point::Mask);
    out.write_str("***")
}

struct NoisyWriter(Vec<u8>);

impl Write for NoisyWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if bytes == b"[" {
            at(Point::Write);
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[derive(PartialEq, Tagged)]
#[tagged(dataset = "reentry.line", row = none, unbound)]
struct Line {
    #[tag("user.content")]
    text: String,
}

#[derive(Tagged)]
#[tagged(dataset = "reentry.host", subject(customer = id), row = id)]
struct Host {
    #[clear]
    id: u64,
    #[tag("user.content", mask = self::noisy_mask)]
    noisy: Noisy<true>,
    #[clear]
    loud: Noisy<false>,
    #[tag("user.name")]
    name: Sensitive<String>,
    #[nested]
    lines: Vec<Line>,
}

fn host(id: u64) -> Host {
    Host {
        id,
        noisy: Noisy(format!("noisy-{id}")),
        loud: Noisy(format!("loud-{id}")),
        name: format!("name-{id}").into(),
        lines: vec![Line { text: format!("line-{id}") }],
    }
}

fn table() -> Flow {
    Flow::to("postgres://db", "reentry").purpose("essential").tenant("acme")
}
fn stored() -> Flow {
    Flow::from("postgres://db", "reentry").purpose("essential").tenant("acme")
}
fn shipper() -> Flow {
    Flow::to("https://shipper.example", "x").purpose("essential")
}

fn written<T: Serialize>(value: &T) -> Result<Vec<u8>, ()> {
    let mut writer = NoisyWriter(Vec::new());
    serde_json::to_writer(&mut writer, value).map_err(drop)?;
    Ok(writer.0)
}

/// What there is to see of a row: each field's envelope opened, and told from plaintext.
fn seen(row: &[u8], from: &Flow) -> String {
    let json: serde_json::Value = serde_json::from_slice(row).expect("JSON");
    let sealed = ["/noisy", "/name", "/lines/0/text"].map(|path| {
        json.pointer(path).and_then(|v| v.as_str()).is_some_and(|text| text.starts_with("tgt1."))
    });
    if sealed != [true; 3] {
        return format!("{json}");
    }
    let back: Result<Host, _> = from.read_json(row);
    let back = match back {
        Ok(back) => back,
        Err(error) => return format!("sealed, {error}"),
    };
    let name = from.run(|| back.name.reveal().cloned()).map_err(|error| error.to_string());
    format!("sealed {:?} {:?} {:?} {name:?}", back.noisy.0, back.loud.0, back.lines[0].text)
}

/// What foreign code may do; each says what came of it.
fn deed(number: usize, id: u64) -> String {
    let default = Flow::from("postgres://db", "reentry").purpose("essential");
    match number {
        0 => table().run(|| written(&host(id))).map_or("err".into(), |row| seen(&row, &stored())),
        1 => written(&table().seal(&host(id))).map_or("err".into(), |row| seen(&row, &stored())),
        2 => written(&shipper().wrap(&host(id))).map_or("err".into(), |row| seen(&row, &default)),
        3 => shipper().run(|| written(&host(id))).map_or("err".into(), |row| seen(&row, &default)),
        4 => Flow::log("app")
            .run(|| written(&host(id)))
            .map_or("err".into(), |row| String::from_utf8(row).expect("JSON")),
        5 => {
            Flow::none().run(|| written(&host(id))).map_or("err".into(), |row| seen(&row, &default))
        }
        6 => format!("{:?}", written(&Sensitive::new(format!("bare-{id}"))).is_ok()),
        7 => format!("{:?}", written(&shipper().wrap(&Sensitive::new("bare".to_owned()))).is_ok()),
        8 => {
            let panics = Panics { id, name: format!("lost-{id}").into(), bad: Bad };
            let caught = catch_unwind(AssertUnwindSafe(|| table().run(|| written(&panics))));
            format!("panicked {}", caught.is_err())
        }
        9 => {
            let panics = Panics { id, name: format!("lost-{id}").into(), bad: Bad };
            let caught = catch_unwind(AssertUnwindSafe(|| written(&table().wrap(&panics))));
            format!("panicked {}", caught.is_err())
        }
        10 => {
            let row = written(&table().seal(&host(id))).expect("sealed");
            let back = stored().run(|| serde_json::from_slice::<Host>(&row)).expect("opened");
            let again = written(&table().seal(&back)).expect("passed on");
            seen(&again, &stored())
        }
        11 => {
            let refused = stored().read_json::<Host>(br#"{"id":1,"name":"plain"}"#);
            refused.expect_err("plaintext in storage").to_string()
        }
        12 => format!("{:?}", host(id)),
        _ => {
            // Without a flow of its own.
            let read = serde_json::from_str::<Host>("{}").is_err();
            format!("{read} {:?}", Error::last().map(|error| error.outcome()))
        }
    }
}
const DEEDS: usize = 14;
const WITHOUT_A_FLOW: usize = 13;
const AMBIENT: [usize; 6] = [0, 3, 4, 5, 8, 10];

/// Panics where the library has asked what the field before it holds.
struct Bad;

impl Serialize for Bad {
    fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        panic!("on purpose")
    }
}

#[derive(Tagged)]
#[tagged(dataset = "reentry.panics", subject(customer = id), row = id, skip(Deserialize))]
struct Panics {
    #[clear]
    id: u64,
    #[tag("user.name")]
    name: Sensitive<String>,
    #[tag("user.content")]
    bad: Bad,
}

fn points() -> impl Strategy<Value = Point> {
    use Point::{Clear, Debug, Drop, Mask, Read, Tagged, Write};
    prop::sample::select(vec![Tagged, Clear, Write, Debug, Drop, Mask, Read])
}

/// Does the deeds at a point of the outer one; returns what came of all.
fn inside(
    point: Point,
    outer: usize,
    deeds: &[usize],
    panics: bool,
) -> (Option<String>, Vec<String>) {
    let done = std::rc::Rc::new(RefCell::new(Vec::new()));
    let (list, log) = (deeds.to_vec(), done.clone());
    let hook: Hook = Box::new(move || {
        for (index, number) in list.iter().enumerate() {
            let came = deed(*number, 100 + index as u64);
            log.borrow_mut().push(came);
        }
        assert!(!panics, "on purpose");
    });
    HOOK.set(Some((point, hook)));
    let came = catch_unwind(AssertUnwindSafe(|| deed(outer, 1))).ok();
    HOOK.set(None);
    (came, done.take())
}

#[test]
fn each_record_is_as_if_it_were_alone() {
    let config = Config { cases: 300, failure_persistence: None, ..Config::default() };
    let deeds = prop::collection::vec(0..DEEDS, 1..4);
    let cases = (points(), 0..DEEDS, deeds, any::<bool>());
    let ran = Cell::new(0);
    let print = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if !info.to_string().contains("on purpose") {
            print(info);
        }
    }));
    Recorder::new(POLICY).run(|| {
        let result = TestRunner::new(config).run(&cases, |(point, outer, mut deeds, panics)| {
            if AMBIENT.contains(&outer) {
                // What has no flow of its own has the ambient one inside: that is what `run` is for.
                deeds.retain(|deed| *deed != WITHOUT_A_FLOW);
            }
            let alone = deed(outer, 1);
            let expected: Vec<String> =
                deeds.iter().enumerate().map(|(i, n)| deed(*n, 100 + i as u64)).collect();
            let (came, done) = inside(point, outer, &deeds, panics);
            if !done.is_empty() {
                ran.set(ran.get() + 1);
                prop_assert_eq!(done, expected, "at {:?} of {}", point, outer);
            }
            if let Some(came) = came.filter(|_| !panics) {
                prop_assert_eq!(&came, &alone, "around {:?} at {:?}", &deeds, point);
            }
            prop_assert_eq!(deed(outer, 1), alone, "after {:?} at {:?}", deeds, point);
            Ok(())
        });
        result.expect("each is as if it were alone");
    });
    assert!(ran.get() > 50, "foreign code ran in {} cases only", ran.get());
}

/// A field's `Serialize` that asks another value what it holds, then panics.
struct Asks(Sensitive<String>);

impl Serialize for Asks {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let asked = self.0.serialize(serializer);
        assert!(asked.is_err(), "on purpose");
        asked
    }
}

#[derive(Tagged)]
#[tagged(dataset = "reentry.asks", subject(customer = id), row = id, skip(Deserialize))]
struct AsksFirst {
    #[clear]
    id: u64,
    #[tag("user.name")]
    asks: Asks,
}

#[test]
fn what_a_panicking_field_held_is_not_written_for_the_next() {
    Recorder::new(POLICY).run(|| {
        let row = written(&table().seal(&host(1))).expect("sealed");
        let first: Host = stored().read_json(&row).expect("opened");
        let asks = AsksFirst { id: 1, asks: Asks(first.name) };
        assert!(catch_unwind(AssertUnwindSafe(|| written(&table().seal(&asks)))).is_err());
        let next = written(&table().seal(&host(2))).expect("sealed");
        assert_eq!(seen(&next, &stored()), deed(0, 2));
    });
}

#[test]
fn a_record_written_at_the_edge_of_a_list_is_nobodys_element() {
    for outer in [1, 2] {
        Recorder::new(POLICY).run(|| {
            let deeds = [0, 1, 2, 3, 4, 5];
            let (_, done) = inside(Point::Write, outer, &deeds, false);
            let alone: Vec<_> =
                deeds.iter().enumerate().map(|(i, n)| deed(*n, 100 + i as u64)).collect();
            assert_eq!(done, alone, "something ran");
        });
    }
}
