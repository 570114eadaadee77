use taggant::Tagged;

#[derive(Tagged)]
#[tagged(dataset = "customers", row = none)]
struct Customer {
    #[tag("user.name")]
    name: String,
}

fn main() {}
