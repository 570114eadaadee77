use taggant::Tagged;

#[derive(Tagged)]
#[tagged(dataset = "customers", row = none, unbound)]
struct Customer {
    #[tag("user.name", mask = last)]
    a: String,
    #[tag("user.name", mask = first(0))]
    b: String,
    #[tag("user.name", mask = last(1000))]
    c: String,
}

fn main() {}
