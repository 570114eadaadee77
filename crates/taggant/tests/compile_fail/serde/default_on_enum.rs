use taggant::Tagged;

#[derive(Tagged)]
#[tagged(dataset = "customers", row = none, unbound)]
#[serde(default)]
enum Event {
    A(#[tag("user.name")] String),
}

fn main() {}
