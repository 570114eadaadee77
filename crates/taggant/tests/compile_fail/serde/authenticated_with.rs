use taggant::Tagged;

#[derive(Tagged)]
#[tagged(dataset = "customers", row = none, unbound)]
struct Customer {
    #[clear(authenticated)]
    #[serde(with = "module")]
    a: u32,
    #[clear(authenticated)]
    #[serde(skip)]
    b: u32,
}

fn main() {}
