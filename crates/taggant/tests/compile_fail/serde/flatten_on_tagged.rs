use taggant::Tagged;

#[derive(Tagged)]
#[tagged(dataset = "customers", row = none, unbound)]
struct Customer {
    #[tag("user.name")]
    #[serde(flatten)]
    a: std::collections::BTreeMap<String, String>,
}

fn main() {}
