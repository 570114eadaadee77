use taggant::Tagged;

#[derive(Tagged)]
#[tagged(dataset = "customers", subject(customer = id), row = id)]
struct Customer {
    #[clear]
    id: u64,
    #[clear]
    #[tag("user.name")]
    name: String,
}

fn main() {}
