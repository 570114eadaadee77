use taggant::Tagged;

#[derive(Tagged)]
#[tagged(dataset = "customers", row = none, unbound)]
struct Name(#[tag("user.name", lookup = "name_index")] String);

fn main() {}
