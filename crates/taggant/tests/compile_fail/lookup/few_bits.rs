use taggant::Tagged;

#[derive(Tagged)]
#[tagged(dataset = "customers", row = none, unbound)]
struct Customer {
    #[tag("user.name", lookup = "a_index", bits = 32)]
    a: String,
    #[tag("user.name", lookup = "b_index", bits = 32, may_collide)]
    b: String,
    #[tag("user.name", lookup = "c_index", bits = 64, may_collide)]
    c: String,
    #[tag("user.name", may_collide)]
    d: String,
}

fn main() {}
