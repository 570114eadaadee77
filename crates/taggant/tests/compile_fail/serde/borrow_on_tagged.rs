use taggant::Tagged;

#[derive(Tagged)]
#[tagged(dataset = "customers", row = none, unbound)]
struct Customer {
    #[tag("user.name")]
    #[serde(borrow)]
    name: String,
}

fn main() {}
