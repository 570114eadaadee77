use taggant::Tagged;

#[derive(Tagged)]
#[tagged(dataset = "customers", row = none, unbound)]
struct Customer {
    #[tag("user.name")]
    #[serde(with = "module")]
    a: String,
    #[tag("user.name")]
    #[serde(serialize_with = "f")]
    b: String,
    #[tag("user.name")]
    #[serde(deserialize_with = "f")]
    c: String,
}

fn main() {}
