use taggant::Tagged;

#[derive(Tagged)]
#[tagged(dataset = "customers", row = none, unbound, integrity = "email")]
struct Customer {
    #[tag("user.contact.email", lookup = "Name")]
    email: String,
    #[tag("user.name")]
    #[serde(rename = "Name")]
    name: String,
}

fn main() {}
