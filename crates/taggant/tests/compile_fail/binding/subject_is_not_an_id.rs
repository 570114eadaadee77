use taggant::Tagged;

#[derive(Tagged)]
#[tagged(dataset = "customers", subject(customer = id), row = none)]
struct Customer {
    #[clear]
    id: f64,
    #[tag("user.name")]
    name: String,
}

fn main() {}
