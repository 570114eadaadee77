use taggant::Tagged;

#[derive(Tagged)]
#[tagged(dataset = "customers", row = none, unbound)]
#[clear]
struct Customer {
    #[tag("user.name")]
    name: String,
}

fn main() {}
