use taggant::Tagged;

#[derive(Tagged)]
#[tagged(dataset = "customers", row = none, unbound)]
struct Customer {
    #[tag("user.name", pad = 0)]
    a: String,
    #[tag("user.name", pad = full)]
    b: String,
}

fn main() {}
