use taggant::Tagged;

#[derive(Tagged)]
#[tagged(row = none, unbound)]
struct Customer {
    #[tag("user.name")]
    name: String,
}

fn main() {}
