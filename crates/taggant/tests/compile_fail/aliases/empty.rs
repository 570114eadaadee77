use taggant::Tagged;

#[derive(Tagged)]
#[tagged(dataset = "customers", alias(), row = none, unbound)]
struct Customer {
    #[tag("user.name")]
    name: String,
}

fn main() {}
