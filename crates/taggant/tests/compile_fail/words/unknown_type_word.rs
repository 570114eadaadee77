use taggant::Tagged;

#[derive(Tagged)]
#[tagged(datset = "customers", row = none, unbound, bound = "x")]
struct Customer {
    #[tag("user.name")]
    name: String,
}

fn main() {}
