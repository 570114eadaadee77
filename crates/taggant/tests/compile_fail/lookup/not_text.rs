use taggant::Tagged;

#[derive(Tagged)]
#[tagged(dataset = "customers", row = none, unbound)]
struct Customer {
    #[tag("user.name", lookup = "name_index")]
    name: Vec<u8>,
}

fn main() {}
