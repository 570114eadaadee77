use taggant::Tagged;

#[derive(Tagged)]
#[tagged(dataset = "customers", row = none, unbound)]
#[serde(from = "String", into = "String", try_from = "String")]
struct Customer {
    #[tag("user.name")]
    name: String,
}

fn main() {}
