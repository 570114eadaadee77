//! Who stands behind a movement, as rules and flows see it.

use taggant::{Error, Flow, Outcome, Tagged};
use taggant_testing::{Recorder, canary};

const POLICY: &str = r#"
[[allow]]
action = "open"
category = "user"
location = "sqlite://shop/*"
actor = "svc:*"

[[deny]]
action = "*"
principal = "agent:*"

[[deny]]
action = "*"
location = "https://evil.example/**"
"#;

#[derive(Tagged)]
#[tagged(dataset = "principal.guests", subject(customer = id), row = id)]
struct Guest {
    #[clear]
    id: u64,
    #[tag("user.name")]
    name: String,
}

fn guest() -> Guest {
    Guest { id: 1, name: canary::name() }
}

fn outcome<T>(result: Result<T, serde_json::Error>) -> Option<Outcome> {
    result.err().map(|_| Error::last().expect("a typed error").outcome())
}

#[test]
fn the_same_flow_on_behalf_of_another_is_decided_anew() {
    Recorder::new(POLICY).run(|| {
        let row = Flow::to("sqlite://shop", "guests").run(|| serde_json::to_string(&guest()));
        let row = row.unwrap();
        let read = |flow: &Flow| outcome(flow.run(|| serde_json::from_str::<Guest>(&row)));
        let desk = Flow::from("sqlite://shop", "guests").actor("svc:desk");
        // Each keeps its decisions; none takes another's.
        let (ana, agent) = (desk.clone().on_behalf("user:ana"), desk.clone().on_behalf("agent:7"));
        for _ in 0..2 {
            assert_eq!(read(&desk), None);
            assert_eq!(read(&agent), Some(Outcome::Denied));
            assert_eq!(read(&ana), None);
        }
        // A flow that has decided already, told afterwards whom it is for.
        assert_eq!(read(&desk.clone().on_behalf("agent:8")), Some(Outcome::Denied));
        assert_eq!(read(&agent.on_behalf("user:ana")), None);
        // Nor does an agent write, not even sealed.
        let sink = Flow::to("sqlite://shop", "guests").actor("svc:desk").on_behalf("agent:7");
        assert_eq!(outcome(sink.run(|| serde_json::to_string(&guest()))), Some(Outcome::Denied));
    });
}

#[test]
fn a_name_that_would_pass_for_none_or_for_everybody_is_refused() {
    Recorder::new(POLICY).run(|| {
        let desk = || Flow::from("sqlite://shop", "guests").actor("svc:desk");
        let long = "a".repeat(513);
        for name in ["", "*", "agent:*", "taggant:many", &long] {
            for flow in [desk().on_behalf(name), desk().actor(name)] {
                assert_eq!(flow.check().unwrap_err().outcome(), Outcome::Invalid, "{name:?}");
                // A name given later does not make it good again.
                let later = flow.on_behalf("user:ana").actor("svc:desk");
                let read = later.run(|| serde_json::from_str::<Guest>("{}"));
                assert_eq!(outcome(read), Some(Outcome::Invalid));
            }
        }
    });
}

#[test]
fn a_place_beyond_the_bound_of_names_is_decided_as_itself() {
    let folder = tempfile::tempdir().unwrap();
    let policy = taggant::Policy::from_toml(POLICY).unwrap();
    let builder = taggant::Runtime::builder(folder.path()).policy(policy).max_locations(4);
    builder.build().unwrap().scope(|| {
        let write = |flow: Flow| outcome(flow.run(|| serde_json::to_string(&guest())));
        let evil = || Flow::to("https://evil.example", "x");
        assert_eq!(write(evil()), Some(Outcome::Denied));
        for n in 0..20 {
            assert_eq!(write(Flow::to("https://api.example", &format!("users/{n}"))), None);
        }
        for n in 0..3 {
            let late = Flow::to("https://evil.example", &format!("late/{n}"));
            assert_eq!(write(late), Some(Outcome::Denied), "its name is `many`, its place is not");
        }
    });
}
