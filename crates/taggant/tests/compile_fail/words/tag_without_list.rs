use taggant::Tagged;

#[derive(Tagged)]
#[tagged(dataset = "customers", row = none, unbound)]
struct Customer {
    #[tag]
    a: String,
    #[tag = "user.name"]
    b: String,
}

fn main() {}
