use taggant::Tagged;

#[derive(Tagged)]
#[tagged(dataset = "customers", row = none, unbound, skip(Debug))]
struct Customer {
    #[tag("user.name")]
    name: String,
}

fn print(customer: &Customer) -> String {
    format!("{customer:?}")
}

fn main() {}
