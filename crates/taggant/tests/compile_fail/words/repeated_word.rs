use taggant::Tagged;

#[derive(Tagged)]
#[tagged(dataset = "a", row = none, unbound, dataset = "b")]
struct Customer {
    #[tag("user.name", mask = full, mask = year)]
    name: String,
}

fn main() {}
