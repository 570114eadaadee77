use taggant::Tagged;

#[derive(Tagged)]
#[tagged(dataset = "events", row = none, unbound, integrity = "_seal")]
enum Event {
    A(#[tag("user.name")] String),
}

fn main() {}
