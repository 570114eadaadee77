use taggant::Tagged;

#[derive(Tagged)]
#[tagged(dataset = "customers", row = none, unbound)]
enum Event {
    Named { name: String },
    Other(#[clear] u32, String),
}

fn main() {}
