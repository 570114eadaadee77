use taggant::Tagged;

#[derive(Tagged)]
#[tagged(dataset = "customers", row = none, unbound)]
struct Customer {
    #[tag()]
    a: String,
    #[tag(mask = full)]
    b: String,
}

fn main() {}
