use taggant::Tagged;

#[derive(Tagged)]
#[tagged(dataset = "customers", row = none, unbound)]
struct Customer {
    #[nested(portabel)]
    address: Address,
}

#[derive(Tagged)]
#[tagged(dataset = "addresses", row = none, unbound)]
struct Address {
    #[tag("user.name")]
    name: String,
}

fn main() {}
