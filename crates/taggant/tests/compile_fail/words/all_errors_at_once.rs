use taggant::Tagged;

#[derive(Tagged)]
#[tagged(dataset = "customers", colour = "red", subject(custmer = id))]
struct Customer {
    #[tag("user.nam")]
    id: u64,
    #[tag("user.name", mask = lst(4))]
    #[serde(with = "x")]
    name: String,
    email: String,
}

fn main() {}
