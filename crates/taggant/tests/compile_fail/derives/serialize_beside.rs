use taggant::Tagged;

#[derive(serde::Serialize, Tagged)]
#[tagged(dataset = "customers", row = none, unbound)]
struct Customer {
    #[tag("user.name")]
    name: String,
}

fn main() {}
