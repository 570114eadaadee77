use taggant::Tagged;

#[derive(Tagged)]
#[tagged(dataset = "customers", subject(customer = id), row = id)]
struct Customer {
    #[clear]
    id: u64,
    #[tag("user.name", alias = "name")]
    name: String,
}

fn main() {}
