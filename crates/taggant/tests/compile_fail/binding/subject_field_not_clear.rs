use taggant::Tagged;

#[derive(Tagged)]
#[tagged(dataset = "customers", subject(customer = name), row = id)]
struct Customer {
    #[clear]
    id: u64,
    #[tag("user.name")]
    name: String,
}

fn main() {}
