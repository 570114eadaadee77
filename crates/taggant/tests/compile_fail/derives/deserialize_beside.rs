use taggant::Tagged;

#[derive(serde::Deserialize, Tagged)]
#[tagged(dataset = "customers", row = none, unbound)]
struct Customer {
    #[tag("user.name")]
    name: String,
}

fn main() {}
