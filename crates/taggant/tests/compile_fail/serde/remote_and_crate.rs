use taggant::Tagged;

#[derive(Tagged)]
#[tagged(dataset = "customers", row = none, unbound)]
#[serde(remote = "Other", crate = "other")]
struct Customer {
    #[clear]
    #[serde(getter = "f")]
    id: u64,
}

fn main() {}
