//! Values and scopes that meet where they should not: two runtimes, two tenants, code of users that
//! serializes while it is serialized.

use std::cell::RefCell;

use serde::{Serialize, Serializer};
use taggant::{Error, Flow, Outcome, Sensitive, Tagged};
use taggant_testing::{LeakProbe, Recorder, canary};

const ALLOW: &str = "[[allow]]\naction = [\"open\", \"reveal\"]\ncategory = \"user\"\n";

#[derive(Tagged)]
#[tagged(dataset = "crossing.people", subject(customer = id), row = id)]
struct Person {
    #[clear]
    id: u64,
    #[tag("user.name")]
    name: Sensitive<String>,
}

fn to() -> Flow {
    Flow::to("postgres://db", "people")
}

fn from() -> Flow {
    Flow::from("postgres://db", "people").purpose("essential")
}

fn person() -> Person {
    Person { id: 1, name: Sensitive::new(canary::name()) }
}

fn unopened(recorder: &Recorder, flow: &Flow) -> Person {
    recorder.run(|| {
        let row = flow.run(|| serde_json::to_string(&person())).unwrap();
        from().run(|| serde_json::from_str(&row)).unwrap()
    })
}

#[test]
fn a_sealed_value_of_another_runtime_is_not_passed_on() {
    let (one, two) = (Recorder::new(ALLOW), Recorder::new(ALLOW));
    let taken = unopened(&one, &to());
    assert!(two.run(|| to().run(|| serde_json::to_string(&taken))).is_err());
    let outcome = Error::last().unwrap().outcome();
    assert!(outcome == Outcome::WrongTenant, "{outcome:?}");
    assert!(two.run(|| from().run(|| taken.name.reveal().map(|_| ()))).is_err());
    // At home it is.
    one.run(|| to().run(|| serde_json::to_string(&taken))).unwrap();
}

#[test]
fn a_sealed_value_of_another_tenant_is_not_passed_on() {
    let recorder = Recorder::new(ALLOW);
    let taken = unopened(&recorder, &to());
    let other = to().tenant("other");
    assert!(recorder.run(|| other.run(|| serde_json::to_string(&taken))).is_err());
    let revealed = from().tenant("other").purpose("essential");
    let refused = recorder.run(|| revealed.run(|| taken.name.reveal().map(|_| ())));
    assert_eq!(refused.unwrap_err().outcome(), Outcome::WrongTenant);
}

/// What code that runs inside a serialization wrote on its own.
fn meanwhile(work: impl FnOnce()) -> Vec<String> {
    WRITTEN.with_borrow_mut(Vec::clear);
    work();
    WRITTEN.with_borrow(Clone::clone)
}

thread_local! {
    static WRITTEN: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
    static NAME: RefCell<String> = const { RefCell::new(String::new()) };
}

/// A user's type that keeps an audit copy of a record whenever it is serialized.
struct Audited(String);

impl Serialize for Audited {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let name = NAME.with_borrow(Clone::clone);
        let copy = Person { id: 2, name: Sensitive::new(name) };
        let in_scope = to().run(|| serde_json::to_string(&copy));
        let shut_out = Flow::none().run(|| serde_json::to_string(&copy));
        WRITTEN.with_borrow_mut(|all| all.extend(in_scope.into_iter().chain(shut_out)));
        serializer.serialize_str(&self.0)
    }
}

impl<'de> serde::Deserialize<'de> for Audited {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self)
    }
}

impl taggant::MaskText for Audited {
    fn with_text(&self, sink: &mut dyn FnMut(&str)) -> bool {
        sink(&self.0);
        true
    }
}

#[derive(Tagged)]
#[tagged(dataset = "crossing.orders", subject(customer = id), row = id)]
struct Order {
    #[clear]
    id: u64,
    #[tag("user.contact")]
    contact: Audited,
    #[tag("user")]
    remark: Audited,
}

#[test]
fn what_a_users_code_writes_under_its_own_flow_while_it_is_wrapped_is_sealed() {
    let secret = canary::name();
    NAME.with_borrow_mut(|name| name.clone_from(&secret));
    let probe = LeakProbe::new().value("name", &secret);
    let recorder = Recorder::new(ALLOW);
    let order = Order { id: 1, contact: Audited("c".into()), remark: Audited("r".into()) };
    let partner = Flow::to("https://partner.example", "orders").purpose("essential");
    let written = meanwhile(|| {
        let document = recorder.run(|| serde_json::to_string(&partner.wrap(&order))).unwrap();
        assert!(document.contains("\"c\""), "the wrapped value itself is revealed: {document}");
    });
    assert!(written.len() >= 4, "two copies of each field's code at least");
    for copy in &written {
        assert!(copy.contains("tgt1."), "{copy}");
        probe.assert_sealed(copy);
    }
    // Afterwards the record's own state is as if nothing had come in between.
    let back = recorder.run(|| {
        let row = to().run(|| serde_json::to_string(&order)).unwrap();
        from().run(|| serde_json::from_str::<Order>(&row)).unwrap()
    });
    assert_eq!(back.contact.0, "c");
}

/// A user's type that serializes what it holds a second time, into something of its own.
struct Spy(Sensitive<String>);

impl Serialize for Spy {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let copy = serde_json::to_string(&self.0);
        WRITTEN.with_borrow_mut(|all| all.extend(copy));
        self.0.serialize(serializer)
    }
}

#[derive(Tagged)]
#[tagged(dataset = "crossing.spied", subject(customer = id), row = id, skip(Deserialize, Debug))]
struct Spied {
    #[clear]
    id: u64,
    #[tag("user.name")]
    name: Spy,
}

#[test]
fn code_inside_a_value_that_is_being_sealed_gets_no_plaintext_of_a_sensitive() {
    let secret = canary::name();
    let probe = LeakProbe::new().value("name", &secret);
    let written = meanwhile(|| {
        let value = Spied { id: 1, name: Spy(Sensitive::new(secret.clone())) };
        let _ = Recorder::new("").run(|| to().run(|| serde_json::to_string(&value)));
    });
    for copy in &written {
        probe.assert_sealed(copy);
    }
}
