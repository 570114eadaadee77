use taggant::Tagged;

#[derive(Tagged)]
#[tagged(dataset = "customers", row = none, unbound, prefix = "acme")]
struct Customer {
    #[tag("acme.badge")]
    good: String,
    #[tag("other.badge")]
    other: String,
    #[tag("acme.")]
    empty: String,
}

fn main() {}
