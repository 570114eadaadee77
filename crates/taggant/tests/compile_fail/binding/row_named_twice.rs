use taggant::Tagged;

#[derive(Tagged)]
#[tagged(dataset = "customers", row = (id, id))]
struct Customer {
    #[clear]
    id: u64,
    #[tag("user.name")]
    name: String,
}

fn main() {}
