use taggant::Tagged;

#[derive(Tagged)]
#[tagged(dataset = "customers", subject(customer = id), row = id)]
struct Customer {
    #[clear]
    #[serde(skip_serializing)]
    id: u64,
    #[tag("user.name")]
    name: String,
}

fn main() {}
