use taggant::Tagged;

#[derive(Tagged)]
#[tagged(dataset = "customers", row = none, unbound)]
struct Customer {
    #[clear(authentic)]
    id: u64,
}

fn main() {}
