use taggant::Tagged;

#[derive(Tagged)]
#[tagged(dataset = "customers", row = none, unbound)]
struct Customer {
    #[tag("user.name", lookup = "a_index", bits = 12, normalizer = fuzzy)]
    a: String,
    #[tag("user.name", bits = 64, normalizer = exact)]
    b: String,
}

fn main() {}
