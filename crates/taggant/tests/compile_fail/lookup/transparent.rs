use taggant::Tagged;

#[derive(Tagged)]
#[tagged(dataset = "customers", row = none, unbound)]
#[serde(transparent)]
struct Customer {
    #[tag("user.name", lookup = "name_index")]
    name: String,
}

fn main() {}
