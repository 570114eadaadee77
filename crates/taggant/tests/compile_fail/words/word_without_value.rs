use taggant::Tagged;

#[derive(Tagged)]
#[tagged(dataset, row = none, unbound)]
struct Customer {
    #[tag("user.name", lookup)]
    name: String,
}

fn main() {}
