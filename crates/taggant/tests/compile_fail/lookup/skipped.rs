use taggant::Tagged;

#[derive(Tagged)]
#[tagged(dataset = "customers", row = none, unbound)]
struct Customer {
    #[tag("user.name", lookup = "name_index")]
    #[serde(skip)]
    name: String,
}

fn main() {}
