use taggant::Tagged;

#[derive(Tagged)]
#[tagged(dataset = "customers", subject(customer = id), row = id)]
struct Customer {
    #[clear]
    id: u64,
    #[tag("user.name", alias = "label")]
    first: String,
    #[tag("user.name", alias = "label")]
    last: String,
}

fn main() {}
