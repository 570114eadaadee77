use taggant::Tagged;

#[derive(Tagged)]
#[tagged(dataset = "customers", row = address)]
struct Customer {
    #[nested]
    address: Address,
}

#[derive(Tagged)]
#[tagged(dataset = "addresses", row = none, unbound)]
struct Address {
    #[tag("user.name")]
    name: String,
}

fn main() {}
