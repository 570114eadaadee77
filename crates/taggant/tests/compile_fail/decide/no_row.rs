use taggant::Tagged;

#[derive(Tagged)]
#[tagged(dataset = "customers")]
struct Customer {
    #[tag("user.name")]
    name: String,
}

fn main() {}
