use taggant::Tagged;

#[derive(Tagged)]
#[tagged(dataset = "customers", row = none, unbound)]
struct Customer {
    #[tag("user.name", mask = last(4))]
    name: Vec<u8>,
}

fn main() {}
