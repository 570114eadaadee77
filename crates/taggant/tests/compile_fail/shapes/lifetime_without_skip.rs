use taggant::Tagged;

#[derive(Tagged)]
#[tagged(dataset = "customers", row = none, unbound)]
struct Borrowed<'a> {
    #[tag("user.name")]
    name: &'a str,
}

fn main() {}
