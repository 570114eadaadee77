use taggant::{Sensitive, Tagged};

#[derive(PartialEq, Tagged)]
#[tagged(dataset = "customers", row = none, unbound)]
struct Customer {
    #[tag("user.name")]
    name: Sensitive<String>,
}

fn main() {}
