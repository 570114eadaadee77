use taggant::Tagged;

#[derive(Tagged)]
#[tagged(dataset = "", row = none, unbound, group = "a b")]
struct Customer {
    #[tag("user.name", name = "a/b")]
    a: String,
}

fn main() {}
