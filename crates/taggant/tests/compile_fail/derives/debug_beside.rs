use taggant::Tagged;

#[derive(Debug, Tagged)]
#[tagged(dataset = "customers", row = none, unbound)]
struct Customer {
    #[tag("user.name")]
    name: String,
}

fn main() {}
