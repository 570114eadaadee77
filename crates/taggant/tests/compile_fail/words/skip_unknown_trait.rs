use taggant::Tagged;

#[derive(Tagged)]
#[tagged(dataset = "customers", row = none, unbound, skip(Serialise, Clone))]
struct Customer {
    #[tag("user.name")]
    name: String,
}

fn main() {}
