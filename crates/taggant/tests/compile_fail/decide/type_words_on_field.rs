use taggant::Tagged;

#[derive(Tagged)]
#[tagged(dataset = "customers", row = none, unbound)]
struct Customer {
    #[tagged(alias = "full_name")]
    #[tag("user.name")]
    name: String,
}

fn main() {}
