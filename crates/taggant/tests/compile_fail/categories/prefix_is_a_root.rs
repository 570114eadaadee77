use taggant::Tagged;

#[derive(Tagged)]
#[tagged(dataset = "customers", row = none, unbound, prefix = "user")]
struct Customer {
    #[tag("user.shoe_size")]
    size: String,
}

fn main() {}
