use taggant::Tagged;

#[derive(Tagged)]
struct Customer {
    name: String,
}

fn main() {}
