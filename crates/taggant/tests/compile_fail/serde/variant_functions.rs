use taggant::Tagged;

#[derive(Tagged)]
#[tagged(dataset = "customers", row = none, unbound)]
enum Event {
    #[serde(with = "module")]
    A(#[tag("user.name")] String),
}

fn main() {}
