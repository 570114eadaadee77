use taggant::Tagged;

#[derive(Tagged)]
#[tagged(dataset = "customers", row = none, unbound)]
struct Customer {
    #[tag("user.name")]
    name: Opaque,
}

struct Opaque;

fn main() {}
