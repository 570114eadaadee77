use taggant::Tagged;

#[derive(Tagged)]
#[tagged(dataset = "events", row = none, unbound, integrity = "_seal")]
struct Name(#[tag("user.name")] String);

fn main() {}
