use taggant::Tagged;

#[derive(Tagged)]
#[tagged(dataset = "customers", subject(customer = id), row = id)]
struct Customer {
    #[clear]
    id: u64,
    #[tag("user.nmae")]
    name: String,
}

fn use_it(customer: &Customer) -> String {
    let text = serde_json::to_string(customer).unwrap();
    let _: Customer = serde_json::from_str(&text).unwrap();
    format!("{customer:?}")
}

fn main() {}
