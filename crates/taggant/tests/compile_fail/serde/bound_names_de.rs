use taggant::Tagged;

#[derive(Tagged)]
#[tagged(dataset = "customers", row = none, unbound)]
#[serde(bound(deserialize = "T: serde::Deserialize<'de>"))]
struct Wrapper<T> {
    #[tag("user.name")]
    name: T,
}

fn main() {}
