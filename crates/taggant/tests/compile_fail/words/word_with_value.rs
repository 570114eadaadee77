use taggant::Tagged;

#[derive(Tagged)]
#[tagged(dataset = "customers", row = none, unbound = true)]
struct Customer {
    #[tag("user.name", seal_none = false)]
    name: Option<String>,
}

fn main() {}
