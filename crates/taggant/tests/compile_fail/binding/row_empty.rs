use taggant::Tagged;

#[derive(Tagged)]
#[tagged(dataset = "customers", row = ())]
struct Customer {
    #[clear]
    id: u64,
    #[tag("user.name")]
    name: String,
}

fn main() {}
