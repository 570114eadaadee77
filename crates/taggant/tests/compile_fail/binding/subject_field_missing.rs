use taggant::Tagged;

#[derive(Tagged)]
#[tagged(dataset = "customers", subject(customer = uid), row = rowid)]
struct Customer {
    #[clear]
    id: u64,
    #[tag("user.name")]
    name: String,
}

fn main() {}
