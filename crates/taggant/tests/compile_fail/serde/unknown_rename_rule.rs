use taggant::Tagged;

#[derive(Tagged)]
#[tagged(dataset = "customers", row = none, unbound)]
#[serde(rename_all = "camel")]
struct Customer {
    #[tag("user.name")]
    name: String,
}

fn main() {}
